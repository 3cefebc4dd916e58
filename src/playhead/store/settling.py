"""What does a person say of an effect that was cut off and that nothing can look up?

Whether it happened is said once, in its journal row, so that going on takes it for done or does it. That a person said
so, who and when, is a label of its run: the journal alone would not tell a fact from a word.
"""

from __future__ import annotations

from typing import Final

from playhead.codec import Part
from playhead.errors import NothingToSettle, RunNotFound, StillRunning
from playhead.store import labels
from playhead.store.backend import Row
from playhead.store.leases import line_of, process_of
from playhead.store.runs import put
from playhead.store.session import Session, WritingSession

IN_DOUBT: Final = ("started", "unknown")
NOT_DONE: Final = "not done"
SETTLED: Final = "settled"
"""The label that says what was said: `{"effect", "happened", "by"}`."""


def in_doubt(session: Session, thread: str) -> list[Row]:
    """The effects of a conversation that were started, and of which nobody knows whether they happened."""
    owner = session.one("threads_find", name=thread)
    rows = session.rows("effects_of_thread", thread=owner["id"]) if owner else []
    return [row for row in rows if row["status"] in IN_DOUBT]


def settle(session: WritingSession, effect: Row, *, result: Part | None, said: Part, at: float) -> None:
    """Write that an effect happened, with its `result`, or, without one, that it did not; and what was `said` of it.

    Raises `StillRunning` where somebody is at work on the conversation, `NothingToSettle` where it was settled since.
    """
    thread, run = session.one("threads_get", id=effect["thread"]), session.one("runs_get", id=effect["run"])
    if thread is None or run is None:
        raise RunNotFound(effect["key"])
    if line := line_of(session, thread["name"]):
        raise StillRunning(run["name"], process_of(line[0]["holder"]))
    found = next((row for row in in_doubt(session, thread["name"]) if row["key"] == effect["key"]), None)
    if found is None:
        raise NothingToSettle(thread["name"], [])
    status = NOT_DONE if result is None else "done"
    put(session, "effects", found, status=status, ended=at, result=result)
    labels.add(session, thread["name"], run["name"], {SETTLED: said}, at)
