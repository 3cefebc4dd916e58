"""What is known of many runs without opening one?

Thousands of runs share a few metadata values, versions and prompt texts. Each of these is read once, however many runs
refer to it; which runs used a prompt text is told from an index.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from playhead.errors import Corrupt
from playhead.records import Label, PromptUse, RunStatus, overlaid
from playhead.store import counts, labels
from playhead.store.backend import Row
from playhead.store.session import EVERYTHING, Session
from playhead.store.values import Decode, load

ERASED_REF: Final = 0


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as far as it is known without opening it; `facts` are its metadata, with the labels over it."""

    id: str
    thread: str
    graph: str
    status: RunStatus
    started: float
    facts: Mapping[str, Any]
    number: int = field(repr=False)
    versions: int | None = field(repr=False)


def runs_between(session: Session, since: float, until: float, decode: Decode, *, whole: bool) -> list[RunRow]:
    """The runs that started within this time (Unix seconds), oldest first; `whole`: with all of their conversations.

    What was erased is left out: there is nothing left of it to be played.
    """
    whole_known = counts.Known(session, counts.WHOLE)
    rows = session.rows("runs_between", since=since, until=until)
    threads = json.dumps(sorted({row["thread"] for row in rows}))
    known = counts.known_of_each(session, threads)
    if whole:
        rows = session.rows("runs_of_threads", threads=threads)
        counts.check_each(known, rows, "runs")
    if since <= 0 and until >= EVERYTHING:
        counts.check_newest(whole_known, sorted(rows, key=lambda row: -row["id"]), EVERYTHING)
    rows = [row for row in rows if row["input"] != ERASED_REF]
    names = {row["id"]: row["name"] for row in session.rows("threads_get_many", ids=threads)}
    if lost := next((row for row in rows if row["thread"] not in names), None):
        raise Corrupt("runs", lost["name"], "its conversation is not found")
    facts = _facts(session, rows, threads, known, decode)
    return [
        RunRow(
            row["name"],
            names[row["thread"]],
            row["graph"],
            row["status"],
            row["started"],
            facts[row["id"]],
            row["id"],
            row["versions"],
        )
        for row in rows
    ]


def _facts(
    session: Session, rows: Sequence[Row], threads: str, counted: Mapping[int, counts.Known], decode: Decode
) -> dict[int, Mapping[str, Any]]:
    """The facts of these runs by number: metadata, over it the conversation's labels, over them the run's own."""
    metadata = distinct(session, [row["metadata"] for row in rows], decode)
    said: dict[tuple[int, int], list[Label]] = {}
    found = session.rows("labels_of_threads", threads=threads)
    counts.check_each(counted, found, "labels")
    for row, label in labels.read(session, found, decode):
        said.setdefault((row["thread"], row["run"]), []).append(label)
    facts: dict[int, Mapping[str, Any]] = {}
    for row in rows:
        given = metadata.get(row["metadata"])
        known: Mapping[str, Any] = given if isinstance(given, dict) else {}
        theirs = said.get((row["thread"], labels.WHOLE_THREAD), [])
        own = said.get((row["thread"], row["id"]), []) if said else []
        facts[row["id"]] = overlaid(known, [*theirs, *own]) if theirs or own else known
    return facts


def fact_names(session: Session, decode: Decode) -> set[str]:
    """Every name of a fact on the recording, in metadata or labels."""
    found = {row["name"] for row in session.rows("labels_scan", after=0, limit=EVERYTHING) if row["value"]}
    runs = session.rows("runs_scan", after=0, limit=EVERYTHING)
    for facts in distinct(session, [run["metadata"] for run in runs], decode).values():
        found.update(facts if isinstance(facts, dict) else ())
    return found


def prompts_used(session: Session, decode: Decode) -> dict[int, PromptUse]:
    """Every prompt text that a call was made from, by its reference."""
    refs = [row["prompt"] for row in session.rows("calls_prompts")]
    found = distinct(session, refs, decode)
    return {ref: PromptUse(**use) for ref, use in found.items() if isinstance(use, dict)}


def runs_using(session: Session, prompts: Iterable[int]) -> set[int]:
    """The numbers of the runs with a call made from one of these prompt texts."""
    return {row["run"] for row in session.rows("calls_runs_of_prompts", prompts=json.dumps(list(prompts)))}


def distinct(session: Session, refs: Iterable[int | None], decode: Decode) -> dict[int, Any]:
    """The values of these references, each read once; what was erased, or never recorded, is left out."""
    wanted = sorted({ref for ref in refs if ref})
    return dict(zip(wanted, load(session, wanted, decode), strict=True))
