"""A recording of each kind: the suite is one, and every backend passes it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from playhead.codec import Part, split
from playhead.location import Location
from playhead.store import Store
from playhead.store.session import WritingSession


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Location:
    """Where a recording of this kind of database is to be kept."""
    return tmp_path / "runs.db" if request.param == "sqlite" else request.getfixturevalue("server")


on_sqlite = pytest.mark.parametrize("address", ["sqlite"], indirect=True)
"""For what is SQLite's alone; what answers it on PostgreSQL is in test_postgres.py."""


@pytest.fixture
def store(address: Path) -> Iterator[Store]:
    """An open, empty recording."""
    opened = Store(address, synchronous="NORMAL")
    yield opened
    opened.close()


def keep(store: Store, *values: Any) -> list[int]:
    """Store plain values; gives their references."""
    return store.write(lambda session: intern(session, [split(value) for value in values]))


def hold_up(store: Store) -> threading.Event:
    """Keep the writer busy until the event is set, so that what is submitted meanwhile becomes one group."""
    go, busy = threading.Event(), threading.Event()
    store.submit(lambda _: (busy.set(), go.wait(10)))
    assert busy.wait(10)
    return go


def intern(session: WritingSession, parts: list[Part]) -> list[int]:
    """Store parts; gives their references."""
    return [session.intern(part) or 0 for part in parts]


def a_run(store: Store, thread: str, name: str, **more: Any) -> None:
    """Write a finished run with the values given."""
    from playhead.store import runs

    row = {
        "name": name,
        "graph": "g",
        "cause": name,
        "status": "done",
        "attempt": 1,
        "owner": "here:1",
        "started": 1.0,
        "ended": 2.0,
        **dict.fromkeys(runs.RUN_VALUES),
        **{key: split(value) for key, value in more.items()},
    }
    store.write(lambda session: runs.add_run(session, thread, row))
