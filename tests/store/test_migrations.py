"""A recording that an older Playhead made is brought up to date when it is opened: wholly, or not at all."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from playhead.codec import split
from playhead.store import Store

from .recording import everything, open_deck, say

KILLED_IN_THE_MIDDLE = """
import os, signal, sys
from pathlib import Path
from playhead.store import Store, sqlite

pending = sqlite.pending_migrations

def and_then_die(connection, path):
    connection.create_function("die", 0, lambda: os.kill(os.getpid(), signal.SIGKILL))
    return [(number, script + "SELECT die();\\n") for number, script in pending(connection, path)]

sqlite.pending_migrations = and_then_die
Store(Path(sys.argv[1]))
"""


@pytest.fixture
def first_version(address: Path) -> Path:
    """A recording as the first version of the schema had it."""
    with open_deck(address) as deck:
        say(deck, "c-1", "Are you open?", customer="ana")
    with closing(sqlite3.connect(address, isolation_level=None)) as raw:
        raw.execute("DROP TABLE labels")
        raw.execute("DROP TABLE answers")
        raw.execute("DROP TABLE fates")
        raw.execute("DROP TABLE leases")
        raw.execute("DROP INDEX calls_by_prompt")
        raw.execute("DROP INDEX runs_by_started")
        raw.execute("PRAGMA user_version = 1")
    return address


def schema(path: Path) -> tuple[int, set[str]]:
    """The schema's version, and the names of its tables and indexes."""
    with closing(sqlite3.connect(path)) as raw:
        (version,) = raw.execute("PRAGMA user_version").fetchone()
        names = {name for (name,) in raw.execute("SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'")}
    return version, names


def test_the_first_version_opens_with_all_it_holds_and_takes_labels(first_version: Path) -> None:
    with open_deck(first_version) as deck:
        (run,) = deck.runs("c-1")
        assert (run.metadata["customer"], run.output["said"][0]) == ("ana", "Are you open?")
        deck.store.label("c-1", None, {"outcome": split("lost")}, 1.0)
        assert run.facts["outcome"] == "lost"
        assert deck.check().problems == ()


def test_what_was_migrated_has_the_schema_of_what_is_made_new(first_version: Path, tmp_path: Path) -> None:
    Store(first_version).close()
    Store(tmp_path / "new.db").close()
    assert schema(first_version) == schema(tmp_path / "new.db")


def test_a_migration_that_is_killed_leaves_the_recording_as_it_was(first_version: Path) -> None:
    before = schema(first_version)
    ended = subprocess.run(
        [sys.executable, "-c", KILLED_IN_THE_MIDDLE, str(first_version)], check=False, capture_output=True
    )
    assert ended.returncode == -9, ended.stderr.decode()
    assert schema(first_version) == before
    with open_deck(first_version) as deck:
        assert len(everything(deck)) == 1
    assert schema(first_version)[0] > before[0]
