"""What is particular to SQLite? A recording is a file, with a log beside it that is written first."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from playhead.errors import BadInput, Corrupt, RecordingNotFound, StoreBusy, StoreError, StoreUnusable, Unopenable
from playhead.store.backend import Synchronous, plain_errors
from playhead.store.queries import MIGRATIONS
from playhead.store.sqlite.connection import Connection
from playhead.store.sqlite.meaning import ANOTHER, REOPEN, WAIT_SECONDS, explained
from playhead.store.sqlite.schema import make_ready, pending_migrations


class SQLite:
    """A recording in one file."""

    errors: tuple[type[Exception], ...] = (sqlite3.Error, UnicodeDecodeError)
    # The latter for an error's text that quotes damaged bytes.

    def __init__(self, path: Path, synchronous: Synchronous, *, create: bool) -> None:
        self.path, self._synchronous, self._create = path, synchronous, create
        self._place = path.absolute()  # wherever the process goes
        self._readers: list[Connection] = []  # nobody waits for one: who finds none makes one
        self._opened: tuple[int, int] | None = None  # the file, by what tells it from another of its name
        self._closed = False

    def version(self) -> int:
        """The schema's version. Nothing is changed, or made."""
        if not self._is_there():
            raise RecordingNotFound(str(self.path))
        self._check_size()
        with self._opening(), closing(self._to_look()) as connection:
            return len(MIGRATIONS) - len(pending_migrations(connection, self.path, create=False))

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
        if not self._create and not self._is_there():
            raise RecordingNotFound(str(self.path))
        self._check_size()
        with self._opening():
            connection = self._connect(create=True)
            try:
                make_ready(connection, self.path, create=self._create)
            except BaseException:
                connection.close()
                raise
            self._opened = self._file()
            return connection

    def check_place(self) -> None:
        """Raises `StoreUnusable` where the file was deleted or replaced: what is written would be lost with it."""
        if self._opened is not None and self._file() != self._opened:
            raise StoreUnusable(str(self.path), "its file was deleted, moved or replaced while it was open", REOPEN)

    def _file(self) -> tuple[int, int] | None:
        try:
            found = self._place.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    @contextmanager
    def lend(self) -> Iterator[Connection]:
        """A connection to read with: one that was lent before, or a new one."""
        try:
            connection = self._readers.pop()
        except IndexError:
            connection = self._connect()
        try:
            yield connection
        finally:
            if self._closed:
                connection.close()
            else:
                self._readers.append(connection)

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
        return explained(error, self.path)

    def _is_there(self) -> bool:
        """Is there a file with anything in it? A folder is told of when it is opened."""
        return self._bytes() > 0 or self.path.is_dir()

    def _check_size(self) -> None:
        """SQLite takes a file of one byte for an empty one. Looked at from outside: who opens it ends others' locks."""
        if self._bytes() == 1:
            raise StoreUnusable(str(self.path), "it is no database", ANOTHER)

    def _bytes(self) -> int:
        """How many bytes the file has: none where there is no file. Raises `StoreUnusable` where nobody may look."""
        try:
            return self.path.stat().st_size if self.path.is_file() else 0
        except OSError as error:
            raise StoreUnusable(str(self.path), f"it cannot be looked at ({error.strerror})") from error

    @contextmanager
    def _opening(self) -> Iterator[None]:
        """Where even this finds damage, no other verb will get further."""
        try:
            with plain_errors(self):
                yield
        except Corrupt as error:
            raise Unopenable(str(self.path), str(error.__cause__)) from error

    def _to_look(self) -> sqlite3.Connection:
        """A connection that changes nothing, but that SQLite undoes what a process that was killed left half done."""
        address = f"{self._place.as_uri()}?mode="
        connection = sqlite3.connect(f"{address}ro", uri=True, timeout=WAIT_SECONDS)
        try:
            connection.execute("PRAGMA user_version")
        except sqlite3.OperationalError as error:
            connection.close()
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
                raise
            return sqlite3.connect(f"{address}rw", uri=True, timeout=WAIT_SECONDS)
        return connection

    def _connect(self, *, create: bool = False) -> Connection:
        with plain_errors(self):
            address = f"{self._place.as_uri()}?mode={'rwc' if create else 'rw'}"
            connection = sqlite3.connect(
                address,
                uri=True,
                timeout=WAIT_SECONDS,
                isolation_level=None,
                check_same_thread=False,
                factory=Connection,
            )
            connection.path = self.path
            connection.execute(f"PRAGMA synchronous = {self._synchronous}")
            connection.execute("PRAGMA secure_delete = ON")
            return connection

    def _close_readers(self) -> None:
        with suppress(IndexError):  # another thread may close them as well, or lend one
            while True:
                self._readers.pop().close()
