"""Which saved states tell from where a run set out, and whether it can be replayed from there?

The state it began from, with those it is read with, and its first one, which says so. Of a run that went back to an
older state, also what had gone on from there. And those that were put there by hand or begin a branch, with what they
came of, and those of graphs within that waited: a run that cannot be replayed for one of them says so from its tape,
too.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Final

from playhead.codec import inflate
from playhead.store.backend import Row as StoredRow
from playhead.store.checkpoints import (
    COMMANDS,
    CheckpointRow,
    before_run,
    checkpoint_rows,
    first_id_at,
    first_since,
    last_before,
    long_id,
    made_between,
    made_of,
    needs_older,
    outlives_runs,
    short_id,
    space_of,
    spaces,
    write_rows,
)
from playhead.store.session import Session
from playhead.tape import leaves
from playhead.trust import take_apart

BY_HAND: Final = ("update", "fork")
"""How LangGraph names the source of a state that was put there by hand, and of one that a branch begins with."""

TICK: Final = 0.000_001  # ids of checkpoints tell the time to less than this


def telling(session: Session, thread: str, run: StoredRow) -> list[CheckpointRow]:
    """The saved states that a tape of a stored run holds, that which it began from first."""
    began = before_run(session, thread, run["started"])
    older = began.get("")
    rows: list[CheckpointRow | None] = [older, *began.values(), first_since(session, thread, run["started"])]
    rows += _first_within(session, thread, run)
    if older is not None:
        rows += [made_of(session, thread, older.id, run["started"]), *_waiting_within(session, thread, older, run)]
    rows += _by_hand(session, thread, run)
    return list({(row.ns, row.id): row for row in rows if row is not None}.values())


def commanded_at(session: Session, run: StoredRow) -> list[StoredRow]:
    """The runs that began from the state that this one did, if commands left something beside it."""
    row = session.one("threads_get", id=run["thread"])
    thread = str(row["name"]) if row else ""
    state, space = before_run(session, thread, run["started"]).get(""), space_of(session, thread, "")
    if state is None or space is None:
        return []
    if not any(row.task == COMMANDS and not row.special for row in write_rows(session, space, state.id)):
        return []
    others = session.rows("runs_of_thread", thread=run["thread"])
    began = ((each, before_run(session, thread, each["started"]).get("")) for each in others)
    return [each for each, at in began if at is not None and at.id == state.id]


def put_together_from(session: Session, thread: str, run: StoredRow) -> Iterator[CheckpointRow]:
    """The states that those it began from are read with: a channel may be kept as what was written to it since."""
    for row in before_run(session, thread, run["started"]).values():
        space = None if row is None else space_of(session, thread, row.ns)
        while row is not None and space is not None and needs_older(session, row):
            row = next(iter(_parent(session, space, row)), None)  # noqa: PLW2901
            yield from [row] if row is not None else []


def _first_within(session: Session, thread: str, run: StoredRow) -> Iterator[CheckpointRow]:
    """Of the graphs within it that remember, the first state they saved in the run, and what that came of."""
    for space, (_, ns) in spaces(session, thread).items():
        first = first_since(session, thread, run["started"], ns) if ns and outlives_runs(ns) else None
        if first is not None and (run["ended"] is None or short_id(first.id) < first_id_at(run["ended"] + TICK)):
            yield from (first, *_parent(session, space, first))


def _parent(session: Session, space: int, row: CheckpointRow) -> list[CheckpointRow]:
    return [] if row.parent is None else checkpoint_rows(session, space, row.ns, row.parent)


def _waiting_within(session: Session, thread: str, at: CheckpointRow, run: StoredRow) -> Iterator[CheckpointRow | None]:
    space = space_of(session, thread, at.ns)
    tasks = {row.task for row in write_rows(session, space, at.id)} if space else set()
    before = long_id(first_id_at(run["started"]))
    for _, ns in spaces(session, thread).values():
        if ns.split("|")[0].rpartition(":")[2] in tasks:
            yield last_before(session, thread, before, ns)


def _by_hand(session: Session, thread: str, run: StoredRow) -> Iterator[CheckpointRow]:
    """Since the run of the same event before it, or within it, and what they came of."""
    event = [each for each in session.rows("runs_of_thread", thread=run["thread"]) if each["cause"] == run["cause"]]
    since = max((each["ended"] or 0.0 for each in event if each["id"] < run["id"]), default=0.0) or run["started"]
    until = time.time() if run["ended"] is None else run["ended"] + TICK
    made = made_between(session, thread, since, until)
    facts = session.values(row.refs[1] for row in made)
    for row in (row for row in made if _source(facts[row.refs[1]]) in BY_HAND):
        yield row
        space = space_of(session, thread, row.ns)
        yield from _parent(session, space, row) if space is not None else []


def _source(stored: StoredRow) -> Any:
    """How a state came about, as its metadata say, which are stored so."""
    kind, data = inflate(stored["kind"], stored["data"])
    facts = take_apart(data) if kind == leaves.MSGPACK else None
    return facts[0].get("source") if isinstance(facts, list) and facts and isinstance(facts[0], dict) else None
