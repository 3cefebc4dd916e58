"""How do runs leave one recording as a file, and come into another as they were?

A tape is one or more runs as one portable, redacted, versioned JSON file that a person can read: what was asked and
answered stands in full where it comes up first. Each value is known by its hash and each record by its seal, so a tape
that was damaged or edited is told from one that was not; and nothing that it names is imported or called.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playhead.errors import BadInput
from playhead.redact import Redactor
from playhead.store import Store
from playhead.tape import joining, loading
from playhead.tape.writing import Source, document, with_those_needed

__all__ = ["Tape", "load", "make", "note_of", "write"]


@dataclass(frozen=True, slots=True)
class Tape:
    """A tape that was made: the ids of its runs, how many calls they made, and the file's text."""

    runs: tuple[str, ...]
    calls: int
    text: str = field(repr=False)


def make(store: Store, names: Iterable[str], redactor: Redactor, note: Mapping[str, Any]) -> Tape:
    """A tape of the runs of these ids, oldest first, and of those that are needed to replay them.

    `note` are facts of whoever makes it. Raises `BadInput` where there is no run, `Corrupt` where one is damaged.
    """
    store.flush()
    with store.reading() as session:
        rows = with_those_needed(session, names)
        if not rows:
            raise BadInput("tape", "there is no run to put on it.", "Give a run of this recording.")
        text = document(Source(session, redactor), rows, note)
        calls = sum(len(session.rows("calls_of_run", run=row["id"])) for row in rows)
    return Tape(tuple(row["name"] for row in rows), calls, text)


def write(tape: Tape, path: Path) -> None:
    """Write the file; one that is there is replaced as a whole. Raises `BadInput` where it cannot be written."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        beside.write_text(tape.text, "utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise BadInput(str(path), f"it cannot be written: {error.strerror}.", "Name another file.") from error


def load(store: Store, path: str | Path, redactor: Redactor) -> list[str]:
    """Bring a tape's runs into a recording; gives their ids. A run that is there already stays as it is.

    Raises `TapeNotFound`, `BadInput`, `TapeTooNew`, `TapeDamaged`, `TapeConflict`; then nothing was stored.
    """
    tape = loading.read(path)
    return store.write(lambda session: joining.put(session, tape, redactor))


def note_of(path: str | Path) -> dict[str, Any]:
    """The facts that whoever made the tape gave with it. Raises as `load`."""
    return loading.read(path).note
