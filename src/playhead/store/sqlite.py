"""What is particular to SQLite? The file, its pragmas, and what its errors mean."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal

import sqlite_utils

from playhead.errors import Corrupt, SchemaTooNew, StoreBusy, StoreError, StoreUnusable

Synchronous = Literal["FULL", "NORMAL"]
WAIT_SECONDS: Final = 10.0
ERRORS: Final = (sqlite3.Error, UnicodeDecodeError)  # the latter for an error's text that quotes damaged bytes


def connect(path: Path, synchronous: Synchronous = "FULL", *, create: bool = False) -> sqlite3.Connection:
    """A connection in autocommit mode, usable from any one thread at a time."""
    with plain_errors(path):
        address = f"{path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}"
        connection = sqlite3.connect(
            address, uri=True, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute("PRAGMA secure_delete = ON")
        return connection


def open_database(path: Path, synchronous: Synchronous) -> sqlite3.Connection:
    """Open a recording, made if it is not there, with its schema up to date. Another's database is left as it is."""
    connection = connect(path, synchronous, create=True)
    try:
        with plain_errors(path):
            connection.execute("BEGIN")  # one moment: another process may be making the same file
            pending = pending_migrations(connection, path)
            connection.execute("COMMIT")
            connection.execute("PRAGMA journal_mode = WAL")
            if pending:
                migrate(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def pending_migrations(connection: sqlite3.Connection, path: Path) -> list[tuple[int, str]]:
    """The numbered scripts that this database has not seen. Raises `SchemaTooNew`, `StoreUnusable`."""
    scripts = sorted(
        (file for file in (files(__package__) / "migrations").iterdir() if file.name.endswith(".sql")),
        key=lambda file: file.name,
    )
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(scripts):
        raise SchemaTooNew(str(path), version, len(scripts))
    if not version and sqlite_utils.Database(connection).table_names():
        raise StoreUnusable(str(path), "it is a database of something else")
    return [(number, script.read_text("utf-8")) for number, script in enumerate(scripts, 1) if number > version]


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the schema up to date in one transaction; of several processes that open a new file, one does it."""
    connection.execute("BEGIN IMMEDIATE")
    for number, script in pending_migrations(connection, path):
        for statement in re.split(r";\s*\n", script):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number}")
    connection.execute("COMMIT")


def damaged_pages(connection: sqlite3.Connection, path: Path) -> list[str]:
    """What SQLite itself finds wrong with its pages and indexes."""
    try:
        found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(20)").fetchall()]
    except ERRORS as error:
        found = [explain(error, path).happened]
    return [f"SQLite: {text}" for text in found if text != "ok"]


@contextmanager
def plain_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ours, which say what to do."""
    try:
        yield
    except ERRORS as error:
        raise explain(error, path) from error


def explain(error: Exception, path: Path) -> StoreError:
    """The error of ours that says what this error of SQLite means for the person in front of it."""
    if isinstance(error, StoreError):
        return error
    text = str(error)
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without what says where it happened
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(str(path), WAIT_SECONDS)
    if code == sqlite3.SQLITE_CORRUPT or isinstance(error, UnicodeDecodeError) or "decode to UTF-8" in text:
        return Corrupt("pages", path.name, text)
    if code == sqlite3.SQLITE_CANTOPEN and not path.parent.is_dir():
        return StoreUnusable(str(path), f"its folder {path.parent} does not exist")
    if code == sqlite3.SQLITE_CANTOPEN and path.is_dir():
        return StoreUnusable(str(path), "it is a folder")
    return StoreUnusable(str(path), text)
