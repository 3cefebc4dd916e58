"""Which recorded model calls does an edit of prompts or models reach, told without playing the graph?

Until the first call that is asked again, a replay is the recorded run: every call is made from the recorded inputs. So
a prompt rendered anew with these says whether its call asks something else; a call that does, and that no other such
call precedes, is certain to be asked (the first wave). What is downstream of these may follow. Where the code or the
state is changed, only the code knows: a dry play tells there (`dry`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from langchain_core.messages import BaseMessage

from playhead.errors import PromptError
from playhead.graph.asking import messages_of, settings_of
from playhead.graph.changes import Changes
from playhead.graph.counting import characters_in, counted
from playhead.graph.identity import question_key, said
from playhead.graph.imported import STAND_IN, is_imported
from playhead.graph.model_call import plain_data
from playhead.graph.recording import Recording
from playhead.graph.rewording import Rewordings
from playhead.graph.standin import StandIns
from playhead.prompts import Prompt, PromptSet
from playhead.receipt import Planned
from playhead.records import Call, Run
from playhead.reuse import around, precedes


@dataclass(frozen=True, slots=True)
class Reach:
    """What an edit reaches in one turn: the recorded calls, and the same as they are planned.

    `turn` is the id of its last run. `first_wave` may hold fewer calls than `certain`: a changed state can lead to one
    that was never recorded. `kept` is how many recorded model calls are served for certain.
    """

    turn: str
    first_wave: tuple[Call, ...]
    downstream: tuple[Call, ...]
    certain: tuple[Planned, ...]
    may_follow: tuple[Planned, ...]
    kept: int

    @property
    def any(self) -> bool:
        """Is anything reached?"""
        return self.planned > 0

    @property
    def planned(self) -> int:
        """How many calls are certain or may follow."""
        return len(self.certain) + len(self.may_follow)


class Recorded(NamedTuple):
    """A model call of a turn, and which of the turn's runs it is in."""

    run: int
    call: Call


@dataclass(frozen=True, slots=True)
class Root:
    """A call whose request the edit changes, and what it would ask now.

    Without messages it is not certain to be asked: its prompt does not take the recorded inputs any more, or what it
    asks now is answered elsewhere in the run.
    """

    at: Recorded
    messages: Sequence[BaseMessage] | None


class Reaching:
    """Tells what one edit of prompts and models reaches, turn after turn. `recording` is what would be played with."""

    def __init__(self, recording: Recording, changes: Changes) -> None:
        self._redactor = recording.encoder.redactor
        self._models = StandIns(recording.models, changes.models)
        self._changed_models = changes.models
        today = recording.prompts.current() if recording.prompts else PromptSet({}, {})
        self._wordings = Rewordings(today, changes.prompts, every=bool(changes.models))

    def of(self, turn: Sequence[Run]) -> Reach:
        """What is reached in a turn: the runs of one event, oldest first. Raises `PromptSyntax`."""
        calls = model_calls(turn)
        roots: list[Root] = []
        after: list[Recorded] = []
        for each in calls:
            if any(_follows(root.at, each) for root in roots):
                after.append(each)
            elif (root := self._root(each, calls)) is not None:
                roots.append(root)
        certain = [root for root in roots if root.messages is not None]
        after = [each for each in calls if each in after or Root(each, None) in roots]
        return self.planned(turn, [(root.at.call, root.messages) for root in certain], after, len(calls))

    def planned(
        self,
        turn: Sequence[Run],
        first: Sequence[tuple[Call, Sequence[BaseMessage] | None]],
        after: Sequence[Recorded],
        recorded: int,
    ) -> Reach:
        """What is reached, as a receipt is made of it."""
        key = turn[-1].id
        return Reach(
            key,
            tuple(call for call, _ in first),
            tuple(each.call for each in after),
            tuple(self._planned(call, key, messages) for call, messages in first),
            tuple(self._planned(each.call, key) for each in after),
            recorded - len(first) - len(after),
        )

    def _root(self, each: Recorded, calls: Iterable[Recorded]) -> Root | None:
        """The call as a root of the wave, if the edit changes what it asks."""
        wording = self._wordings.of(each.call)
        inputs, request = each.call.inputs, each.call.request
        if not isinstance(request, Mapping):
            return None
        is_put_in = self._is_put_in(each.call)
        if wording is None or not isinstance(inputs, Mapping):
            return Root(each, request["messages"]) if is_put_in else None
        try:
            messages = messages_of(wording.after, inputs)
        except PromptError:
            return Root(each, None)
        sent = _among_what_was_sent(messages, request["messages"], wording.before, inputs)
        if is_put_in:
            return Root(each, sent)
        settings = self._settings(wording.after, each.call)
        is_set_alike = self._is_set_alike(wording.before, settings, request)
        if is_set_alike and _is_worded_alike(messages, request["messages"], wording.before, inputs):
            return None
        asked = question_key(sent, settings, self._redactor)
        others = (other.call for other in calls if other.run == each.run and other is not each)
        return Root(each, None if self._is_answered(asked, wording.after.name, others) else sent)

    def _is_put_in(self, call: Call) -> bool:
        """Was another model put for that of an imported conversation? It is called by its own name."""
        return call.name in self._changed_models and is_imported(call.request)

    def _is_set_alike(self, before: Prompt, now: Mapping[str, Any], request: Mapping[str, Any]) -> bool:
        """Is a model asked with the same settings, or with some that its prompt file never said?"""
        alias, options = settings_of(before)
        return (
            is_imported(request) or now == {"model": alias, "options": options} or not _is_sent_with(request, options)
        )

    def _settings(self, prompt: Prompt, call: Call) -> dict[str, Any]:
        alias, options = settings_of(prompt)
        model: Any = self._models.get(alias)
        settings: dict[str, Any] = model.settings(options, call.name)
        return settings

    def _is_answered(self, asked: bytes, name: str, others: Iterable[Call]) -> bool:
        """Does one of these recorded calls ask just that, which is made from the prompt of this name?"""
        for other in others:
            prompt = self._wordings.recorded(other)
            if prompt is None or (prompt.name != name and prompt.output_schema is not None):
                continue  # a schema bears its prompt's name: the two ask different things
            alias, options = settings_of(prompt)
            request = other.request
            if isinstance(request, Mapping) and asked == question_key(
                request["messages"], {"model": alias, "options": options}, self._redactor
            ):
                return True
        return False

    def _planned(self, call: Call, turn: str, messages: Sequence[BaseMessage] | None = None) -> Planned:
        """A recorded call as it is planned: with the messages it would send, where these are known."""
        wording, recorded = self._wordings.of(call), self._wordings.recorded(call)
        prompt = wording.after if wording else recorded
        model = self._named(call, prompt)
        known = (call.input_tokens, call.output_tokens)
        if messages is None:
            return Planned(model, *known, turn=turn, prompt=prompt.name if prompt else "")
        sent = call.request["messages"]
        sizes = characters_in(sent), characters_in(messages)
        count = counted(model, messages, sent, call.input_tokens)
        return Planned(model, *known, *sizes, turn, prompt.name if prompt else "", count)

    def _named(self, call: Call, prompt: Prompt | None) -> str:
        """The name of the model that would be asked."""
        if is_imported(call.request):
            alias = call.name if self._is_put_in(call) else STAND_IN
        elif prompt is not None:
            alias = settings_of(prompt)[0]
        else:
            return call.name
        model: Any = self._models.get(alias)
        return str(model.model_name)


def model_calls(turn: Sequence[Run]) -> list[Recorded]:
    """Every model call of a turn, in order."""
    return [Recorded(number, call) for number, run in enumerate(turn) for call in run.calls if call.kind == "model"]


def _follows(first: Recorded, other: Recorded) -> bool:
    """Can the answer of the first have led to the other? Where that is not known, it is taken to."""
    if first.run != other.run:
        return first.run < other.run
    before, after = first.call, other.call
    if precedes(before.address, after.address):
        return True
    if around(before.address, after.address) or around(after.address, before.address):
        return before.number < after.number
    # Tasks of the functional API all stand in one superstep, one after the other or not; only the clock tells.
    is_inner = "/" in before.address and before.address.rpartition("/")[0] == after.address.rpartition("/")[0]
    return is_inner and before.number < after.number and before.started + before.seconds <= after.started


def _is_worded_alike(
    messages: Sequence[BaseMessage], sent: Sequence[BaseMessage], before: Prompt, inputs: Mapping[str, Any]
) -> bool:
    """Do a prompt's messages say what they said? A node's own code may have sent others with them."""
    now, then = said(messages), said(sent)
    if now == then or len(now) == len(then):
        return now == then
    return now == said(messages_of(before, inputs))


def _among_what_was_sent(
    messages: Sequence[BaseMessage], sent: Sequence[BaseMessage], before: Prompt, inputs: Mapping[str, Any]
) -> Sequence[BaseMessage]:
    """A prompt's messages where its old ones stand, with what a node's own code sends around them."""
    if len(messages) == len(sent):
        return messages
    old, then = ([(each.type, each.text.strip()) for each in some] for some in (messages_of(before, inputs), sent))
    starts = range(len(then) - len(old) + 1)
    at = next((start for start in starts if then[start : start + len(old)] == old), None)
    return messages if at is None else [*sent[:at], *messages, *sent[at + len(old) :]]


def _is_sent_with(request: Mapping[str, Any], options: Mapping[str, Any]) -> bool:
    """Was a request sent with the options of its prompt file? Where a node's own model was asked, it was not."""
    sent = request.get("params")
    return isinstance(sent, Mapping) and all(sent.get(name) == plain_data(value) for name, value in options.items())
