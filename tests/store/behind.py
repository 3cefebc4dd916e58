"""What is done and seen behind a recording's back, whichever database keeps it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from playhead.location import Location
from tests import postgres

RELATIONS = """
SELECT oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'i')
UNION SELECT reltoastrelid FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND reltoastrelid > 0
"""


@contextmanager
def connection(place: Location) -> Iterator[Any]:
    """A connection of the database's own driver; each statement is committed."""
    if isinstance(place, Path):
        with closing(sqlite3.connect(place, isolation_level=None)) as raw:
            yield raw
    else:
        with postgres.connection(place) as raw:
            yield raw


def change(place: Location, *statements: str) -> None:
    """Change rows, each statement one or more; bytes are written x'00ff'."""
    with connection(place) as raw:
        for statement in statements:
            here = statement if isinstance(place, Path) else re.sub(r"\bx'(\w*)'", r"'\\x\1'::bytea", statement)
            assert raw.execute(here).rowcount > 0, statement


def rows(place: Location, table: str) -> list[Any]:
    """Everything in a table."""
    with connection(place) as raw:
        return sorted(map(repr, raw.execute(f"SELECT * FROM {table}").fetchall()))


def bytes_on_disk(place: Location) -> bytes:
    """All the recording's files."""
    if isinstance(place, Path):
        return b"".join(file.read_bytes() for file in sorted(place.parent.glob(f"{place.name}*")))
    with connection(place) as raw:
        raw.execute("CHECKPOINT")
        files = raw.execute(f"SELECT pg_read_binary_file(pg_relation_filepath(oid)) FROM ({RELATIONS}) AS them")
        return b"".join(bytes(data) for (data,) in files.fetchall())
