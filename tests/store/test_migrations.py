"""A recording that an older Playhead made is brought up to date when it is opened: wholly, or not at all."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from playhead.codec import split
from playhead.errors import BadInput, SchemaTooNew
from playhead.store import Store, upgrading
from playhead.store.queries import MIGRATIONS
from playhead.store.sqlite.connection import Connection
from playhead.store.sqlite.schema import migrate

from .recording import everything, open_deck, say, talking
from .recordings.make import asking

RECORDINGS = Path(__file__).parent / "recordings"
NEWEST = len(MIGRATIONS)
every_version = pytest.mark.parametrize("version", range(1, NEWEST + 1))


@pytest.fixture
def recorded(tmp_path: Path) -> Callable[[int], Path]:
    """A recording as the Playhead of that version of the schema made it; 0 is an empty file."""

    def copy(version: int) -> Path:
        path = tmp_path / "runs.db"
        if version:
            shutil.copy(RECORDINGS / f"schema-{version}.db", path)
        else:
            path.touch()
        return path

    return copy


def schema(path: Path) -> tuple[int, set[str]]:
    """The schema's version, and the names of its tables and indexes."""
    with closing(sqlite3.connect(path)) as raw:
        (version,) = raw.execute("PRAGMA user_version").fetchone()
        names = {name for (name,) in raw.execute("SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'")}
    return version, names


# ── a recording of every version ─────────────────────────────────────────────────────────────────────────────


@every_version
def test_its_conversations_and_states_are_read(recorded: Callable[[int], Path], version: int) -> None:
    path = recorded(version)
    assert schema(path)[0] == version
    with open_deck(path) as deck:
        first, second = deck.runs("c-1")
        assert (first.metadata["customer"], second.output["said"]) == ("ana", [
            "Are you open?", "echo: Are you open?", "Until when?", "echo: Until when?",
        ])  # fmt: skip
        assert [step.address for step in second.steps] == ["__start__@4", "answer@5", "act@6"]
        assert [call.kind for call in first.calls] == ["model", "effect"]
        state = deck.record(talking(), "talking").get_state({"configurable": {"thread_id": "c-1"}})
        assert state.values["said"] == second.output["said"]
        assert deck.check().problems == ()


@every_version
def test_it_is_replayed_and_gone_on_with_and_takes_labels(recorded: Callable[[int], Path], version: int) -> None:
    with open_deck(recorded(version)) as deck:
        assert [deck.replay(run, talking()).unchanged for run in deck.runs("c-1")] == [True, True]
        assert deck.resume("c-2", asking(), answer="yes")["said"] == ["Hello", "yes"]
        say(deck, "c-1", "Thanks", customer="ana")
        assert len(deck.runs("c-1")[-1].output["said"]) == 6
        deck.store.label("c-1", None, {"outcome": split("lost")}, 1.0)
        assert deck.runs("c-1")[0].facts["outcome"] == "lost"
        assert deck.forget("ana") == 1
        assert deck.check().problems == ()


@every_version
def test_what_was_migrated_has_the_schema_of_what_is_made_new(recorded: Callable[[int], Path], version: int) -> None:
    path = recorded(version)
    Store(path).close()
    Store(path.with_name("new.db")).close()
    assert schema(path) == schema(path.with_name("new.db"))


# ── killed in the middle ─────────────────────────────────────────────────────────────────────────────────────


def killed_before(path: Path, statement: int) -> bool:
    """Migrate in a process of its own that is killed right before this statement; was it?"""
    if process := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == -signal.SIGKILL

    class Dying(Connection):
        done = 0

        def execute(self, *given: Any) -> sqlite3.Cursor:
            self.done += 1
            if self.done == statement:
                os.kill(os.getpid(), signal.SIGKILL)
            return super().execute(*given)

    try:
        with closing(sqlite3.connect(path, isolation_level=None, factory=Dying)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            migrate(connection, path)
    finally:
        os._exit(0)


@pytest.mark.parametrize("version", [0, 1])
def test_killed_at_any_statement_it_is_as_it_was_or_as_it_is_to_be(
    recorded: Callable[[int], Path], version: int
) -> None:
    path, statement = recorded(version), 1
    before, seen = schema(path), []
    while killed_before(path, statement):
        seen.append(schema(path))
        statement += 1
    assert statement > NEWEST * 2
    assert [found for found in seen if found != before] == []
    with open_deck(path) as deck:
        assert len(everything(deck)) == (3 if version else 0)
    assert schema(path)[0] == NEWEST


# ── db upgrade ───────────────────────────────────────────────────────────────────────────────────────────────


def test_looking_changes_nothing_and_says_what_each_step_brings(recorded: Callable[[int], Path]) -> None:
    path = recorded(1)
    before = path.read_bytes()
    found = upgrading.pending(path)
    assert (found.version, found.to, len(found.steps)) == (1, NEWEST, NEWEST - 1)
    assert found.steps[0] == "Business facts said of conversations and runs, and what backtests asked again."
    assert path.read_bytes() == before


def test_what_a_killed_process_left_half_done_is_undone_to_look(recorded: Callable[[int], Path]) -> None:
    path = recorded(1)
    cut_off = path.with_name("cut-off.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA cache_size = 1")  # so that what is changed goes to the file at once
        raw.execute("BEGIN")
        raw.execute("UPDATE vals SET data = randomblob(9000)")
        for ending in ("", "-journal"):
            shutil.copy(f"{path}{ending}", f"{cut_off}{ending}")
    assert upgrading.pending(cut_off).version == 1
    assert upgrading.upgrade(cut_off, cut_off.with_name("copy.db")).to == NEWEST
    with open_deck(path) as whole, open_deck(cut_off) as found:
        assert everything(found) == everything(whole)


def test_the_copy_is_the_recording_as_it_was(recorded: Callable[[int], Path]) -> None:
    path = recorded(1)
    copy = path.with_name("copy.db")
    upgrading.upgrade(path, copy)
    assert (schema(copy)[0], schema(path)[0]) == (1, NEWEST)
    with open_deck(copy) as older, open_deck(path) as newer:
        assert everything(older) == everything(newer)


def test_what_is_up_to_date_is_not_copied(recorded: Callable[[int], Path]) -> None:
    path = recorded(NEWEST)
    assert upgrading.upgrade(path, path.with_name("copy.db")).steps == ()
    assert not path.with_name("copy.db").exists()


def test_no_copy_no_upgrade(recorded: Callable[[int], Path]) -> None:
    path = recorded(1)
    for copy in (path, path.parent / "nowhere" / "copy.db"):
        with pytest.raises(BadInput, match=r"is ever overwritten|cannot be written"):
            upgrading.upgrade(path, copy)
    assert schema(path)[0] == 1


def test_a_newer_one_is_refused(recorded: Callable[[int], Path]) -> None:
    path = recorded(1)
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    with pytest.raises(SchemaTooNew, match="99"):
        upgrading.upgrade(path, path.with_name("copy.db"))
    assert path.read_bytes() == before
    assert not path.with_name("copy.db").exists()
