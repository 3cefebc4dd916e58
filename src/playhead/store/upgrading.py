"""What would opening this recording change in it, and where is it kept as it was before?

Any verb that opens a recording brings its schema up to date, wholly or not at all. Who would rather know first, and
keep a copy, asks here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from playhead.errors import BadInput
from playhead.location import Location
from playhead.store.queries import MIGRATIONS
from playhead.store.store import backend_of


@dataclass(frozen=True, slots=True)
class Upgrade:
    """From which version of the schema to which, and what each step between them brings."""

    version: int
    to: int
    steps: tuple[str, ...]


def pending(place: Location) -> Upgrade:
    """What opening the recording at this place would change; nothing is changed.

    Raises `RecordingNotFound`, `SchemaTooNew`, `StoreUnusable`.
    """
    version = backend_of(place, "FULL", create=False).version()
    return Upgrade(version, len(MIGRATIONS), tuple(map(_first_sentence, MIGRATIONS[version:])))


def upgrade(place: Location, backup: Path | None) -> Upgrade:
    """Bring the recording up to date, once a whole copy of it is in `backup`. Raises as `pending`, and `BadInput`."""
    found = pending(place)
    if found.steps:
        if backup is not None and backup.exists():
            problem = "it exists, and no copy is ever overwritten."
            raise BadInput(str(backup), problem, "Name another file with --backup.")
        backend = backend_of(place, "FULL", create=False)
        if backup is not None:
            backend.back_up(backup)
        backend.open().close()
        backend.close()
    return found


def _first_sentence(script: str) -> str:
    """What a migration says of itself: its comment's first sentence."""
    comment = " ".join(line.removeprefix("--").strip() for line in script.split("\n\n", maxsplit=1)[0].splitlines())
    return comment.partition(". ")[0].rstrip(".") + "."
