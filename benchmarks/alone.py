"""How long does one conversation wait for its recorder? One sync thread at NORMAL, beside LangGraph's SqliteSaver.

A chain of twenty nodes that each ask an instant model: SqliteSaver keeps the checkpoints, we keep those and every step
and call as well. In turn, by the medians of the rounds; LangGraph's durability is its default for both.
"""

from __future__ import annotations

import gc
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from langgraph.checkpoint.sqlite import SqliteSaver

import playhead
from benchmarks.figures import Figure
from benchmarks.recording import NODES, asking_chain

RUNS, ROUNDS = 15, 7


def _play(agent: Any) -> float:
    agent.invoke({"n": 0}, {"configurable": {"thread_id": "warm"}})
    gc.collect()  # what the subject before left behind is not this one's cost
    began = time.perf_counter()
    for run in range(RUNS):
        agent.invoke({"n": 0}, {"configurable": {"thread_id": f"c-{run}"}})
    return time.perf_counter() - began


def bare() -> float:
    """No checkpointer."""
    return _play(asking_chain().compile())


def ours() -> float:
    """Under the recorder."""
    with tempfile.TemporaryDirectory() as folder, playhead.open(Path(folder) / "r.db", synchronous="NORMAL") as deck:
        return _play(deck.record(asking_chain().compile()))


def theirs() -> float:
    """SqliteSaver."""
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(Path(folder) / "r.db", check_same_thread=False)
        saver = SqliteSaver(connection)
        saver.setup()
        connection.execute("PRAGMA synchronous = NORMAL")
        try:
            return _play(asking_chain().compile(checkpointer=saver))
        finally:
            connection.close()


def measure() -> list[Figure]:
    """Wall a step of each, and ours beside theirs."""
    rounds = [(bare(), theirs(), ours()) for _ in range(ROUNDS)]
    base, other, own = (statistics.median(times) / (RUNS * NODES) * 1e6 for times in zip(*rounds, strict=True))
    return [
        Figure("bare graph", base, "µs a step"),
        Figure("SqliteSaver at NORMAL, checkpoints only", other, "µs a step"),
        Figure("Playhead at NORMAL, steps and calls too", own, "µs a step"),
        Figure("Playhead's time beside SqliteSaver's", own / other, "×", 1, "≤"),
    ]
