"""What does our SQL read like in PostgreSQL's words?

The named queries and the migrations are SQLite's words; a few have others here. They are replaced once, when this is
loaded, so that no query is written twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from playhead.store.backend import Row
from playhead.store.queries import MIGRATIONS, QUERIES

TYPES: Final = {"INTEGER": "BIGINT", "REAL": "FLOAT8", "TEXT": 'TEXT COLLATE "C"', "BLOB": "BYTEA"}
INSERT: Final = re.compile(r"INSERT INTO (\w+) \(([^)]*)\)\s*VALUES \([^)]*\)(?:\s*(ON CONFLICT \(([^)]*)\).*))?", re.S)


def translated(query: str) -> str:
    """A named query in PostgreSQL's words."""
    lists = r"IN \(SELECT value FROM json_each\(:(\w+)\)\)"
    query = re.sub(lists, r"= ANY (ARRAY(SELECT json_array_elements_text(:\1::json)::bigint))", query)
    return re.sub(r"(?<!:):(\w+)", r"%(\1)s", query.replace("%", "%%"))


def translated_script(script: str) -> str:
    """A migration in PostgreSQL's words."""
    script = re.sub(r"\b(INTEGER|REAL|TEXT|BLOB)\b", lambda found: TYPES[found[1]], script)
    return script.replace(") WITHOUT ROWID", ")")


def translated_insert(query: str, types: Mapping[tuple[str, str], str]) -> str:
    """An insertion of many rows at once, which are given by columns: its parameters are lists."""
    found = INSERT.fullmatch(query)
    assert found
    lists = ", ".join(f"%({name})s::{types[found[1], name]}[]" for name in re.findall(r"\w+", found[2]))
    return f"INSERT INTO {found[1]} ({found[2]}) SELECT * FROM unnest({lists}) {found[3] or ''}"  # noqa: S608 - our own words


def column_types(scripts: Sequence[str]) -> dict[tuple[str, str], str]:
    """The type of each column of each table that these migrations make."""
    return {
        (table[1], column[1]): TYPES[column[2]].split()[0]
        for script in scripts
        for table in re.finditer(r"CREATE TABLE (\w+) \((.*?)^\)", script, re.M | re.S)
        for column in re.finditer(r"^    (\w+) (INTEGER|REAL|TEXT|BLOB)", table[2], re.M)
    }


HERE: Final = {name: translated(query) for name, query in QUERIES.items()}
COLUMNS: Final = column_types(MIGRATIONS)
MANY: Final = {name: translated_insert(query, COLUMNS) for name, query in QUERIES.items() if INSERT.match(query)}


def last_of_each(query: str, rows: Sequence[Row]) -> Sequence[Row]:
    """The rows without those that a later one replaces: one statement may not write a row twice."""
    found = INSERT.fullmatch(QUERIES[query])
    key = re.findall(r"\w+", found[4] or "") if found else []
    return list({tuple(row[name] for name in key): row for row in rows}.values()) if key else rows
