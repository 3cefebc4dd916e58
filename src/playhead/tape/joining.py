"""How do a tape's runs join a recording, so that nothing that is there is lost or goes another way for it?"""

from __future__ import annotations

from typing import Any, Final

from playhead.codec import Part
from playhead.errors import TapeConflict
from playhead.redact import Redactor
from playhead.store import checkpoints, counts, runs
from playhead.store.backend import Row as StoredRow
from playhead.store.session import WritingSession
from playhead.tape.loading import Loadable
from playhead.tape.rows import Row, TapedCheckpoint, TapedRun
from playhead.tape.writing import Source

OWNER: Final = "tape:0"
"""Who is said to have worked on a run that came from a tape."""


def put(session: WritingSession, tape: Loadable, redactor: Redactor) -> list[str]:
    """Store what is not there yet; gives the runs' ids. Raises `TapeConflict`, and then nothing is stored."""
    source = Source(session, redactor)
    for checkpoint in tape.checkpoints:
        _check_place(session, tape, checkpoint)
    for run in tape.runs:
        stored = _stored(session, run.row.columns["id"])
        if stored is None:
            _add(session, run)
        elif source.run(stored).content() != run.content():
            name = run.row.columns["id"]
            raise TapeConflict(tape.path, f"Run {name}", "this recording has a run of that id with other content")
    for checkpoint in tape.checkpoints:
        _put_checkpoint(session, checkpoint)
    return [run.row.columns["id"] for run in tape.runs]


def _stored(session: WritingSession, name: str) -> StoredRow | None:
    return session.one("runs_starting_with", prefix=name, below=name + "\0")


def _check_place(session: WritingSession, tape: Loadable, checkpoint: TapedCheckpoint) -> None:
    """A conversation that goes on here must not go on from a state that it never had."""
    thread, ns, id = (checkpoint.columns[name] for name in ("thread", "ns", "id"))
    space = checkpoints.space_of(session, thread, ns) if _own_runs(session, thread) else None
    if space is None or checkpoints.checkpoint_rows(session, space, ns, id):
        return
    latest = checkpoints.checkpoint_rows(session, space, ns)
    if latest and latest[0].id < id:
        problem = f"this recording's own conversation of that name stands at {latest[0].id}, which is older"
        raise TapeConflict(tape.path, f"Checkpoint {id} of conversation {thread!r}", problem)


def _put_checkpoint(session: WritingSession, checkpoint: TapedCheckpoint) -> None:
    thread, ns, id, parent = (checkpoint.columns[name] for name in ("thread", "ns", "id", "parent"))
    space = checkpoints.space_of(session, thread, ns)
    if space is None or not checkpoints.checkpoint_rows(session, space, ns, id):
        checkpoints.put_checkpoint(session, thread, ns, id, parent, checkpoint.data, checkpoint.refs)
    elif checkpoints.write_rows(session, space, id) or _own_runs(session, thread):
        return  # else another tape brought it, of a run that nothing beside it was needed for
    for row in checkpoint.writes:
        task, path, special = (row.columns[name] for name in ("task", "path", "special"))
        if isinstance(value := row.values["value"], Part):
            checkpoints.put_writes(session, thread, ns, id, task, path, special, value)


def _own_runs(session: WritingSession, thread: str) -> list[StoredRow]:
    """The runs of a conversation that no tape brought."""
    return [row for row in runs.thread_runs(session, thread) if row["owner"] != OWNER]


def _add(session: WritingSession, run: TapedRun) -> None:
    thread = run.row.columns["thread"]
    facts = {name: value for name, value in run.row.columns.items() if name not in ("id", "thread")}
    row = {**facts, **_values(run.row), "name": run.row.columns["id"], "owner": OWNER}
    number = runs.add_run(session, thread, row)
    for table in ("steps", "calls"):
        for each in run.below[table]:
            runs.put(session, table, {**each.columns, **_values(each), "run": number})
    for each in run.below["effects"]:
        if session.one("effects_find", key=each.columns["key"]) is None:
            place = {"run": number, "thread": session.thread(thread)}
            runs.put(session, "effects", {**each.columns, **_values(each), **place})
    counts.close_run(session, number, session.thread(thread))


def _values(row: Row) -> dict[str, Any]:
    return {name: 0 if value == "erased" else value for name, value in row.values.items()}
