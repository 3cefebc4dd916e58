"""How are runs, steps, calls and effects written and read back as records?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from playhead.codec import Part
from playhead.errors import Corrupt
from playhead.records import Call, Fate, Read, ReplayedCall, Run, Step
from playhead.store import counts
from playhead.store.backend import Row
from playhead.store.session import Session, WritingSession, can_name

RUN_VALUES: Final = ("versions", "metadata", "input", "context", "output", "error")
STEP_VALUES: Final = ("input", "output", "error")
CALL_VALUES: Final = ("request", "response", "prompt", "inputs", "error")
EFFECT_VALUES: Final = ("arguments", "result")

VALUES_OF: Final = {
    "runs": RUN_VALUES,
    "steps": STEP_VALUES,
    "calls": CALL_VALUES,
    "effects": EFFECT_VALUES,
    "labels": ("value",),
    "answers": ("answer",),
}

OUTSIDE: Final = 0  # the step number of calls made outside every step
NEWEST: Final = 2**62  # greater than every run's number
ALL_BELOW: Final = "\U0010ffff"  # after a name: greater than whatever begins with it


def put(session: WritingSession, table: str, row: Mapping[str, Any], **further: Any) -> None:
    """Write a row of the table, with `further` columns, that may be written again; its parts are stored on the way."""
    made = {**row, **further}
    for name in VALUES_OF[table]:
        if isinstance(value := made[name], Part):
            made[name] = session.intern(value)
    session.write(f"{table}_put", made)


def add_run(session: WritingSession, thread: str, row: Mapping[str, Any]) -> int:
    """Write a new run; gives its number."""
    number = session.next_id("runs")
    put(session, "runs", row, id=number, thread=session.thread(thread))
    counts.add_run(session)
    return number


def put_fate(session: WritingSession, run: int, call: int, fate: Fate, why: str, recorded: int | None) -> None:
    """Say what became of a call of a replay, and the number of the recorded call it stands for."""
    session.write("fates_put", {"run": run, "call": call, "fate": fate, "why": why, "recorded": recorded})


def change_run(session: WritingSession, number: int, changes: Mapping[str, Any], gaps: int = 0) -> None:
    """Change columns of a run: its end, its next attempt. At its end it is known how much is not recorded of that."""
    row = session.one("runs_get", id=number)
    if row is not None:
        put(session, "runs", row, **changes)
        if changes.get("ended") is not None:
            counts.close_run(session, number, row["thread"], gaps)


def thread_runs(session: Session, thread: str) -> list[Row]:
    """A conversation's runs, oldest first."""
    owner = session.conversation(thread)
    if owner is None:
        return []
    known = counts.Known(session, counts.THREAD, owner["id"])
    found = session.rows("runs_of_thread", thread=owner["id"])
    counts.check_many(found, known, "runs", f"of {thread}", ["id"])
    return found


def newest(session: Session, limit: int, before: int = NEWEST) -> list[Row]:
    """The newest runs of all conversations, newest first."""
    known = counts.Known(session, counts.WHOLE)
    found = session.rows("runs_newest", before=before, limit=limit)
    if before == NEWEST:
        counts.check_newest(known, found, limit)
    return found


def places(session: Session, rows: Iterable[Row]) -> dict[str, list[str]]:
    """Where these runs have been: the addresses of their steps by place, in order, finished or not."""
    been: dict[str, list[str]] = {}
    for run in rows:
        for step in session.rows("steps_of_run", run=run["id"]):
            if step["address"] not in (seen := been.setdefault(step["place"], [])):
                seen.append(step["address"])
    return been


def next_numbers(session: Session, run: int) -> tuple[int, int]:
    """The next free numbers of a step and a call in a run."""
    steps = session.rows("steps_of_run", run=run)
    (calls,) = session.rows("calls_numbers", run=run)
    return max([calls["step"], *(step["number"] for step in steps)]) + 1, calls["number"] + 1


def runs_named(session: Session, prefix: str) -> list[Row]:
    """Runs whose id begins so."""
    if not can_name(prefix):
        return []
    return session.rows("runs_starting_with", prefix=prefix, below=prefix + ALL_BELOW)


def threads_named(session: Session, name: str) -> list[str]:
    """The conversation of this name, or a few of those whose names begin so.

    Those made from the first of them (`c-1~9f2c41` from `c-1`) are not meant, however many there are.
    """
    if not can_name(name):
        return []
    if session.conversation(name) is not None:
        return [name]
    found = session.rows("threads_starting_with", prefix=name, below=name + ALL_BELOW)
    if found:
        made = f"{found[0]['name']}~"
        found = [row for row in found if row["name"] < made]
        found += session.rows("threads_starting_with", prefix=made + ALL_BELOW, below=name + ALL_BELOW)
    return [row["name"] for row in found]


def newest_threads(session: Session, limit: int) -> list[str]:
    """The names of the conversations with the newest runs, newest first: looked for no further than they go."""
    found: dict[int, None] = {}
    before, together = NEWEST, 4 * limit
    while len(found) < limit:
        rows = newest(session, together, before)
        found.update((row["thread"], None) for row in rows)
        if len(rows) < together:
            break
        before = rows[-1]["id"]
    numbers = list(found)[:limit]
    names = thread_names(session, numbers)
    return [names[number] for number in numbers]


def thread_names(session: Session, numbers: Iterable[int]) -> dict[int, str]:
    """The names of these conversations by their numbers. Raises `Corrupt` for one that is not there."""
    ids = sorted(set(numbers))
    found = {row["id"]: row["name"] for row in session.rows("threads_get_many", ids=json.dumps(ids))}
    for absent in set(ids) - found.keys():
        raise Corrupt("threads", str(absent), "its runs are there, and it is not found")
    return found


def read_run(row: Row, thread: str, read: Read, load_steps: Any, load_labels: Any, load_gaps: Any) -> Run:
    """The record of a stored run of this conversation."""
    return Run(
        **{k: row[k] for k in ("graph", "cause", "status", "attempt", "owner", "started", "ended")},
        id=row["name"],
        thread=thread,
        refs={name: row[name] for name in RUN_VALUES},
        read=read,
        load_steps=load_steps,
        load_labels=load_labels,
        load_gaps=load_gaps,
    )


def read_steps(session: Session, run: int, read: Read) -> tuple[Step, ...]:
    """A run's steps with their calls; a step that a crash cut off shows by its calls, as unfinished."""
    calls: dict[int, list[Call]] = {}
    known = counts.Known(session, counts.RUN, run)
    found = {table: session.rows(f"{table}_of_run", run=run) for table in ("steps", "calls", "fates")}
    counts.check_run(known, run, found)
    fates = {row["call"]: row for row in found["fates"]}
    for row in found["calls"]:
        refs = {name: row.pop(name) for name in CALL_VALUES}
        row.pop("run")
        fate = fates.get(row["number"])
        made = Call(**row, refs=refs, read=read) if fate is None else _replayed(row, refs, read, fate)
        calls.setdefault(row["step"], []).append(made)
    steps = []
    for row in found["steps"]:
        refs = {name: row.pop(name) for name in STEP_VALUES}
        row.pop("run")
        steps.append(Step(**row, calls=tuple(calls.pop(row["number"], ())), refs=refs, read=read))
    steps += [_unfinished(number, made, read) for number, made in calls.items()]
    return tuple(sorted(steps, key=lambda step: step.number))


def _replayed(row: Row, refs: Mapping[str, int | None], read: Read, fate: Row) -> ReplayedCall:
    became = {name: fate[name] for name in ("fate", "why", "recorded")}
    return ReplayedCall(**row, refs=refs, read=read, **became)


def _unfinished(number: int, made: list[Call], read: Read) -> Step:
    return Step(
        number=number,
        address=made[0].address,
        place=made[0].address,
        attempt=1,
        status="unfinished",
        started=made[0].started,
        seconds=0.0,
        calls=tuple(made),
        refs=dict.fromkeys(STEP_VALUES),
        read=read,
    )
