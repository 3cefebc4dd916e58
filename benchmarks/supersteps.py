"""What does a superstep cost in wall time, fifty conversations at once? A 20-node chain with a small state.

Each saver is measured over the same graph without a checkpointer, at SQLite's FULL and at its NORMAL durability, in
turn, and the medians of the rounds are compared. LangGraph's own durability is its default, `async`, for all.

Ours is measured three times. Under the recorder, which also writes down every step with its input and output. And as
nothing but a checkpointer, like for like with AsyncSqliteSaver: once as anybody may plug it in, where each save waits
for its commit, and once as the recorder uses it, where saves wait for company and a conversation's last one is waited
for before it counts as done. In each of the three, as with AsyncSqliteSaver, all is committed when the clock stops.
"""

from __future__ import annotations

import asyncio
import gc
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
from playhead.graph.saver import Saver
from playhead.graph.saves import SAVING, Saving

THREADS, NODES, ROUNDS = 50, 20, 5
BARS = {"FULL": 5, "NORMAL": 4}


async def _play(agent: Any) -> float:
    gc.collect()  # what the subject before left behind is not this one's cost
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


def saver_only(synchronous: Any) -> float:
    """Our saver in a graph that is not recorded."""
    with tempfile.TemporaryDirectory() as folder, playhead.open(Path(folder) / "r.db", synchronous=synchronous) as deck:
        return asyncio.run(_play(chain(NODES).compile(checkpointer=_saver(deck))))


def saver_lingering(synchronous: Any) -> float:
    """Our saver in a graph that is not recorded, its saves in company, and each conversation's last one waited for."""

    async def converse(agent: Any, saver: Saver, thread: str) -> None:
        await agent.ainvoke({"n": 0}, {"configurable": {"thread_id": thread}})
        await saver.asettle(thread)

    async def play(saver: Saver) -> float:
        agent = chain(NODES).compile(checkpointer=saver)
        SAVING.set(Saving(lingers=True))
        gc.collect()
        began = time.perf_counter()
        await asyncio.gather(*(converse(agent, saver, f"c-{i}") for i in range(THREADS)))
        return time.perf_counter() - began

    with tempfile.TemporaryDirectory() as folder, playhead.open(Path(folder) / "r.db", synchronous=synchronous) as deck:
        return asyncio.run(play(_saver(deck)))


def _saver(deck: playhead.Deck) -> Saver:
    saver: Saver = deck.record(chain(1).compile()).checkpointer
    return saver


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
        rounds = [
            (
                bare(),
                memory(),
                ours(synchronous),
                saver_only(synchronous),
                saver_lingering(synchronous),
                theirs(synchronous),
            )
            for _ in range(ROUNDS)
        ]
        base, least, own, alone, lingering, other = (statistics.median(times) for times in zip(*rounds, strict=True))
        less = "wall added to bare, times less than AsyncSqliteSaver"
        figures += [
            Figure(f"{synchronous}: bare", base / (THREADS * NODES) * 1e6, "µs a superstep"),
            Figure(f"{synchronous}: InMemorySaver over bare", least / base, "×"),
            Figure(f"{synchronous}: Playhead over bare, steps recorded too", own / base, "×"),
            Figure(f"{synchronous}: Playhead's saver only over bare, each save waited for", alone / base, "×"),
            Figure(f"{synchronous}: Playhead's saver only over bare, as under the recorder", lingering / base, "×"),
            Figure(f"{synchronous}: AsyncSqliteSaver over bare", other / base, "×"),
            Figure(f"{synchronous}: {less}", (other - base) / (own - base), "×", BARS[synchronous]),
            Figure(f"{synchronous}: the same, saver only, each waited for", (other - base) / (alone - base), "×"),
            Figure(
                f"{synchronous}: the same, saver only, as recorded",
                (other - base) / (lingering - base),
                "×",
                BARS[synchronous],
            ),
        ]
    return figures
