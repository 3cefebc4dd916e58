"""A conversation is cut into turns where the customer speaks, and results follow their calls in order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.errors import BadInput
from playhead.graph.chat import call_of
from playhead.imports.conversation import ImportedConversation, made_conversation


def user(text: str = "Hi") -> dict[str, Any]:
    return {"role": "user", "content": text}


def words(text: str = "Hello") -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def calling(*names: str, id: str = "c", **arguments: Any) -> dict[str, Any]:
    calls = [call_of(id, name, arguments) for name in names]
    return {"role": "assistant", "content": None, "tool_calls": calls}


def result(text: str = "ok", id: str = "c") -> dict[str, Any]:
    return {"role": "tool", "content": text, "tool_call_id": id}


def made(*messages: Any, **more: Any) -> ImportedConversation:
    return made_conversation("file:1", "t", list(messages), **{"facts": {}, **more})


def shape(conversation: ImportedConversation) -> list[tuple[list[int], list[int], bool]]:
    """Each turn's places: what came in, what was said, whether it breaks off."""
    return [([p.seq for p in t.given], [p.seq for p in t.said], t.breaks_off) for t in conversation.turns]


def test_each_customer_message_is_a_turn_with_what_was_said_to_it() -> None:
    talk = made({"role": "system", "content": "Be kind."}, user(), words(), user(), calling("look"), result(), words())
    assert talk.system == "Be kind."
    assert shape(talk) == [([1], [2], False), ([3], [4, 5, 6], False)]


def test_a_turn_without_an_answer_in_words_breaks_off() -> None:
    assert shape(made(user())) == [([0], [], True)]
    assert shape(made(user(), calling("look"))) == [([0], [1], True)]
    assert shape(made(user(), calling("look"), result())) == [([0], [1, 2], True)]
    assert shape(made(user("a"), user("b"), words())) == [([0], [], True), ([1], [2], False)]


def test_what_stands_before_the_customer_came_in_with_the_customer() -> None:
    assert shape(made(words("Welcome"), user(), words())) == [([0, 1], [2], False)]


def test_what_is_said_after_the_answer_comes_in_with_the_next_message_or_alone() -> None:
    assert shape(made(user(), words(), words("Still there?"), user(), words())) == [
        ([0], [1], False),
        ([2, 3], [4], False),
    ]
    assert shape(made(user(), words(), words("Still there?"))) == [([0], [1], False), ([2], [], True)]


def test_a_system_message_of_another_form_stays_a_message() -> None:
    talk = made({"role": "developer", "content": "Be kind."}, user(), words())
    assert talk.system is None
    assert shape(talk) == [([0, 1], [2], False)]


def test_unknown_tools_are_those_called_with_the_arguments_given() -> None:
    talk = made(user(), calling("b", x=1), result(), calling("a"), result(), calling("b", y=2), result(), words())
    known = [(tool["function"]["name"], list(tool["function"]["parameters"]["properties"])) for tool in talk.tools]
    assert known == [("a", []), ("b", ["x", "y"])]
    assert talk.facts == {"tools_seen": True}


def test_known_tools_are_kept_as_they_are() -> None:
    tools = [{"type": "function", "function": {"name": "a"}}]
    talk = made(user(), words(), tools=tools)
    assert talk.tools == tuple(tools)
    assert talk.facts == {}


def test_results_of_calls_with_one_id_are_told_apart_by_order() -> None:
    talk = made(user(), calling("look", "book", id="same"), result("1", "same"), result("2", "same"), words())
    assert shape(talk) == [([0], [1, 2, 3, 4], False)]


BROKEN: dict[str, list[Any]] = {
    "is not an object": ["Hi"],
    "its role is 'bot'": [{"role": "bot", "content": "Hi"}],
    "its content is 3": [{"role": "user", "content": 3}],
    "it has no content": [{"role": "user"}],
    "no tool call waits for this result": [user(), result()],
    "1 tool calls before it have no result": [user(), calling("look"), words()],
    "its last 1 tool calls have no result": [user(), calling("look", "book"), result()],
    "are no list": [user(), {"role": "assistant", "content": None, "tool_calls": "look"}],
    "has no function with a name": [user(), {"role": "assistant", "content": None, "tool_calls": [{"id": "c"}]}],
    "are not JSON:": [
        user(),
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c", "function": {"name": "a", "arguments": "{"}}],
        },
    ],
    "are not a JSON object": [
        user(),
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c", "function": {"name": "a", "arguments": "3"}}],
        },
    ],
    "the call that is next in order is 'x'": [
        user(),
        {"role": "assistant", "content": None, "tool_calls": [call_of("x", "a", {}), call_of("y", "b", {})]},
        result(id="y"),
        result(id="x"),
    ],
}


@pytest.mark.parametrize("problem", BROKEN)
def test_a_broken_conversation_is_refused_with_its_place(problem: str) -> None:
    with pytest.raises(BadInput) as raised:
        made(*BROKEN[problem])
    assert problem in str(raised.value)
    assert raised.value.where.startswith("file:1")


MESSAGES = st.lists(
    st.sampled_from([[user()], [words()], [calling("look"), result()], [{"role": "system", "content": "Note."}]])
).map(lambda parts: [message for part in parts for message in part])


@given(MESSAGES)
def test_no_message_is_lost_and_their_order_stays(messages: list[Any]) -> None:
    talk = made(*messages)
    seqs = [seq for came, said, _ in shape(talk) for seq in (*came, *said)]
    assert seqs == list(range(len(messages)))[0 if talk.system is None else 1 :]


def test_equal_conversations_have_one_digest_whatever_their_file_says_of_them() -> None:
    assert made(user(), words()).digest == made(user(), words(), facts={"reward": 1}).digest
    assert made(user(), words()).digest != made(user(), words("Bye")).digest
