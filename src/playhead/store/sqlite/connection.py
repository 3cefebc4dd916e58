"""How does SQLite run a named statement, and hold the one transaction that may write?"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from playhead.store.backend import Row
from playhead.store.queries import QUERIES
from playhead.store.sqlite.schema import check_version

PARAMETER: Final = re.compile(r":(\w+)")


class Connection(sqlite3.Connection):
    """A connection in autocommit mode, usable from any one thread at a time."""

    seen: int | None = None  # the database's change counter at this connection's last transaction
    path = Path()

    def rows(self, query: str, params: Mapping[str, Any]) -> list[Row]:
        """What a named query finds."""
        cursor = self.execute(QUERIES[query], params)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]

    def run(self, query: str, params: Mapping[str, Any]) -> int:
        """Run a named statement; gives how many rows it touched."""
        return self.execute(QUERIES[query], params).rowcount

    def run_many(self, batches: Mapping[str, Sequence[Row]]) -> dict[str, int]:
        """Run each named statement once for each of its rows, in order; gives how many rows each touched."""
        touched = {}
        for query, rows in batches.items():
            statement, values = by_place(query)
            touched[query] = self.executemany(statement, map(values, rows)).rowcount
        return touched

    def begin(self) -> bool:
        """Open the one transaction that may write. Has nobody else written since this connection's last?

        Raises `SchemaTooNew` where a newer Playhead has: what is written here might not be what it takes it for.
        """
        self.execute("BEGIN IMMEDIATE")
        (version,) = self.execute("PRAGMA data_version").fetchone()
        if version == self.seen:
            return True
        check_version(self, self.path)
        self.seen = version
        return False

    def roll_back(self) -> None:
        """Undo the transaction, if there still is one."""
        if self.in_transaction:
            with suppress(sqlite3.Error):  # the next transaction says so again
                self.execute("ROLLBACK")

    @property
    def is_lost(self) -> bool:
        """A file does not go away while it is open."""
        return False

    def damage(self) -> list[str]:
        """What SQLite itself finds wrong with its pages and indexes."""
        found = [str(row[0]) for row in self.execute("PRAGMA integrity_check(20)").fetchall()]
        return [f"SQLite: {text}" for text in found if text != "ok"]


@lru_cache(maxsize=256)
def by_place(query: str) -> tuple[str, Callable[[Row], tuple[Any, ...]]]:
    """A named statement with places for its parameters, and what takes them from a row.

    SQLite would look each one up by its name, for every row: half as much time again as writing it takes.
    """
    names = PARAMETER.findall(QUERIES[query])
    return PARAMETER.sub("?", QUERIES[query]), itemgetter(*names)
