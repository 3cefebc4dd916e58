"""How many bytes does a conversation take? 3 nodes a turn, 2 × 300 characters a turn, plain `add_messages`.

Ours is the whole recording: checkpoints, and every step with its input and output.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path

from langgraph.checkpoint.sqlite import SqliteSaver

import playhead
from benchmarks.figures import Figure
from benchmarks.subjects import DeltaTalk, Talk, conversation, play, size_on_disk


def playhead_bytes(turns: int) -> int:
    """The plain graph under the recorder."""
    with tempfile.TemporaryDirectory() as folder:
        with playhead.open(Path(folder) / "runs.db") as deck:
            play(deck.record(conversation().compile()), turns)
        return size_on_disk(Path(folder))


def sqlite_bytes(turns: int, state: type = Talk) -> int:
    """LangGraph's own SQLite saver."""
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(Path(folder) / "runs.db", check_same_thread=False)
        play(conversation(state).compile(checkpointer=SqliteSaver(connection)), turns)
        connection.close()
        return size_on_disk(Path(folder))


def delta_bytes(turns: int) -> int:
    """The same with DeltaChannel."""
    return sqlite_bytes(turns, DeltaTalk)


def measure() -> list[Figure]:
    """Sizes at 50 and 200 turns."""
    sizes: dict[tuple[Callable[[int], int], int], int] = {}
    for subject in (playhead_bytes, sqlite_bytes, delta_bytes):
        for turns in (50, 200):
            sizes[subject, turns] = subject(turns)
    ours = sizes[playhead_bytes, 200]
    return [
        *(
            Figure(f"{subject.__name__[:-6]}, {turns} turns", size / 1024, "KB")
            for (subject, turns), size in sizes.items()
        ),
        Figure("times smaller than SqliteSaver, 200 turns", sizes[sqlite_bytes, 200] / ours, "×", 80),
        Figure("times smaller than SQLite + DeltaChannel, 200 turns", sizes[delta_bytes, 200] / ours, "×", 2.5),
        Figure("growth from 50 to 200 turns", ours / sizes[playhead_bytes, 50], "×", 4.2, "≤"),
    ]
