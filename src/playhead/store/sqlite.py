"""What is particular to SQLite? The file, its pragmas, and what its errors mean."""

from __future__ import annotations

import queue
import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import sqlite_utils

from playhead.errors import BadInput, Corrupt, RecordingNotFound, SchemaTooNew, StoreBusy, StoreError, StoreUnusable
from playhead.store.backend import Row, Synchronous, plain_errors
from playhead.store.queries import MIGRATIONS, QUERIES

WAIT_SECONDS: Final = 10.0
PARAMETER: Final = re.compile(r":(\w+)")
PAGE_BYTES: Final = 2048
"""Rows are small, and each table and index has pages of its own: with SQLite's 4096 a short one is a quarter larger."""


class Connection(sqlite3.Connection):
    """A connection in autocommit mode, usable from any one thread at a time."""

    seen: int | None = None  # the database's change counter at this connection's last transaction

    def rows(self, query: str, params: Mapping[str, Any]) -> list[Row]:
        """What a named query finds."""
        cursor = self.execute(QUERIES[query], params)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]

    def run(self, query: str, params: Mapping[str, Any]) -> int:
        """Run a named statement; gives how many rows it touched."""
        return self.execute(QUERIES[query], params).rowcount

    def run_many(self, batches: Mapping[str, Sequence[Row]]) -> None:
        """Run each named statement once for each of its rows, in order."""
        for query, rows in batches.items():
            statement, values = by_place(query)
            self.executemany(statement, map(values, rows))

    def begin(self) -> bool:
        """Open the one transaction that may write. Has nobody else written since this connection's last?"""
        self.execute("BEGIN IMMEDIATE")
        (version,) = self.execute("PRAGMA data_version").fetchone()
        self.seen, before = version, self.seen
        return bool(version == before)

    def roll_back(self) -> None:
        """Undo the transaction, if there still is one."""
        if self.in_transaction:
            with suppress(sqlite3.Error):  # the next transaction says so again
                self.execute("ROLLBACK")

    def damage(self) -> list[str]:
        """What SQLite itself finds wrong with its pages and indexes."""
        found = [str(row[0]) for row in self.execute("PRAGMA integrity_check(20)").fetchall()]
        return [f"SQLite: {text}" for text in found if text != "ok"]


class SQLite:
    """A recording in one file."""

    errors: tuple[type[Exception], ...] = (sqlite3.Error, UnicodeDecodeError)
    # The latter for an error's text that quotes damaged bytes.

    def __init__(self, path: Path, synchronous: Synchronous, *, create: bool) -> None:
        self.path, self._synchronous, self._create = path, synchronous, create
        self._readers: queue.LifoQueue[Connection] = queue.LifoQueue()
        self._closed = False

    def version(self) -> int:
        """The schema's version. Nothing is changed, or made."""
        if not self.path.is_file():
            raise RecordingNotFound(str(self.path))
        with plain_errors(self), closing(self._to_look()) as connection:
            return len(MIGRATIONS) - len(pending_migrations(connection, self.path))

    def back_up(self, copy: Path) -> None:
        """Write a copy of the recording as it is. Raises `BadInput`."""
        try:
            with closing(self._to_look()) as connection:
                connection.execute("VACUUM INTO ?", (str(copy),))
        except sqlite3.Error as error:
            copy.unlink(missing_ok=True)
            problem = f"the copy cannot be written: {error}."
            raise BadInput(str(copy), problem, "Name another file with --backup.") from error

    def open(self) -> Connection:
        """The connection that writes; the file is made if it is not there. Another's database is left as it is."""
        if not self._create and not self.path.is_file():
            raise RecordingNotFound(str(self.path))
        connection = self._connect(create=True)
        try:
            with plain_errors(self):
                connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # of a new file; another keeps its own
                connection.execute("BEGIN")  # one moment: another process may be making the same file
                pending = pending_migrations(connection, self.path)
                connection.execute("COMMIT")
                write_ahead(connection)
                if pending:
                    migrate(connection, self.path)
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def lend(self) -> Iterator[Connection]:
        """A connection to read with: one that was lent before, or a new one."""
        try:
            connection = self._readers.get_nowait()
        except queue.Empty:
            connection = self._connect()
        try:
            yield connection
        finally:
            if self._closed:
                connection.close()
            else:
                self._readers.put(connection)

    def compact(self) -> None:
        """Give freed pages back and empty the write-ahead log, so that nothing erased is left in the files."""
        self._close_readers()
        with closing(self._connect()) as connection, plain_errors(self):
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("VACUUM")
            (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:  # somebody is still reading what was there before
            raise StoreBusy(str(self.path), WAIT_SECONDS)

    def size(self) -> int:
        """How many bytes the file and its write-ahead log take."""
        files = (self.path, self.path.with_name(f"{self.path.name}-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    def close(self) -> None:
        """Close the connections that were lent; one that still is, when it comes back."""
        self._closed = True
        self._close_readers()

    def explain(self, error: Exception) -> StoreError:
        """The error of ours that says what this error of SQLite means for the person in front of it."""
        text = str(error)
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without what says where it happened
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return StoreBusy(str(self.path), WAIT_SECONDS)
        if code == sqlite3.SQLITE_CORRUPT or isinstance(error, UnicodeDecodeError) or "decode to UTF-8" in text:
            return Corrupt("pages", self.path.name, text)
        if code == sqlite3.SQLITE_CANTOPEN and not self.path.parent.is_dir():
            return StoreUnusable(str(self.path), f"its folder {self.path.parent} does not exist")
        if code == sqlite3.SQLITE_CANTOPEN and self.path.is_dir():
            return StoreUnusable(str(self.path), "it is a folder")
        return StoreUnusable(str(self.path), text)

    def _to_look(self) -> sqlite3.Connection:
        return sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True)

    def _connect(self, *, create: bool = False) -> Connection:
        with plain_errors(self):
            address = f"{self.path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}"
            connection = sqlite3.connect(
                address,
                uri=True,
                timeout=WAIT_SECONDS,
                isolation_level=None,
                check_same_thread=False,
                factory=Connection,
            )
            connection.execute(f"PRAGMA synchronous = {self._synchronous}")
            connection.execute("PRAGMA secure_delete = ON")
            return connection

    def _close_readers(self) -> None:
        while not self._readers.empty():
            self._readers.get().close()


@lru_cache(maxsize=256)
def by_place(query: str) -> tuple[str, Callable[[Row], tuple[Any, ...]]]:
    """A named statement with places for its parameters, and what takes them from a row.

    SQLite would look each one up by its name, for every row: half as much time again as writing it takes.
    """
    names = PARAMETER.findall(QUERIES[query])
    return PARAMETER.sub("?", QUERIES[query]), itemgetter(*names)


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


def pending_migrations(connection: sqlite3.Connection, path: Path) -> list[tuple[int, str]]:
    """The numbered scripts that this database has not seen. Raises `SchemaTooNew`, `StoreUnusable`."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise SchemaTooNew(str(path), version, len(MIGRATIONS))
    if not version and sqlite_utils.Database(connection).table_names():
        raise StoreUnusable(str(path), "it is a database of something else")
    return [(number, script) for number, script in enumerate(MIGRATIONS, 1) if number > version]


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the schema up to date in one transaction; of several processes that open a new file, one does it."""
    connection.execute("BEGIN IMMEDIATE")
    for number, script in pending_migrations(connection, path):
        for statement in re.split(r";\s*\n", script):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number}")
    connection.execute("COMMIT")
