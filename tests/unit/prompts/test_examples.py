from __future__ import annotations

import pytest

from playhead.errors import PromptSyntax
from playhead.prompts.examples import answer_text

REPAIR, RING, THANKS = "Is my bike repaired?", "Can you resize a ring?", "Thanks, bye"


def header(few_shot: str) -> list[str]:
    lines = [f"  - {{inputs: {{message: '{text}'}}, output: 'to {text}'}}" for text in (REPAIR, RING, THANKS)]
    return [f"few_shot: {few_shot}", "examples:", *lines]


BODY = "=== system ===\nYou are {{business}}.\n=== history ===\n=== user ===\nMessage: {{message}}\n"
INPUTS = "inputs: {business: {type: string}, history: {type: messages}, message: {type: string}}"


def rendered(load_prompt, few_shot: str, message: str) -> list[str]:
    prompt = load_prompt(BODY, *header(few_shot), inputs=INPUTS)
    history = [{"role": "customer", "content": "hi"}, {"role": "business", "content": "hello"}]
    return [one["content"] for one in prompt.render({"business": "Bay", "history": history, "message": message})]


def test_none_go_in_unless_asked_for(load_prompt) -> None:
    assert rendered(load_prompt, "0", RING) == ["You are Bay.", "hi", "hello", f"Message: {RING}"]


def test_the_nearest_stand_after_the_system_block_with_the_nearest_last(load_prompt) -> None:
    shown = rendered(load_prompt, "2", "Thanks! Can you resize my ring?")
    assert shown[3:5] == [f"Message: {RING}", f"to {RING}"]
    assert [shown[0], *shown[5:]] == ["You are Bay.", "hi", "hello", "Message: Thanks! Can you resize my ring?"]
    assert len(shown) == 1 + 4 + 3


def test_the_pairs_are_a_user_and_an_assistant_message(load_prompt) -> None:
    prompt = load_prompt(BODY, *header("1"), inputs=INPUTS)
    messages = prompt.render({"business": "Bay", "history": [], "message": RING})
    assert [one["role"] for one in messages] == ["system", "user", "assistant", "user"]


def test_all_keep_the_order_of_the_file(load_prompt) -> None:
    shown = rendered(load_prompt, "all", RING)
    assert shown[1:7:2] == [f"Message: {text}" for text in (REPAIR, RING, THANKS)]


def test_more_than_there_are_means_those_there_are(load_prompt) -> None:
    assert len(rendered(load_prompt, "9", RING)) == 1 + 6 + 3


def test_the_same_request_gets_the_same_examples(load_prompt) -> None:
    assert rendered(load_prompt, "2", "Hello?") == rendered(load_prompt, "2", "Hello?")


def test_who_changes_the_messages_changes_no_later_render(load_prompt) -> None:
    prompt = load_prompt(BODY, *header("1"), inputs=INPUTS)
    inputs = {"business": "Bay", "history": [], "message": RING}
    prompt.render(inputs)[1]["content"] = "changed"
    assert prompt.render(inputs)[1]["content"] == f"Message: {RING}"


def test_an_answer_is_compact_json_in_the_order_of_its_schema() -> None:
    schema = {
        "properties": {
            "reply": {"type": "string"},
            "ask": {"type": "array", "items": {"properties": {"b": {}, "a": {}}}},
        }
    }
    output = {"z": 1, "ask": [{"a": 1, "b": 2}], "reply": "für dich", "y": 2}
    assert answer_text(output, schema) == '{"reply":"für dich","ask":[{"b":2,"a":1}],"y":2,"z":1}'


def test_an_answer_without_a_schema_is_its_text() -> None:
    assert answer_text("On my way", None) == "On my way"


@pytest.mark.parametrize(
    ("example", "problem"),
    [
        ("{inputs: {}, output: a}", "needs the input 'message'"),
        ("{inputs: {message: 3}, output: a}", "not of type 'string'"),
        ("{inputs: {message: a, massage: b}, output: a}", "Did you mean 'message'"),
        ("{inputs: {message: a, business: null}, output: a}", "gives nothing for 'business'"),
        ("{inputs: {message: a}, output: {reply: a}}", "output does not fit"),
    ],
)
def test_an_example_that_would_go_into_requests_must_fit(load_prompt, example: str, problem: str) -> None:
    with pytest.raises(PromptSyntax, match=problem) as refused:
        load_prompt(BODY, "few_shot: 1", "examples:", f"  - {example}", inputs=INPUTS)
    assert (refused.value.line, refused.value.rule) == (7, "example-misfit")


def test_examples_need_a_user_block_to_stand_in(load_prompt) -> None:
    with pytest.raises(PromptSyntax, match="no user block"):
        load_prompt("=== system ===\nHi.\n", *header("1"))
