"""How does a replay become part of the recording, beside the conversation it was made from?

It is written as runs on a thread of its own: their steps, their calls with what became of each, the state they began
from and the one they ended in. So it can be looked at, gone on with, forked and replayed exactly, as any other run. The
thread that was replayed is read and not touched. Values that were served are not stored again.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from langgraph.checkpoint.base import CheckpointTuple

from playhead.codec import Part, mapping
from playhead.errors import BadInput, RunNotFound
from playhead.graph.branches import EDITS, MODELS, facts_of_edit, models_of, original_thread, own_facts
from playhead.graph.encoding import Encoder
from playhead.graph.interrupts import QUESTIONS
from playhead.graph.player import RunPlayer, Served, Stopped, Verdict
from playhead.graph.raised import describe
from playhead.graph.recorded import plain_input
from playhead.graph.recorder import new_name, owner
from playhead.graph.recording import Recording
from playhead.graph.saver import Saver
from playhead.graph.shelf import Shelf
from playhead.records import DURABILITY, LIMIT, RunStatus
from playhead.store import counts, labels, runs
from playhead.store.checkpoints import COMMANDS
from playhead.store.session import WritingSession

Origin = Literal["replay_of", "forked_from"]
Operation = Callable[[WritingSession], None]
HEX: Final = 3  # bytes of a branch's name


@dataclass(frozen=True)
class Execution:
    """One run of a turn as it was played: from what it was given to the state it left.

    `begun` are the recorded states it set out from, where the run before it had not left them so; `branch` is the state
    that a branch begins with, where it went back in time.
    """

    player: RunPlayer
    given: Any
    started: float
    until: float = 0.0
    error: BaseException | None = None
    state: CheckpointTuple | None = None
    begun: Mapping[str, CheckpointTuple] | None = None
    branch: CheckpointTuple | None = None
    went_back_within: bool = False

    def from_older(self, older: Mapping[str, CheckpointTuple], branch: CheckpointTuple, is_one: bool) -> Execution:
        """The same, set out from these older states; `is_one` where it began a branch there."""
        return replace(self, branch=branch if is_one else None, went_back_within=len(older) > 1)

    def ended(self, error: BaseException | None, state: CheckpointTuple | None) -> Execution:
        """The same at its end."""
        return replace(self, until=time.time(), error=error, state=state)

    @property
    def is_whole(self) -> bool:
        """Did it come to an end of its own, rather than being stopped?"""
        player = self.player
        stopped = player.problem or player.is_stopped or player.ended_early
        return not stopped and not isinstance(self.error, Stopped | asyncio.CancelledError)

    @property
    def status(self) -> RunStatus:
        """How the run ended."""
        if not self.is_whole:
            early = self.player.ended_early and self.player.original.status == "interrupted"
            return "interrupted" if early else "cancelled"
        if self.error is not None:
            return "failed"
        return "interrupted" if self.player.interrupted else "done"

    def output(self, channels: str | Sequence[str]) -> Any:
        """What the graph gave, of these channels, and the questions that it waits for; None where that is nothing."""
        values: Mapping[str, Any] = self.state.checkpoint["channel_values"] if self.state else {}
        asked = {QUESTIONS: self.player.interrupts} if self.player.interrupts else {}
        if isinstance(channels, str):
            return asked or values.get(channels)
        return {**{name: values[name] for name in channels if name in values}, **asked} or None


@dataclass(frozen=True)
class PlayedTurn:
    """A turn that was played: its runs, the states it began from, by namespace, and the shelf it ended on."""

    runs: Sequence[Execution]
    shelf: Shelf
    start: Mapping[str, CheckpointTuple]
    outputs: str | Sequence[str]

    @property
    def recording(self) -> Recording:
        """What it was played with."""
        return self.runs[0].player.recording


@dataclass
class _Written:
    """The rows of one run, ready to be stored."""

    run: dict[str, Any]
    steps: list[Mapping[str, Any]] = field(default_factory=list)
    calls: list[Mapping[str, Any]] = field(default_factory=list)
    fates: list[tuple[int, Verdict]] = field(default_factory=list)
    effects: list[dict[str, Any]] = field(default_factory=list)

    def parts(self) -> Iterator[Part]:
        """All values in it that may not be stored yet."""
        for row in (self.run, *self.steps, *self.calls, *self.effects):
            yield from (value for value in row.values() if isinstance(value, Part))


def keep(turn: PlayedTurn, name: str, origin: Origin, thread: str | None = None) -> str:
    """Write a played turn into the recording; gives the id of its last run, which is `name`.

    `thread` is the thread of an earlier turn that was kept, which this one stands beside; without it there is a new
    one. Raises `RunNotFound` where the conversation that was played was forgotten meanwhile, `BadInput` where its
    runs could not be told from each other by what is kept.
    """
    recording, first = turn.recording, turn.runs[0].player
    source, seen = first.original.thread, original_thread(first.original, first.facts)
    names = [*(new_name("p") for _ in turn.runs[1:]), name]
    if not recording.store.runs_of(source):
        raise RunNotFound(source)
    branch = thread or _free_name(recording, seen)
    states = _states(recording.saver, turn, branch)
    written = [_written(recording, turn, each, own, origin, branch) for each, own in zip(turn.runs, names, strict=True)]
    mark = recording.encoder.plain(seen)

    def operation(session: WritingSession) -> None:
        if session.conversation(source) is None:  # what is forgotten meanwhile must not come back
            raise RunNotFound(source)
        for put, _ in states:
            put(session)
        for one in written:
            _put(session, branch, one)
        if thread is None:  # what goes on from here is of this conversation's making, too
            labels.add(session, branch, None, {"origin_thread": mark}, turn.runs[0].started)

    parts = [part for _, each in states for part in each] + [part for one in written for part in one.parts()]
    recording.store.write(operation, parts)
    return name


def _free_name(recording: Recording, thread: str) -> str:
    with recording.store.reading() as session:
        while session.conversation(name := f"{thread}~{secrets.token_hex(HEX)}") is not None:
            pass
    return name


def _states(saver: Saver, turn: PlayedTurn, thread: str) -> list[tuple[Operation, Sequence[Part]]]:
    """What stores the states that the turn began from, and those it ended in, if it came to its end.

    A turn that was stopped leaves the state it began from: nobody can say where it would have gone. Where a run set out
    from another state than the one before it left, both are stored, so that this can be told from them again.
    """
    stages = _stages(turn)
    if any(run.went_back_within for run in turn.runs) or (len(stages) > 1 and not _told_apart(stages)):
        problem = "its runs set out from several states, and which was whose could not be told from what is kept."
        raise BadInput("replay", problem, "Keep one of another turn.")
    made: list[tuple[Operation, Sequence[Part]]] = []
    for start, executions in stages:
        made += [saver.copied(_with_commands(found, executions), thread, None) for found in start.values()]
        last = executions[-1]
        if (branch := executions[0].branch) is not None:
            made.append(saver.copied(branch._replace(pending_writes=[]), thread, start[""].checkpoint["id"]))
        ended = {"": last.state}
        if last is turn.runs[-1]:
            ended = {ns: turn.shelf.latest(ns) for ns in turn.shelf.namespaces()} if last.is_whole else {}
        for ns, state in ended.items():
            began = (branch if not ns else None) or start.get(ns)
            parent = began.checkpoint["id"] if began else None
            if state is not None and state.checkpoint["id"] != parent:
                made.append(saver.copied(state, thread, parent))
    return made


def _with_commands(found: CheckpointTuple, executions: Sequence[Execution]) -> CheckpointTuple:
    """A state that runs set out from, with the commands that they gave there, as a recording has them beside it."""
    same = [run.state for run in executions if run.state and run.state.checkpoint["id"] == found.checkpoint["id"]]
    if not same:
        return found
    waited = [write for write in found.pending_writes or () if write[0] != COMMANDS]
    return found._replace(pending_writes=[*waited, *(w for w in same[-1].pending_writes or () if w[0] == COMMANDS)])


def _told_apart(stages: Sequence[tuple[Mapping[str, CheckpointTuple], list[Execution]]]) -> bool:
    """Did every run but the last leave a state of its own, and is there no state of a graph within that remembers?"""
    left = [run.state.checkpoint["id"] if run.state else "" for _, runs in stages for run in runs][:-1]
    begun = [found.checkpoint["id"] for start, _ in stages for found in start.values()]
    is_own = len(set(left)) == len(left) and set(left).isdisjoint(begun)
    return is_own and not any(ns for start, _ in stages for ns in start)


def _stages(turn: PlayedTurn) -> list[tuple[Mapping[str, CheckpointTuple], list[Execution]]]:
    """The states from which the runs set out, each with the runs that went on from there."""
    stages: list[tuple[Mapping[str, CheckpointTuple], list[Execution]]] = [(turn.start, [])]
    for execution in turn.runs:
        if execution.begun is not None:
            stages.append((execution.begun, []))
        stages[-1][1].append(execution)
    return stages


# ── the rows of a run ────────────────────────────────────────────────────────────────────────────────────────


def _written(
    recording: Recording, turn: PlayedTurn, execution: Execution, name: str, origin: Origin, thread: str
) -> _Written:
    player = execution.player
    made = _Written(_run(recording, turn, execution, name, origin))
    made.steps = [row for row in player.rows if "place" in row]
    for row in (row for row in player.rows if "ordinal" in row):
        made.calls.append(row)
        verdict = player.expected.get((row["step"], row["kind"], row["ordinal"])) or Verdict("new", "")
        made.fates.append((row["number"], _clean(recording, verdict)))
    for served in player.served:
        made.calls.append(_served(recording, served))
        made.fates.append((served.number, _clean(recording, served.verdict)))
        if (done := _journalled(recording, served, f"{thread}/{player.cause}")) is not None:
            made.effects.append(done)
    return made


def _run(recording: Recording, turn: PlayedTurn, execution: Execution, name: str, origin: Origin) -> dict[str, Any]:
    player, encoder = execution.player, recording.encoder
    original, facts = player.original, own_facts(player.facts)
    facts |= {origin: original.id, "origin_thread": original_thread(original, player.facts)}
    facts |= {name: player.facts[name] for name in (LIMIT, DURABILITY) if name in player.facts}
    if player.edited:
        facts[EDITS] = [facts_of_edit(player.edits[number], by) for number, by in player.edited.items()]
    if models := {**models_of(player.facts), **player.terms.changes.models}:
        facts[MODELS] = models
    given = plain_input(execution.given)
    is_as_recorded = player.is_recorded and given == original.input
    prompts = {"prompts": player.prompts.hash} if player.prompts else {}
    error = execution.error if execution.status == "failed" else None
    return {
        "name": name,
        "graph": original.graph,
        "cause": player.cause,
        "status": execution.status,
        "attempt": 1,
        "owner": owner(),
        "started": execution.started,
        "ended": execution.until,
        "versions": encoder.plain({**recording.versions, **prompts}),
        "metadata": encoder.plain(encoder.facts(facts)),
        "input": original.refs["input"] if is_as_recorded else encoder.as_it_was(given),
        "context": original.refs["context"],
        "output": _output(encoder, turn.outputs, execution),
        "error": None if error is None else encoder.plain(describe(error, encoder.redactor)),
    }


def _output(encoder: Encoder, channels: str | Sequence[str], execution: Execution) -> Part | None:
    if (gave := execution.output(channels)) is None:
        return None
    if isinstance(channels, str) and not execution.player.interrupts:
        return encoder.by_element_or_repr(gave, channels)

    def part(name: str, value: Any) -> Part:
        return encoder.anything(value) if name == QUESTIONS else encoder.by_element_or_repr(value, name)

    return mapping({name: part(name, value) for name, value in gave.items()})


def _clean(recording: Recording, verdict: Verdict) -> Verdict:
    """Why may quote what the code of today says, which was not recorded before."""
    return replace(verdict, why=recording.encoder.redactor.text(verdict.why))


def _served(recording: Recording, served: Served) -> dict[str, Any]:
    """A call as it was recorded, where it stands now; the prompt is the one that asked now."""
    call, asked = served.verdict.recorded, served.asked
    assert call is not None
    same = ("kind", "name", "attempt", "status", "started", "seconds", "input_tokens", "output_tokens")
    row = {**{name: getattr(call, name) for name in same}, **call.refs}
    row |= {"number": served.number, "step": served.step}
    row |= {"address": served.place.address, "ordinal": served.place.ordinal}
    if asked is not None:
        row["prompt"] = recording.encoder.prompt_use(asked.prompt)
        row["inputs"] = recording.encoder.anything(dict(asked.inputs))
    return row


def _journalled(recording: Recording, served: Served, cause: str) -> dict[str, Any] | None:
    """What was done once counts as done for whatever goes on from here, too: it must not happen twice."""
    call = served.verdict.recorded
    if call is None or not served.effect or call.status != "done" or not isinstance(call.request, Mapping):
        return None
    arguments = {name: value for name, value in call.request.items() if name != "key"}
    return {
        "key": f"{cause}/{served.effect}",
        "name": call.name,
        "status": "done",
        "started": call.started,
        "ended": call.started + call.seconds,
        "arguments": recording.encoder.plain(arguments),
        "result": call.refs["response"],
    }


def _put(session: WritingSession, thread: str, written: _Written) -> None:
    number = runs.add_run(session, thread, written.run)
    for table, rows in (("steps", written.steps), ("calls", written.calls)):
        for row in rows:
            runs.put(session, table, row, run=number)
    for call, verdict in written.fates:
        recorded = verdict.recorded.number if verdict.recorded else None
        runs.put_fate(session, number, call, verdict.fate, verdict.why, recorded)
    for row in written.effects:
        runs.put(session, "effects", row, run=number, thread=session.thread(thread))
    counts.close_run(session, number, session.thread(thread))
