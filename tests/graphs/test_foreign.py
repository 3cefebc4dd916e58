"""Graphs of twelve shapes leave, recorded, the states and events they leave unrecorded; and they replay exactly."""

from __future__ import annotations

from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from playhead.deck import Deck
from tests.graphs.foreign import FOREIGN, Foreign, in_any_order, numbered
from tests.scripted import ScriptedModel, StreamingModel

CONFIG: Any = {"configurable": {"thread_id": "t-1"}}
MODES: Any = ["values", "updates", "messages", "custom", "tasks", "debug", "checkpoints"]

each = pytest.mark.parametrize("shape", FOREIGN.values(), ids=FOREIGN)


def saved(shape: Foreign, saver: Any, kind: type[ScriptedModel] = StreamingModel) -> Any:
    return shape.build(kind).copy(update={"checkpointer": saver})


def played(graph: Any, shape: Foreign) -> list[Any]:
    """Every event of every turn."""
    return [one for given in shape.turns for one in graph.stream(given, CONFIG, stream_mode=MODES, subgraphs=True)]


async def aplayed(graph: Any, shape: Foreign) -> list[Any]:
    events = []
    for given in shape.turns:
        events += [one async for one in graph.astream(given, CONFIG, stream_mode=MODES, subgraphs=True)]
    return events


def told(events: list[Any], shape: Foreign) -> Any:
    return in_any_order(events) if shape.parallel else numbered(events)


def places(graph: Any) -> list[Any]:
    """Where a graph's state is found, and that of each subgraph with a saver of its own."""
    own = [name for name, within in graph.get_subgraphs() if within.checkpointer is True]
    return [{"configurable": {"thread_id": "t-1", "checkpoint_ns": name}} for name in ("", *own)]


def state(graph: Any) -> Any:
    """The state as it is, with its subgraphs, and each that it was."""
    return [
        numbered([graph.get_state(place, subgraphs=True), *graph.get_state_history(place)]) for place in places(graph)
    ]


async def astate(graph: Any) -> Any:
    """As `state`."""
    return [
        numbered(
            [await graph.aget_state(place, subgraphs=True), *[one async for one in graph.aget_state_history(place)]]
        )
        for place in places(graph)
    ]


@each
def test_its_states_are_those_that_langgraphs_own_savers_keep(deck: Deck, shape: Foreign) -> None:
    ours = deck.record(shape.build(StreamingModel))
    played(ours, shape)
    with SqliteSaver.from_conn_string(":memory:") as sqlite:
        for saver in (InMemorySaver(), sqlite):
            other = saved(shape, saver)
            played(other, shape)
            assert state(ours) == state(other)


@each
async def test_its_states_are_those_that_langgraphs_own_savers_keep_async(deck: Deck, shape: Foreign) -> None:
    ours = deck.record(shape.build(StreamingModel))
    await aplayed(ours, shape)
    async with AsyncSqliteSaver.from_conn_string(":memory:") as sqlite:
        for saver in (InMemorySaver(), sqlite):
            other = saved(shape, saver)
            await aplayed(other, shape)
            assert await astate(ours) == await astate(other)


@each
def test_its_events_in_every_stream_mode_are_those_without_the_recorder(deck: Deck, shape: Foreign) -> None:
    plain = saved(shape, InMemorySaver())
    recorded = deck.record(shape.build(StreamingModel))
    assert told(played(recorded, shape), shape) == told(played(plain, shape), shape)


@each
async def test_its_events_in_every_stream_mode_are_those_without_it_async(deck: Deck, shape: Foreign) -> None:
    plain = saved(shape, InMemorySaver())
    recorded = deck.record(shape.build(StreamingModel))
    assert told(await aplayed(recorded, shape), shape) == told(await aplayed(plain, shape), shape)


def forbid(model: Any, messages: Any) -> None:
    raise AssertionError("a replay asked a model")


def replays_exactly(deck: Deck, shape: Foreign, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = shape.build(StreamingModel)
    monkeypatch.setattr(ScriptedModel, "_answer", forbid)
    runs = deck.runs("t-1")
    assert len(runs) == len(shape.turns)
    for run in runs:
        replay = deck.replay(run, graph)
        assert replay.unchanged
        assert {call.fate for call in replay.calls} <= {"reused"}
        assert {call.number for call in run.calls} <= {call.recorded for call in replay.calls}


@each
def test_each_of_its_turns_replays_exactly_with_no_call_asked(
    deck: Deck, shape: Foreign, monkeypatch: pytest.MonkeyPatch
) -> None:
    played(deck.record(shape.build(StreamingModel)), shape)
    replays_exactly(deck, shape, monkeypatch)


@each
async def test_each_of_its_turns_replays_exactly_with_no_call_asked_async(
    deck: Deck, shape: Foreign, monkeypatch: pytest.MonkeyPatch
) -> None:
    await aplayed(deck.record(shape.build(StreamingModel)), shape)
    replays_exactly(deck, shape, monkeypatch)
