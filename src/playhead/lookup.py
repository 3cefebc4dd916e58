"""Which conversation, or which of its runs, does somebody mean by a name?

A name may be shortened as long as one answers to it, and a run's id names its conversation, too.
"""

from __future__ import annotations

from typing import Any

from playhead.errors import BadInput, RunNotFound
from playhead.records import Run
from playhead.redact import Redactor
from playhead.store import Store


def meant(store: Store, redactor: Redactor, of: Run | str) -> tuple[str, str | None]:
    """The conversation that is meant, and which run of it, if one is. Raises `RunNotFound`, naming the nearest."""
    if isinstance(of, Run):
        return of.thread, of.id
    matching = store.threads_named(redactor.name(of))
    if len(matching) > 1:
        raise RunNotFound(of, matching)
    if matching:
        return matching[0], None
    run = store.run(of)
    return run.thread, run.id


def a_run(given: Any) -> Run:
    """The run, where one is given. Raises `BadInput` for its name: of a conversation's runs, each may be meant."""
    if isinstance(given, Run):
        return given
    raise BadInput(
        "run",
        f"{given!r} is no Run.",
        "deck.run(ID) gives one; deck.runs(thread=NAME) gives those of a conversation, oldest first.",
    )


def conversation(store: Store, redactor: Redactor, name: str) -> list[Run]:
    """The runs of the conversation that is meant, oldest first. Raises `RunNotFound`, also where all were pruned."""
    if not (runs := store.runs_of(meant(store, redactor, name)[0])):
        raise RunNotFound(name)
    return runs
