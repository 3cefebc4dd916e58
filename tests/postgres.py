"""Where does a PostgreSQL server answer for the tests, and what is seen there behind a recording's back?

`PLAYHEAD_TEST_POSTGRES` says where, else it is looked for on this machine. Making a schema costs the server thirty
files, so that the tests of one process share one, which is emptied after each.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from playhead.location import Location, Server

ADDRESS = os.environ.get("PLAYHEAD_TEST_POSTGRES") or "postgresql://postgres@127.0.0.1:5432/test"


@cache
def refusal() -> str:
    """Why there is no server to test with; nothing where one answers."""
    try:
        import psycopg

        psycopg.connect(ADDRESS, connect_timeout=3).close()
    except ImportError as error:
        return f"psycopg is not installed: {error}"
    except psycopg.OperationalError as error:
        return f"no PostgreSQL server for the tests: {str(error).strip()}"
    return ""


def place(schema: str) -> Server:
    """The recording of this name on the server."""
    return Server(in_schema(ADDRESS, schema))


def spelled(recording: Location) -> str:
    """Its whole address, as a user writes it."""
    return str(recording) if isinstance(recording, Path) else in_schema(recording.address, recording.schema)


def in_schema(address: str, schema: str) -> str:
    """The address of one schema of the database at this address."""
    return f"{address}{'&' if '?' in address else '?'}schema={schema}"


@contextmanager
def connection(recording: Server) -> Iterator[Any]:
    """A connection to what the recording keeps, behind its back."""
    import psycopg

    options = f"-c search_path={recording.schema} -c lock_timeout=5s -c synchronous_commit=off"
    with psycopg.connect(recording.address, autocommit=True, options=options) as made:
        yield made


def empty(recording: Server) -> None:
    """Remove all rows; of what a test left in another form, the whole schema."""
    import psycopg

    with connection(recording) as raw:
        names = [name for (name,) in raw.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")]
        try:
            version = raw.execute("SELECT version FROM recording").fetchone()
            assert version == (newest(),)
            raw.execute("; ".join(f"DELETE FROM {name}" for name in names if name != "recording"))
        except (psycopg.Error, AssertionError):
            remove(recording)


def remove(recording: Server) -> None:
    """Remove the recording."""
    with connection(recording) as raw:
        raw.execute(f'DROP SCHEMA IF EXISTS "{recording.schema}" CASCADE')


def newest() -> int:
    """The schema's version that today's code makes."""
    from playhead.store.queries import MIGRATIONS

    return len(MIGRATIONS)
