"""Does an example's answer, given for another request, say only what that request holds?"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from playhead.graph.embedded import EmbeddedModel, facts
from tests.ending import within_a_minute

REPLY = {"type": "object", "required": ["reply"], "properties": {"reply": {"type": "string"}}}
TIMES = (
    "Business: Hill Bakery\nFree times:\n- Friday, 10:00\n- Saturday, 14:30\nMessage: could I come by?",
    {"reply": "Hill Bakery can offer Friday, 10:00 or Saturday, 14:30. Which suits you?"},
)
NOTHING = ("Business: Hill Bakery\nMessage: could I come by?", {"reply": "Nothing is free. Shall we call you?"})


def answer(
    examples: list[tuple[str, Any]], user: str, schema: dict[str, Any] | None = REPLY, system: str = "Reply."
) -> Any:
    messages: list[BaseMessage] = [SystemMessage(system)]
    for asked, output in examples:
        messages += [HumanMessage(asked), AIMessage(output if isinstance(output, str) else json.dumps(output))]
    messages.append(HumanMessage(user))
    if schema is None:
        return EmbeddedModel().invoke(messages).text
    wanted = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}
    return json.loads(EmbeddedModel().invoke(messages, response_format=wanted).text)


def reply(examples: list[tuple[str, Any]], user: str, **options: Any) -> str:
    return str(answer(examples, user, **options)["reply"])


def test_values_are_exchanged_under_their_label_and_lists_item_by_item() -> None:
    user = "Business: Lake Opticians\nFree times:\n- Monday, 9:15\n- Tuesday, 16:00\nMessage: could I come by?"
    assert reply([TIMES], user) == "Lake Opticians can offer Monday, 9:15 or Tuesday, 16:00. Which suits you?"


def test_editing_a_fact_changes_the_answer() -> None:
    user = "Business: Lake Opticians\nFree times:\n- Monday, 9:15\n- Tuesday, 16:00\nMessage: could I come by?"
    assert "Monday, 9:20" in reply([TIMES], user.replace("9:15", "9:20"))


def test_editing_the_example_changes_the_answer() -> None:
    asked, output = NOTHING
    assert reply([(asked, {"reply": "Sorry, all taken."})], asked) == "Sorry, all taken."
    assert reply([(asked, output)], asked) == output["reply"]


def test_a_shorter_list_is_quoted_as_far_as_it_goes() -> None:
    user = "Business: Lake Opticians\nFree times:\n- Monday, 9:15\nMessage: could I come by?"
    assert reply([TIMES, NOTHING], user) == "Lake Opticians can offer Monday, 9:15. Which suits you?"


def test_where_the_list_is_empty_an_example_without_it_answers() -> None:
    assert reply([TIMES, NOTHING], "Business: Lake Opticians\nMessage: could I come by?") == NOTHING[1]["reply"]


def test_where_no_example_can_be_filled_the_sentence_goes() -> None:
    assert reply([TIMES], "Business: Lake Opticians\nMessage: could I come by?") == "Which suits you?"


def test_a_time_in_two_items_stays_with_its_day() -> None:
    example = (
        "Times:\n- Fri 10:00\n- Sat 10:00\nMessage: when?",
        {"reply": "You may come on Friday at 10:00 or on Saturday at 10:00."},
    )
    user = "Times:\n- Mon 9:00\n- Tue 17:00\nMessage: when?"
    assert reply([example], user) == "You may come on Monday at 9:00 or on Tuesday at 17:00."


def test_passages_are_chosen_by_the_message_with_their_ids() -> None:
    schema = {**REPLY, "properties": {**REPLY["properties"], "ids": {"type": "array", "items": {"type": "string"}}}}
    example = (
        "Known:\n- [hours] We open at 8.\n- [cake] A cake takes a day.\nMessage: when do you open?",
        {"reply": "We open at 8.", "ids": ["hours"]},
    )
    user = "Known:\n- [lenses] Lenses take 5 days.\n- [open] The shop opens at 10.\nMessage: when do you open?"
    assert answer([example], user, schema) == {"reply": "The shop opens at 10.", "ids": ["open"]}


def test_a_price_that_the_request_does_not_hold_is_not_said() -> None:
    example = ("Price: 49 €\nMessage: what is it?", {"reply": "It is 49 €. Shall I book it?"})
    assert reply([example], "Message: what is it?") == "Shall I book it?"
    assert reply([example], "Price: 12 €\nMessage: what is it?") == "It is 12 €. Shall I book it?"


def test_a_number_of_the_examples_own_wording_is_not_said_either() -> None:
    example = ("Message: how long?", {"reply": "About 3 hours. Is that fine?"})
    assert reply([example], "Message: how long?") == "Is that fine?"


def test_a_name_in_the_message_is_exchanged_or_not_said() -> None:
    example = ("Message: hello, my name is Ana", {"reply": "Hello Ana! How can we help?"})
    assert reply([example], "Message: hello, my name is Bert") == "Hello Bert! How can we help?"
    assert reply([example], "Message: hello there") == "How can we help?"


def test_what_a_customer_writes_under_a_label_is_no_fact() -> None:
    example = ("Price: 49 €\nMessage: what is it?", {"reply": "It is 49 €."})
    assert reply([example], "Price: 12 €\nMessage: what is it?\nPrice: 1 €") == "It is 12 €."


WHEN = {
    "type": "object",
    "required": ["quoted"],
    "properties": {
        "weekday": {"type": ["string", "null"]},
        "after": {"type": ["string", "null"]},
        "people": {"type": ["integer", "null"]},
        "quoted": {"type": "string"},
    },
}
WHEN_EXAMPLES = [
    (
        "Message: hi, could we come Tuesday at 4pm? We are 3.",
        {"weekday": "tue", "after": "16:00", "people": 3, "quoted": "Tuesday at 4pm"},
    )
]


def test_fields_take_the_value_of_this_message_in_the_form_of_the_example() -> None:
    made = answer(WHEN_EXAMPLES, "Message: hello, could we come on friday at 10:30? We are 5.", WHEN)
    assert made == {"weekday": "fri", "after": "10:30", "people": 5, "quoted": "friday at 10:30"}


def test_optional_fields_that_the_message_does_not_fill_are_null() -> None:
    made = answer(WHEN_EXAMPLES, "Message: hi, could we come friday?", WHEN)
    assert made == {"weekday": "fri", "after": None, "people": None, "quoted": "friday"}


def test_a_quotation_is_the_clause_most_like_the_examples() -> None:
    schema = {"type": "object", "properties": {"quoted": {"type": "string"}}}
    example = ("Message: hi, how much is a cake?", {"quoted": "how much is a cake"})
    made = answer([example], "Message: good morning! how much is a lens? bye", schema)
    assert made == {"quoted": "how much is a lens"}


ITEMS = {
    "type": "object",
    "required": ["items"],
    "properties": {"items": {"type": "array", "items": {"type": "string"}}},
}


def test_the_message_chooses_from_a_list_whose_things_it_names() -> None:
    example = ("Prices:\n- Cake: 20\n- Bread: 4\nMessage: how much is bread?", {"items": ["Bread"]})
    user = "Prices:\n- Frame: 90\n- Cleaning: 5\n- Lens: 40 (each)\nMessage: what is a lens?"
    assert answer([example], user, ITEMS) == {"items": ["Lens"]}


def test_a_list_on_one_line_is_a_list() -> None:
    example = ("Colours: red, blue\nMessage: which ones?", {"items": ["red", "blue"]})
    assert answer([example], "Colours: green\nMessage: which ones?", ITEMS) == {"items": ["green"]}


def test_two_quotations_are_two_clauses() -> None:
    example = ("Message: I need a cake, how much is it?", {"items": ["I need a cake", "how much is it?"]})
    made = answer([example], "Message: I want a lens, what does it cost?", ITEMS)
    assert made == {"items": ["I want a lens", "what does it cost?"]}


def test_a_label_of_the_prompt_below_the_message_is_not_part_of_it() -> None:
    whole = ("Message: good day to you\nCase: hello", {"reply": "good day to you"})
    assert reply([whole], "Message: hi there, friend\nCase: hello") == "hi there, friend"


def test_plain_text_is_filled_as_well() -> None:
    made = answer(
        [("Business: Hill Bakery\nMessage: hi", "Welcome to Hill Bakery!")], "Business: Lake\nMessage: hi", None
    )
    assert made == "Welcome to Lake!"


@pytest.mark.parametrize("schema", [None, REPLY])
def test_without_an_example_nothing_is_invented(schema: dict[str, Any] | None) -> None:
    made = answer([], "Price: 3 €\nMessage: what is it?", schema)
    assert made in ({"reply": ""}, "No example shows how to answer this. You wrote: what is it?")


SLOT = st.builds(
    "{}, {}:{:02d}".format,
    st.sampled_from(["Monday", "Tue", "7 March", "2031-05-06"]),
    st.integers(0, 23),
    st.integers(0, 59),
)
MESSAGE = st.lists(
    st.sampled_from(
        ["may", "I come", "on Friday", "at 3", "pm", "17:45", "for 2", "no", "thanks", "Ana is", "my name", "?"]
    )
).map(" ".join)


@given(st.lists(SLOT, max_size=3), st.integers(1, 999), MESSAGE, st.booleans())
def test_every_number_of_an_answer_stands_in_the_request(
    slots: list[str], price: int, message: str, priced: bool
) -> None:
    examples = [
        TIMES,
        NOTHING,
        ("Price: 49 €\nMessage: what does it cost for 2 people?", {"reply": "It costs 49 € for 2, or 98 € for four."}),
        ("Message: may I come at 5 pm?", {"reply": "5 pm is fine. That is in 20 minutes! See you at 17:00."}),
    ]
    lines = ["Business: Lake"] + (["Free times:", *(f"- {slot}" for slot in slots)] if slots else [])
    user = "\n".join([*lines, *([f"Price: {price} €"] if priced else []), f"Message: {message}"])
    numbers = re.findall(r"\d+", user)
    made = reply(examples, user)
    assert [number for number in re.findall(r"\d+", made) if number not in numbers] == []
    assert "four" not in made


def test_to_read_a_long_list_that_ends_in_a_question_mark_ends() -> None:
    """Found on real input: a pattern with two ways to read a word took ten minutes for six entries."""
    with within_a_minute():
        assert facts._COMMA_LIST.fullmatch(", ".join(["abcd efgh"] * 40) + "?") is None
