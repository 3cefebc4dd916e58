"""What a run was given, and what its tools gave, comes to the code that is replayed as the types that it was."""

from __future__ import annotations

import datetime
import enum
import operator
import uuid
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypedDict
from zoneinfo import ZoneInfo

import ormsgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import ToolMessage
from langchain_core.tools import tool
from langgraph.graph import START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command, interrupt
from pydantic import BaseModel

import playhead
from playhead.codec import leaf
from playhead.config import load_config
from playhead.deck import Deck
from playhead.graph.encoding import Encoder
from playhead.redact import Redactor
from playhead.tape import leaves
from playhead.trust import Unnamable
from tests.graphs.shapes import chain

T: Any = {"configurable": {"thread_id": "t-1"}}
DAY = datetime.date(2026, 1, 1)


class Colour(enum.Enum):
    """A key that is no text."""

    RED = "red"


BERLIN = ZoneInfo("Europe/Berlin")


class Pair(NamedTuple):
    """Two values with names."""

    left: Any
    right: Any


@dataclass(frozen=True)
class Box:
    """An object of fields."""

    value: Any
    size: int = field(init=False, default=3)


class Form(BaseModel):
    """A model, which the serializer makes plain data of with all that is in it."""

    value: Any


VALUES: list[Any] = [
    (1, (2, ())),
    {(1, 2), (3,)},
    {frozenset({1}), frozenset()},
    {DAY: 1, Colour.RED: (2,), uuid.UUID(int=1): 3},
    {(1, 2): "x"},
    bytearray(b"ab"),
    [{"deep": [(1, 2)]}],
    datetime.datetime(2026, 7, 1, 12, tzinfo=BERLIN),
    datetime.datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=BERLIN),
    {datetime.datetime(2026, 10, 25, 2, 30, fold=1): 1},
    deque([1, 2], maxlen=2),
    deque([(1, 2)]),
    Pair(1, (2, 3)),
    Box({(1, 2)}),
    Box(Box((1, 2))),
    Form(value=(1, 2)),
    Form(value=Box(1)),
    Form(value=[Pair(1, Form(value=DAY))]),
]


class State(TypedDict, total=False):
    """A value, and what nodes saw of it."""

    value: Any
    seen: Annotated[list[str], operator.add]


def looking() -> Any:
    """Nodes that look at what they were given, at what a person answered, and at the context."""
    graph = StateGraph(State, context_schema=dict)
    graph.add_node("look", lambda state: {"seen": [repr(state["value"])]})
    graph.add_node("ask", lambda state: {"seen": [repr(interrupt("?")), repr(state["value"])]})
    graph.add_node("know", _know)
    graph.add_edge(START, "look")
    graph.add_edge("look", "ask")
    graph.add_edge("ask", "know")
    return graph.compile()


def _know(state: State, runtime: Runtime[Any]) -> State:
    return {"seen": [repr(runtime.context["value"])]}


def unchanged(deck: Deck, graph: Any) -> bool:
    return all(deck.replay(run, graph).unchanged for run in deck.runs("t-1"))


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_what_a_run_was_given_is_what_it_was(deck: Deck, tmp_path: Path, value: Any) -> None:
    agent = deck.record(looking())
    agent.invoke({"value": value}, T, context={"value": value})
    agent.invoke(Command(resume=[value]), T, context={"value": value})
    runs = deck.runs("t-1")
    assert repr(runs[0].input["value"]) == repr(value)
    assert unchanged(deck, looking())
    deck.tape(runs, tmp_path / "runs.json")
    with playhead.open(tmp_path / "other.db", config=load_config(tmp_path)) as other:
        assert repr(other.load(tmp_path / "runs.json")[0].input["value"]) == repr(value)
        assert unchanged(other, looking())


@tool
def pair(q: str) -> Any:
    """Gives a pair."""
    return q, 1


@tool(response_format="content_and_artifact")
def found(q: str) -> Any:
    """Gives a text, and what is not for the model."""
    return q, (1, {(2, 3)})


def test_what_a_tool_gave_is_what_it_was(deck: Deck) -> None:
    graph = chain(("use", lambda state: {"seen": [repr(pair.invoke({"q": "x"}))]}), state=State)
    deck.record(graph).invoke({}, T)
    assert unchanged(deck, graph)


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_so_is_any_value_that_it_gave(deck: Deck, value: Any) -> None:
    @tool
    def give(q: str) -> Any:
        """Gives it."""
        return value

    @tool(response_format="content_and_artifact")
    def keep(q: str) -> Any:
        """Gives a text, and it beside that."""
        return q, [value]

    def use(state: State) -> State:
        call = {"type": "tool_call", "name": "keep", "args": {"q": "x"}, "id": "c-1"}
        return {"seen": [repr(give.invoke({"q": "x"})), repr(keep.invoke(call).artifact)]}

    graph = chain(("use", use), state=State)
    deck.record(graph).invoke({}, T)
    assert unchanged(deck, graph)


def test_so_is_what_it_gave_that_is_not_for_the_model(deck: Deck) -> None:
    def use(state: State) -> State:
        message = found.invoke({"type": "tool_call", "name": "found", "args": {"q": "x"}, "id": "c-1"})
        return {"seen": [repr(message.artifact), message.content]}

    graph = chain(("use", use), state=State)
    deck.record(graph).invoke({}, T)
    assert unchanged(deck, graph)


def test_what_a_node_wrote_beside_one_that_asked_is_what_langgraph_made_of_it(deck: Deck) -> None:
    graph = StateGraph(State)
    graph.add_node("write", lambda state: {"value": (1, 2)})
    graph.add_node("ask", lambda state: {"seen": [interrupt("?")]})
    graph.add_node("look", lambda state: {"seen": [repr(state["value"])]})
    graph.add_edge(START, "write")
    graph.add_edge(START, "ask")
    graph.add_edge(["write", "ask"], "look")
    agent = deck.record(graph.compile())
    agent.invoke({}, T)
    agent.invoke(Command(resume="yes"), T)
    assert unchanged(deck, graph.compile())


@pytest.mark.parametrize("value", [bytearray(b"ab"), {(1, 2)}], ids=repr)
def test_state_is_what_langgraph_made_of_it(deck: Deck, value: Any) -> None:
    graph = chain(
        ("write", lambda state: {"value": value}),
        ("ask", lambda state: {"seen": [interrupt("?")]}),
        ("look", lambda state: {"seen": [repr(state["value"])]}),
        state=State,
    )
    agent = deck.record(graph)
    agent.invoke({}, T)
    agent.invoke(Command(resume="yes"), T)
    assert unchanged(deck, graph)


# ── how it is kept ───────────────────────────────────────────────────────────────────────────────────────────

ENCODER = Encoder(Redactor([]))
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text() | st.floats() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.sets(st.integers() | st.text()),
)


@given(PLAIN)
def test_a_value_without_such_types_is_stored_as_ever(value: Any) -> None:
    assert ENCODER.as_it_was(value).hash == ENCODER.anything(value).hash


def test_so_is_a_message_of_a_role_and_a_text() -> None:
    given = {"messages": [("user", "Is my bike ready?")]}
    assert ENCODER.as_it_was(given).hash == ENCODER.anything(given).hash


@pytest.mark.parametrize(
    "value", [Pair(1, "x"), Form(value=[1]), deque([1, 2]), datetime.datetime(2026, 1, 1)], ids=repr
)
def test_so_is_an_object_without_any(value: Any) -> None:
    assert ENCODER.as_it_was([value]).hash == ENCODER.anything([value]).hash


def test_so_is_a_tools_message_without_any() -> None:
    message = ToolMessage("x", tool_call_id="c-1", artifact={"rows": [1]})
    assert ENCODER.as_it_was(message).hash == ENCODER.anything(message).hash


def test_so_is_a_message_written_shortly_which_stands_in_the_state_too() -> None:
    given = {"messages": [("user", "Hi"), ("ai", "Hello")]}
    assert ENCODER.as_it_was(given).hash == ENCODER.anything(given).hash


def test_a_bytearray_is_made_of_bytes_only() -> None:
    length = ENCODER.serde.dumps_typed(["builtins", "bytearray", 2**40])[1]
    part = leaf(leaves.MSGPACK, ENCODER.serde.dumps_typed(ormsgpack.Ext(0, length))[1])
    with pytest.raises(Unnamable):
        ENCODER.value(part)
