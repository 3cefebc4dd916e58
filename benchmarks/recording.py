"""How much CPU does it take to record a step with its model call? The same graph in four ways, with an instant model.

Bare; with LangGraph's in-memory saver, which shows what having any checkpointer costs; with our saver as its
checkpointer and nothing else; and recorded. What steps and calls cost is the difference of the last two.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from langchain_core.language_models.fake_chat_models import FakeListChatModel
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph

import playhead
from benchmarks.figures import Figure
from benchmarks.subjects import Count, text
from playhead.graph.saver import LINGERING

NODES, RUNS, ROUNDS = 20, 15, 5


def asking_chain() -> Any:
    """A chain in which every node asks a model once."""
    model = FakeListChatModel(responses=[text(1, 120)])

    def ask(given: Count) -> Count:
        model.invoke([("system", text(2)), ("user", f"{given['n']} {text(3, 100)}")])
        return {"n": given["n"] + 1}

    graph = StateGraph(Count)
    names = [f"node{i}" for i in range(NODES)]
    for name in names:
        graph.add_node(name, ask)
    for before, after in zip([START, *names], [*names, END], strict=True):
        graph.add_edge(before, after)
    return graph


def _cpu(agent: Any) -> float:
    began = time.process_time()
    for run in range(RUNS):
        agent.invoke({"n": 0}, {"configurable": {"thread_id": f"c-{run}"}})
    return time.process_time() - began


def recorded(deck: playhead.Deck) -> Any:
    """The graph under the recorder."""
    return deck.record(asking_chain().compile())


def saved(deck: playhead.Deck) -> Any:
    """The graph with our saver in it, and no recorder."""
    return asking_chain().compile(checkpointer=recorded(deck).checkpointer)


def on_disk(make: Callable[[playhead.Deck], Any]) -> float:
    """CPU of the whole process, the writer's thread included, until all is committed."""
    with tempfile.TemporaryDirectory() as folder, playhead.open(Path(folder) / "r.db") as deck:
        agent = make(deck)
        _cpu(agent)  # warm
        deck.store.flush()
        lingering = LINGERING.set(True)  # as in a recorded run
        began = time.process_time()
        _cpu(agent)
        deck.store.flush()
        LINGERING.reset(lingering)
        return time.process_time() - began


def measure() -> list[Figure]:
    """CPU seconds of the process per step."""
    rounds = [
        (
            _cpu(asking_chain().compile()),
            _cpu(asking_chain().compile(checkpointer=InMemorySaver())),
            on_disk(saved),
            on_disk(recorded),
        )
        for _ in range(ROUNDS)
    ]
    bare, memory, saver, ours = (statistics.median(times) / (RUNS * NODES) * 1e6 for times in zip(*rounds, strict=True))
    return [
        Figure("bare graph", bare, "µs CPU a step"),
        Figure("with InMemorySaver", memory, "µs CPU a step"),
        Figure("with our saver only", saver, "µs CPU a step"),
        Figure("recorded", ours, "µs CPU a step"),
        Figure("all that is recorded, checkpoints too: recorded − bare", ours - bare, "µs CPU a step", 250, "≤"),
        Figure("of it, the step and its call: recorded − our saver only", ours - saver, "µs CPU a step"),
    ]
