"""An exact replay of any shape of graph calls nothing and finds every step as it was."""

from __future__ import annotations

from typing import Any

import pytest

from playhead.deck import Deck
from playhead.records import Run
from tests.graphs.shapes import SHAPES, Shape
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
