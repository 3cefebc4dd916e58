"""What answers a call in a replay: the recording, a model that is asked, a pure stand-in, or nothing?

One function for each kind of call, asked before anything is done. Where nothing replays they answer None at once. A
model call without a recorded answer is asked, or ends the branch, as the terms say; an effect without one never
happens: its pure `simulate` answers, or the replay ends.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Any, NamedTuple, NoReturn

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langgraph.types import interrupt

from playhead.diff import first_difference
from playhead.errors import EffectHeldBack, NotReplayable, PlayheadError
from playhead.graph.asking import settings_of
from playhead.graph.encoding import BY_TEXT
from playhead.graph.identity import (
    arguments_key,
    as_data,
    question_key,
    request_key,
    said,
    tool_arguments,
    tool_request,
    words_key,
)
from playhead.graph.interrupts import as_questions
from playhead.graph.model_call import ModelCall, Serving, model_request, name_of, request_part
from playhead.graph.player import Pending, RunPlayer, Stopped, Verdict
from playhead.graph.provenance import ASKING
from playhead.graph.questions import Question
from playhead.graph.raised import exception_of
from playhead.graph.reasons import both, request_data, why_asked
from playhead.graph.recalled import recalled, tool_result
from playhead.graph.recorder import StepRecorder
from playhead.graph.standin import StandIn
from playhead.graph.stepwise import NOT_RECORDED
from playhead.records import ERASED, Call
from playhead.reuse import Place
from playhead.store.answers import Answer as Kept


class Outcome(NamedTuple):
    """What a call gives, without being made."""

    value: Any


# ── model calls ──────────────────────────────────────────────────────────────────────────────────────────────


def recall_model(
    step: StepRecorder, model: BaseChatModel, messages: Sequence[BaseMessage], stop: Any, options: Mapping[str, Any]
) -> Serving | None:
    """The model that gives the recorded answer; None where the call is to be made. Raises `Stopped`."""
    run = step.run
    if not isinstance(run, RunPlayer):
        return None
    place = run.place(step, "model")
    if isinstance(model, StandIn):
        request: dict[str, Any] = {"messages": messages, "model": model.model_name}
        recorded = _same_words(run, place, model, messages, options)
        keys = _keys_by_name(run, place, model, messages, options)
    else:
        request = model_request(model, name_of(model), messages, stop, options)
        recorded = run.calls.find_same(place, request_part(run.recording.encoder, request))
        keys = (partial(request_key, request, run.recording.encoder.redactor),)
    if recorded is None:
        recorded = next((found for key in keys if (found := run.calls.find(place, key()))), None) or run.take(place)
    if recorded is not None and (response := run.values.value(recorded.refs["response"])) != ERASED:
        retold = run.terms.changes.prompts is not None  # then it may be another prompt that asks the same
        run.serve(step, place, recorded, (ASKING.get() or run.renderings.find(messages)) if retold else None)
        return recalled(response, _end_of(run, step, recorded))
    verdict = _ask(run, step, place, keys[0](), model, request)
    if (kept := _pass_desk(run, step, place, verdict)) is None:
        return None
    ModelCall(step, model, messages, stop, options).answered_before(kept.answer, kept.seconds)
    return recalled(kept.answer)


def _same_words(
    run: RunPlayer, place: Place, model: StandIn, messages: Sequence[BaseMessage], options: Mapping[str, Any]
) -> Call | None:
    """The recorded call at this place, if its prompt asked the same to the byte: what it asked is not read for that."""
    here = run.calls.at(place)
    if here is None or model.alias in run.models_put_in:
        return None
    return run.calls.find_same_words(
        place, run.recording.encoder.anything(list(messages)), model.settings(options, here.name)
    )


def _keys_by_name(
    run: RunPlayer, place: Place, model: StandIn, messages: Sequence[BaseMessage], options: Mapping[str, Any]
) -> tuple[Callable[[], bytes], ...]:
    """What is asked of a model by its name, as keys: whatever answered then, it was asked by this name."""
    redactor = run.recording.encoder.redactor
    if model.alias in run.models_put_in:
        settings = {"model": model.alias, "options": dict(options)}
        return (
            partial(question_key, messages, settings, redactor),
            partial(words_key, messages, options.get("tools"), redactor),
        )
    here = run.calls.at(place)
    return (partial(question_key, messages, model.settings(options, here.name if here else None), redactor),)


def _ask(
    run: RunPlayer, step: StepRecorder, place: Place, key: bytes, model: BaseChatModel, request: Mapping[str, Any]
) -> Verdict:
    """What is to be said of a call that is asked. Raises `Stopped` where it may not be."""
    recorded = run.calls.at(place)
    same = request_data(recorded) if recorded is not None and isinstance(model, StandIn) else {}  # but for the words
    data = {**same, **request, "messages": said(request["messages"])}
    if run.terms.unanswered == "diverge":
        found = first_difference(request_data(recorded), data) if recorded else None
        if found is None:
            raise run.part_ways(step, place, "", NOT_RECORDED if recorded is None else "erased", "made")
        raise run.part_ways(step, place, found.path, found.left, found.right)
    changed = [divergence for _, divergence in run.divergences]
    asked = ASKING.get() or run.renderings.find(request["messages"])
    why = why_asked(recorded, asked, getattr(model, "changed", ""), data, changed, step.address)
    if run.terms.unanswered == "refuse" or run.comes_before(step.address):
        raise run.refuse(step, place, why)
    if run.terms.unanswered == "pause":
        run.pending.append(Pending(place, why, recorded, str(request["model"]), _characters(data)))
        raise run.stop(step)
    name, original = run.name_of(place, key), run.original
    question = Question(name, original.thread, original.id, str(request["model"]), _characters(data), recorded)
    return Verdict("re-asked" if recorded else "new", why, recorded, question)


def _pass_desk(run: RunPlayer, step: StepRecorder, place: Place, verdict: Verdict) -> Kept | None:
    """What it was answered before; None where it is to be asked now. Raises `Stopped` where it is turned away."""
    desk, question = run.terms.desk, verdict.question
    run.expect(step, place, verdict)
    if desk is None or question is None:
        return None
    if (kept := desk.kept(question)) is not None:
        run.expect(step, place, replace(verdict, question=None))
        return kept
    try:
        desk.before(question)
    except PlayheadError as problem:
        raise run.stop(step, problem) from problem
    return None


def _characters(request: Mapping[str, Any]) -> int:
    return sum(len(str(message["content"])) for message in request["messages"])


# ── tools and effects ────────────────────────────────────────────────────────────────────────────────────────


def recall_tool(step: StepRecorder, name: str, tool_input: Any, *, is_effect: bool) -> Outcome | None:
    """A tool's recorded result; None where its code is to run: in a recorded run that it interrupted, or where it is
    one of our effects, which are held back on their own. Raises what it raised, or `Stopped`.
    """
    run = step.run
    if not isinstance(run, RunPlayer):
        return None
    place = run.place(step, "tool")
    arguments = tool_arguments(tool_request(tool_input))
    recorded = run.calls.find(place, arguments_key(name, arguments, run.recording.encoder.redactor))
    if recorded is None:
        if is_effect:
            return None
        raise _hold_back(run, step, place, name, {"args": as_data(arguments)})
    if why := _changed_within(run, recorded):
        raise _hold_back(run, step, place, name, {"args": as_data(arguments)}, why)
    if run.answered_anew and place in run.asked_people:
        raise _hold_back(run, step, place, name, {"args": as_data(arguments)}, "a person answers it otherwise")
    if recorded.status == "interrupted":
        run.serve(step, place, recorded)
        _ask_again(run, step, place, recorded)
    response = run.values.value(recorded.refs["response"])
    if response == ERASED or (isinstance(response, dict) and tuple(response) == BY_TEXT):
        raise run.refuse(step, place, "its result was erased, or could not be recorded as data")
    run.serve(step, place, recorded)
    for _ in range(run.asked_people.get(place, 0)):
        interrupt(None)  # takes an answer that the tool took: it is none to whoever asks next
    _raise_if_over(run, step, recorded)
    return Outcome(tool_result(response, tool_input))


def _raise_if_over(run: RunPlayer, step: StepRecorder, recorded: Call) -> None:
    """Raise what the recorded call raised, or `Stopped` where the recorded step came no further."""
    if (error := _end_of(run, step, recorded)) is not None:
        raise error


def _end_of(run: RunPlayer, step: StepRecorder, recorded: Call) -> BaseException | None:
    """What a recorded call ended with, if not with an answer.

    Somebody stopped the program in it, perhaps: nobody does now, and there is nothing to go on with.
    """
    if run.goes_no_further(step):
        return Stopped()
    error = exception_of(recorded.error)
    if not isinstance(error, KeyboardInterrupt | SystemExit):
        return error
    if run.terms.changes.any:
        return run.stop(step, NotReplayable(run.original.id, f"the program was stopped in it ({type(error).__name__})"))
    run.ended_early = True
    return Stopped()


def _ask_again(run: RunPlayer, step: StepRecorder, place: Place, recorded: Call) -> NoReturn:
    """Put the questions that a tool put to a person, without running it. Raises LangGraph's interrupt.

    In a replay that was kept the call is the original's, and names its question; the step names the one that was put.
    """
    asked, around = as_questions(run.original.output), run.steps.at(step.address, step.tries)
    errors = (recorded.error, around.error if around else None)
    ids = [id for error in errors if error for id in error.details.get("ids", ())]
    value = next((asked[id].value for id in ids if id in asked), None)
    for number in count(1):  # those before it are answered already
        run.asked_people[place] = number
        interrupt(value)
    raise AssertionError  # it asks until it is not answered


def recall_effect(step: StepRecorder, name: str, arguments: Mapping[str, Any], known: Any) -> Outcome | None:
    """An effect's recorded result, or what its `simulate` says; None where it may really be called: a reading one,
    where live reads are allowed. Raises what it raised, or `Stopped`.
    """
    run = step.run
    if not isinstance(run, RunPlayer):
        return None
    place = run.place(step, "effect")
    recorded = run.calls.find(place, arguments_key(name, dict(arguments), run.recording.encoder.redactor))
    if recorded is not None and recorded.status == "unknown" and recorded.error is None:
        raise run.stop(step)  # it was held back when this was played before
    if recorded is not None and (why := _changed_within(run, recorded)):
        raise _hold_back(run, step, place, name, arguments, why)
    if recorded is not None and (response := run.values.value(recorded.refs["response"])) != ERASED:
        run.serve(step, place, recorded, effect="" if known.read_only else step.next_effect(name))
        _raise_if_over(run, step, recorded)
        return Outcome(response)
    if run.terms.unanswered == "diverge" or (known.simulate is None and not (known.read_only and run.terms.live_reads)):
        raise _hold_back(run, step, place, name, arguments)
    if known.read_only and run.terms.live_reads:
        run.expect(step, place, Verdict("new", "a live read", run.calls.at(place)))
        return None
    why = _why_held_back(run.calls.at(place), arguments)
    run.expect(step, place, Verdict("held back", f"{why}; answered by its simulate", run.calls.at(place)))
    result = known.simulate(**arguments)
    call = step.begin_call("effect", name, 1, lambda encoder: {"request": encoder.plain(dict(arguments))})
    call.finish(lambda encoder: {"response": encoder.plain(result)})
    return Outcome(result)


def _hold_back(
    run: RunPlayer, step: StepRecorder, place: Place, name: str, arguments: Mapping[str, Any], why: str = ""
) -> BaseException:
    """What is raised where something would happen in the world that the recording does not answer."""
    recorded = run.calls.at(place)
    if run.terms.unanswered == "diverge":
        before = _arguments(recorded)
        found = first_difference(before, as_data(dict(arguments)))
        sides = (found.left, found.right) if found else (NOT_RECORDED, "made")
        return run.part_ways(step, place, found.path if found else "", *sides)
    why = why or _why_held_back(recorded, arguments)
    run.expect(step, place, Verdict("held back", why, recorded))
    call = step.begin_call(
        "tool" if place.kind == "tool" else "effect",
        name,
        1,
        lambda encoder: {"request": encoder.anything(dict(arguments))},
    )
    call.finish(lambda encoder: {}, status="unknown")
    if run.terms.unanswered == "pause":
        return run.stop(step)
    return run.stop(step, EffectHeldBack(name, why))


def _changed_within(run: RunPlayer, recorded: Call) -> str:
    """What would be asked otherwise within a tool or an effect, whose result is then no answer; "" for nothing."""
    changes = run.terms.changes
    if run.comes_before(recorded.address) or not (changes.prompts or changes.models):
        return ""
    for call in run.made_within(recorded):
        use, prompts = call.prompt if call.kind == "model" else None, run.prompts
        if use is None or prompts is None:
            continue
        found = prompts.get(use.name)
        if found.content_hash != use.content_hash:
            return f"within it prompt {use.name}.md is asked, which was changed"
        if (alias := settings_of(found)[0]) in changes.models:
            return f"within it model {alias} is asked, which was changed"
    return ""


def _why_held_back(recorded: Call | None, arguments: Mapping[str, Any]) -> str:
    if recorded is None:
        return "the recorded run did nothing here"
    found = first_difference(_arguments(recorded), as_data(dict(arguments)))
    return f"{found.path or 'it'}: {both(found.left, found.right)}" if found else "it was erased"


def _arguments(recorded: Call | None) -> Any:
    request = as_data(recorded.request) if recorded is not None else None
    if not isinstance(request, dict):
        return request
    if recorded is not None and recorded.kind == "tool":
        return {"args": tool_arguments(request)}
    return {name: value for name, value in request.items() if name != "key"}


# ── the clock and ids ────────────────────────────────────────────────────────────────────────────────────────


def recall_reading(step: StepRecorder, kind: Any, name: str) -> str | None:
    """What the clock said, or which id was drawn; where nothing was recorded, one that every replay gives again."""
    run = step.run
    if not isinstance(run, RunPlayer):
        return None
    place = run.place(step, kind)
    recorded = run.calls.at(place)
    value = run.values.value(recorded.refs["response"]) if recorded is not None else None
    if recorded is not None and isinstance(value, str) and value != ERASED:
        run.serve(step, place, recorded)
    else:
        value = _reading(run, place)
        run.expect(step, place, Verdict("new", "the recorded run read nothing here", recorded))
        call = step.begin_call(kind, name, 1, lambda encoder: {"request": encoder.plain({})})
        call.finish(lambda encoder: {"response": encoder.plain(value)})
    if kind == "clock":
        run.clock = value
    return value


def _reading(run: RunPlayer, place: Place) -> str:
    if place.kind == "clock":
        return run.clock or datetime.fromtimestamp(run.original.started, UTC).isoformat()
    return hashlib.blake2b(f"{run.original.id}/{place}".encode(), digest_size=16).hexdigest()
