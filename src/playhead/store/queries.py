"""Where is the SQL? Here: the named queries of `queries.sql` and the numbered migrations, portable between databases.

They are written in SQLite's words; a backend that has others replaces them once, when it is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files


def load_queries() -> dict[str, str]:
    """Every query of `queries.sql` by the name in its `-- name:` line."""
    text = (files(__package__) / "queries.sql").read_text("utf-8")
    pieces = re.split(r"^-- name: (\w+)\n", text, flags=re.MULTILINE)
    return {name: sql.strip().rstrip(";") for name, sql in zip(pieces[1::2], pieces[2::2], strict=True)}


def load_migrations() -> list[str]:
    """The scripts that make the schema: the first makes version 1, the second brings that to version 2, …

    From a version on, what older code would take for something else has a kind, a flag or a column that it does not
    know: a process that has the recording open meanwhile cannot read it then, looks, and says `SchemaTooNew`.
    """
    scripts = [file for file in (files(__package__) / "migrations").iterdir() if file.name.endswith(".sql")]
    return [script.read_text("utf-8") for script in sorted(scripts, key=lambda file: file.name)]


QUERIES = load_queries()
MIGRATIONS = load_migrations()


def columns_of(queries: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """By query that reads whole rows: the columns that these have."""
    written = dict(re.findall(r"INSERT INTO (\w+) \(([^)]*)\)", " ".join(queries.values())))
    read = {name: re.match(r"SELECT \* FROM (\w+)", sql) for name, sql in queries.items()}
    return {name: frozenset(re.findall(r"\w+", written[found[1]])) for name, found in read.items() if found}


WHOLE_ROWS = columns_of(QUERIES)
