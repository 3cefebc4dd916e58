"""How many bytes does a conversation take? 3 nodes a turn, 2 × 300 characters a turn, plain `add_messages`.

Ours is the whole recording: checkpoints, and every step with its input and output. PostgresSaver is measured where a
server answers at `PLAYHEAD_BENCH_POSTGRES`, in a schema of its own that is dropped afterwards.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.checkpoint.sqlite import SqliteSaver
from psycopg.rows import dict_row

import playhead
from benchmarks.figures import Figure, Skipped
from benchmarks.subjects import DeltaTalk, Talk, conversation, play, size_on_disk

POSTGRES = os.environ.get("PLAYHEAD_BENCH_POSTGRES", "postgresql://127.0.0.1:5432/postgres")


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


def postgres_bytes(turns: int) -> int:
    """LangGraph's own Postgres saver: its tables with their indexes, vacuumed."""
    with own_schema() as connection:
        saver = PostgresSaver(connection)
        saver.setup()
        play(conversation().compile(checkpointer=saver), turns)
        tables = [row["tablename"] for row in connection.execute(_TABLES).fetchall()]
        for table in tables:
            connection.execute(f"VACUUM FULL {table}")
        return sum(int(connection.execute(_SIZE, (table,)).fetchone()["size"]) for table in tables)


_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
_SIZE = "SELECT pg_total_relation_size(%s::regclass) AS size"


def against_postgres(ours: int) -> list[Figure | Skipped]:
    """The same conversation of 200 turns under PostgresSaver."""
    what = "times smaller than PostgresSaver, 200 turns"
    try:
        theirs = postgres_bytes(200)
    except psycopg.OperationalError as error:
        return [Skipped(what, str(error).strip().splitlines()[0])]
    return [Figure("postgres, 200 turns", theirs / 1024, "KB"), Figure(what, theirs / ours, "×", 40)]


def measure() -> list[Figure | Skipped]:
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
        Figure("times smaller than SqliteSaver, 200 turns", sizes[sqlite_bytes, 200] / ours, "×", 100),
        Figure("times smaller than SQLite + DeltaChannel, 200 turns", sizes[delta_bytes, 200] / ours, "×", 3),
        *against_postgres(ours),
        Figure("growth from 50 to 200 turns", ours / sizes[playhead_bytes, 50], "×", 4.2, "≤"),
    ]
