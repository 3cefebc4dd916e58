"""A value's leaf is what LangGraph's serializer makes of it, however often it was seen before."""

from __future__ import annotations

import enum
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from playhead.codec import TYPED, TYPED_NAMES, leaf
from playhead.graph.encoding import Encoder, Serializer
from playhead.redact import Redactor


class Mood(enum.StrEnum):
    """A text that is an instance of a class."""

    GLAD = "glad"


@dataclass
class Point:
    """What the packer would take for a mapping."""

    x: int = 1


MOMENT = datetime(2026, 11, 29, 12, tzinfo=UTC)
NUMBER = uuid.UUID(int=7)
ALIKE = [1, True, 1.0, "1", (1,), [1], b"1", Mood.GLAD, "glad", Point(), {"x": 1}, MOMENT, str(MOMENT), NUMBER]
ALIKE += [str(NUMBER), {1: "x"}, {"1": "x"}, None, "half \ud83d", "half ?", {1}]

facts = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(allow_nan=False) | st.text(max_size=5) | st.binary(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=5), below, max_size=3),
    max_leaves=6,
)
named = st.dictionaries(st.text(max_size=5), facts, max_size=3)
messages = st.one_of(
    st.builds(HumanMessage, st.text(max_size=20), name=st.none() | st.text(max_size=5), additional_kwargs=named),
    st.builds(SystemMessage, st.text(max_size=20), id=st.none() | st.text(max_size=5)),
    st.builds(AIMessage, st.text(max_size=20), response_metadata=named),
    st.builds(ToolMessage, st.text(max_size=20), tool_call_id=st.just("call-1"), artifact=facts),
)


def serialized(value: Any) -> bytes:
    """The hash of the leaf that LangGraph's serializer alone makes."""
    name, data = Serializer().dumps_typed(value)
    return leaf(TYPED + TYPED_NAMES.index(name), data).hash


def encoder() -> Encoder:
    """One that hides nothing."""
    return Encoder(Redactor([]))


@given(facts.filter(lambda value: value is not None and type(value) not in (bool, int)))
def test_plain_data_is_the_leaf_that_serializing_it_gives(value: Any) -> None:
    assert encoder().state(value).hash == serialized(value)


@pytest.mark.parametrize("value", [[value] for value in ALIKE], ids=repr)
def test_what_is_of_a_class_is_no_plain_data(value: Any) -> None:
    assert encoder().state(value).hash == serialized(value)


@given(st.lists(messages, max_size=5))
def test_a_message_that_was_seen_before_is_the_leaf_that_serializing_it_gives(said: list[BaseMessage]) -> None:
    encode = encoder().state
    assert [encode(message).hash for message in said * 2] == [serialized(message) for message in said * 2]


def test_a_message_that_was_changed_since_it_was_seen_is_another_leaf() -> None:
    encode, message = encoder().state, AIMessage("Yes.", additional_kwargs={"mood": {"glad": True}})
    before = encode(message).hash
    message.additional_kwargs["mood"]["glad"] = False
    assert encode(message).hash == serialized(message) != before


def test_a_field_that_no_class_knows_is_part_of_a_message() -> None:
    encode, message = encoder().state, HumanMessage("Hello", channel="sms")  # type: ignore[call-arg]
    assert encode(message).hash == serialized(message) != encode(HumanMessage("Hello")).hash


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
def test_what_looks_alike_and_is_of_another_type_is_another_leaf() -> None:
    """Each in the order in which it could be taken for one before it."""
    encode = encoder().state
    for value in ALIKE * 2:
        made: Any = AIMessage("Yes.", additional_kwargs={"value": value})
        assert encode(made).hash == serialized(made), value
