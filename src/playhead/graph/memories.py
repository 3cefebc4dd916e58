"""What was read in a store, or in a saver beside a run's own conversation, and what is read there in a replay?

The same: what it gave is on the recording, as what the clock said is. A replay needs no saver and no store, and finds
them as the recorded run did, whatever they hold by now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NoReturn

from playhead.codec import Part
from playhead.graph.encoding import Encoder, is_by_text
from playhead.graph.identity import arguments_key
from playhead.graph.player import RunPlayer, Verdict
from playhead.graph.raised import exception_of
from playhead.graph.readings import Ask, Listed
from playhead.graph.recalling import Outcome
from playhead.graph.recorder import CURRENT, StepRecorder
from playhead.records import ERASED
from playhead.reuse import Place
from playhead.store.runs import OUTSIDE

NOTING: ContextVar[bool] = ContextVar("playhead_noting", default=False)
"""Set while a saver or a store works on what is noted already: one may ask another, or itself."""


def at_work() -> StepRecorder | None:
    """The step that reads, on the recording or in a replay; None where nothing records."""
    step = CURRENT.get()
    return step if step is not None and step.number != OUTSIDE else None


def noting() -> StepRecorder | None:
    """The step whose readings are to be noted, if one is at work that is recorded."""
    step = at_work()
    return None if step is None or NOTING.get() or isinstance(step.run, RunPlayer) else step


@contextmanager
def at_it() -> Iterator[None]:
    """Within this, a saver or a store works on what is noted already, or answered."""
    token = NOTING.set(True)
    try:
        yield
    finally:
        NOTING.reset(token)


@contextmanager
def noted(step: StepRecorder, asked: Sequence[Ask | None]) -> Iterator[list[Any]]:
    """Note what is put into the list: what was given to each that was asked."""
    begun = [(each, step.begin_call("memory", each.name, 1, _request(each))) if each else None for each in asked]
    given: list[Any] = []
    try:
        with at_it():
            yield given
    except BaseException as error:
        for _, call in filter(None, begun):
            call.finish(lambda encoder: {}, status="failed", error=error)
        raise
    for one, found in zip(begun, given, strict=False):
        if one is not None:
            one[1].finish(_response(one[0], found))


@contextmanager
def listed(step: StepRecorder, asked: Sequence[Ask | None]) -> Iterator[Listed]:
    """As `noted`, of what is read piece by piece, and perhaps not to its end."""
    (ask,) = asked
    call = step.begin_call("memory", ask.name, 1, _request(ask)) if ask else None
    given, failed = Listed(), None
    try:
        yield given
    except Exception as error:
        failed = error
        raise
    finally:
        if call is not None and ask is not None:
            call.finish(_response(ask, given), status="failed" if failed else "done", error=failed)


def recall(ask: Ask, otherwise: Callable[[], Any] | None) -> Outcome | None:
    """What was given when this was recorded, as data; None where nothing is recorded, and `otherwise` is given.

    Without that it goes unsaid that nothing is recorded: older recordings have less. Raises what was raised then, and
    `Stopped` where the replay is over.
    """
    step = at_work()
    if step is None or NOTING.get() or not isinstance(run := step.run, RunPlayer):
        return None
    place = run.place(step, "memory")
    recorded = run.calls.find_reading(place, arguments_key(ask.name, ask.request, run.recording.encoder.redactor))
    if recorded is not None and (error := exception_of(recorded.error)) is not None:
        run.serve(step, place, recorded)
        raise error
    if recorded is not None and (ref := recorded.refs["response"]) is not None:
        response = run.values.value(ref)
        if response != ERASED and not is_by_text(response):
            run.serve(step, place, recorded)
            return Outcome(response)
    if otherwise is not None:
        run.expect(step, place, Verdict("new", "the recorded run read nothing here", recorded))
        step.begin_call("memory", ask.name, 1, _request(ask)).finish(_response(ask, otherwise()))
    return None


def reads_on() -> NoReturn:
    """End the replay where it reads more than the recorded run did of what was given in pieces."""
    step = at_work()
    assert step is not None
    run: Any = step.run
    place = Place(step.address, step.tries, "memory", max(step.upcoming("memory") - 1, 0))
    if run.terms.unanswered == "diverge":
        raise run.part_ways(step, place, "", "read so far", "read on")
    raise run.refuse(step, place, "the recorded run read no further")


def _request(ask: Ask) -> Callable[[Encoder], Mapping[str, Part]]:
    return lambda encoder: {"request": encoder.anything(ask.request)}


def _response(ask: Ask, given: Any) -> Callable[[Encoder], Mapping[str, Part]]:
    return lambda encoder: {"response": ask.part(encoder, given)}


def is_raced_for(thread: str, ns: str) -> bool:
    """Did recorded steps that stood side by side go on with this conversation? Which came first was chance then."""
    step = at_work()
    if step is None or not isinstance(run := step.run, RunPlayer):
        return False
    place = tuple(run.recording.encoder.value(run.recording.encoder.plain([thread, ns])))  # as it is stored
    return place in run.calls.raced_for


def is_changed() -> bool:
    """Is it played with changes? Then what it left itself counts, not what the recorded run found."""
    step = at_work()
    return step is not None and isinstance(run := step.run, RunPlayer) and run.terms.changes.any
