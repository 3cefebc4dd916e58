"""How does a recording lose something, and only what it should?

Pruning, deleting a conversation and forgetting a customer are the only ways. Rows go first, or have their references
set to "erased"; then every value that nothing refers to any more is swept, with its hash. A value that another
customer's runs share stays theirs, byte for byte. Sweeping reads the whole recording once: these are rare acts, and
an index that made them fast would cost every write.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from playhead.codec import HASH_BYTES, plain
from playhead.records import ERASED
from playhead.store import checkpoints, counts, naming, runs
from playhead.store.backend import Row
from playhead.store.references import children, saved_in
from playhead.store.session import ANSWER, EVERYTHING, FREED, NAME, Session, WritingSession, answer_name

BATCH: Final = 1_000
# The prompt a call was made from is the business's own text, not the customer's.
KEPT: Final = {"versions", "prompt"}


def delete_thread(session: WritingSession, thread: str) -> None:
    """Remove a conversation's checkpoints, and erase what its runs recorded."""
    if (row := session.conversation(thread)) is not None:
        _erase_thread(session, row)
        sweep(session)


def forget(session: WritingSession, customer: str) -> int:
    """Erase a customer: every conversation named so, or that says so of its `customer`. Gives how many."""
    doomed = list(threads_of_customer(session, customer))
    for row in doomed:
        _erase_thread(session, row)
    if doomed:
        sweep(session)
    return len(doomed)


def threads_of_customer(session: Session, customer: str) -> Iterator[Row]:
    """The conversations of a customer, what was made out of them, and copies of them that name nobody else.

    Raises `Corrupt` where a conversation, or what may name one, is not found.
    """
    threads = naming.conversations(session)
    named, origins = naming.names(session, threads)
    theirs = [row for row in threads if row["name"] == customer or customer in named.get(row["id"], ())]
    names = {customer, *(row["name"] for row in theirs)}
    while made := [row for row in threads if row not in theirs and not names.isdisjoint(origins.get(row["id"], ()))]:
        theirs += made  # and what was made out of these in turn
        names.update(row["name"] for row in made)
    yield from theirs
    saved = {id for row in theirs for id in _checkpoint_ids(session, row)}
    own = {name for row in theirs for name in named.get(row["id"], ())}
    for row in threads if saved else ():
        is_nobody_elses = row not in theirs and named.get(row["id"], set()) <= own
        if is_nobody_elses and not saved.isdisjoint(_checkpoint_ids(session, row)):
            yield row


def known_as(session: Session, customer: str) -> list[str]:
    """All names that a customer goes by: the one given, their conversations', and those nobody else has in these."""
    named = naming.names(session, naming.conversations(session)).customers
    theirs = {row["id"]: row["name"] for row in threads_of_customer(session, customer)}
    others = {name for thread, names in named.items() if thread not in theirs for name in names}
    own = {name for thread in theirs for name in named.get(thread, ())} - others
    return sorted({customer, *theirs.values(), *own})


def _checkpoint_ids(session: Session, thread: Row) -> Iterator[bytes]:
    """A copied checkpoint has its original's id."""
    for space in session.rows("spaces_of_thread", thread=thread["id"]):
        yield from (row["id"] for row in session.rows("checkpoints_from_latest", space=space["id"], limit=EVERYTHING))


def _erase_thread(session: WritingSession, thread: Row) -> None:
    for space in session.rows("spaces_of_thread", thread=thread["id"]):
        checkpoints.delete_space(session, space["id"])
    for run in session.rows("runs_of_thread", thread=thread["id"]):
        for table in ("steps", "calls"):
            for row in session.rows(f"{table}_of_run", run=run["id"]):
                session.write(f"{table}_put", _erased(table, row))
        for row in session.rows("fates_of_run", run=run["id"]):
            session.write("fates_put", {**row, "why": ERASED})  # it may quote what was said
        under_way = {"status": "cancelled", "ended": time.time()} if run["status"] == "running" else {}
        session.write("runs_put", {**_erased("runs", run), **under_way, "cause": ERASED})
    for row in session.rows("effects_of_thread", thread=thread["id"]):
        session.delete("effects_delete", key=row["key"])
        session.write("effects_put", {**_erased("effects", row), "key": _pseudonym()})
    for row in session.rows("labels_of_thread", thread=thread["id"]):
        session.write("labels_put", {**_erased("labels", row), "name": ERASED})
    for row in session.rows("answers_of_thread", thread=thread["id"]):
        session.delete("answers_delete", experiment=row["experiment"], call=row["call"])
        session.unmark(ANSWER, answer_name(row["experiment"], row["call"]))
        session.add_now("answers_add", {**_erased("answers", row), "call": _pseudonym()})
    for row in session.rows("leases_of_thread", thread=thread["id"]):  # who is at work finds that it is over
        session.delete("leases_delete", id=row["id"], holder=row["holder"])
    session.unmark(NAME, thread["name"])
    pseudonym = _pseudonym()
    session.write("threads_rename", {"id": thread["id"], "name": pseudonym})
    session.mark(NAME, pseudonym)
    session.forget_caches()


def _erased(table: str, row: Row) -> Row:
    gone = {name: 0 for name in runs.VALUES_OF[table] if name not in KEPT and row[name] is not None}
    return {**row, **gone}


def _pseudonym() -> str:
    return f"erased-{secrets.token_hex(6)}"


def delete_checkpoints(
    session: WritingSession, thread: str | None, doomed: Callable[[Session, checkpoints.CheckpointRow], bool]
) -> None:
    """Remove the checkpoints, of one conversation or all, that `doomed` says so of."""
    for space, (_, ns) in checkpoints.spaces(session, thread).items():
        for row in checkpoints.checkpoint_rows(session, space, ns, limit=EVERYTHING):
            if doomed(session, row):
                checkpoints.delete_checkpoint(session, space, row.id)
    sweep(session)


def prune(session: WritingSession, thread: str, keep_latest: bool) -> None:
    """Remove a conversation's checkpoints, but for the newest of each namespace where asked."""
    newest = {
        (ns, rows[0].id)
        for space, (_, ns) in checkpoints.spaces(session, thread).items()
        if keep_latest and (rows := checkpoints.checkpoint_rows(session, space, ns))
    }
    delete_checkpoints(session, thread, lambda _, row: (row.ns, row.id) not in newest)


def copy_thread(session: WritingSession, source: str, target: str) -> None:
    """Give `target` a copy of `source`'s checkpoints, in place of its own."""
    copied = checkpoints.spaces(session, source)
    if copied and source != target:
        for space in checkpoints.spaces(session, target):
            checkpoints.delete_space(session, space)
    for space, (_, ns) in copied.items():
        if source != target:
            checkpoints.copy_space(session, space, target, ns)
    counts.recount(session)


class Swept(NamedTuple):
    """How many values went, and the bytes they took."""

    values: int
    bytes: int


def sweep(session: WritingSession) -> Swept:
    """Remove every value that nothing refers to.

    The highest number stays taken, so that none is given again: who still holds a reference to what is gone must not
    find another customer's words there.
    """
    counts.recount(session)
    live = set(_reachable(session, _roots(session)))
    (last,) = session.rows("vals_last")
    removed = size = after = 0
    while rows := session.rows("vals_scan", after=after, limit=BATCH):
        after = rows[-1]["id"]
        dead = [row["id"] for row in rows if row["id"] not in live]
        session.delete("vals_delete", ids=json.dumps(dead))
        removed += len(dead)
        size += sum(len(row["data"]) for row in rows if row["id"] not in live)
    if last["id"] and last["id"] not in live:
        mark = plain(secrets.token_bytes(HASH_BYTES))
        session.write("vals_add", {"id": last["id"], "hash": mark.hash, "kind": mark.kind, "data": mark.data})
        removed, size = removed - 1, size - len(mark.data)
    session.write("counts_put", {"kind": FREED, "id": 0, "data": secrets.token_bytes(8)})
    session.forget_caches()
    return Swept(removed, max(size, 0))


def freed(session: Session) -> bytes | None:
    """The mark of the last removal whose bytes may still be in the files: it was not compacted since."""
    row = session.one("counts_get", kind=FREED, id=0)
    return row["data"] if row else None


def compacted(session: WritingSession, mark: bytes | None) -> None:
    """What was removed up to this mark is gone from the files, too."""
    if mark is not None and freed(session) == mark:
        session.delete("counts_delete", kind=FREED, id=0)


def _roots(session: Session) -> Iterator[int]:
    for space in session.rows("spaces_scan", after=0, limit=EVERYTHING):
        for row in session.rows("checkpoints_from_latest", space=space["id"], limit=EVERYTHING):
            yield from saved_in(row)
        for row in session.rows("writes_of_space", space=space["id"]):
            yield row["value"]
    for run in session.rows("runs_scan", after=0, limit=EVERYTHING):
        rows: dict[str, list[dict[str, Any]]] = {
            "runs": [run],
            "steps": session.rows("steps_of_run", run=run["id"]),
            "calls": session.rows("calls_of_run", run=run["id"]),
        }
        for table, found in rows.items():
            yield from (row[name] for row in found for name in runs.VALUES_OF[table] if row[name])
    for row in session.rows("effects_scan", after="", limit=EVERYTHING):
        yield from (row[name] for name in runs.EFFECT_VALUES if row[name])
    yield from (row["value"] for row in session.rows("labels_scan", after=0, limit=EVERYTHING))
    yield from (row["answer"] for row in session.rows("answers_scan", limit=EVERYTHING))


def _reachable(session: Session, roots: Iterator[int]) -> set[int]:
    live: set[int] = set()
    wanted = set(roots) - {0}
    while wanted:
        live |= wanted
        below: set[int] = set()
        batch = sorted(wanted)
        for start in range(0, len(batch), BATCH):
            for row in session.values(batch[start : start + BATCH]).values():
                below.update(children(row))
        wanted = below - live - {0}
    return live
