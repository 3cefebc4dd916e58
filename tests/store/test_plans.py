"""A page of the list, a conversation that is opened, and a value cost the same however many there are."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from playhead.store import Store
from playhead.store.queries import QUERIES

LISTING = ["runs_newest", "threads_get_many", "threads_find", "runs_of_thread", "labels_of_thread", "vals_get"]
WRITING = ["vals_find", "vals_find_many"]
OPENING = ["threads_starting_with", "runs_starting_with", "steps_of_run", "calls_of_run", "fates_of_run"]


@pytest.fixture
def empty(tmp_path: Path) -> sqlite3.Connection:
    Store(tmp_path / "runs.db").close()
    return sqlite3.connect(tmp_path / "runs.db")


@pytest.mark.parametrize("query", LISTING + OPENING + WRITING)
def test_what_is_asked_for_often_is_found_by_an_index(empty: sqlite3.Connection, query: str) -> None:
    places = dict.fromkeys(re.findall(r":(\w+)", QUERIES[query]), 1)
    plan = [row[3] for row in empty.execute(f"EXPLAIN QUERY PLAN {QUERIES[query]}", places)]
    assert plan
    assert [step for step in plan if step.startswith("SCAN") and "json_each" not in step] == []
    assert [step for step in plan if "TEMP B-TREE" in step] == []


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("c-10", ["c-10"]),
        ("c-100", ["c-100"]),
        ("c-2", ["c-20"]),
        ("c-1", ["c-10", "c-100"]),
        ("d", []),
        ("c-10~2", [f"c-10~2{number}" for number in range(10)]),
    ],
)
def test_a_shortened_name_means_the_originals_however_many_were_made_from_them(
    store: Store, asked: str, meant: list[str]
) -> None:
    names = ["c-10", "c-20", *(f"c-10~{number:02}" for number in range(30)), "c-20~00", "c-100"]
    store.write(lambda session: [session.thread(name) for name in names])
    assert store.threads_named(asked) == meant
