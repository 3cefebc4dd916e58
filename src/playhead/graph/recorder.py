"""What happens in a run, as it happens: who writes down the run, its steps and its calls?

A `Recording` belongs to one recorded graph, a `RunRecorder` to one run of it, a `StepRecorder` to one execution of a
node. Which step a call belongs to is known from a context variable that is set where the step starts, so it holds in
threads and tasks that LangGraph starts, whatever config the user passes along.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
import warnings
from collections.abc import Callable, Collection, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, Literal

import structlog
from langgraph.errors import GraphInterrupt

from playhead.codec import Part, known, mapping
from playhead.codec import pairs as pairs_of
from playhead.errors import PlayheadWarning, StoreError
from playhead.graph.continuing import Continued
from playhead.graph.encoding import Encoder
from playhead.graph.provenance import Renderings
from playhead.graph.raised import describe, step_status
from playhead.graph.recording import Recording
from playhead.graph.saves import SAVING, Saving
from playhead.graph.tries import Tries, tries
from playhead.prompts import PromptSet
from playhead.records import CallKind, CallStatus, RunStatus, StepStatus
from playhead.store import runs
from playhead.store.leases import Lease, hold
from playhead.store.session import WritingSession
from playhead.store.writer import Note

log = structlog.get_logger("playhead")
UNDER_WAY: Final[set[str]] = set()
"""Ids of the runs this process is at work on."""

CURRENT: ContextVar[StepRecorder | None] = ContextVar("playhead_step", default=None)
"""The step that is running, the run itself between steps, or None where nothing records."""

KNOWN_THREAD: ContextVar[bool] = ContextVar("playhead_known_thread", default=False)
"""Set where graphs are recorded and run, and so wherever that context was passed on: a bare new thread lacks it."""


def new_name(prefix: str) -> str:
    """A fresh random id such as `r-9f2c41d07a3b`."""
    return f"{prefix}-{secrets.token_hex(6)}"


def owner() -> str:
    """Who works on a run: `host:process`. Asked for each time, because a process may fork."""
    return f"{socket.gethostname()}:{os.getpid()}"


def warn_if_lost(kind: str, name: str) -> None:
    """Say so where a call is made in a thread that belongs to no run, while runs are recorded."""
    if UNDER_WAY and not KNOWN_THREAD.get():
        warnings.warn(
            f"{kind} {name!r} is called in a thread that belongs to no run, so it is not recorded. "
            "Start a node's own threads with contextvars.copy_context().run.",
            PlayheadWarning,
            stacklevel=4,
        )


class NoRun(StoreError):
    """The run itself could not be recorded, so neither can what happens in it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Run {name} is not on the recording.", "See the error logged when it began.")


@dataclass(slots=True)
class RowOfRun:
    """Writes a row that belongs to a run. One object: what waits to be written is kept small (see `store.writer`)."""

    run: RunRecorder
    table: Literal["steps", "calls"]
    row: dict[str, Any]

    @property
    def parts(self) -> list[Part]:
        """What is to be stored on the way."""
        return [part for name in runs.VALUES_OF[self.table] if (part := self.row[name]) is not None]

    def __call__(self, session: WritingSession) -> None:
        """Write it, under the run's lease."""
        runs.put(session, self.table, self.row, run=self.run.stored(session))

    def lost(self, error: BaseException) -> None:
        """It is a gap. What kept a step from being recorded, the run has to know."""
        self.run.gaps += 1
        self.run.recording.store.gap(error)
        if self.table == "steps" and not isinstance(error, NoRun):
            self.run.lost = error


class Current:
    """Entered for every piece that LangGraph gives of a run: so it is no generator, which would cost thrice as much."""

    __slots__ = ("_outside", "_saves", "_saving", "_step")

    def __init__(self, outside: StepRecorder, saving: Saving) -> None:
        self._outside, self._saving = outside, saving

    def __enter__(self) -> None:
        self._step, self._saves = CURRENT.set(self._outside), SAVING.set(self._saving)

    def __exit__(self, *_: object) -> None:
        SAVING.reset(self._saves)
        CURRENT.reset(self._step)


class RunRecorder:
    """Writes down one run."""

    def __init__(self, recording: Recording, thread: str, before: Continued | None, event: str | None) -> None:
        named = recording.encoder.redactor.name
        self.recording, self.thread = recording, named(thread)
        self.name = before.name if before and before.run else new_name("r")
        self.cause = before.cause if before else named(event or self.name)
        self.attempt = before.attempt if before else 1
        self.prompts = recording.prompts.current() if recording.prompts else None
        self.renderings = Renderings()
        self.interrupts: list[Any] = []
        self.interrupted = False
        self.lingers = True  # LangGraph's `async` durability, its default: saves need not wait for their commit
        self.number = before.run if before else None
        self.lease: Lease | None = None
        self.is_last = True  # no other run comes after it under its lease
        self.gaps = 0  # how much of it could not be recorded
        self.lost: BaseException | None = None  # what kept a step from being recorded
        self._row: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._next_step = before.next_step if before else 1
        self._next_call = before.next_call if before else 1
        self._visited = before.visited if before else {}
        self._run_id: Any = None  # LangGraph's, where the caller gave one
        self.outside = StepRecorder(self, runs.OUTSIDE, "", "", 0, 1, {})

    def encode(self, values: Callable[[Encoder], Mapping[str, Part | None]]) -> dict[str, Part | None]:
        """Values as parts; what cannot be recorded, or not as it was, is a gap of this run."""
        return self.recording.encode(values, self._missed)

    def _missed(self) -> None:
        self.gaps += 1

    def stored(self, session: WritingSession) -> int:
        """The run's number, for what is written after its row. Raises `NoRun` where that was not, and `LeaseLost`."""
        hold(session, self.lease)
        if self.number is None:
            raise NoRun(self.name)
        return self.number

    def current(self) -> Current:
        """While LangGraph works on this run, whatever it starts finds the run here."""
        return Current(self.outside, self.saving())

    def saving(self) -> Saving:
        """How it saves."""
        return Saving(self.lingers, self.lease, self.recording.store)

    def begin(self, graph_input: Any, context: Any, metadata: Mapping[str, Any]) -> None:
        """Write the run's row, or, where an earlier execution is gone on with, its next attempt.

        A new run's row is written with its lease; where others were to come first, by `enter`.
        """
        self._run_id = metadata.get("run_id")
        again = {"status": "running", "attempt": self.attempt, "owner": owner(), "ended": None}
        if self.number is not None:
            self._change({**again, "error": None})
            return
        self._row = {
            **again,
            "name": self.name,
            "graph": self.recording.name,
            "cause": self.cause,
            **dict.fromkeys(runs.RUN_VALUES),
        }
        # Each on its own: one that cannot be said takes none of the others with it.
        self._row |= self.encode(lambda encoder: {"versions": encoder.plain(dict(self.recording.versions))})
        facts = {name: fact for name, fact in metadata.items() if self._can_say({name: fact})}
        self._row |= self.encode(lambda encoder: {"metadata": encoder.plain(encoder.facts(facts))})
        self._row |= self.encode(lambda encoder: {"input": encoder.as_it_was(graph_input)})
        if context is not None:
            self._row |= self.encode(lambda encoder: {"context": encoder.as_it_was(context)})
        began = time.time() if self.lease is None else None
        self._add_run(lambda _: self.lease is None or (self.lease.at_once and not self._comes_after), began)

    def _can_say(self, fact: Mapping[str, Any]) -> bool:
        """Can it be recorded? Whose conversation it is must be known, whatever else is said of it."""
        return bool(self.encode(lambda encoder: {"fact": encoder.plain(dict(fact))}))

    @property
    def cut_off(self) -> str | None:
        """The run that its worker left unfinished, of this graph: it comes first, or would be lost."""
        last = self.lease.cut_off if self.lease is not None and self._row else None
        return last["name"] if last is not None and last["graph"] == self.recording.name else None

    @property
    def _comes_after(self) -> bool:
        """Is there an earlier run to be looked at first, which it may go on with?"""
        return self.lease is not None and (self.cut_off is not None or bool(self.lease.earlier))

    @property
    def given(self) -> Part | None:
        """Its input, as it is to be recorded."""
        return self._row.get("input")

    def enter(self) -> None:
        """It is the run's turn: what came before it on its conversation is over."""
        UNDER_WAY.add(self.name)
        KNOWN_THREAD.set(True)
        if self._row and self.lease is not None and (self.lease.waited or self._comes_after):
            self._add_run(lambda session: not runs.runs_named(session, self.name), time.time())

    def _add_run(self, wanted: Callable[[WritingSession], bool], began: float | None) -> None:
        """Write the run's row, if that is still wanted when it comes to it. It began when it was its turn."""

        def operation(session: WritingSession) -> None:
            if wanted(session):
                started = self.lease.since if began is None and self.lease is not None else began
                self.number = runs.add_run(session, self.thread, {**self._row, "started": started})

        # Urgent: a run that is killed can be gone on with.
        self.recording.note(Note(operation, self._not_begun, parts_of(self._row)), urgent=True)

    def _not_begun(self, error: BaseException) -> None:
        """The run's number is good only if its row was committed."""
        self.number = None
        self.recording.store.gap(error)

    def finish(self, status: RunStatus, outputs: Mapping[str, bytes] | bytes, error: BaseException | None) -> None:
        """Write how the run ended; `outputs` are hashes of the last checkpoint's values, which are stored already."""
        UNDER_WAY.discard(self.name)
        if status == "done" and self._next_step == 1 and self._run_id is not None:
            why = "LangGraph takes an input with the run_id of the thread's last run for that run again, and ignores it"
            log.warning("nothing was run", run=self.name, thread=self.thread, run_id=self._run_id, why=why)

        def values(encoder: Encoder) -> dict[str, Part | None]:
            if isinstance(outputs, bytes) and not self.interrupts:
                return {"output": known(outputs)}
            # What a graph of one output holds while it asks people is what the run before gave.
            found = {} if isinstance(outputs, bytes) else {name: known(value) for name, value in outputs.items()}
            if self.interrupts:
                found["__interrupt__"] = encoder.anything(self.interrupts)
            return {"output": mapping(found)} if found else {}

        changes = self.encode(values)
        if error is not None:
            changes |= self.encode(lambda made: {"error": made.plain(describe(error, made.redactor))})
        self._change({"status": status, "ended": time.time(), **changes})

    def _change(self, changes: Mapping[str, Any]) -> None:
        def operation(session: WritingSession) -> None:
            runs.change_run(session, self.stored(session), changes, self.gaps)

        self.recording.note(Note(operation, self.recording.store.gap, parts_of(changes)))

    def begin_step(self, at: str, place: str, parent: StepRecorder, attempt: int, given: Any) -> StepRecorder:
        """A node starts. `at` and `place` are its own part of the address, with and without its superstep."""
        address = f"{parent.address}/{at}" if parent.address else at
        place = f"{parent.place}/{place}" if parent.place else place
        values = self.encode(lambda encoder: {"input": encoder.anything(given)})
        with self._lock:
            number, self._next_step = self._next_step, self._next_step + 1
            been = self._visited.setdefault(place, [])
            if address not in been:
                been.append(address)
            made = StepRecorder(self, number, address, place, been.index(address), attempt, values)
        made.tries = tries(attempt, parent.tries)
        return made

    def prompts_at(self, address: str) -> PromptSet | None:
        """The prompts that the step at this address asks."""
        return self.prompts

    def next_call(self) -> int:
        """The number of the next call in the run."""
        with self._lock:
            number, self._next_call = self._next_call, self._next_call + 1
            return number


class StepRecorder:
    """Writes down one execution of a node and the calls made in it.

    `visit` counts how often this place was reached for this cause: with the place it says which execution an effect
    belongs to, the same after a crash as before.
    """

    def __init__(
        self,
        run: RunRecorder,
        number: int,
        address: str,
        place: str,
        visit: int,
        attempt: int,
        values: Mapping[str, Part | None],
    ) -> None:
        self.run, self.number, self.address, self.place = run, number, address, place
        self.visit, self.attempt = visit, attempt
        self.tries: Tries = (attempt,)
        self.started, self._clock = time.time(), time.perf_counter()
        self.tasks_before = self.tasks_seen = 0
        self.failed_effects: dict[tuple[str, bytes], str] = {}
        self.left_open: dict[int, Callable[[], None]] = {}
        self._values = values
        self._ordinals: dict[str, int] = {}
        self._subgraphs: list[int] = []
        self._failed: tuple[Any, int] | None = None
        self._lock = threading.Lock()

    def ordinal(self, kind: str) -> int:
        """How many of this kind came before in this step."""
        with self._lock:
            ordinal = self._ordinals.get(kind, 0)
            self._ordinals[kind] = ordinal + 1
            return ordinal

    def upcoming(self, kind: str) -> int:
        """The ordinal that the next of this kind will have."""
        return self._ordinals.get(kind, 0)

    def next_effect(self, name: str) -> str:
        """Which effect of this name comes next here: the end of its key, the same whenever this step is executed."""
        place = f"{self.place}#{self.visit}" if self.visit else self.place
        return f"{place}/{name}/{self.ordinal('effect:' + name)}"

    def subgraph_run(self, number: int) -> int:
        """Which of this step's own subgraph runs LangGraph's number means: that one counts on through retries."""
        with self._lock:
            if number not in self._subgraphs:
                self._subgraphs.append(number)
            return self._subgraphs.index(number)

    def skip_subgraphs(self, visits: Collection[int]) -> None:
        """Graphs that are not run here, though they were when this was recorded: those after them keep their number."""
        with self._lock:
            self._subgraphs += [-1 - visit for visit in visits]

    def task_number(self, number: int) -> int:
        """Which of this step's own `@task` calls LangGraph's number means: that one counts on through retries."""
        with self._lock:
            self.tasks_seen = max(self.tasks_seen, number + 1)
            return number - self.tasks_before

    def failed_at(self, question: Any, attempt: int) -> None:
        """A call failed: the same question asked again is its next attempt."""
        self._failed = (question, attempt)

    def attempt_at(self, question: Any) -> int:
        """Which attempt at this question the call is that is about to be made."""
        failed, self._failed = self._failed, None
        return failed[1] + 1 if failed and failed[0] == question else 1

    def finish(
        self, writes: list[tuple[str, Any]], error: BaseException | None, status: StepStatus | None = None
    ) -> None:
        """Write the step's row, and those of streams that the node neither read to their end nor closed."""
        for end in list(self.left_open.values()) if self.left_open else ():
            end()
        status = status or step_status(error)
        if isinstance(error, GraphInterrupt) and "/" not in self.place:
            self.run.interrupted = True
            self.run.interrupts += error.args[0] if error.args else ()
        values = self.run.encode(
            lambda encoder: {
                "output": pairs_of(
                    [(channel, encoder.by_element_or_repr(value, channel)) for channel, value in writes]
                ),
                "error": None
                if error is None or status == "done"
                else encoder.anything(describe(error, encoder.redactor)),
            }
        )
        self.run.recording.note(RowOfRun(self.run, "steps", self._row(status, values)))

    def _row(self, status: StepStatus, values: Mapping[str, Part | None]) -> dict[str, Any]:
        return {
            "number": self.number,
            "address": self.address,
            "place": self.place,
            "attempt": self.attempt,
            "status": status,
            "started": self.started,
            "seconds": time.perf_counter() - self._clock,
            **dict.fromkeys(runs.STEP_VALUES),
            **self._values,
            **values,
        }

    def put_unfinished(self, session: WritingSession) -> None:
        """Write the step's row before it has ended, with the journal of an effect in it.

        Where the steps before are, an effect's key says after a crash which of a place's visits it belongs to. Raises
        what kept one of them from being recorded.
        """
        if self.visit and self.run.lost is not None:
            raise self.run.lost
        if self.number != runs.OUTSIDE and self.run.number is not None:
            runs.put(session, "steps", self._row("unfinished", {}), run=self.run.number)

    def begin_call(
        self, kind: CallKind, name: str, attempt: int, values: Callable[[Encoder], Mapping[str, Part | None]]
    ) -> CallRecorder:
        """A call starts; `values` encodes its request, and the prompt and inputs it was made from."""
        asked = self.run.encode(values)
        return CallRecorder(self, self.run.next_call(), kind, name, self.ordinal(kind), attempt, asked)


class CallRecorder:
    """Writes down one call when it has ended."""

    def __init__(
        self,
        step: StepRecorder,
        number: int,
        kind: CallKind,
        name: str,
        ordinal: int,
        attempt: int,
        asked: Mapping[str, Part | None],
    ) -> None:
        self.step, self.number, self.kind, self.name = step, number, kind, name
        self.ordinal, self.attempt, self._asked = ordinal, attempt, asked
        self.started, self._clock = time.time(), time.perf_counter()

    def took(self, seconds: float) -> None:
        """It was made before, and took so long then."""
        self._clock = time.perf_counter() - seconds

    def finish(
        self,
        values: Callable[[Encoder], Mapping[str, Part | None]],
        *,
        status: CallStatus = "done",
        tokens: tuple[int | None, int | None] = (None, None),
        error: BaseException | None = None,
    ) -> None:
        """Write the call's row; `values` encodes its response."""
        run = self.step.run
        row = {
            "number": self.number,
            "step": self.step.number,
            "address": self.step.address,
            "kind": self.kind,
            "name": self.name,
            "ordinal": self.ordinal,
            "attempt": self.attempt,
            "status": status,
            "started": self.started,
            "seconds": time.perf_counter() - self._clock,
            "input_tokens": tokens[0],
            "output_tokens": tokens[1],
            **dict.fromkeys(runs.CALL_VALUES),
            **self._asked,
            **run.encode(values),
        }
        if error is not None:
            row |= run.encode(lambda encoder: {"error": encoder.anything(describe(error, encoder.redactor))})
        run.recording.note(RowOfRun(run, "calls", row))


def parts_of(columns: Mapping[str, Any]) -> list[Part]:
    """The values among a row's columns."""
    return [value for value in columns.values() if isinstance(value, Part)]
