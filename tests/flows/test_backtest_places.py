"""As many turns ask at once as were allowed, and no more: others have their question ready."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypedDict

import pytest
from langgraph.graph import END, START, StateGraph
from pydantic import PrivateAttr

from playhead import aask
from playhead.config import Config
from playhead.deck import Deck
from tests.flows.shop import write_prompts
from tests.scripted import ScriptedModel

PROMPTS = {"left": ("Be kind.", "left {{message}}"), "right": ("Be kind.", "right {{message}}")}
CHANGED = {name: ("Be brief.", question) for name, (_, question) in PROMPTS.items()}
TALKS = 6


class Busy(ScriptedModel):
    """Takes a moment for each answer, and remembers how many it was asked at once at most."""

    _now: int = PrivateAttr(default=0)
    _most: int = PrivateAttr(default=0)
    _counting: Any = PrivateAttr(default_factory=threading.Lock)

    @property
    def most(self) -> int:
        """How many at once at most."""
        return self._most

    def _answer(self, messages: Any) -> Any:
        with self._counting:
            self._now += 1
            self._most = max(self._most, self._now)
        time.sleep(0.05)
        with self._counting:
            self._now -= 1
        return super()._answer(messages)


class Both(TypedDict, total=False):
    """What was asked, and answered twice."""

    message: str
    answers: list[str]


async def ask_both(state: Both) -> Both:
    """Two questions at the same time."""
    asked = (aask(name, message=state["message"]) for name in PROMPTS)
    return {"answers": list(await asyncio.gather(*asked))}


async def ask_in_turn(state: Both) -> Both:
    """One after the other."""
    return {"answers": [await aask(name, message=state["message"]) for name in PROMPTS]}


def graph_of(node: Any) -> Any:
    """A graph of one node."""
    graph = StateGraph(Both)
    graph.add_node("ask", node)
    graph.add_edge(START, "ask")
    graph.add_edge("ask", END)
    return graph.compile()


@pytest.fixture
def model() -> Busy:
    return Busy()


@pytest.fixture
def deck(tmp_path: Path, model: Busy) -> Iterator[Deck]:
    config = Config(tmp_path, tmp_path / "runs.db", write_prompts(tmp_path / "prompts", PROMPTS))
    with Deck(models={"default": model}, config=config, synchronous="OFF") as made:
        yield made


@pytest.mark.parametrize(("node", "calls_of_a_turn"), [(ask_in_turn, 1), (ask_both, 2)])
@pytest.mark.parametrize("concurrency", [1, 2, 4])
async def test_no_more_turns_ask_at_once_than_were_allowed(
    deck: Deck, model: Busy, tmp_path: Path, node: Any, calls_of_a_turn: int, concurrency: int
) -> None:
    graph = graph_of(node)
    agent = deck.record(graph, "both")
    for number in range(TALKS):
        await agent.ainvoke({"message": f"hello {number}"}, {"configurable": {"thread_id": f"c-{number}"}})
    model._most = 0
    draft = write_prompts(tmp_path / "draft", CHANGED)
    found = await asyncio.to_thread(deck.backtest, graph, prompts=draft, concurrency=concurrency)
    assert found.spent.calls == 2 * TALKS
    assert calls_of_a_turn <= model.most <= concurrency * calls_of_a_turn
