"""How long does one conversation wait for its recorder? One sync thread at NORMAL, beside LangGraph's SqliteSaver.

A chain of twenty nodes that each ask an instant model, and the next turns of a conversation of four hundred messages:
SqliteSaver keeps the checkpoints, we keep those and every step and call as well. In turn, by the medians of the rounds;
LangGraph's durability is its default for all.
"""

from __future__ import annotations

import gc
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from langchain_core.messages import AIMessage, HumanMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver

import playhead
from benchmarks.figures import Figure
from benchmarks.recording import NODES, asking_chain
from benchmarks.subjects import conversation, play, text

RUNS, ROUNDS = 15, 7
SAID, TURNS = 400, 20

Timed: TypeAlias = Callable[[Any], float]


def runs(agent: Any) -> float:
    """Seconds for runs of the chain."""
    agent.invoke({"n": 0}, {"configurable": {"thread_id": "warm"}})
    gc.collect()  # what the subject before left behind is not this one's cost
    began = time.perf_counter()
    for run in range(RUNS):
        agent.invoke({"n": 0}, {"configurable": {"thread_id": f"c-{run}"}})
    return time.perf_counter() - began


def turns(agent: Any) -> float:
    """Seconds for turns of a conversation in which much was said."""
    said = [(HumanMessage, AIMessage)[number % 2](text(number)) for number in range(SAID)]
    agent.invoke({"messages": said}, {"configurable": {"thread_id": "c-1"}})
    play(agent, 1)
    gc.collect()
    began = time.perf_counter()
    play(agent, TURNS)
    return time.perf_counter() - began


def ours(graph: Any, timed: Timed) -> float:
    """Under the recorder."""
    with tempfile.TemporaryDirectory() as folder, playhead.open(Path(folder) / "r.db", synchronous="NORMAL") as deck:
        return timed(deck.record(graph.compile()))


def theirs(graph: Any, timed: Timed) -> float:
    """With SqliteSaver."""
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(Path(folder) / "r.db", check_same_thread=False)
        saver = SqliteSaver(connection)
        saver.setup()
        connection.execute("PRAGMA synchronous = NORMAL")
        try:
            return timed(graph.compile(checkpointer=saver))
        finally:
            connection.close()


def measure() -> list[Figure]:
    """Wall of each, and ours beside theirs."""
    chain, talk = asking_chain(), conversation()
    short = [(runs(chain.compile()), theirs(chain, runs), ours(chain, runs)) for _ in range(ROUNDS)]
    long = [
        (turns(talk.compile(checkpointer=InMemorySaver())), theirs(talk, turns), ours(talk, turns))
        for _ in range(ROUNDS)
    ]
    base, other, own = (statistics.median(times) / (RUNS * NODES) * 1e6 for times in zip(*short, strict=True))
    memory, saved, recorded = (statistics.median(times) / TURNS * 1e3 for times in zip(*long, strict=True))
    return [
        Figure("bare graph", base, "µs a step"),
        Figure("SqliteSaver at NORMAL, checkpoints only", other, "µs a step"),
        Figure("Playhead at NORMAL, steps and calls too", own, "µs a step"),
        Figure("Playhead's time beside SqliteSaver's", own / other, "×", 1, "≤"),
        Figure(f"after {SAID} messages: in memory", memory, "ms a turn"),
        Figure(f"after {SAID} messages: SqliteSaver", saved, "ms a turn"),
        Figure(f"after {SAID} messages: Playhead", recorded, "ms a turn"),
        Figure(f"after {SAID} messages: Playhead's time beside SqliteSaver's", recorded / saved, "×", 1, "≤"),
    ]
