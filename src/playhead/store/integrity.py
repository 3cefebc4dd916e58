"""Is everything on the recording still what was written?

Every row's seal is checked, every reference followed, every value's bytes hashed again; SQLite's own check of its
pages comes on top. A damaged record is named; the others stay readable.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from playhead.codec import decode_numbers, digest, encode_numbers, inflate
from playhead.errors import Corrupt
from playhead.store.checkpoints import EVERYTHING
from playhead.store.runs import VALUES_OF
from playhead.store.session import Row, Session
from playhead.store.values import NODES, children

BATCH: Final = 2_000


@dataclass(frozen=True, slots=True)
class Findings:
    """What a check found: how many records it read, and what is wrong with which."""

    records: int
    problems: tuple[str, ...]


class _Check:
    def __init__(self, session: Session) -> None:
        self.session = session
        self.records = 0
        self.problems: list[str] = []
        self.hashes: dict[int, bytes] = {}
        self.nodes: list[Row] = []

    def rows(self, query: str, **params: object) -> list[Row]:
        """Rows of a query; a damaged one is noted, and the rest of that query is passed over."""
        try:
            found = self.session.rows(query, **params)
        except Corrupt as error:
            self.problems.append(str(error))
            return []
        self.records += len(found)
        return found

    def values(self) -> None:
        """Every value's own bytes."""
        after = 0
        (last,) = self.session.rows("vals_last")
        while after < last["id"]:
            try:
                rows = self.session.rows("vals_scan", after=after, limit=BATCH)
            except Corrupt:
                rows = list(self._one_by_one(after))
            for row in rows:
                self._value(row)
            after = max((row["id"] for row in rows), default=after + BATCH)
            self.records += len(rows)

    def _one_by_one(self, after: int) -> Iterator[Row]:
        for number in range(after + 1, after + BATCH + 1):
            try:
                yield from self.session.rows("vals_get", ids=f"[{number}]")
            except Corrupt as error:
                self.problems.append(str(error))

    def _value(self, row: Row) -> None:
        self.hashes[row["id"]] = row["hash"]
        kind, data = inflate(row["kind"], row["data"])
        if kind in NODES:
            self.nodes.append(row)
        elif digest(b"%c" % kind + data) != row["hash"]:
            self.problems.append(f"Record {row['id']} of vals is damaged: its bytes do not give its hash.")

    def trees(self) -> None:
        """Every value made of others: they are there, and their hashes give its own."""
        for row in self.nodes:
            below = children(row)
            if any(child and child not in self.hashes for child in below):
                self.problems.append(f"Record {row['id']} of vals is damaged: it refers to a value that is not there.")
                continue
            kind = row["kind"]
            numbers = decode_numbers(row["data"])
            header = encode_numbers(numbers[: len(numbers) - len(below)])
            made = digest(b"%c" % kind + header + b"".join(self.hashes[child] for child in below if child))
            if all(below) and made != row["hash"]:
                self.problems.append(f"Record {row['id']} of vals is damaged: its parts do not give its hash.")

    def refer(self, where: str, refs: list[int | None]) -> None:
        """References from a record."""
        absent = [ref for ref in refs if ref and ref not in self.hashes]
        if absent:
            self.problems.append(f"{where} refers to values that are not there: {absent[:5]}.")


def check_all(session: Session) -> Findings:
    """Check the whole recording."""
    check = _Check(session)
    check.values()
    check.trees()
    check.rows("threads_scan", after=0, limit=EVERYTHING)
    for space in check.rows("spaces_scan", after=0, limit=EVERYTHING):
        for row in check.rows("checkpoints_from_latest", space=space["id"], limit=EVERYTHING):
            check.refer("A checkpoint", list(decode_numbers(row["refs"])))
        for row in check.rows("writes_of_space", space=space["id"]):
            check.refer("A task's writes", [row["value"]])
    for run in check.rows("runs_scan", after=0, limit=EVERYTHING):
        check.refer(f"Run {run['name']}", [run[name] for name in VALUES_OF["runs"]])
        for table in ("steps", "calls"):
            for row in check.rows(f"{table}_of_run", run=run["id"]):
                where = f"{table[:-1].capitalize()} {row['number']} of run {run['name']}"
                check.refer(where, [row[name] for name in VALUES_OF[table]])
    for row in check.rows("effects_scan", after="", limit=EVERYTHING):
        check.refer(f"Effect {row['key']}", [row["arguments"], row["result"]])
    (pages,) = [row[0] for row in session.connection.execute("PRAGMA integrity_check(1)").fetchall()]
    problems = check.problems if pages == "ok" else [*check.problems, f"SQLite: {pages}"]
    return Findings(check.records, tuple(problems))
