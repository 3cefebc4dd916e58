"""Whose is a conversation, and out of which was it made?

Its runs say so in their metadata, and labels may. Where runs go, what only they said stays behind as labels of the
conversation: whoever is forgotten later must be found, as long as a word of theirs is left. Where nothing of that names
anybody (an older Playhead pruned it), the checkpoints do, whose metadata are those of the runs that made them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from playhead.codec import plain, unpack_plain
from playhead.records import PRUNED_CUSTOMER
from playhead.store import counts
from playhead.store.backend import Row
from playhead.store.labels import WHOLE_THREAD
from playhead.store.references import saved_in
from playhead.store.runs import put, thread_names
from playhead.store.session import EVERYTHING, Session, WritingSession
from playhead.store.values import load

CUSTOMER: Final = "customer"
ORIGIN: Final = "origin_thread"
SAID_AS: Final = {CUSTOMER: CUSTOMER, PRUNED_CUSTOMER: CUSTOMER, ORIGIN: ORIGIN}
KEPT_AS: Final = {CUSTOMER: PRUNED_CUSTOMER, ORIGIN: ORIGIN}
"""A label of the conversation's lies over its runs' metadata: who is named by what is gone is none of those's fact."""

Found: TypeAlias = Iterator[tuple[int, str, str]]


class Names(NamedTuple):
    """By conversation: the customers it is said to be of, and the conversations it came of."""

    customers: dict[int, set[str]]
    origins: dict[int, set[str]]

    def by_fact(self) -> dict[str, dict[int, set[str]]]:
        """The same by what says it."""
        return {CUSTOMER: self.customers, ORIGIN: self.origins}


class Said(NamedTuple):
    """What names a conversation, and is no longer said of it but by what goes."""

    thread: int
    fact: str
    value: str


def conversations(session: Session) -> list[Row]:
    """All conversations, in the order they began. Raises `Corrupt` where one is not found."""
    known = counts.names(session)
    found = session.rows("threads_scan", after=0, limit=EVERYTHING)
    if len(found) < known:  # unless it was removed meanwhile
        counts.check_threads(found, min(known, counts.names(session)))
    return found


def names(session: Session, threads: Sequence[Row]) -> Names:
    """What names each of these, which are all conversations. Raises `Corrupt` where one of them is not found whole."""
    found = said(session, threads)
    unnamed = {row["id"] for row in threads} - found.customers.keys()
    return _collected(_said_by_checkpoints(session, unnamed), found) if unnamed else found


def said(session: Session, threads: Sequence[Row], without: Collection[int] = ()) -> Names:
    """What their runs' metadata and their labels say, but for runs of these numbers."""
    known = counts.known_of_each(session, json.dumps([row["id"] for row in threads]))
    found = session.rows("runs_scan", after=0, limit=EVERYTHING)
    labels = session.rows("labels_scan", after=0, limit=EVERYTHING)
    counts.check_each(known, found, "runs")
    counts.check_each(known, labels, "labels")
    thread_names(session, (run["thread"] for run in found))  # are they all found?
    runs = [run for run in found if run["id"] not in without]
    labels = [row for row in labels if row["name"] in SAID_AS and row["run"] not in without]
    return _collected([*_said_by_runs(session, runs), *_said_by_labels(session, labels)])


def _collected(found: Iterable[tuple[int, str, str]], besides: Names | None = None) -> Names:
    made = besides or Names({}, {})
    for thread, fact, value in found:
        made.by_fact()[fact].setdefault(thread, set()).add(value)
    return made


def _said_by_runs(session: Session, runs: Sequence[Row]) -> Found:
    for run, facts in zip(runs, _read(session, [run["metadata"] for run in runs]), strict=True):
        yield from _said_in(run["thread"], facts)


def _said_by_labels(session: Session, labels: Sequence[Row]) -> Found:
    for row, value in zip(labels, _read(session, [row["value"] for row in labels]), strict=True):
        if value is not None:
            yield row["thread"], SAID_AS[row["name"]], str(value)


def _said_by_checkpoints(session: Session, threads: Collection[int]) -> Found:
    """Many checkpoints share their metadata, which are read once: the second of a checkpoint's values."""
    owners: dict[int, set[int]] = {}
    for space in session.rows("spaces_scan", after=0, limit=EVERYTHING):
        if space["thread"] in threads:
            for row in session.rows("checkpoints_from_latest", space=space["id"], limit=EVERYTHING):
                for ref in saved_in(row)[1:2]:
                    owners.setdefault(ref, set()).add(space["thread"])
    for (_, theirs), whole in zip(owners.items(), _read(session, list(owners)), strict=True):
        for thread in theirs if isinstance(whole, list) and whole else ():
            yield from _said_in(thread, whole[0])


def _said_in(thread: int, facts: Any) -> Found:
    for fact in (CUSTOMER, ORIGIN) if isinstance(facts, dict) else ():
        if facts.get(fact) is not None:
            yield thread, fact, str(facts[fact])


def _read(session: Session, refs: Sequence[int | None]) -> list[Any]:
    return load(session, refs, lambda kind, data: unpack_plain(data) if kind == "msgpack" else None)


# ── what goes ────────────────────────────────────────────────────────────────────────────────────────────────


def said_only_by(session: Session, runs: Collection[int]) -> list[Said]:
    """What names the conversations of these runs, and nothing says but they, or a checkpoint that may go with them."""
    threads = conversations(session)
    before, after = names(session, threads).by_fact(), said(session, threads, without=runs).by_fact()
    return [
        Said(row["id"], fact, value)
        for row in threads
        for fact in KEPT_AS
        for value in sorted(before[fact].get(row["id"], set()) - after[fact].get(row["id"], set()))
    ]


def keep(session: WritingSession, found: Iterable[Said]) -> None:
    """Label what is left of these conversations with what named them."""
    for thread, fact, value in found:
        if session.rows("threads_get", id=thread):
            row = {"thread": thread, "run": WHOLE_THREAD, "name": KEPT_AS[fact], "value": plain(value)}
            put(session, "labels", row, id=session.next_id("labels"), at=time.time())
