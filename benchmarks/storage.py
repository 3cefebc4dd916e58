"""How many bytes does a conversation take? 3 nodes a turn, 2 × 300 characters a turn, plain `add_messages`.

Ours is the whole recording: checkpoints, and every step with its input and output. Two kinds of text, as it matters
whether a database can make it smaller: everyday words, of which there are a hundred, and letters by chance. Real talk
lies between. Each as it lies on the disk. PostgresSaver is measured where a server answers at
`PLAYHEAD_BENCH_POSTGRES`, in a schema of its own that is dropped afterwards.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import psycopg
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.checkpoint.sqlite import SqliteSaver
from psycopg.rows import dict_row

import playhead
from benchmarks.figures import Figure, Skipped
from benchmarks.subjects import DeltaTalk, Talk, conversation, letters, play, size_on_disk, text

POSTGRES = os.environ.get("PLAYHEAD_BENCH_POSTGRES", "postgresql://127.0.0.1:5432/postgres")


Say: TypeAlias = Callable[[int], str]


def playhead_bytes(turns: int, say: Say) -> int:
    """The plain graph under the recorder."""
    with tempfile.TemporaryDirectory() as folder:
        with playhead.open(Path(folder) / "runs.db") as deck:
            play(deck.record(conversation(say=say).compile()), turns, say=say)
        return size_on_disk(Path(folder))


def sqlite_bytes(turns: int, say: Say, state: type = Talk) -> int:
    """LangGraph's own SQLite saver."""
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(Path(folder) / "runs.db", check_same_thread=False)
        play(conversation(state, say).compile(checkpointer=SqliteSaver(connection)), turns, say=say)
        connection.close()
        return size_on_disk(Path(folder))


def delta_bytes(turns: int, say: Say) -> int:
    """The same with DeltaChannel."""
    return sqlite_bytes(turns, say, DeltaTalk)


@contextmanager
def own_schema() -> Iterator[Any]:
    """A connection to Postgres in a new schema, for as long as it is needed. Raises `psycopg.OperationalError`."""
    with psycopg.connect(POSTGRES, connect_timeout=5, autocommit=True, row_factory=dict_row) as connection:
        name = f"bench_{secrets.token_hex(4)}"
        connection.execute(f"CREATE SCHEMA {name}")
        connection.execute(f"SET search_path TO {name}")
        try:
            yield connection
        finally:
            connection.execute(f"DROP SCHEMA {name} CASCADE")


def postgres_bytes(turns: int, say: Say) -> int:
    """LangGraph's own Postgres saver: its tables with their indexes."""
    with own_schema() as connection:
        saver = PostgresSaver(connection)
        saver.setup()
        play(conversation(say=say).compile(checkpointer=saver), turns, say=say)
        tables = [row["tablename"] for row in connection.execute(_TABLES).fetchall()]
        return sum(int(connection.execute(_SIZE, (table,)).fetchone()["size"]) for table in tables)


_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
_SIZE = "SELECT pg_total_relation_size(%s::regclass) AS size"


def against(what: str, say: Say, ours: int) -> list[Figure | Skipped]:
    """200 turns of this kind of text under the savers that one would use instead."""
    found: list[Figure | Skipped] = []
    others = {
        "SqliteSaver": (sqlite_bytes, 100),
        "SQLite + DeltaChannel": (delta_bytes, 3),
        "PostgresSaver": (postgres_bytes, 40),
    }
    for name, (measured, bar) in others.items():
        try:
            theirs = measured(200, say)
        except psycopg.OperationalError as error:
            found.append(Skipped(f"{what}: {name}, 200 turns", str(error).strip().splitlines()[0]))
            continue
        found += [
            Figure(f"{what}: {name}, 200 turns", theirs / 1024, "KB"),
            Figure(f"{what}: times smaller than {name}", theirs / ours, "×", bar),
        ]
    return found


def measure() -> list[Figure | Skipped]:
    """Sizes at 50 and 200 turns, of both kinds of text."""
    figures: list[Figure | Skipped] = []
    for what, say in (("everyday words", text), ("letters by chance", letters)):
        short, long = playhead_bytes(50, say), playhead_bytes(200, say)
        figures += [
            Figure(f"{what}: Playhead, 200 turns, the whole recording", long / 1024, "KB"),
            Figure(f"{what}: growth from 50 to 200 turns", long / short, "×", 4.2, "≤"),
            *against(what, say, long),
        ]
    return figures
