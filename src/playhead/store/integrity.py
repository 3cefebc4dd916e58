"""Is everything on the recording still what was written?

Every row's seal is checked, every reference followed, every value's bytes hashed again; the database's own check of
its pages comes on top. A damaged record is named; the others stay readable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from playhead.codec import NODES, digest, encode_numbers, inflate
from playhead.errors import Corrupt, StoreError
from playhead.store import counts
from playhead.store.backend import Backend, Row
from playhead.store.references import base_kind, parts, saved_in
from playhead.store.runs import VALUES_OF
from playhead.store.session import ANSWER, EVERYTHING, NAME, Session, answer_name
from playhead.store.values import UNREADABLE

BATCH: Final = 2_000


@dataclass(frozen=True, slots=True)
class Findings:
    """What a check found: how many records it read, and what is wrong with which.

    `gaps` says how much could not be recorded when it happened: no damage, and not to be mended.
    """

    records: int
    problems: tuple[str, ...]
    gaps: int = 0


class _Check:
    def __init__(self, session: Session, backend: Backend) -> None:
        self.session, self.backend = session, backend
        self.records = self.gaps = 0
        self.problems: list[str] = []
        self.hashes: dict[int, bytes] = {}
        self.first: dict[bytes, int] = {}
        self.nodes: list[Row] = []

    def rows(self, query: str, **params: object) -> list[Row]:
        """Rows of a query; a damaged one is noted and passed over, and what the database cannot read at all."""
        try:
            found = self.session.rows(query, self.note, **params)
        except self.backend.errors as error:
            self.note(self.backend.explain(error))
            return []
        self.records += len(found)
        return found

    def note(self, error: StoreError) -> None:
        """Keep a problem."""
        self.problems.append(error.happened)

    def values(self) -> None:
        """Every value's own bytes."""
        last = max((row["id"] for row in self.rows("vals_last")), default=0)
        for after in range(0, last, BATCH):
            for row in self.rows("vals_between", after=after, last=after + BATCH):
                self._value(row)

    def _value(self, row: Row) -> None:
        self.hashes[row["id"]] = row["hash"]
        if (first := self.first.setdefault(row["hash"], row["id"])) != row["id"]:
            self.problems.append(f"Record {row['id']} of vals is stored already, as record {first}.")
        if base_kind(row["kind"]) in NODES:
            self.nodes.append(row)
            return
        try:
            kind, data = inflate(row["kind"], row["data"])
            found = digest(b"%c" % kind + data)
        except UNREADABLE as error:
            self.note(Corrupt("vals", str(row["id"]), f"it cannot be read ({error})"))
            return
        if found != row["hash"]:
            self.problems.append(f"Record {row['id']} of vals is damaged: its bytes do not give its hash.")

    def trees(self) -> None:
        """Every value made of others: they are there, and their hashes give its own."""
        for row in self.nodes:
            try:
                own, below = parts(row)
            except Corrupt as error:
                self.note(error)
                continue
            if any(child and child not in self.hashes for child in below):
                self.problems.append(f"Record {row['id']} of vals is damaged: it refers to a value that is not there.")
                continue
            names = b"".join(self.hashes[child] for child in below if child)
            made = digest(b"%c" % base_kind(row["kind"]) + encode_numbers(own) + names)
            if all(below) and made != row["hash"]:
                self.problems.append(f"Record {row['id']} of vals is damaged: its parts do not give its hash.")

    def saved(self, checkpoint: Row) -> None:
        """References from a checkpoint."""
        try:
            self.refer("A checkpoint", list(saved_in(checkpoint)))
        except Corrupt as error:
            self.note(error)

    def refer(self, where: str, refs: list[int | None]) -> None:
        """References from a record."""
        absent = [ref for ref in refs if ref and ref not in self.hashes]
        if absent:
            self.problems.append(f"{where} refers to values that are not there: {absent[:5]}.")

    def counted(self, named: list[Row], kept: list[Row]) -> None:
        """What there must be, and is not; these are the conversations and the answers there are."""
        names = {NAME: [row["name"] for row in named]}
        names[ANSWER] = [answer_name(row["experiment"], row["call"]) for row in kept]
        try:
            self.gaps = counts.all_gaps(self.session)
            self.problems += counts.lost(self.session, names)
        except StoreError as error:
            self.note(error)
        except self.backend.errors as error:
            self.note(self.backend.explain(error))

    def database(self) -> None:
        """What the database itself finds."""
        try:
            self.problems += self.session.connection.damage()
        except self.backend.errors as error:
            self.note(self.backend.explain(error))


def check_all(session: Session, backend: Backend) -> Findings:
    """Check the whole recording, which this database keeps."""
    check = _Check(session, backend)
    check.values()
    check.trees()
    named = check.rows("threads_scan", after=0, limit=EVERYTHING)
    for space in check.rows("spaces_scan", after=0, limit=EVERYTHING):
        for row in check.rows("checkpoints_from_latest", space=space["id"], limit=EVERYTHING):
            check.saved(row)
        for row in check.rows("writes_of_space", space=space["id"]):
            check.refer("A task's writes", [row["value"]])
    for run in check.rows("runs_scan", after=0, limit=EVERYTHING):
        check.refer(f"Run {run['name']}", [run[name] for name in VALUES_OF["runs"]])
        for table in ("steps", "calls"):
            for row in check.rows(f"{table}_of_run", run=run["id"]):
                where = f"{table[:-1].capitalize()} {row['number']} of run {run['name']}"
                check.refer(where, [row[name] for name in VALUES_OF[table]])
        check.rows("fates_of_run", run=run["id"])
    for row in check.rows("effects_scan", after="", limit=EVERYTHING):
        check.refer(f"Effect {row['key']}", [row["arguments"], row["result"]])
    for row in check.rows("labels_scan", after=0, limit=EVERYTHING):
        check.refer(f"Label {row['name']!r}", [row["value"]])
    check.rows("leases_scan", after=0, limit=EVERYTHING)
    kept = check.rows("answers_scan", limit=EVERYTHING)
    for row in kept:
        check.refer(f"The answer to {row['call']} in experiment {row['experiment']}", [row["answer"]])
    check.counted(named, kept)
    check.database()
    return Findings(check.records, tuple(check.problems), check.gaps)
