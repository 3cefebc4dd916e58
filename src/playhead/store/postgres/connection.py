"""How does PostgreSQL run a named statement, and hold the one transaction that may write?

The table `recording` has one row, which counts how often it was written. Who begins to write counts that up, which
locks the row: writers take turns, and each sees whether another was there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import psycopg
from psycopg.pq import PipelineStatus, TransactionStatus

from playhead.errors import Corrupt, SchemaTooNew
from playhead.store.backend import InDoubt, Row
from playhead.store.postgres.dialect import HERE, MANY, last_of_each
from playhead.store.queries import MIGRATIONS

Raw: TypeAlias = psycopg.Connection[Row]

BEGIN: Final = """
BEGIN; UPDATE recording SET writes = writes + 1 RETURNING writes, version, pg_current_xact_id()::text AS transaction
"""
OUTCOME: Final = "SELECT pg_xact_status(%s::text::xid8) AS outcome"
INDEXES: Final = """
SELECT bt_index_check(pg_class.oid, true) FROM pg_class JOIN pg_am ON pg_am.oid = relam
WHERE relnamespace = current_schema()::regnamespace AND relkind = 'i' AND amname = 'btree'
"""


class Connection:
    """A connection in autocommit mode, used by one thread at a time."""

    def __init__(self, connect: Callable[[], Raw], place: str = "") -> None:
        self._connect, self._place = connect, place
        self.raw = connect()
        self._writes: int | None = None  # how often it had been written at this connection's last transaction
        self._transaction = ""  # what the server knows that one by

    def rows(self, query: str, params: Mapping[str, Any]) -> list[Row]:
        """What a named query finds."""
        return self.raw.execute(HERE[query], params, binary=True).fetchall()

    def run(self, query: str, params: Mapping[str, Any]) -> int:
        """Run a named statement; gives how many rows it touched."""
        return self.raw.execute(HERE[query], params).rowcount

    def run_many(self, batches: Mapping[str, Sequence[Row]]) -> dict[str, int]:
        """Run each named statement once for each of its rows, in order: all in one round trip."""
        cursors = {query: self.raw.cursor() for query in batches}
        with self.raw.pipeline():
            for query, rows in batches.items():
                if query in MANY:
                    found = last_of_each(query, rows)
                    cursors[query].execute(MANY[query], {name: [row[name] for row in found] for name in found[0]})
                else:
                    cursors[query].executemany(HERE[query], rows)
        return {query: cursor.rowcount for query, cursor in cursors.items()}

    def begin(self) -> bool:
        """Open the one transaction that may write. Has nobody else written since this connection's last?

        Raises `SchemaTooNew` where a newer Playhead has: what is written here might not be what it takes it for.
        """
        before = self._writes
        try:
            self._writes = self._begin()
        except psycopg.OperationalError:
            if not self.is_lost:
                raise
            self.raw = self._connect()  # the server was restarted
            self._writes = self._begin()
        return before is not None and self._writes == before + 1

    def _begin(self) -> int:
        cursor = self.raw.execute(BEGIN, prepare=False)
        cursor.nextset()
        if (row := cursor.fetchone()) is None:
            raise Corrupt("recording", "1", "its row is not there")
        if row["version"] > len(MIGRATIONS):
            raise SchemaTooNew(self._place, int(row["version"]), len(MIGRATIONS))
        self._transaction = row["transaction"]
        return int(row["writes"])

    def commit(self) -> None:
        """Make what was written last. Where the connection is lost meanwhile, the server is asked what came of it."""
        try:
            self.raw.execute("COMMIT")
        except psycopg.OperationalError as error:
            if not self.is_lost:
                raise
            try:
                came_to_pass = self._was_committed()
            except psycopg.Error:
                raise InDoubt from error
            if not came_to_pass:
                raise

    def _was_committed(self) -> bool:
        """Did the last transaction come to pass? While it still might, its row is locked, and this waits."""
        with self._connect() as raw:
            raw.execute("SELECT FROM recording FOR UPDATE")
            (found,) = raw.execute(OUTCOME, [self._transaction]).fetchall()
        return bool(found["outcome"] == "committed")

    @property
    def is_lost(self) -> bool:
        """Did the server, or the way to it, go away?"""
        return bool(self.raw.closed)

    def roll_back(self) -> None:
        """Undo the transaction, if there still is one. A connection that cannot even do that is given up."""
        if self.raw.info.pipeline_status != PipelineStatus.OFF:  # it was ended in the middle of `run_many`
            self.raw.close()
        elif self.raw.info.transaction_status != TransactionStatus.IDLE:
            try:
                self.raw.execute("ROLLBACK")
            except psycopg.Error:
                self.raw.close()

    def damage(self) -> list[str]:
        """What PostgreSQL itself finds wrong with its indexes, where its extension amcheck is there to look."""
        if self.raw.execute("SELECT FROM pg_extension WHERE extname = 'amcheck'").fetchall():
            self.raw.execute(INDEXES)
        return []

    def close(self) -> None:
        """Give it back for good."""
        self.raw.close()
