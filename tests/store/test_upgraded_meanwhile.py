"""A newer Playhead upgrades the recording that an older process has open: that one stops with a name for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from playhead.codec import digest, split
from playhead.errors import Corrupt, SchemaTooNew
from playhead.location import Location
from playhead.store import Store
from playhead.store.queries import MIGRATIONS
from playhead.store.session import WritingSession
from playhead.store.writer import Note

from . import behind
from .conftest import a_run, keep

UNKNOWN = 1024  # a kind of values that no Playhead has had so far


@contextmanager
def upgraded(address: Location, change: str = "", back: str = "") -> Iterator[None]:
    """For a while a newer one has the recording: it changes what it needs, and says so."""
    with behind.connection(address) as raw:
        for statement in filter(None, (change, version(address, 99))):
            raw.execute(statement)
        yield
        for statement in filter(None, (back, version(address, len(MIGRATIONS)))):
            raw.execute(statement)


def version(address: Location, number: int) -> str:
    """What says which version the schema has."""
    if isinstance(address, Path):
        return f"PRAGMA user_version = {number}"
    return f"UPDATE recording SET version = {number}"


def of_a_new_kind(session: WritingSession) -> int:
    """A value as only a newer one could write it."""
    number = session.next_id("vals")
    session.write("vals_add", {"id": number, "hash": digest(b"new"), "kind": UNKNOWN, "data": b"new"})
    return number


def test_what_it_writes_from_then_on_is_refused_and_nothing_is_changed(store: Store, address: Location) -> None:
    (ref,) = keep(store, ["before"])
    told: list[BaseException] = []
    before = behind.rows(address, "vals")
    with upgraded(address):
        for _ in range(2):
            with pytest.raises(SchemaTooNew, match="99"):
                keep(store, ["after"])
        store.post(Note(lambda session: session.intern(split("posted")), told.append))
        with pytest.raises(SchemaTooNew):
            store.write(lambda session: None)
        assert [type(error) for error in told] == [SchemaTooNew]
        assert behind.rows(address, "vals") == before
        assert store.read(ref) == ["before"]


def test_what_it_cannot_read_is_no_damage(store: Store, address: Location) -> None:
    (old,) = keep(store, ["before"])
    new = store.write(of_a_new_kind)
    ahead = store.values()
    for read in (store.read, ahead.value):
        with pytest.raises(Corrupt, match="cannot be read"):
            read(new)  # nothing says yet that it is of a newer one
    with upgraded(address):
        for read in (store.read, ahead.value):
            with pytest.raises(SchemaTooNew, match="99"):
                read(new)
        assert store.read(old) == ["before"]


CHANGES: dict[str, tuple[str, str]] = {
    "a column more": ("ALTER TABLE runs ADD COLUMN mood INTEGER", "ALTER TABLE runs DROP COLUMN mood"),
    "a column of another name": (
        "ALTER TABLE threads RENAME COLUMN seal TO proof",
        "ALTER TABLE threads RENAME COLUMN proof TO seal",
    ),
    "a table of another name": ("ALTER TABLE labels RENAME TO said", "ALTER TABLE said RENAME TO labels"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_tables_of_another_form_are_no_damage(store: Store, address: Location, change: tuple[str, str]) -> None:
    a_run(store, "c-1", "r-1")
    with upgraded(address, *change), pytest.raises(SchemaTooNew, match="99"), store.reading() as session:
        session.rows("runs_of_thread", thread=1)
        session.rows("labels_of_thread", thread=1)
        session.one("threads_find", name="c-1")
    assert [run.id for run in store.runs_of("c-1")] == ["r-1"]
