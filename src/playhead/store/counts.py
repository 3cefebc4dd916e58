"""How many rows must there be, so that one that damage hides is missed?

A seal shows a row that was changed, not one that is no longer found: one flipped bit in a database's own pages can do
that, and a reader would take the shorter answer for the whole. So a run that ended says, sealed, how many rows it has,
a conversation how many runs, and each of its checkpoint namespaces how many checkpoints and which was the last. Each
count is a row of its own in another place, and a lower bound: rows may come later, none goes but by erasing, which
counts anew. A recording without counts reads as before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from playhead.codec import pack, unpack
from playhead.errors import Corrupt
from playhead.store.backend import Row
from playhead.store.session import ANSWER, EVERYTHING, FREED, NAME, Session, WritingSession, answer_name, mark_of

RUN: Final = "run"
THREAD: Final = "thread"
SPACE: Final = "space"
WHOLE: Final = "recording"
GAPS: Final = "gaps"
"""Beside what a run has: how much of it could not be recorded, or not as it was. No row is missed for it."""

HOLDS: Final = {
    RUN: "counts_run_holds",
    THREAD: "counts_thread_holds",
    SPACE: "counts_space_holds",
    WHOLE: "counts_recording_holds",
}

Counts: TypeAlias = dict[str, Any]


class Known:
    """What is known to be there; nothing of what an older Playhead wrote.

    It is read before the rows that it counts, as others write meanwhile: then rows can only be more than it says, or
    what they were was erased, which is looked for before anything is called damaged.
    """

    def __init__(self, session: Session, kind: str, number: int = 0, counts: Counts | None = None) -> None:
        self._session, self._kind, self._number = session, kind, number
        self.counts = of(session, kind, number) if counts is None else counts

    def is_more(self, name: str, found: Any) -> bool:
        """Must there be more than is found?"""
        if not _less(found, self.counts.get(name)):
            return False
        self.counts = of(self._session, self._kind, self._number)
        return _less(found, self.counts.get(name))


def _less(found: Any, known: Any) -> bool:
    return known is not None and (found is None or found < known)


def of(session: Session, kind: str, number: int = 0) -> Counts:
    """The counts of one thing as they are now."""
    row = session.one("counts_get", kind=kind, id=number)
    return unpack(row["data"]) if row else {}


def gaps(session: Session, run: int) -> int:
    """How much of a run could not be recorded."""
    return int(of(session, RUN, run).get(GAPS, 0))


def all_gaps(session: Session) -> int:
    """The same of all runs there are."""
    return sum(unpack(row["data"]).get(GAPS, 0) for row in session.rows("counts_scan") if row["kind"] == RUN)


def close_run(session: WritingSession, number: int, thread: int, gaps: int = 0) -> None:
    """A run ended: remember what it has, what its conversation has by now, and how many gaps there are in it."""
    _grow(session, RUN, number, gaps)
    _grow(session, THREAD, thread)
    for space in session.touched.pop(thread, ()):
        _grow(session, SPACE, space)


def close_thread(session: WritingSession, thread: int) -> None:
    """Something was added to a conversation outside its runs."""
    _grow(session, THREAD, thread)


def add_run(session: WritingSession) -> None:
    """A run is new."""
    known = of(session, WHOLE)
    _write(session, WHOLE, 0, {"runs": known["runs"] + 1} if known else _holds(session, WHOLE, 0))


def recount(session: WritingSession) -> None:
    """Something was erased: whatever is counted is counted anew."""
    there = _marks(
        {
            NAME: [row["name"] for row in session.rows("threads_scan", after=0, limit=EVERYTHING)],
            ANSWER: [
                answer_name(row["experiment"], row["call"]) for row in session.rows("answers_scan", limit=EVERYTHING)
            ],
        }
    )
    for row in session.rows("counts_scan"):
        kind, number = row["kind"], row["id"]
        if kind in HOLDS:
            gaps = {GAPS: known[GAPS]} if GAPS in (known := unpack(row["data"])) else {}
            _write(session, kind, number, {**_holds(session, kind, number), **gaps})
        elif kind != FREED and (kind, number) not in there:
            session.delete("counts_delete", kind=kind, id=number)


def _marks(names: Mapping[str, Iterable[str]]) -> set[tuple[str, int]]:
    return {(kind, mark_of(name)) for kind, each in names.items() for name in each}


def _grow(session: WritingSession, kind: str, number: int, gaps: int = 0) -> None:
    known, found = of(session, kind, number), _holds(session, kind, number)
    found[GAPS] = known.get(GAPS, 0) + gaps
    both = {
        name: value if known.get(name) is None else max(known[name], value) for name, value in found.items() if value
    }
    if both.get("last") != found.get("last"):  # the last checkpoint is hidden already: leave what was known of it
        both["pending"] = known.get("pending", 0)
    elif both.get("last") != known.get("last"):  # what waited at the one before counts no more
        both["pending"] = found.get("pending", 0)
    if both != known:
        _write(session, kind, number, both)


def _holds(session: Session, kind: str, number: int) -> Counts:
    (found,) = session.rows(HOLDS[kind], number=number)
    return {name: value for name, value in found.items() if value is not None}


def _write(session: WritingSession, kind: str, number: int, counts: Mapping[str, Any]) -> None:
    session.write("counts_put", {"kind": kind, "id": number, "data": pack(dict(counts))})


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────


def check_many(rows: Sequence[Row], known: Known, table: str, key: str, by: Sequence[str]) -> None:
    """Raise `Corrupt` where fewer rows are found than are known, or one (it is known `by` these columns) twice."""
    found = [tuple(row[name] for name in by) for row in rows]
    if len(set(found)) != len(found):
        raise Corrupt(table, key, "one is found twice")
    if known.is_more(table, len(found)):
        raise Corrupt(table, key, f"{len(found)} are found where {known.counts[table]} were written")


def check_run(known: Known, run: int, tables: Mapping[str, Sequence[Row]]) -> None:
    """Are all steps, calls and fates of a run among these?"""
    for table, rows in tables.items():
        check_many(rows, known, table, f"of run {run}", ["call" if table == "fates" else "number"])


def known_of_each(session: Session, threads: str) -> dict[int, Known]:
    """What is known of each of these conversations (numbers, as JSON)."""
    rows = session.rows("counts_get_many", kind=THREAD, ids=threads)
    return {row["id"]: Known(session, THREAD, row["id"], unpack(row["data"])) for row in rows}


def check_each(known: Mapping[int, Known], found: Sequence[Row], table: str) -> None:
    """Are all rows that each of these conversations has in a table among these?"""
    those: dict[int, list[Row]] = {}
    for row in found:
        those.setdefault(row["thread"], []).append(row)
    for thread, each in known.items():
        check_many(those.get(thread, ()), each, table, f"of conversation {thread}", ["id"])


def names(session: Session) -> int:
    """How many conversations there must be."""
    return int(session.rows("counts_names")[0]["names"])


def check_threads(found: Sequence[Row], known: int) -> None:
    """Are all conversations among these?"""
    if len({row["id"] for row in found}) < known:
        raise Corrupt("threads", "of this recording", f"{len(found)} are found where {known} were written")


def check_newest(known: Known, found: Sequence[Row], limit: int) -> None:
    """Are these the newest runs of the recording, and none between them left out?"""
    if len(found) < limit:
        check_many(found, known, "runs", "of this recording", ["id"])
    newest = found[0]["id"] if found else 0
    dense = found and newest == known.counts.get("runs") and newest - found[-1]["id"] >= len(found)
    if dense or known.is_more("runs", newest):
        raise Corrupt("runs", "of this recording", "one of the newest is not found")


def check_latest(known: Known, latest: Row | None) -> None:
    """Is this the newest checkpoint of a namespace?"""
    if known.is_more("last", latest["id"] if latest else None):
        last = known.counts["last"].hex()
        raise Corrupt("checkpoints", last, "it was the newest of its conversation, and is not found")


def check_space(session: Session, space: int, known: Known, found: Sequence[Row]) -> None:
    """Are all checkpoints of a namespace among these, and all its writes there?"""
    check_many(found, known, "checkpoints", f"of space {space}", ["id"])
    if known.counts:
        writes = session.rows("writes_of_space", space=space)
        check_many(writes, known, "writes", f"of space {space}", ["checkpoint", "task", "special"])


def check_pending(known: Known, checkpoint: bytes, found: Sequence[Row]) -> None:
    """Are all writes that wait at the newest checkpoint among these?"""
    written = known.counts.get("pending", 0)
    if known.counts.get("last") == checkpoint and known.is_more("pending", len(found)):
        raise Corrupt("writes", f"at checkpoint {checkpoint.hex()}", f"{len(found)} are found of {written}")


def check_effects(session: Session, thread: str, key: str) -> None:
    """Is an effect that is not found by its key really not there? Else it would happen twice."""
    if (owner := session.conversation(thread)) is None:
        return
    known = Known(session, THREAD, owner["id"])
    found = session.rows("effects_of_thread", thread=owner["id"])
    check_many(found, known, "effects", f"of {thread}", ["key"])
    if any(row["key"] == key for row in found):
        raise Corrupt("effects", key, "it is not found by its key")


def lost(session: Session, marked: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """What is not there any more, for people; `marked` are the names of those there are, by kind."""
    there = _marks(marked)
    for row in session.rows("counts_scan"):
        kind, number = row["kind"], row["id"]
        if kind not in HOLDS:
            if kind != FREED and (kind, number) not in there:
                yield f"A record of kind {kind!r} is not found that was written."
            continue
        known, found = unpack(row["data"]), _holds(session, kind, number)
        less = [name for name in known if name != GAPS and (name not in found or found[name] < known[name])]
        if less:
            yield f"Of {kind} {number} not all {', '.join(less)} are found that were written."
