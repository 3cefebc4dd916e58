"""How much CPU does it take to record a step with its model call? Over the same graph, unrecorded, with an instant model."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from langchain_core.language_models.fake_chat_models import FakeListChatModel
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph

import playhead
from benchmarks.figures import Figure
from benchmarks.subjects import Count, text

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


def measure() -> list[Figure]:
    """CPU seconds of the process, writer thread included, per step."""
    rounds = []
    for _ in range(ROUNDS):
        bare = _cpu(asking_chain().compile())
        memory = _cpu(asking_chain().compile(checkpointer=InMemorySaver()))
        with tempfile.TemporaryDirectory() as folder, playhead.open(Path(folder) / "r.db") as deck:
            agent = deck.record(asking_chain().compile())
            began = time.process_time()
            _cpu(agent)
            deck.store.flush()
            rounds.append((bare, memory, time.process_time() - began))
    bare, memory, ours = (statistics.median(times) / (RUNS * NODES) * 1e6 for times in zip(*rounds, strict=True))
    return [
        Figure("bare graph", bare, "µs CPU a step"),
        Figure("with InMemorySaver", memory, "µs CPU a step"),
        Figure("recorded", ours, "µs CPU a step"),
        Figure("CPU to record a step with its call: recorded − bare", ours - bare, "µs", 250, "≤"),
        Figure("of that, what any checkpointer makes LangGraph do: in memory − bare", memory - bare, "µs"),
    ]
