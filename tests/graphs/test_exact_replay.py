"""An exact replay of any shape of graph calls nothing and finds every step as it was."""

from __future__ import annotations

from typing import Any

import pytest
from langgraph.graph import START, StateGraph

from playhead.deck import Deck
from playhead.records import Run
from tests.graphs.shapes import NOTHING, SHAPES, Notes, Shape
from tests.scripted import ScriptedModel, StreamingModel

CONFIG: Any = {"configurable": {"thread_id": "t-1"}}
KINDS = {"plain": ScriptedModel, "streaming": StreamingModel}


def forbid(model: Any) -> None:
    raise AssertionError("a replay asked a model")


async def record(deck: Deck, shape: Shape, kind: type[ScriptedModel]) -> Run:
    agent = deck.record(shape.build(kind))
    if shape.is_async:
        await agent.ainvoke(shape.given, {**CONFIG, **shape.config})
    else:
        agent.invoke(shape.given, {**CONFIG, **shape.config})
    return deck.runs("t-1")[-1]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SHAPES)
async def test_every_shape_replays_without_a_call(deck: Deck, name: str, kind: str, monkeypatch: Any) -> None:
    shape = SHAPES[name]
    run = await record(deck, shape, KINDS[kind])
    graph = shape.build(KINDS[kind])
    monkeypatch.setattr(KINDS[kind], "_answer", forbid)
    replay = deck.replay(run, graph)
    assert replay.unchanged, replay.divergence
    assert [step.address for step in replay.steps] == [step.address for step in run.steps] or len(replay.steps) > 1
    assert {call.fate for call in replay.calls} <= {"reused"}
    assert sorted(call.recorded for call in replay.calls) == sorted(call.number for call in run.calls)


class Inside(Notes, total=False):
    """Beside the notes, what is for the graph's own nodes."""

    private: str


async def test_a_replay_gives_what_the_graph_gives(deck: Deck) -> None:
    graph: Any = StateGraph(Inside, output_schema=Notes)
    graph.add_node("write", lambda state: {"notes": ["written"], "private": "x"})
    graph.add_edge(START, "write")
    given = deck.record(graph.compile()).invoke(NOTHING, CONFIG)
    assert deck.replay(deck.runs("t-1")[-1], graph.compile()).output == given == {"notes": ["written"]}


async def test_in_which_order_langgraph_goes_through_edges_is_its_own_affair(deck: Deck) -> None:
    graph: Any = StateGraph(Notes)
    for name in ("a", "b", "c"):
        graph.add_node(name, lambda state: None)
    edges = [(START, "a"), ("a", "b"), ("a", "c")]
    graph.edges = dict.fromkeys(edges).keys()  # a set, which is in another order in every process
    deck.record(graph.compile()).invoke(NOTHING, CONFIG)
    graph.edges = dict.fromkeys(edges[::-1]).keys()
    replay = deck.replay(deck.runs("t-1")[-1], graph.compile())
    assert replay.unchanged, replay.divergence
