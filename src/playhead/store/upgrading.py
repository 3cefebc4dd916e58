"""What would opening this recording change in it, and where is it kept as it was before?

Any verb that opens a recording brings its schema up to date, wholly or not at all. Who would rather know first, and
keep a copy, asks here.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from playhead.errors import BadInput, StoreUnusable
from playhead.store.sqlite import SQLite, migrations, pending_migrations


@dataclass(frozen=True, slots=True)
class Upgrade:
    """From which version of the schema to which, and what each step between them brings."""

    version: int
    to: int
    steps: tuple[str, ...]


def pending(path: Path) -> Upgrade:
    """What opening the recording at `path` would change; nothing is changed. Raises `SchemaTooNew`, `StoreUnusable`."""
    with closing(_reader(path)) as connection:
        waiting = pending_migrations(connection, path)
    to = len(migrations())
    return Upgrade(to - len(waiting), to, tuple(_first_sentence(script) for _, script in waiting))


def upgrade(path: Path, backup: Path | None) -> Upgrade:
    """Bring the recording up to date, once a whole copy of it is in `backup`. Raises as `pending`, and `BadInput`."""
    found = pending(path)
    if found.steps:
        if backup is not None:
            back_up(path, backup)
        SQLite(path, "FULL").open().close()
    return found


def back_up(path: Path, backup: Path) -> None:
    """Write a copy of the recording as it is now; one that is there is never overwritten. Raises `BadInput`."""
    if backup.exists():
        raise BadInput(str(backup), "it exists, and no copy is ever overwritten.", "Name another file with --backup.")
    try:
        with closing(_reader(path)) as connection:
            connection.execute("VACUUM INTO ?", (str(backup),))
    except sqlite3.Error as error:
        backup.unlink(missing_ok=True)
        raise BadInput(
            str(backup), f"the copy cannot be written: {error}.", "Name another file with --backup."
        ) from error


def _reader(path: Path) -> sqlite3.Connection:
    try:
        return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    except sqlite3.Error as error:
        raise StoreUnusable(str(path), str(error)) from error


def _first_sentence(script: str) -> str:
    """What a migration says of itself: its comment's first sentence."""
    comment = " ".join(line.removeprefix("--").strip() for line in script.split("\n\n", maxsplit=1)[0].splitlines())
    return comment.partition(". ")[0].rstrip(".") + "."
