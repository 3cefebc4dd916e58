"""Is there a recording in a file of SQLite, and how is one made and brought up to date?"""

from __future__ import annotations

import re
import sqlite3
import time
from pathlib import Path
from typing import Final

from playhead.errors import RecordingNotFound, SchemaTooNew, StoreUnusable
from playhead.store.queries import MIGRATIONS
from playhead.store.sqlite.meaning import ANOTHER, WAIT_SECONDS

PAGE_BYTES: Final = 2048
"""Rows are small, and each table and index has pages of its own: with SQLite's 4096 a short one is a quarter larger."""


def make_ready(connection: sqlite3.Connection, path: Path, *, create: bool) -> None:
    """Make the recording if it is not there, its schema up to date.

    Raises `SchemaTooNew`, `StoreUnusable`, and without `create` `RecordingNotFound`.
    """
    connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # of a new file; another keeps its own
    connection.execute("BEGIN")  # one moment: another process may be making the same file
    pending = pending_migrations(connection, path, create=create)
    connection.execute("COMMIT")
    write_ahead(connection)
    if pending:
        migrate(connection, path)


def write_ahead(connection: sqlite3.Connection) -> None:
    """Write by way of a log. While another process does the same to a new file, SQLite says so without waiting."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def pending_migrations(connection: sqlite3.Connection, path: Path, *, create: bool = True) -> list[tuple[int, str]]:
    """The numbered scripts that this database has not seen. Raises as `make_ready`."""
    version = check_version(connection, path)
    if not version and _has_tables(connection):
        raise StoreUnusable(str(path), "it is a database of something else", ANOTHER)
    if not version and not create:
        raise RecordingNotFound(str(path))
    return [(number, script) for number, script in enumerate(MIGRATIONS, 1) if number > version]


def check_version(connection: sqlite3.Connection, path: Path) -> int:
    """The schema's version. Raises `SchemaTooNew`."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise SchemaTooNew(str(path), version, len(MIGRATIONS))
    return int(version)


def _has_tables(connection: sqlite3.Connection) -> bool:
    import sqlite_utils  # which takes long to import, and only a new file is asked

    return bool(sqlite_utils.Database(connection).table_names())


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the schema up to date in one transaction; of several processes that open a new file, one does it."""
    connection.execute("BEGIN IMMEDIATE")
    for number, script in pending_migrations(connection, path):
        for statement in re.split(r";\s*\n", script):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number}")
    connection.execute("COMMIT")
