"""What was said of a conversation or a run after it happened?

Facts of the business come late: whether the customer bought shows days after the talk. Each is a row of its own and
none is ever overwritten, so that it stays to be seen what was believed when; the newest of a name counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from playhead.codec import Part
from playhead.errors import Corrupt, RunNotFound
from playhead.records import Label
from playhead.store import counts
from playhead.store.backend import Row
from playhead.store.runs import put, runs_named
from playhead.store.session import Session, WritingSession
from playhead.store.values import Decode, load

WHOLE_THREAD: Final = 0  # the run number of a label that is the whole conversation's


def add(session: WritingSession, thread: str, run: str | None, facts: Mapping[str, Part], at: float) -> None:
    """Label a run, or without one its whole conversation, as of `at` (Unix seconds). Raises `RunNotFound`."""
    owner, number = _labelled(session, thread, run)
    for name, value in facts.items():
        row = {"thread": owner, "run": number, "name": name, "value": value, "at": at}
        put(session, "labels", row, id=session.next_id("labels"))
    counts.close_thread(session, owner)


def _labelled(session: Session, thread: str, run: str | None) -> tuple[int, int]:
    if run is not None:
        for row in runs_named(session, run):
            if row["name"] == run:
                return row["thread"], row["id"]
        raise RunNotFound(run)
    if (owner := session.conversation(thread)) is None:
        raise RunNotFound(thread)
    return owner["id"], WHOLE_THREAD


def of_thread(session: Session, thread: str, decode: Decode) -> list[Label]:
    """The labels of a conversation and of its runs, oldest first; what was erased is left out."""
    if (owner := session.conversation(thread)) is None:
        return []
    known = counts.Known(session, counts.THREAD, owner["id"])
    rows = session.rows("labels_of_thread", thread=owner["id"])
    counts.check_many(rows, known, "labels", f"of {thread}", ["id"])
    return [label for _, label in read(session, rows, decode)]


def read(session: Session, rows: list[Row], decode: Decode) -> list[tuple[Row, Label]]:
    """The records of these rows, each beside its row; what was erased is left out."""
    there = [row for row in rows if row["value"]]
    values = load(session, [row["value"] for row in there], decode)
    names: dict[int, str | None] = {WHOLE_THREAD: None}
    for number in {row["run"] for row in there} - names.keys():
        run = session.one("runs_get", id=number)
        if run is None:
            raise Corrupt("labels", f"of run {number}", "its run is not found")
        names[number] = run["name"]
    return [
        (row, Label(row["name"], value, row["at"], names[row["run"]])) for row, value in zip(there, values, strict=True)
    ]
