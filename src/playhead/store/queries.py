"""Where is the SQL? Here: the named queries of `queries.sql`, portable between the databases."""

from __future__ import annotations

import re
from importlib.resources import files


def load_queries() -> dict[str, str]:
    """Every query of `queries.sql` by the name in its `-- name:` line."""
    text = (files(__package__) / "queries.sql").read_text("utf-8")
    pieces = re.split(r"^-- name: (\w+)\n", text, flags=re.MULTILINE)
    return {name: sql.strip().rstrip(";") for name, sql in zip(pieces[1::2], pieces[2::2], strict=True)}


QUERIES = load_queries()
