"""What is particular to SQLite? The file, its pragmas, and what its errors mean."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal

import sqlite_utils

from playhead.errors import PlayheadError, SchemaTooNew, StoreBusy, StoreError, StoreUnusable

Synchronous = Literal["FULL", "NORMAL"]
WAIT_SECONDS: Final = 10.0


def connect(path: Path, synchronous: Synchronous = "FULL") -> sqlite3.Connection:
    """A connection in autocommit mode, usable from any one thread at a time."""
    with plain_errors(path):
        connection = sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute("PRAGMA secure_delete = ON")
        return connection


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the schema up to date, each numbered migration in a transaction of its own."""
    scripts = sorted(
        (file for file in (files(__package__) / "migrations").iterdir() if file.name.endswith(".sql")),
        key=lambda file: file.name,
    )
    with plain_errors(path):
        database = sqlite_utils.Database(connection)
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > len(scripts):
            raise SchemaTooNew(str(path), version, len(scripts))
        if not version and database.table_names():
            raise StoreUnusable(str(path), "it is a database of something else")
        for number, script in enumerate(scripts, 1):
            if number > version:
                body = script.read_text("utf-8")
                connection.executescript(f"BEGIN IMMEDIATE; {body}; PRAGMA user_version = {number}; COMMIT;")


@contextmanager
def plain_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ours, which say what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(error, path) from error


def explain(error: Exception, path: Path) -> StoreError:
    """The error of ours that says what this error of SQLite means for the person in front of it."""
    if isinstance(error, PlayheadError) and isinstance(error, StoreError):
        return error
    text = str(error)
    if "locked" in text or "busy" in text:
        return StoreBusy(str(path), WAIT_SECONDS)
    if "unable to open" in text and not path.parent.is_dir():
        return StoreUnusable(str(path), f"its folder {path.parent} does not exist")
    return StoreUnusable(str(path), text)
