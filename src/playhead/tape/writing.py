"""How do runs of a recording become a tape?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from playhead.codec import NODES, PLAIN, Part, encode_numbers, inflate, leaf, node, pack, unpack
from playhead.errors import Corrupt
from playhead.records import ERASED
from playhead.redact import Redactor
from playhead.store import runs
from playhead.store.backend import Row as StoredRow
from playhead.store.checkpoints import CheckpointRow, before_run, space_of, write_rows
from playhead.store.references import base_kind, parts
from playhead.store.runs import VALUES_OF
from playhead.store.session import Session
from playhead.store.values import UNREADABLE, fetch
from playhead.tape import leaves
from playhead.tape.layout import laid_out
from playhead.tape.origins import commanded_at, put_together_from, telling
from playhead.tape.rows import BELOW, COLUMNS, RUN_BEGINS, RUN_ENDS, VERSION, Row, TapedCheckpoint, TapedRun
from playhead.tape.trees import Showing, Value, uses


class Source:
    """A recording that is read for a tape; secrets that it was not told of when it was written are taken out."""

    def __init__(self, session: Session, redactor: Redactor) -> None:
        self.session, self.redactor = session, redactor
        self._parts: dict[int, Part] = {}
        self._changed: set[int] = set()
        self._acts: dict[int, dict[int, list[StoredRow]]] = {}

    def run(self, stored: StoredRow) -> TapedRun:
        """A stored run."""
        thread = self._thread(stored)
        found = {
            "calls": self.session.rows("calls_of_run", run=stored["id"]),
            "steps": self.session.rows("steps_of_run", run=stored["id"]),
            "effects": self._effects(stored["thread"]).get(stored["id"], []),
        }
        before = before_run(self.session, thread, stored["started"])
        return TapedRun(
            self._row("runs", {**stored, "id": stored["name"], "thread": thread}),
            {table: [self._row(table, row) for row in found[table]] for table in BELOW},
            {ns: row and row.id for ns, row in before.items()},
        )

    def checkpoints(self, stored: StoredRow) -> list[TapedCheckpoint]:
        """The state that a run began from, with what waits there, and others that tell that it did."""
        thread = self._thread(stored)
        older = before_run(self.session, thread, stored["started"]).get("")
        rows = telling(self.session, thread, stored)
        made = [self._checkpoint(thread, row, waits=older is not None and row.id == older.id) for row in rows]
        read_with = put_together_from(self.session, thread, stored)
        return made + [self._checkpoint(thread, row, waits=True) for row in read_with]

    def _effects(self, thread: int) -> dict[int, list[StoredRow]]:
        """What the runs of a conversation did to the world, by run."""
        if thread not in self._acts:
            by_run = self._acts[thread] = {}
            for row in self.session.rows("effects_of_thread", thread=thread):
                by_run.setdefault(row["run"], []).append(row)
        return self._acts[thread]

    def _thread(self, stored: StoredRow) -> str:
        row = self.session.one("threads_get", id=stored["thread"])
        if row is None:
            raise Corrupt("runs", stored["name"], "its conversation is not there")
        return str(row["name"])

    def _row(self, table: str, stored: Mapping[str, Any]) -> Row:
        columns = {name: self._text(stored[name]) for name in COLUMNS[table]}
        names = VALUES_OF[table]
        return Row(table, columns, dict(zip(names, self._values([stored[name] for name in names]), strict=True)))

    def _text(self, value: Any) -> Any:
        return self.redactor.name(value) if isinstance(value, str) else value

    def _checkpoint(self, thread: str, row: CheckpointRow, *, waits: bool) -> TapedCheckpoint:
        columns = {"thread": self._text(thread), "ns": row.ns, "id": row.id, "parent": row.parent}
        parts = [value for value in self._values(row.refs) if isinstance(value, Part)]
        return TapedCheckpoint(columns, row.data, parts, self._writes(thread, row) if waits else [])

    def _writes(self, thread: str, row: CheckpointRow) -> list[Row]:
        space = space_of(self.session, thread, row.ns)
        found = write_rows(self.session, space, row.id) if space else []
        made = zip(found, self._values([each.value for each in found]), strict=True)
        named = [
            Row("writes", {"task": each.task, "path": each.path, "special": each.special}, {"value": value})
            for each, value in made
            if isinstance(value, Part)
        ]
        return sorted(named, key=lambda row: (row.columns["task"], row.columns["special"]))

    def _values(self, refs: Sequence[int | None]) -> list[Value]:
        rows = fetch(self.session, {ref for ref in refs if ref} - self._parts.keys())
        try:
            return [self._part(ref, rows) if ref else ("erased" if ref == 0 else None) for ref in refs]
        except RecursionError as error:
            raise Corrupt("vals", str(refs), "one is deeper than any recording's") from error
        except UNREADABLE as error:
            raise Corrupt("vals", str(refs), f"one cannot be read ({error})") from error

    def _part(self, ref: int, rows: Mapping[int, StoredRow]) -> Part:
        if ref not in self._parts:
            row = rows[ref]
            kind = base_kind(row["kind"])
            own, below = parts(row)
            if kind in NODES:
                part = node(kind, encode_numbers(own), [self._part(child, rows) for child in below])
            else:
                kind, data = inflate(row["kind"], row["data"])
                part = leaf(kind, data)
                clean = self.redactor.leaf(kind, data)
                if clean != data:
                    self._changed.add(ref)
                    part = leaf(kind, clean)
            if not self._changed.isdisjoint(below):
                self._changed.add(ref)
            if part.hash != row["hash"] and ref not in self._changed:
                raise Corrupt("vals", str(ref), "its bytes do not give its hash")
            self._parts[ref] = part
        return self._parts[ref]


def with_those_needed(session: Session, names: Iterable[str]) -> list[StoredRow]:
    """The stored runs of these ids, and those of the same event: who asked before an answer is needed to play it.

    And those that commands were given to at the same state: what had waited there is told from it by what they wrote.
    """
    found: dict[int, StoredRow] = {}
    for name in names:
        for run in (run for run in runs.runs_named(session, name) if run["name"] == name):
            found |= {each["id"]: each for each in (run, *commanded_at(session, run))}
    events = {(run["thread"], run["cause"]) for run in found.values() if run["cause"] != ERASED}
    for thread in {thread for thread, _ in events}:
        for run in session.rows("runs_of_thread", thread=thread):
            if (thread, run["cause"]) in events:
                found[run["id"]] = run
    return [found[number] for number in sorted(found)]


def document(source: Source, stored: Sequence[StoredRow], note: Mapping[str, Any]) -> str:
    """The text of a tape of these runs."""
    taped = [source.run(row) for row in stored]
    found = [checkpoint for row in stored for checkpoint in source.checkpoints(row)]
    checkpoints: dict[tuple[Any, ...], TapedCheckpoint] = {}
    for each in found:  # a run's first one may be that from which the next began: that one says what waits there
        place = tuple(each.columns.values())
        checkpoints[place] = each if each.writes else checkpoints.get(place, each)
    showing = Showing(
        uses(
            [
                *(value for run in taped for value in run.values()),
                *(value for each in checkpoints.values() for value in each.values()),
            ]
        )
    )
    made = {
        "playhead_tape": VERSION,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        **({"note": unpack(source.redactor.packed(pack(dict(note))))} if note else {}),
        "runs": [_run(showing, run) for run in taped],
        "checkpoints": [_checkpoint(showing, each) for each in checkpoints.values()],
    }
    return laid_out(made) + "\n"


def _run(showing: Showing, run: TapedRun) -> dict[str, Any]:
    begins = _shown(showing, {**run.row.columns, **{name: run.row.values[name] for name in RUN_BEGINS}})
    below = {table: [_shown(showing, {**row.columns, **row.values}) for row in run.below[table]] for table in BELOW}
    ends = _shown(showing, {name: run.row.values[name] for name in RUN_ENDS})
    return {**begins, "before": run.before, **below, **ends, "seal": run.seal()}


def _shown(showing: Showing, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Columns and values, without those that hold nothing."""
    return {name: showing.value(each) for name, each in fields.items() if each is not None}


def _checkpoint(showing: Showing, checkpoint: TapedCheckpoint) -> dict[str, Any]:
    refs = [showing.value(value) for value in checkpoint.refs]
    writes = [_shown(showing, {**row.columns, **row.values}) for row in checkpoint.writes]
    return {
        **checkpoint.columns,
        "data": leaves.show(PLAIN, checkpoint.data),
        "refs": refs,
        **({"writes": writes} if writes else {}),
        "seal": checkpoint.seal(),
    }
