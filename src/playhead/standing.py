"""How does a conversation stand: is somebody at work on it, was it cut off, and of which effects is nothing known?

A worker that is killed says nothing more: its run stays *running*, and an effect that was under way stays *started*.
What that means depends on whether anybody is at work there now, which the conversation's line of leases tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from playhead.records import Doubt, Run
from playhead.store import Store, settling
from playhead.store.leases import line_of


class Standing(NamedTuple):
    """Was the last run cut off with its worker, and which effects of runs that did not end well are in doubt?"""

    cut_off: bool = False
    in_doubt: tuple[Doubt, ...] = ()


def standing(store: Store, runs: Sequence[Run]) -> Standing:
    """How the conversation stands whose runs these are; while somebody is at work on it, nothing is in doubt."""
    open_runs = {run.id for run in runs if run.status != "done"}
    if not open_runs:
        return Standing()
    last = runs[-1]
    with store.reading() as session:
        found = [(row, session.one("runs_get", id=row["run"])) for row in settling.in_doubt(session, last.thread)]
        if line_of(session, last.thread):
            return Standing()
    doubtful = [(row, run["name"]) for row, run in found if run is not None and run["name"] in open_runs]
    given = store.load([row["arguments"] for row, _ in doubtful])
    doubts = (
        Doubt(row["key"], row["name"], run, row["started"], arguments)
        for (row, run), arguments in zip(doubtful, given, strict=True)
    )
    return Standing(last.status == "running", tuple(doubts))
