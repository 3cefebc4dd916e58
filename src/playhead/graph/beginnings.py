"""From which recorded state did a run set out, and what was LangGraph told for it to be that one?

Most runs begin where the one before ended, and nothing need be asked. Others do not: `update_state` put another state
there first, or the run was made by LangGraph's time travel (`invoke(None, config)` with a `checkpoint_id`), which goes
back to an older state and begins a branch there. Both states are on the recording, each the parent of what came of
it. What is not to be had from a recording is said as such, so that it is not taken for code that changed.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from langgraph.checkpoint.base import Checkpoint, CheckpointMetadata, CheckpointTuple, copy_checkpoint
from langgraph.checkpoint.base.id import uuid6
from langgraph.types import Command

from playhead.errors import NotReplayable
from playhead.graph.deltas import with_values
from playhead.graph.saver import Saver
from playhead.graph.waiting import Waiting
from playhead.records import MADE_FROM, Run
from playhead.store.checkpoints import (
    COMMANDS,
    CheckpointRow,
    before_run,
    checkpoint_rows,
    first_id_at,
    first_since,
    last_before,
    long_id,
    made_between,
    made_of,
    space_of,
)
from playhead.tape.origins import BY_HAND, TICK


@dataclass(frozen=True)
class Beginning:
    """The states a run set out from, by namespace: the latest, and where it named one by its id, what that leads to.

    `branches` says that something had been made of the named state before. `within` are the ids of states that it named
    of graphs within it that remember.
    """

    latest: Mapping[str, CheckpointTuple]
    older: Mapping[str, CheckpointTuple] = field(default_factory=dict)
    named: str | None = None
    branches: bool = False
    within: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> dict[str, Any]:
        """What a config says for LangGraph to set out from there."""
        if self.within:
            return {"checkpoint_map": {"": self.named, **self.within}}
        return {"checkpoint_id": self.named} if self.named else {}


@dataclass(frozen=True)
class Beginnings:
    """Finds the states that recorded runs of a graph set out from."""

    saver: Saver
    graph: Any

    def of_first(self, run: Run, given: Any) -> Beginning:
        """Of a turn's first run, given this. Raises `NotReplayable`."""
        self._check_attempts(run)
        rows = self._before(run)
        if any(row is None for row in rows.values()):
            raise NotReplayable(run.id, "the state it began from was pruned")
        return self._made(run, given, rows)

    def of_later(self, run: Run, given: Any, before: Run) -> Beginning | None:
        """Of a run that followed another of its turn; None where it set out from where that one ended.

        Raises `NotReplayable`.
        """
        self._check_attempts(run)
        rows = self._before(run)
        if (row := rows.get("")) is None:  # pruned: nothing says that it was any other
            return None
        self._check_within(run, before)
        if row.id == self._end_of(before, run) and not self._branches(run):
            return None
        if isinstance(given, Command) and given.resume is not None and self._went_on_from(row, run):
            problem = "it answered the question of an older state, whose other answer is kept beside it"
            raise NotReplayable(run.id, problem)
        return self._made(run, given, rows)

    def left_an_answer(self, run: Run) -> bool:
        """Does the state it set out from still have the answer that the run before was given there?

        LangGraph takes it for the next question's, too. Of what was kept of a replay, only the ends are there.
        """
        if not run.metadata.keys().isdisjoint(MADE_FROM):
            return True
        row = self._before(run).get("")
        return row is not None and any(task == COMMANDS for task, _, _ in self._whole(run, row).pending_writes or ())

    # ── where it was ─────────────────────────────────────────────────────────────────────────────────────────

    def _before(self, run: Run) -> dict[str, CheckpointRow | None]:
        with self.saver.store.reading() as session:
            return before_run(session, run.thread, run.started)

    def _latest_before(self, run: Run, ns: str, id: str) -> CheckpointRow | None:
        """The last checkpoint of a namespace with an id below this one."""
        with self.saver.store.reading() as session:
            return last_before(session, run.thread, id, ns)

    def _end_of(self, before: Run, run: Run) -> str | None:
        """The id of the last checkpoint that the run before had made when it ended."""
        ended = run.started if before.ended is None else min(before.ended + TICK, run.started)
        row = self._latest_before(run, "", long_id(first_id_at(ended)))
        return row.id if row else None

    def _first_of(self, run: Run) -> CheckpointRow | None:
        with self.saver.store.reading() as session:
            return first_since(session, run.thread, run.started)

    def _branches(self, run: Run) -> CheckpointRow | None:
        """The checkpoint by which LangGraph began a branch for this run, if it went back in time."""
        first = self._first_of(run)
        return first if first is not None and self.saver.told_apart([first], "fork") else None

    def _went_on_from(self, row: CheckpointRow | None, run: Run) -> CheckpointRow | None:
        """What had been made of this state before the run set out from it, if anything."""
        if row is None:
            return None
        with self.saver.store.reading() as session:
            return made_of(session, run.thread, row.id, run.started)

    def _made_in(self, run: Run, since: float, until: float) -> list[CheckpointRow]:
        with self.saver.store.reading() as session:
            return made_between(session, run.thread, since, until)

    def _made_by(self, run: Run) -> list[CheckpointRow]:
        return self._made_in(run, run.started, time.time() if run.ended is None else run.ended + TICK)

    # ── what is given to LangGraph ───────────────────────────────────────────────────────────────────────────

    def _made(self, run: Run, given: Any, rows: Mapping[str, CheckpointRow | None]) -> Beginning:
        latest = {ns: self._tuple(run, row) for ns, row in rows.items() if row is not None}
        if "" not in latest or rows[""] is None:
            return Beginning(latest)
        newer = self._branches(run) or self._went_on_from(rows[""], run)
        named = latest[""] = self._with_what_waited(run, given, rows[""], is_last=newer is None)
        if not (given is None or (isinstance(given, Command) and given.resume is None)):
            return Beginning(latest)
        within = {ns: self._began_within(run, ns) for ns in latest if ns}
        went_back = any(row is not None and row.id != latest[ns].checkpoint["id"] for ns, row in within.items())
        if newer is None and not went_back:
            return Beginning(latest)
        older = {"": named, **{ns: self._tuple(run, row) for ns, row in within.items() if row is not None}}
        latest[""] = named if newer is None else self._tuple(run, newer)
        branched = self._branches_within(run, older)
        for ns, row in branched.items():
            if latest[ns].checkpoint["id"] == older[ns].checkpoint["id"]:  # it was no longer the last: it branched
                latest[ns] = self._tuple(run, row)
        ids = {ns: older[ns].checkpoint["id"] for ns in branched}
        return Beginning(latest, older, named.checkpoint["id"], branches=newer is not None, within=ids)

    def _with_what_waited(self, run: Run, given: Any, row: CheckpointRow, *, is_last: bool) -> CheckpointTuple:
        """The state of the graph itself, with what waited beside it; no later one was there if it `is_last`."""
        found, waiting = self._whole(run, row), Waiting(self.saver)
        goes_on = given is None or isinstance(given, Command)
        if goes_on and (is_last or (isinstance(given, Command) and given.resume is not None)):
            return found._replace(pending_writes=waiting.for_next(run, found))
        return found._replace(pending_writes=waiting.for_input(run, found, is_last=is_last and not goes_on))

    def _began_within(self, run: Run, ns: str) -> CheckpointRow | None:
        """The state that a graph within it that remembers set out from: what came of it says so."""
        with self.saver.store.reading() as session:
            first = first_since(session, run.thread, run.started, ns)
            space = space_of(session, run.thread, ns)
            rows = checkpoint_rows(session, space, ns, first.parent) if first and first.parent and space else []
        return rows[0] if rows else None

    def _whole(self, run: Run, row: CheckpointRow) -> CheckpointTuple:
        """A recorded state, with all that was ever written beside it."""
        names = {"thread_id": run.thread, "checkpoint_ns": row.ns, "checkpoint_id": row.id}
        found = self.saver.get_tuple({"configurable": names})
        if found is None:
            raise NotReplayable(run.id, "the state it began from was pruned")
        if (whole := with_values(self.graph, self.saver, found)) is None:
            problem = "the state it began from has a channel as what was written since an older one (DeltaChannel)"
            raise NotReplayable(run.id, f"{problem}, which is not here")
        return whole

    def _tuple(self, run: Run, row: CheckpointRow) -> CheckpointTuple:
        return self._whole(run, row)._replace(pending_writes=[])

    # ── what no recording can give ───────────────────────────────────────────────────────────────────────────

    def _check_attempts(self, run: Run) -> None:
        """A run in several attempts is played as one course: another state between them is no part of it."""
        if run.attempt == 1:
            return
        first = self._branches(run)
        if self.saver.told_apart([row for row in self._made_by(run) if row != first], *BY_HAND):
            problem = "its state was changed by hand (update_state), or an older one gone back to, between its attempts"
            raise NotReplayable(run.id, problem)

    def _check_within(self, run: Run, before: Run) -> None:
        """A graph within it whose state was changed is not where the replay of the run before left it."""
        if before.ended is None:
            return
        changed = self.saver.told_apart(self._made_in(run, before.ended, run.started), *BY_HAND)
        if names := _places(changed):
            raise NotReplayable(run.id, f"a state within it ({names}) was changed by hand before it went on")

    def _branches_within(self, run: Run, older: Mapping[str, CheckpointTuple]) -> dict[str, CheckpointRow]:
        """By namespace of a graph within it: the branch that LangGraph began there, which tells what it went back to.

        Of one whose namespace is that of a single task, and of what is within such a graph, it tells too little.
        """
        made = [row for row in self._made_by(run) if row.ns]
        found = {row.ns: row for row in self.saver.told_apart(made, *BY_HAND)}
        deeper = [row for row in made if any(row.ns.startswith(f"{ns}|") for ns in found)]
        if names := _places([row for row in [*found.values(), *deeper] if row.ns not in older]):
            raise NotReplayable(run.id, f"it went back to a state within it ({names})")
        return found


def branch_of(named: CheckpointTuple) -> CheckpointTuple:
    """The state by which LangGraph begins a branch where it goes back to this one; in a replay, it saves none.

    It is kept beside what came of the branch, so that a run that was kept is known to have gone back.
    """
    checkpoint: Checkpoint = {**copy_checkpoint(named.checkpoint), "id": str(uuid6())}
    metadata: CheckpointMetadata = {**named.metadata, "source": "fork", "step": named.metadata.get("step", -1) + 1}
    names = {**named.config["configurable"], "checkpoint_id": checkpoint["id"]}
    return CheckpointTuple({"configurable": names}, checkpoint, metadata, named.config, [])


def _places(rows: Sequence[CheckpointRow]) -> str:
    """The graphs within whose states these are, by the nodes that lead there."""
    return ", ".join(sorted({"/".join(part.split(":")[0] for part in row.ns.split("|")) for row in rows if row.ns}))
