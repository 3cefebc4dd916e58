"""What does a superstep cost in wall time, fifty conversations at once? A 20-node chain with a small state.

Each saver is measured over the same graph without a checkpointer, at SQLite's FULL and at its NORMAL durability, in
turn, and the medians of the rounds are compared. LangGraph's own durability is its default, `async`, for both.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import aiosqlite
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

import playhead
from benchmarks.figures import Figure
from benchmarks.subjects import chain

THREADS, NODES, ROUNDS = 50, 20, 5


async def _play(agent: Any) -> float:
    began = time.perf_counter()
    await asyncio.gather(*(agent.ainvoke({"n": 0}, {"configurable": {"thread_id": f"c-{i}"}}) for i in range(THREADS)))
    return time.perf_counter() - began


def bare() -> float:
    """No checkpointer."""
    return asyncio.run(_play(chain(NODES).compile()))


def ours(synchronous: Any) -> float:
    """Under the recorder."""
    with tempfile.TemporaryDirectory() as folder, playhead.open(Path(folder) / "r.db", synchronous=synchronous) as deck:
        return asyncio.run(_play(deck.record(chain(NODES).compile())))


def theirs(synchronous: str) -> float:
    """AsyncSqliteSaver."""

    async def play() -> float:
        with tempfile.TemporaryDirectory() as folder:
            async with aiosqlite.connect(Path(folder) / "r.db") as connection:
                saver = AsyncSqliteSaver(connection)
                await saver.setup()
                await connection.execute(f"PRAGMA synchronous = {synchronous}")
                return await _play(chain(NODES).compile(checkpointer=saver))

    return asyncio.run(play())


def memory() -> float:
    """LangGraph's saver that keeps everything in memory: what having any checkpointer costs."""
    return asyncio.run(_play(chain(NODES).compile(checkpointer=InMemorySaver())))


def measure() -> list[Figure]:
    """Wall per superstep over bare, at each durability."""
    figures = []
    bare()  # warm
    memory()
    for synchronous in ("FULL", "NORMAL"):
        rounds = [(bare(), memory(), ours(synchronous), theirs(synchronous)) for _ in range(ROUNDS)]
        base, least, own, other = (statistics.median(times) for times in zip(*rounds, strict=True))
        figures += [
            Figure(f"{synchronous}: bare", base / (THREADS * NODES) * 1e6, "µs a superstep"),
            Figure(f"{synchronous}: InMemorySaver over bare", least / base, "×"),
            Figure(f"{synchronous}: Playhead over bare, steps recorded too", own / base, "×"),
            Figure(f"{synchronous}: AsyncSqliteSaver over bare", other / base, "×"),
            Figure(
                f"{synchronous}: wall added to bare, times less than AsyncSqliteSaver",
                (other - base) / (own - base),
                "×",
                4,
            ),
        ]
    return figures
