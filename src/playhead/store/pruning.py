"""Which runs may go for the room they take, and what goes with them?

A turn, the runs of one event, goes whole or stays. With its runs go their steps and calls, what became of those, their
labels, and the checkpoints made in them that no run that stays began from. A conversation's newest state stays, so that
it goes on; the journal of what it did to the world stays, so that nothing is done twice; and as long as anything of it
does, so does whose it is, so that they can be forgotten. What is open stays (it can be gone on with), and so does what
a kept replay was made from: unless it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from playhead.records import ERASED
from playhead.store import erasure, naming
from playhead.store.backend import Row
from playhead.store.checkpoints import (
    before_run,
    checkpoint_rows,
    delete_checkpoint,
    first_id_at,
    long_id,
    needs_older,
    short_id,
)
from playhead.store.session import EVERYTHING, Session, WritingSession
from playhead.store.values import load

OPEN: Final = ("running", "interrupted")
ORIGINS: Final = ("replay_of", "forked_from")


@dataclass(frozen=True, slots=True)
class Rule:
    """Which turns go: those that meet all that is said.

    They ended before `before` (Unix seconds), are older than the newest `keep_last` of their conversation, and ended in
    one of `statuses`. Open ones go only where their status is among these, and with `origins` those, too, that a
    replay or fork which stays was made from. With `state`, a conversation of which no run stays goes whole.
    """

    before: float | None = None
    keep_last: int = 0
    statuses: frozenset[str] = frozenset()
    origins: bool = False
    state: bool = False


@dataclass(frozen=True, slots=True)
class Pruned:
    """What goes. `bytes` are those of values and checkpoints; `kept_open` and `kept_origins` are runs that stay."""

    runs: int = 0
    steps: int = 0
    calls: int = 0
    checkpoints: int = 0
    conversations: int = 0
    values: int = 0
    bytes: int = 0
    kept_open: int = 0
    kept_origins: int = 0


class Turn(NamedTuple):
    """The runs of one event, oldest first, and how many turns of its conversation came after it."""

    runs: Sequence[Row]
    later: int


def prune(session: WritingSession, rule: Rule) -> Pruned:
    """Remove what the rule says; gives what went."""
    turns = list(_turns(session))
    wanted = [turn for turn in turns if _is_meant(turn, rule)]
    closed = [
        turn for turn in wanted if turn.runs[-1]["status"] not in OPEN or turn.runs[-1]["status"] in rule.statuses
    ]
    going = closed if rule.origins else _without_origins(session, turns, closed)
    doomed = {run["id"]: run for turn in going for run in turn.runs}
    counts = {"steps": 0, "calls": 0, "checkpoints": 0, "conversations": 0, "bytes": 0}
    named = naming.said_only_by(session, doomed)
    for thread in sorted({run["thread"] for run in doomed.values()}):
        _add(counts, _prune_thread(session, thread, doomed, state=rule.state))
    naming.keep(session, named)
    swept = erasure.sweep(session)
    return Pruned(
        runs=len(doomed),
        **{**counts, "bytes": counts["bytes"] + swept.bytes},
        values=swept.values,
        kept_open=_size(wanted) - _size(closed),
        kept_origins=_size(closed) - len(doomed),
    )


def _size(turns: Iterable[Turn]) -> int:
    return sum(len(turn.runs) for turn in turns)


def _add(counts: dict[str, int], more: Mapping[str, int]) -> None:
    for name, number in more.items():
        counts[name] += number


def _turns(session: Session) -> Iterator[Turn]:
    """All turns; a run whose event was erased is one of its own."""
    threads: dict[int, dict[str, list[Row]]] = {}
    for run in session.rows("runs_scan", after=0, limit=EVERYTHING):
        event = run["cause"] if run["cause"] != ERASED else run["name"]
        threads.setdefault(run["thread"], {}).setdefault(event, []).append(run)
    for turns in threads.values():
        for later, made in enumerate(reversed(turns.values())):
            yield Turn(made, later)


def _is_meant(turn: Turn, rule: Rule) -> bool:
    last = turn.runs[-1]
    ended = max(run["ended"] or run["started"] for run in turn.runs)
    return (
        turn.later >= rule.keep_last
        and (rule.before is None or ended < rule.before)
        and (not rule.statuses or last["status"] in rule.statuses)
    )


def _without_origins(session: Session, turns: Sequence[Turn], going: Sequence[Turn]) -> list[Turn]:
    """Those that no run which stays was made from."""
    found = [run for turn in turns for run in turn.runs if run["metadata"]]
    facts = load(session, [run["metadata"] for run in found], lambda _, data: data)
    made_from = {
        run["id"]: {said[name] for name in ORIGINS if name in said}
        for run, said in zip(found, facts, strict=True)
        if isinstance(said, dict)
    }
    kept, left = {id(turn): turn for turn in going}, -1
    while left != len(kept):
        left, leaving = len(kept), {run["id"] for turn in kept.values() for run in turn.runs}
        needed = {name for run, names in made_from.items() if run not in leaving for name in names}
        kept = {key: turn for key, turn in kept.items() if needed.isdisjoint(run["name"] for run in turn.runs)}
    return list(kept.values())


def _prune_thread(session: WritingSession, thread: int, doomed: Mapping[int, Row], *, state: bool) -> Mapping[str, int]:
    runs = session.rows("runs_of_thread", thread=thread)
    stay = [run for run in runs if run["id"] not in doomed]
    counts = _prune_checkpoints(session, thread, runs, stay, state=state)
    for run in (run["id"] for run in runs if run["id"] in doomed):
        counts["steps"] += len(session.rows("steps_of_run", run=run))
        counts["calls"] += len(session.rows("calls_of_run", run=run))
        for table in ("steps", "calls", "fates"):
            session.delete(f"{table}_delete", run=run)
        session.delete("runs_delete", id=run)
    for row in session.rows("labels_of_thread", thread=thread):
        if row["run"] in doomed:
            session.delete("labels_delete", id=row["id"])
    for row in session.rows("effects_of_thread", thread=thread):
        if row["run"] in doomed:  # what was done stays known; the number may be another run's one day
            session.write("effects_put", {**row, "run": 0})
    if state and not stay:
        _remove_thread(session, thread)
        counts["conversations"] = 1
    return counts


def _prune_checkpoints(
    session: WritingSession, thread: int, runs: Sequence[Row], stay: Sequence[Row], *, state: bool
) -> dict[str, int]:
    """Remove those that were made in runs that go, but for what the others began from and the newest.

    Where the newest is not whole without those before it, all stay.
    """
    counts = {"steps": 0, "calls": 0, "checkpoints": 0, "bytes": 0}
    (owner,) = session.rows("threads_get", id=thread)
    needed = {
        (found.ns, short_id(found.id))
        for run in stay
        for found in before_run(session, owner["name"], run["started"]).values()
        if found is not None
    }
    spans, goes_whole = _spans(runs, {run["id"] for run in stay}), state and not stay
    for space in session.rows("spaces_of_thread", thread=thread):
        newest = checkpoint_rows(session, space["id"], space["ns"])
        if not goes_whole and any(needs_older(session, row) for row in newest):
            continue
        rows = session.rows("checkpoints_from_latest", space=space["id"], limit=EVERYTHING)
        for row in rows if goes_whole else rows[1:]:
            made_then = goes_whole or any(begin <= row["id"] < end for begin, end in spans)
            if made_then and (space["ns"], row["id"]) not in needed:
                counts["checkpoints"] += 1
                counts["bytes"] += len(row["data"]) + len(row["refs"])
                delete_checkpoint(session, space["id"], long_id(row["id"]))
    return counts


def _spans(runs: Sequence[Row], stay: set[int]) -> list[tuple[bytes, bytes]]:
    """Between which ids lie the checkpoints of runs that go: from the beginning of each to that of the next."""
    ordered = sorted(runs, key=lambda run: (run["started"], run["id"]))
    begins = [*(first_id_at(run["started"]) for run in ordered), b"\xff" * 17]
    return [span for run, span in zip(ordered, pairwise(begins), strict=True) if run["id"] not in stay]


def _remove_thread(session: WritingSession, thread: int) -> None:
    """A conversation of which nothing is left to go on from."""
    for space in session.rows("spaces_of_thread", thread=thread):
        if not session.rows("checkpoints_from_latest", space=space["id"], limit=1):
            session.delete("spaces_delete", id=space["id"])
    for row in session.rows("labels_of_thread", thread=thread):
        session.delete("labels_delete", id=row["id"])
    for row in session.rows("effects_of_thread", thread=thread):
        session.delete("effects_delete", key=row["key"])
    for row in session.rows("answers_of_thread", thread=thread):
        session.delete("answers_delete", experiment=row["experiment"], call=row["call"])
    if not session.rows("spaces_of_thread", thread=thread) and not session.rows("leases_of_thread", thread=thread):
        session.delete("threads_delete", id=thread)
    session.forget_caches()
