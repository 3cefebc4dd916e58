"""What does LangGraph save between supersteps, as rows?

A checkpoint is a short packed skeleton, which only the saver understands, and the references of the values in it, which
only the store understands: so erasing and pruning need not know LangGraph. A task's writes are one value, the same one
that is the output of its step.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from playhead.codec import Part, encode_numbers, inflate, known, pairs, unpack
from playhead.store import counts
from playhead.store.backend import Row
from playhead.store.references import children, saved_in
from playhead.store.session import EVERYTHING, Session, WritingSession, has_half_characters
from playhead.store.values import load

UUID: Final = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
USUAL_PATH: Final = "~__pregel_pull, "
"""How LangGraph writes the path of a node that its channels set off."""

USUALLY, AS_IS = "<", ">"
COMMANDS: Final = "00000000-0000-0000-0000-000000000000"
"""The task that LangGraph says a command's writes are of."""
DELTAS: Final = "counters_since_delta_snapshot"
"""LangGraph's word in a checkpoint's metadata where that is not whole."""

UUID_EPOCH: Final = 0x01B21DD213814000  # RFC 9562: 100 ns from 1582-10-15, where UUIDs count from, to 1970


class CheckpointRow(NamedTuple):
    """One checkpoint as stored: `data` is the saver's skeleton, `refs` the values it speaks of."""

    ns: str
    id: str
    parent: str | None
    data: bytes
    refs: list[int]


class WriteRow(NamedTuple):
    """One task's writes at a checkpoint; `special` is 0, or the negative index of an error, interrupt or resume."""

    task: str
    path: str
    special: int
    value: int


@lru_cache(maxsize=4096)  # one checkpoint's is asked for as its own, as its child's parent, and by its tasks
def short_id(text: str) -> bytes:
    """An id as few bytes: 16 for a UUID, which keeps the order of its text."""
    if UUID.fullmatch(text):
        return bytes.fromhex(text.replace("-", ""))
    data = text.encode("utf-8", "surrogatepass") + b"\0"
    return data + b"\0" if len(data) == 16 else data


def long_id(data: bytes) -> str:
    """The text that `short_id` shortened."""
    if len(data) != 16:
        return data.rstrip(b"\0").decode("utf-8", "surrogatepass")
    digits = data.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def short_path(path: str) -> str:
    """Where a task stands in its graph, in a few letters: nearly every path begins alike, and there is one a step."""
    if path.startswith(USUAL_PATH):
        return USUALLY + path[len(USUAL_PATH) :]
    return AS_IS + path if path.startswith((USUALLY, AS_IS)) else path


def long_path(text: str) -> str:
    """The path that `short_path` shortened; one that an older Playhead wrote is as it was."""
    if text.startswith(USUALLY):
        return USUAL_PATH + text[len(USUALLY) :]
    return text.removeprefix(AS_IS)


def put_checkpoint(
    session: WritingSession, thread: str, ns: str, id: str, parent: str | None, data: bytes, parts: Sequence[Part]
) -> None:
    """Store a checkpoint; one with the same id is replaced."""
    session.write(
        "checkpoints_put",
        {
            "space": session.space(thread, ns),
            "id": short_id(id),
            "parent": short_id(parent) if parent else None,
            "data": data,
            "refs": encode_numbers(session.intern(part) or 0 for part in parts),
        },
    )


def put_writes(
    session: WritingSession, thread: str, ns: str, checkpoint: str, task: str, path: str, special: int, value: Part
) -> None:
    """Store a task's writes: special ones replace what was there, of the others only further ones are added."""
    place = {
        "space": session.space(thread, ns),
        "checkpoint": short_id(checkpoint),
        "task": short_id(task),
        "special": special,
    }
    row = {**place, "path": short_path(path), "value": session.intern(value)}
    if special:
        session.write("writes_put", row)
    elif not session.add("writes_add", row):
        (old,) = session.rows("writes_find", **place)
        session.write("writes_put", {**row, "value": _lengthened(session, old["value"], value)})


def _lengthened(session: WritingSession, old: int, new: Part) -> int | None:
    """The first writes of a task stand, each to its own channel; a longer list only adds its tail."""
    refs = children(session.values([old])[old])
    if len(new.children) <= len(refs):
        return old
    stored = session.values(refs)
    channels = _plain(stored[refs[0]])
    kept = [(channel, known(stored[ref]["hash"])) for channel, ref in zip(channels, refs[1:], strict=True)]
    added = zip(unpack(new.children[0].data), new.children[1:], strict=True)
    return session.intern(pairs([*kept, *list(added)[len(kept) :]]))


def _plain(row: Row) -> Any:
    _, data = inflate(row["kind"], row["data"])
    return unpack(data)


def spaces(session: Session, thread: str | None) -> dict[int, tuple[str, str]]:
    """`{space: (thread, namespace)}` of one conversation, or of all."""
    if thread is None:
        found = session.rows("spaces_scan", after=0, limit=EVERYTHING)
        names = {row["id"]: row["name"] for row in session.rows("threads_scan", after=0, limit=EVERYTHING)}
        return {row["id"]: (names[row["thread"]], row["ns"]) for row in found}
    owner = session.conversation(thread)
    return {row["id"]: (thread, row["ns"]) for row in _spaces_of(session, owner["id"])} if owner else {}


def _spaces_of(session: Session, thread: int) -> list[Row]:
    known = counts.Known(session, counts.THREAD, thread)
    found = session.rows("spaces_of_thread", thread=thread)
    counts.check_many(found, known, "spaces", f"of conversation {thread}", ["id"])
    return found


def space_of(session: Session, thread: str, ns: str) -> int | None:
    """The number of a namespace that exists."""
    owner = None if has_half_characters(ns) else session.conversation(thread)
    row = session.one("spaces_find", thread=owner["id"], ns=ns) if owner else None
    if owner and row is None:
        _spaces_of(session, owner["id"])  # is it hidden?
    return row["id"] if row else None


def checkpoint_rows(
    session: Session, space: int, ns: str, id: str | None = None, before: str | None = None, limit: int = 1
) -> list[CheckpointRow]:
    """Checkpoints of one namespace, newest first: the one with `id`, or those before another, or the latest."""
    known = counts.Known(session, counts.SPACE, space)
    if id is not None:
        found = session.rows("checkpoints_get", space=space, id=short_id(id))
    elif before is not None:
        found = session.rows("checkpoints_before", space=space, before=short_id(before), limit=limit)
    else:
        found = session.rows("checkpoints_from_latest", space=space, limit=limit)
        counts.check_latest(known, found[0] if found else None)
    if limit == EVERYTHING and before is None and id is None:
        counts.check_space(session, space, known, found)
    elif id is not None and not found:  # is it hidden?
        whole = session.rows("checkpoints_from_latest", space=space, limit=EVERYTHING)
        counts.check_space(session, space, known, whole)
    return [_checkpoint_row(ns, row) for row in found]


def _checkpoint_row(ns: str, row: Row) -> CheckpointRow:
    parent = long_id(row["parent"]) if row["parent"] is not None else None
    return CheckpointRow(ns, long_id(row["id"]), parent, row["data"], saved_in(row))


def needs_older(session: Session, row: CheckpointRow) -> bool:
    """Is this state put together from older checkpoints, too? Of a `DeltaChannel` each has what was written since."""
    (metadata,) = load(session, row.refs[1:2], lambda _, data: data)
    return isinstance(metadata, bytes) and DELTAS.encode() in metadata


def outlives_runs(ns: str) -> bool:
    """Does a namespace belong to the graph itself (""), or to one within it that remembers, and not to one execution
    (`node:task`)?"""
    return ":" not in ns


def before_run(session: Session, thread: str, started: float) -> dict[str, CheckpointRow | None]:
    """The state a run began from: the checkpoint of each namespace that outlives runs; none for a thread's first run.

    `started` is the run's, in Unix seconds. Of the graph itself (namespace "") it is the parent of the first checkpoint
    made since then, which is not the latest before where the run set out from an older one; None says that it was
    pruned. Namespaces of one execution (`node:task`) begin empty, or in an earlier run of the same cause.
    """
    found: dict[str, CheckpointRow | None] = {}
    for space, (_, ns) in spaces(session, thread).items():
        if not outlives_runs(ns):
            continue
        first = _first_since(session, space, started) if not ns else None
        if first is None:
            if rows := checkpoint_rows(session, space, ns, before=long_id(first_id_at(started))):
                found[ns] = rows[0]
        elif first.parent is not None:
            rows = checkpoint_rows(session, space, ns, first.parent)
            found[ns] = rows[0] if rows else None
    return found


def first_since(session: Session, thread: str, started: float, ns: str = "") -> CheckpointRow | None:
    """The first checkpoint of a namespace ("": the graph itself) that was made since a run started (Unix seconds)."""
    space = space_of(session, thread, ns)
    return _first_since(session, space, started, ns) if space else None


def last_before(session: Session, thread: str, before: str, ns: str = "") -> CheckpointRow | None:
    """The last checkpoint of a namespace whose id is below this one."""
    space = space_of(session, thread, ns)
    rows = checkpoint_rows(session, space, ns, before=before) if space else []
    return rows[0] if rows else None


def _first_since(session: Session, space: int, started: float, ns: str = "") -> CheckpointRow | None:
    rows = session.rows("checkpoints_since", space=space, since=first_id_at(started), limit=1)
    return _checkpoint_row(ns, rows[0]) if rows else None


def made_between(session: Session, thread: str, since: float, until: float) -> list[CheckpointRow]:
    """All checkpoints of a conversation, of whatever namespace, made between two times (Unix seconds), in order."""
    return _between(session, thread, first_id_at(since), first_id_at(until))


def made_of(session: Session, thread: str, id: str, until: float) -> CheckpointRow | None:
    """What first went on from a checkpoint of the graph itself (namespace "") before a time, if anything did."""
    later = _between(session, thread, short_id(id), first_id_at(until))
    return next((row for row in later if not row.ns and row.parent == id), None)


def _between(session: Session, thread: str, since: bytes, until: bytes) -> list[CheckpointRow]:
    owner = session.conversation(thread)
    if owner is None:
        return []
    names = {row["id"]: row["ns"] for row in _spaces_of(session, owner["id"])}
    rows = session.rows("checkpoints_between", thread=owner["id"], since=since, until=until)
    return [_checkpoint_row(names[row["space"]], row) for row in rows if row["space"] in names]


def first_id_at(seconds: float) -> bytes:
    """The lowest id that a checkpoint made at this Unix time can have: ids are UUIDs of version 6 (RFC 9562, 5.6)."""
    ticks = int(seconds * 1_000_000) * 10 + UUID_EPOCH
    return ((ticks >> 12) << 80 | 6 << 76 | (ticks & 0xFFF) << 64).to_bytes(16, "big")


def write_rows(session: Session, space: int, checkpoint: str) -> list[WriteRow]:
    """All tasks' writes at a checkpoint, in no particular order."""
    known = counts.Known(session, counts.SPACE, space)
    found = session.rows("writes_of_checkpoint", space=space, checkpoint=short_id(checkpoint))
    counts.check_pending(known, short_id(checkpoint), found)
    return [WriteRow(long_id(row["task"]), long_path(row["path"]), row["special"], row["value"]) for row in found]


def delete_checkpoint(session: WritingSession, space: int, id: str) -> None:
    """Remove one checkpoint and its writes."""
    session.delete("checkpoints_delete", space=space, id=short_id(id))
    session.delete("writes_delete", space=space, checkpoint=short_id(id))


def delete_space(session: WritingSession, space: int) -> None:
    """Remove a namespace with all its checkpoints and writes."""
    for row in session.rows("checkpoints_from_latest", space=space, limit=EVERYTHING):
        delete_checkpoint(session, space, long_id(row["id"]))
    session.delete("spaces_delete", id=space)
    session.delete("counts_delete", kind=counts.SPACE, id=space)
    session.forget_caches()


def copy_space(session: WritingSession, space: int, target_thread: str, ns: str) -> None:
    """Copy a namespace into another conversation, ids and all."""
    target = session.space(target_thread, ns)
    for row in session.rows("checkpoints_from_latest", space=space, limit=EVERYTHING):
        session.write("checkpoints_put", {**row, "space": target})
    for row in session.rows("writes_of_space", space=space):
        session.write("writes_put", {**row, "space": target})
