"""How does a node act on the world, at most once, and read the clock so that it can be read again?

An effect is journalled as *started*, and committed, before it runs, and as *done* after. Its key is its cause: the
thread, the event that came in, the place in the graph and the how-manieth of its name there. The arguments are kept
but are no part of the key: a reworded retry must not send twice, and two equal sends may both be meant. After a
crash, done gives the recorded result; started without done asks the effect's own `verify`, or stops as unknown, until a
person says what happened. Never twice.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, ParamSpec, TypeVar

import structlog

from playhead.codec import pack
from playhead.errors import BadInput, EffectUnknown, NoResource
from playhead.graph.guard import hold_back_if_lost
from playhead.graph.player import RunPlayer
from playhead.graph.recalling import Outcome, recall_effect, recall_reading
from playhead.graph.recorder import CURRENT, CallRecorder, StepRecorder, new_name, warn_if_lost
from playhead.records import CallKind
from playhead.store import counts, runs
from playhead.store.backend import Row
from playhead.store.leases import find, hold
from playhead.store.session import WritingSession
from playhead.store.settling import NOT_DONE

log = structlog.get_logger("playhead")
P = ParamSpec("P")
R = TypeVar("R")
EFFECTS: Final[dict[str, Effect]] = {}
"""Every effect by name, so that a replay can find its `simulate`."""


@dataclass(frozen=True, slots=True)
class Effect:
    """A function that touches the world, and what is known of it."""

    name: str
    function: Callable[..., Any]
    read_only: bool
    idempotent: bool
    verify: Callable[[str], Any] | None
    simulate: Callable[..., Any] | None

    def arguments(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """The call's arguments by name, the framework's key left out."""
        bound = signature_of(self.function).bind_partial(*args, **kwargs)
        bound.apply_defaults()
        return {name: value for name, value in bound.arguments.items() if name != "key"}

    def keyed(self, arguments: Mapping[str, Any], key: str) -> dict[str, Any]:
        """The arguments to call the function with."""
        takes_key = "key" in signature_of(self.function).parameters
        return {**arguments, "key": key} if takes_key else dict(arguments)


@lru_cache(maxsize=1024)
def signature_of(function: Callable[..., Any]) -> inspect.Signature:
    """A function's parameters: looked at once, not for every call."""
    return inspect.signature(function)


def effect(
    *,
    read_only: bool = False,
    idempotent: bool = False,
    verify: Callable[[str], Any] | None = None,
    simulate: Callable[..., Any] | None = None,
) -> Callable[[Callable[P, R]], Callable[..., R]]:
    """Mark a function that touches the world: JSON arguments, JSON result.

    A keyword-only parameter `key: str` receives the effect's key, unique to its cause; callers never pass it.
    `verify(key)` looks up what that key did (None: nothing); `simulate(**arguments)` is a pure stand-in for replays;
    `idempotent` says that running it twice does no harm; `read_only` that it changes nothing. The decorated function
    raises `EffectUnknown` where nobody can say whether an earlier, cut-off attempt happened.
    """

    def decorate(function: Callable[P, R]) -> Callable[..., R]:
        known = Effect(function.__name__, function, read_only, idempotent, verify, simulate)
        EFFECTS[known.name] = known
        perform: Any = _perform_async(known) if inspect.iscoroutinefunction(function) else _perform(known)
        made: Callable[..., R] = functools.wraps(function)(perform)
        made.playhead_effect = known  # type: ignore[attr-defined]  # a tool made of it is told from an unknown one
        return made

    return decorate


def _perform(known: Effect) -> Callable[..., Any]:
    def perform(*args: Any, **kwargs: Any) -> Any:
        arguments = known.arguments(args, kwargs)
        if (recalled := _recall(known, arguments)) is not None:
            return recalled.value
        attempt = Attempt(known, arguments, CURRENT.get())
        attempt.begin()
        if attempt.settled:
            return attempt.result
        try:
            result = known.function(**known.keyed(arguments, attempt.key))
        except BaseException as error:
            attempt.failed(error)
            raise
        return attempt.done(result)

    return perform


def _perform_async(known: Effect) -> Callable[..., Any]:
    async def perform(*args: Any, **kwargs: Any) -> Any:
        arguments = known.arguments(args, kwargs)
        if (recalled := _recall(known, arguments)) is not None:
            return recalled.value
        attempt = Attempt(known, arguments, CURRENT.get())  # its key now, in the order of the calls
        await asyncio.to_thread(attempt.begin)
        if attempt.settled:
            return attempt.result
        try:
            result = await known.function(**known.keyed(arguments, attempt.key))
        except BaseException as error:
            attempt.failed(error)
            raise
        return await asyncio.to_thread(attempt.done, result)

    return perform


def _recall(known: Effect, arguments: dict[str, Any]) -> Outcome | None:
    hold_back_if_lost(f"effect {known.name}")
    step = CURRENT.get()
    found = None if step is None else recall_effect(step, known.name, arguments, known)
    if found is None and step is not None and not known.read_only and isinstance(step.run, RunPlayer):
        step.run.executed += 1  # it never comes to this: what a replay says of itself is counted, not assumed
    return found


class Attempt:
    """One time an effect is asked for: settled from the journal, or to be run."""

    def __init__(self, known: Effect, arguments: dict[str, Any], step: StepRecorder | None) -> None:
        self.known, self.arguments, self.step = known, arguments, step
        self.settled, self.result = False, None
        self._started = time.time()
        self._call: CallRecorder | None = None
        if step is None:
            warn_if_lost("effect", known.name)
            self.key = new_name("effect")
            return
        self._asked = (known.name, _packed(f"the arguments of effect {known.name}", arguments))
        self.key = step.failed_effects.pop(self._asked, "") or effect_key(known.name, step)
        request = {**arguments, "key": self.key}
        self._call = step.begin_call("effect", known.name, 1, lambda encoder: {"request": encoder.plain(request)})

    def begin(self) -> None:
        """Settle it from the journal, or journal that it starts. Raises `EffectUnknown`."""
        row = self._journalled()
        if row is None or row["status"] == NOT_DONE:  # so a person said: it is done now
            self.journal("started")
        elif row["status"] == "done":
            self._settle_from(row)
        elif self.known.verify is not None and (result := self.known.verify(self.key)) is not None:
            self.journal("done", result)
            self.settle(result)
        elif self.known.verify is None and not self.known.idempotent:
            self.journal("unknown")
            error = EffectUnknown(self.known.name, self.key)
            self._record("unknown", None, error)
            raise error

    def _journalled(self) -> Row | None:
        if self.step is None or self.known.read_only:
            return None
        run = self.step.run
        with run.recording.store.reading() as session:
            found = session.one("effects_find", key=self.key)
            if found is None and (run.attempt > 1 or run.cause != run.name):  # it may have been done before
                counts.check_effects(session, run.thread, self.key)
        return found

    def _settle_from(self, row: Row) -> None:
        assert self.step is not None
        recording = self.step.run.recording
        before, result = recording.store.load([row["arguments"], row["result"]])
        if pack(before) != recording.encoder.redactor.packed(pack(self.arguments)):
            log.warning("an effect was asked for again with other arguments; the first stands", key=self.key)
        self.settle(result)

    def settle(self, result: Any) -> None:
        """The journal, or `verify`, knows the result: nothing is run."""
        self.settled, self.result = True, result
        self._record("done", result)

    def done(self, result: Any) -> Any:
        """The effect ran: journal it as done, and record the call."""
        if self.step is not None:
            _packed(f"the result of effect {self.known.name}", result)
        self.journal("done", result)
        self._record("done", result)
        return result

    def failed(self, error: BaseException) -> None:
        """The effect raised. It stays *started* in the journal: whether it happened is for `verify` to say.

        Asked for again with the same arguments in the same step, it is this one, tried again.
        """
        if self.step is not None:
            self.step.failed_effects[self._asked] = self.key
        self._record("failed", None, error)

    def journal(self, status: str, result: Any = None) -> None:
        """Write the effect's journal row and wait until it is committed."""
        if self.step is None or self.known.read_only:
            return
        step, run, encoder = self.step, self.step.run, self.step.run.recording.encoder
        row = {
            "key": self.key,
            "name": self.known.name,
            "status": status,
            "started": self._started,
            "ended": None if status == "started" else time.time(),
            "arguments": encoder.plain(self.arguments),
            "result": encoder.plain(result) if status == "done" else None,
        }

        def operation(session: WritingSession) -> None:
            if status == "started":
                hold(session, run.lease)
                step.put_unfinished(session)
            find(session, run.lease)  # what was done is journalled, whoever has the conversation by now
            runs.put(session, "effects", row, run=run.number or 0, thread=session.thread(run.thread))

        run.recording.store.write(operation)

    def _record(self, status: Any, result: Any, error: BaseException | None = None) -> None:
        if self._call is not None:
            self._call.finish(
                lambda encoder: {"response": None if error else encoder.plain(result)},
                status=status,
                error=error,
            )


def effect_key(name: str, step: StepRecorder) -> str:
    """The key of the next effect of this name here: thread / cause / place / name / ordinal."""
    return f"{step.run.thread}/{step.run.cause}/{step.next_effect(name)}"


def _packed(what: str, value: Any) -> bytes:
    try:
        return pack(value)
    except TypeError as error:
        raise BadInput(what, f"it is not JSON: {error}.", "Pass plain data; reach handles by resource().") from error


def resource(name: str) -> Any:
    """The handle to the world that `deck.record(graph, resources={…})` was given. Raises `NoResource`."""
    step = CURRENT.get()
    given: Mapping[str, Any] = step.run.recording.resources if step else {}
    if name not in given and step is not None and isinstance(step.run, RunPlayer):
        raise step.run.hold_back(step, f"resource {name}", "a replay has no handles to the world")
    if name not in given:
        raise NoResource(name, given)
    return given[name]


def now() -> datetime:
    """The time, in UTC, as recorded."""
    return datetime.fromisoformat(_reading("clock", "now", lambda: datetime.now(UTC).isoformat()))


def new_id() -> str:
    """A fresh random id (32 hex digits), as recorded."""
    return _reading("id", "new_id", lambda: secrets.token_hex(16))


def _reading(kind: CallKind, name: str, read: Callable[[], str]) -> str:
    step = CURRENT.get()
    if step is None:
        return read()
    if (recalled := recall_reading(step, kind, name)) is not None:
        return recalled
    value = read()
    call = step.begin_call(kind, name, 1, lambda encoder: {"request": encoder.plain({})})
    call.finish(lambda encoder: {"response": encoder.plain(value)})
    return value
