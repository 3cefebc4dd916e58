"""What happens in a run, as it happens: who writes down the run, its steps and its calls?

A `Recording` belongs to one recorded graph, a `RunRecorder` to one run of it, a `StepRecorder` to one execution of a
node. Which step a call belongs to is known from a context variable that is set where the step starts, so it holds in
threads and tasks that LangGraph starts, whatever config the user passes along.

Recording never kills a customer's conversation: what cannot be written down is logged and leaves a gap, unless the
recording is strict.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from langgraph.errors import GraphBubbleUp, GraphInterrupt

from playhead.codec import Part, known, mapping
from playhead.codec import pairs as pairs_of
from playhead.graph.encoding import Encoder
from playhead.graph.models import Models
from playhead.graph.saver import Saver
from playhead.prompts import PromptFolder
from playhead.records import CallKind, CallStatus, RunStatus, StepStatus
from playhead.store import Store, runs
from playhead.store.session import WritingSession

log = structlog.get_logger("playhead")
OWNER: Final = f"{socket.gethostname()}:{os.getpid()}"

CURRENT: ContextVar[StepRecorder | None] = ContextVar("playhead_step", default=None)
"""The step that is running, the run itself between steps, or None where nothing records."""


def new_name(prefix: str) -> str:
    """A fresh random id such as `r-9f2c41d07a3b`."""
    return f"{prefix}-{secrets.token_hex(6)}"


@dataclass
class Recording:
    """What one recorded graph needs to write its runs, and what its nodes may ask for."""

    name: str
    store: Store
    saver: Saver
    encoder: Encoder
    prompts: PromptFolder | None
    models: Models
    resources: Mapping[str, Any]
    versions: Mapping[str, str]
    strict: bool = False

    def note(self, make: Callable[[], Callable[[WritingSession], Any]]) -> None:
        """Encode now, write soon. What fails is logged as a gap, or raised where the recording is strict."""
        try:
            operation = make()
        except Exception as error:
            if self.strict:
                raise
            log.error("not recorded", graph=self.name, error=repr(error))
            return
        if self.strict:
            self.store.write(operation)
        else:
            self.store.note(operation)


@dataclass
class Continued:
    """What an earlier execution leaves to the one that goes on: its cause, its numbers, and where it has been."""

    cause: str
    run: int | None = None
    name: str = ""
    attempt: int = 1
    next_step: int = 1
    next_call: int = 1
    visited: dict[str, list[str]] = field(default_factory=dict)


class RunRecorder:
    """Writes down one run."""

    def __init__(self, recording: Recording, thread: str, before: Continued | None, event: str | None) -> None:
        self.recording, self.thread = recording, thread
        self.name = before.name if before and before.run else new_name("r")
        self.cause = before.cause if before else event or self.name
        self.attempt = before.attempt if before else 1
        self.number = before.run if before else None
        self.prompts = recording.prompts.current() if recording.prompts else None
        self.interrupted = False
        self._lock = threading.Lock()
        self._next_step = before.next_step if before else 1
        self._next_call = before.next_call if before else 1
        self._visited = before.visited if before else {}
        self.outside = StepRecorder(self, runs.OUTSIDE, "", "", 0, 1)

    def begin(self, graph_input: Any, context: Any, metadata: Mapping[str, Any]) -> None:
        """Write the run's row, or, where an earlier execution is gone on with, its next attempt."""
        again = {"status": "running", "attempt": self.attempt, "owner": OWNER, "ended": None, "error": None}

        def make() -> Callable[[WritingSession], None]:
            encoder = self.recording.encoder
            row = {
                **again,
                "name": self.name,
                "graph": self.recording.name,
                "cause": self.cause,
                "started": time.time(),
                "versions": encoder.plain(dict(self.recording.versions)),
                "metadata": encoder.plain(dict(metadata)),
                "input": encoder.anything(graph_input),
                "context": None if context is None else encoder.anything(context),
                "output": None,
            }

            def operation(session: WritingSession) -> None:
                self.number = runs.add_run(session, self.thread, row)

            return operation

        if self.number is None:
            self.recording.note(make)
        else:
            self._change(again)

    def finish(self, status: RunStatus, outputs: Mapping[str, bytes], error: BaseException | None = None) -> None:
        """Write how the run ended; `outputs` are hashes of the last checkpoint's values, which are stored already."""
        changes: dict[str, Any] = {"status": status, "ended": time.time()}
        if outputs:
            changes["output"] = mapping({channel: known(value) for channel, value in outputs.items()})
        if error is not None:
            changes["error"] = self.recording.encoder.plain(describe(error))
        self._change(changes)

    def _change(self, changes: Mapping[str, Any]) -> None:
        self.recording.note(lambda: lambda session: runs.change_run(session, self.number or 0, changes))

    def begin_step(
        self, node: str, superstep: int, index: int | None, parent: StepRecorder, attempt: int
    ) -> StepRecorder:
        """A node starts. `index` tells apart the parallel executions of one node."""
        own = node if index is None else f"{node}[{index}]"
        at = f"{node}@{superstep}" if index is None else f"{node}@{superstep}[{index}]"
        address = f"{parent.address}/{at}" if parent.address else at
        place = f"{parent.place}/{own}" if parent.place else own
        with self._lock:
            number, self._next_step = self._next_step, self._next_step + 1
            been = self._visited.setdefault(place, [])
            if address not in been:
                been.append(address)
            return StepRecorder(self, number, address, place, been.index(address), attempt)

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

    def __init__(self, run: RunRecorder, number: int, address: str, place: str, visit: int, attempt: int) -> None:
        self.run, self.number, self.address, self.place = run, number, address, place
        self.visit, self.attempt = visit, attempt
        self.started, self._clock = time.time(), time.perf_counter()
        self._ordinals: Counter[str] = Counter()
        self._lock = threading.Lock()

    def ordinal(self, kind: str) -> int:
        """How many of this kind came before in this step."""
        with self._lock:
            self._ordinals[kind] += 1
            return self._ordinals[kind] - 1

    def finish(self, graph_input: Any, writes: list[tuple[str, Any]], error: BaseException | None) -> None:
        """Write the step's row."""
        status = step_status(error)
        if status == "interrupted" and "/" not in self.place:
            self.run.interrupted = True
        seconds = time.perf_counter() - self._clock

        def make() -> Callable[[WritingSession], None]:
            encoder = self.run.recording.encoder
            row = {
                "number": self.number,
                "address": self.address,
                "place": self.place,
                "attempt": self.attempt,
                "status": status,
                "started": self.started,
                "seconds": seconds,
                "input": encoder.anything(graph_input),
                "output": pairs_of([(channel, encoder.by_element_or_repr(value)) for channel, value in writes]),
                "error": None if error is None else encoder.anything(describe(error)),
            }
            return lambda session: runs.put(session, "steps", {**row, "run": self.run.number or 0})

        self.run.recording.note(make)

    def begin_call(self, kind: CallKind, name: str, attempt: int = 1) -> CallRecorder:
        """A call starts."""
        return CallRecorder(self, self.run.next_call(), kind, name, self.ordinal(kind), attempt)


class CallRecorder:
    """Writes down one call when it has ended."""

    def __init__(self, step: StepRecorder, number: int, kind: CallKind, name: str, ordinal: int, attempt: int) -> None:
        self.step, self.number, self.kind, self.name = step, number, kind, name
        self.ordinal, self.attempt = ordinal, attempt
        self.started, self._clock = time.time(), time.perf_counter()

    def finish(
        self,
        values: Callable[[Encoder], Mapping[str, Part | None]],
        *,
        status: CallStatus = "done",
        tokens: tuple[int | None, int | None] = (None, None),
        error: BaseException | None = None,
    ) -> None:
        """Write the call's row; `values` encodes its request, response, prompt and inputs."""
        seconds = time.perf_counter() - self._clock
        run = self.step.run

        def make() -> Callable[[WritingSession], None]:
            encoder = run.recording.encoder
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
                "seconds": seconds,
                "input_tokens": tokens[0],
                "output_tokens": tokens[1],
                "response": None,
                "prompt": None,
                "inputs": None,
                **values(encoder),
                "error": None if error is None else encoder.anything(describe(error)),
            }
            return lambda session: runs.put(session, "calls", {**row, "run": run.number or 0})

        run.recording.note(make)


def step_status(error: BaseException | None) -> StepStatus:
    """How a step ended, from what was raised out of it."""
    if error is None:
        return "done"
    if isinstance(error, GraphInterrupt):
        return "interrupted"
    if isinstance(error, GraphBubbleUp):
        return "done"  # a command to the parent graph is how this node says where to go
    return "failed" if isinstance(error, Exception) else "cancelled"


def describe(error: BaseException) -> dict[str, Any]:
    """An exception as plain data: its class, its text, its plain attributes."""
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    details = {
        k: v for k, v in vars(error).items() if isinstance(v, str | int | float | bool) and not k.startswith("_")
    }
    return {"kind": kind, "message": str(error)[:4000], "details": details}
