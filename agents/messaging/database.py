"""Where does the application keep its own facts: bookings, sent messages, opt-outs?

One SQLite file with every table of the application, apart from the recordings: a replay never opens it. One connection
guarded by a lock serves every thread; a write is one immediate transaction, so two processes queue instead of failing
half way. `secure_delete` is on because erasing a customer must leave no bytes behind.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playhead import PlayheadError

SCHEMA = """
CREATE TABLE IF NOT EXISTS bookings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    business TEXT NOT NULL, service TEXT NOT NULL, resource TEXT NOT NULL,
    start TEXT NOT NULL, "end" TEXT NOT NULL, held_until TEXT NOT NULL,
    customer TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'booked'
);
CREATE INDEX IF NOT EXISTS bookings_by_customer ON bookings (customer);
CREATE INDEX IF NOT EXISTS bookings_by_time ON bookings (business, start);
CREATE TABLE IF NOT EXISTS cells (
    business TEXT NOT NULL, resource TEXT NOT NULL, cell INTEGER NOT NULL,
    booking INTEGER NOT NULL REFERENCES bookings (id),
    PRIMARY KEY (business, resource, cell)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS cells_by_booking ON cells (booking);
CREATE TABLE IF NOT EXISTS calendar_effects (
    key TEXT PRIMARY KEY, customer TEXT NOT NULL, result TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS calendar_effects_by_customer ON calendar_effects (customer);
CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE,
    thread TEXT NOT NULL, recipient TEXT NOT NULL, text TEXT NOT NULL, at TEXT, refused TEXT
);
CREATE INDEX IF NOT EXISTS outbox_by_thread ON outbox (thread);
CREATE INDEX IF NOT EXISTS outbox_by_recipient ON outbox (recipient);
CREATE TABLE IF NOT EXISTS opt_outs (customer TEXT PRIMARY KEY, said TEXT NOT NULL, at TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS taken_over (
    thread TEXT PRIMARY KEY, person TEXT NOT NULL, customer TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS halted (business TEXT PRIMARY KEY) WITHOUT ROWID;
"""


class AgentDatabase:
    """The application's SQLite file at `path`, created with its folder when absent. Usable from several threads."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.executescript(SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One write transaction: everything inside is committed together, or nothing when an exception leaves it."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # SQLite may have ended it itself, where the disk is full
                    self._connection.execute("ROLLBACK")
                raise

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """The rows of one reading statement, as dictionaries."""
        with self._lock:
            return [dict(row) for row in self._connection.execute(sql, parameters)]

    def flush_erased(self) -> None:
        """Empties the write-ahead log, where the pages of before an erasure would otherwise survive.

        Raises PlayheadError where another process is reading them.
        """
        with self._lock:
            (busy, *_) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise PlayheadError(
                f"It is erased, but its bytes are still in {self.path}-wal: another process is reading the file.",
                "End that process, then forget the customer again.",
            )

    def close(self) -> None:
        """Closes the file; closing twice is fine."""
        with self._lock:
            self._connection.close()
