"""What is particular to PostgreSQL? A recording has a schema of its own there, beside a business's other tables."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

import psycopg
import psycopg.conninfo
from psycopg.rows import dict_row

from playhead.errors import BadInput, RecordingNotFound, StoreError, StoreUnusable
from playhead.location import Server
from playhead.store.backend import Row, Synchronous, plain_errors
from playhead.store.postgres.connection import Connection, Raw
from playhead.store.postgres.dialect import COLUMNS
from playhead.store.postgres.meaning import REMEDY, WAIT_SECONDS, explained
from playhead.store.postgres.readers import Readers
from playhead.store.postgres.schema import migrate, version_of
from playhead.store.postgres.texts import ADAPTERS

AS_WRITTEN: Final = {
    "default_transaction_isolation": r"read\ committed",  # who waited for its turn sees what was written meanwhile
    "standard_conforming_strings": "on",
    "array_nulls": "on",
}
"""What our SQL takes for granted, and a user or a database may be set to otherwise."""
SIZE: Final = """
SELECT COALESCE(SUM(pg_total_relation_size(oid)), 0)::bigint AS size
FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
"""


class Postgres:
    """A recording in a schema of a database on a server."""

    errors: tuple[type[Exception], ...] = (psycopg.Error,)

    def __init__(self, location: Server, synchronous: Synchronous, *, create: bool) -> None:
        self.location, self._create = location, create
        try:
            given = psycopg.conninfo.conninfo_to_dict(location.address)
        except psycopg.Error:
            problem = "its address has a part that PostgreSQL does not know"
            raise StoreUnusable(str(location), problem, REMEDY) from None  # that error quotes the address
        self._how = _parameters(given, location.schema, synchronous)
        self._readers = Readers(self._how)

    def version(self) -> int:
        """The schema's version. Nothing is changed, or made."""
        with plain_errors(self), self._connect() as raw:
            if (version := version_of(raw, self.location)) is None:
                raise RecordingNotFound(str(self.location))
            return version

    def back_up(self, copy: Path) -> None:
        """What is on a server is copied by the server's own means."""
        problem = "a database on a server is copied by its own means, to which its whole address is needed."
        remedy = f"Make a copy with `pg_dump --schema {self.location.schema}`, then give --no-backup."
        raise BadInput(str(self.location), problem, remedy)

    def open(self) -> Connection:
        """The connection that writes; the schema is made if it is not there. Another's is left as it is."""
        with plain_errors(self):
            connection = Connection(self._connect, str(self.location))
            try:
                migrate(connection.raw, self.location, create=self._create)
            except BaseException:
                connection.close()
                raise
            return connection

    def lend(self) -> AbstractContextManager[Connection]:
        """A connection to read with, that may have been lent before."""
        return self._readers.lend()

    def compact(self) -> None:
        """Write the tables anew, so that nothing erased is left in their files. Raises `StoreBusy`.

        VACUUM FULL would take over what some transaction of the database might still see, erased or not.
        """
        with plain_errors(self), self._connect() as raw:
            for table in sorted({table for table, column in COLUMNS if column == "seal"}):
                raw.execute(f"ALTER TABLE {table} ALTER seal TYPE BYTEA USING seal || ''::bytea")
                raw.execute(f"ANALYZE {table}")  # its statistics quote what is in it

    def size(self) -> int:
        """How many bytes the tables take, with their indexes."""
        with plain_errors(self), self._connect() as raw:
            return int(raw.execute(SIZE).fetchall()[0]["size"])

    def close(self) -> None:
        """Close the connections that were lent."""
        self._readers.close()

    def check_place(self) -> None:
        """A server has it, or says that it has not."""

    def explain(self, error: Exception) -> StoreError:
        """The error of ours that says what this error of PostgreSQL means for the person in front of it."""
        return explained(error, str(self.location))

    def _connect(self) -> Raw:
        return psycopg.Connection[Row].connect(**self._how)


def _parameters(given: Mapping[str, Any], schema: str, synchronous: Synchronous) -> dict[str, Any]:
    """How to connect: as the address says, to this schema, with text and rows as we have them."""
    settings = {
        "search_path": schema,
        "lock_timeout": f"{WAIT_SECONDS:g}s",
        "synchronous_commit": "on" if synchronous == "FULL" else "off",
        **AS_WRITTEN,
    }
    options = [str(given.get("options") or ""), *(f"-c {name}={how}" for name, how in settings.items())]
    return {
        "connect_timeout": int(WAIT_SECONDS),
        "application_name": "playhead",
        **given,
        "options": " ".join(options),
        "client_encoding": "UTF8",
        "autocommit": True,
        "row_factory": dict_row,
        "context": ADAPTERS,
    }
