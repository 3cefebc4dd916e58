"""How many rows a second does the recorder write, beside SQLite alone writing the same rows in the same batches?

A row of a call with its request and its response: three rows, and we are given the call and its encoded values, as the
recorder gives them to the store. SQLite alone writes the same bytes with the same statements, in two ways: it makes
the rows itself from what we are given, numbers, compression and seals, so that the difference is what the recorder
adds; or it is given them ready-made, so that the difference is all that is done to a row before it is one. All commit
each batch at FULL before they begin the next.
"""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from benchmarks.figures import Figure
from benchmarks.subjects import text
from playhead.codec import deflate, plain, seal
from playhead.store import Store, runs
from playhead.store.queries import QUERIES
from playhead.store.writer import Note

CALLS, ROUNDS = 4_000, 5
BATCHES = (50, 1_000)  # calls: fifty conversations that each made one, and the most that one commit takes
ROWS_A_CALL = 3

Made: TypeAlias = "tuple[list[dict[str, Any]], list[dict[str, Any]]]"  # rows of values, rows of calls


def calls() -> list[dict[str, Any]]:
    """Calls as the recorder hands them over: columns, and two values that nothing else shares."""
    return [
        {
            **dict.fromkeys(("input_tokens", "output_tokens", "prompt", "inputs", "error")),
            **{"run": 1, "number": number, "step": number, "address": f"node{number % 20}@{number % 20}"},
            **{"kind": "model", "name": "gpt", "ordinal": 0, "attempt": 1, "status": "done"},
            **{"started": 1e9 + number, "seconds": 0.5},
            "request": plain(text(number)),
            "response": plain(text(CALLS + number, 120)),
        }
        for number in range(1, CALLS + 1)
    ]


def ours(rows: Sequence[dict[str, Any]], batch: int) -> float:
    """Seconds through the store."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "runs.db")
        began = time.perf_counter()
        for start in range(0, len(rows), batch):
            for row in rows[start : start + batch]:
                parts = (row["request"], row["response"])
                store.post(Note(lambda session, row=row: runs.put(session, "calls", row), store.gap, parts))
            store.flush()
        taken = time.perf_counter() - began
        assert not store.failures
        store.close()
    return taken


def alone(rows: Sequence[dict[str, Any]], batch: int, *, ready: bool) -> float:
    """Seconds in SQLite, in the same tables with the same statements, given rows that are `ready` or making them."""
    with tempfile.TemporaryDirectory() as folder:
        Store(Path(folder) / "runs.db").close()
        connection = sqlite3.connect(Path(folder) / "runs.db", isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        batches: Iterable[Made] = (_made(rows[start : start + batch]) for start in range(0, len(rows), batch))
        if ready:
            batches = list(batches)
        began = time.perf_counter()
        for values, made in batches:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(QUERIES["vals_add"], values)
            connection.executemany(QUERIES["calls_put"], made)
            connection.execute("COMMIT")
        taken = time.perf_counter() - began
        connection.close()
    return taken


def _made(rows: Sequence[dict[str, Any]]) -> Made:
    """Rows with everything in them, in the order in which the store writes them."""
    values, made = [], []
    for row in rows:
        refs = {}
        for place, name in enumerate(("request", "response")):
            refs[name] = 2 * row["number"] - 1 + place
            kind, data = deflate(row[name].kind, row[name].data)
            value = {"id": refs[name], "hash": row[name].hash, "kind": kind, "data": data}
            values.append({**value, "seal": seal(value)})
        made.append({**row, **refs, "seal": seal({**row, **refs})})
    return values, made


def measure() -> list[Figure]:
    """Rows a second of both, and their ratio, in turn."""
    rows = calls()
    figures = []
    for batch in BATCHES:
        rounds = [
            (ours(rows, batch), alone(rows, batch, ready=False), alone(rows, batch, ready=True)) for _ in range(ROUNDS)
        ]
        own, making, writing = (statistics.median(times) for times in zip(*rounds, strict=True))
        written = CALLS * ROWS_A_CALL
        figures += [
            Figure(f"{batch} calls a commit: Playhead at FULL", written / own, "rows/s"),
            Figure(f"{batch} calls a commit: SQLite alone, making the same rows", written / making, "rows/s"),
            Figure(f"{batch} calls a commit: Playhead as fast as that", making / own, "×", 0.8),
            Figure(f"{batch} calls a commit: SQLite alone, rows ready-made", written / writing, "rows/s"),
            Figure(f"{batch} calls a commit: Playhead as fast as that", writing / own, "×", 0.8),
        ]
    return figures
