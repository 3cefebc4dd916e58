"""Which recorded call answers one that is made now?

One that asked the same: at the same place first, then anywhere in the run. Hashes tell at its place, without what it
asked being read; elsewhere, keys do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property, partial
from typing import Any, Final

from playhead.codec import MAPPING, Part
from playhead.graph.recorded_keys import RecordedKeys
from playhead.graph.stepwise import is_during
from playhead.graph.tries import Ran
from playhead.records import Call, Run, Step
from playhead.reuse import Answer, Answers, Place, some_are_beside
from playhead.store.values import Values

OF_STATES: Final = ("state", "history")  # the readings of a conversation
WORDS: Final = "messages"  # the first of what a model request is made of


class RecordedCalls:
    """The calls of one recorded run, each of which answers once."""

    def __init__(self, run: Run, ran: Mapping[int, Ran], values: Values, keys: RecordedKeys) -> None:
        self.all = [call for step in run.steps for call in step.calls]
        self._by_number = {call.number: call for call in self.all}
        self._of_step = {step.number: step.calls for step in run.steps}
        self._values, self._keys = values, keys
        answers = (
            Answer(
                call.number,
                Place(call.address, ran[step.number].tries, call.kind, call.ordinal),
                partial(keys.of, call),
            )
            for step in run.steps
            for call in step.calls
        )
        self._answers = Answers(answers, in_turn=run.attempt == 1)

    def at(self, place: Place) -> Call | None:
        """The one at this place, whatever it asked."""
        return self._of(self._answers.at(place))

    def take(self, place: Place) -> Call | None:
        """The same: it is served."""
        return self._of(self._answers.take(place))

    def find(self, place: Place, key: bytes) -> Call | None:
        """The one that answers this request here: it is served."""
        return self._of(self._answers.find(place, key))

    def find_reading(self, place: Place, key: bytes) -> Call | None:
        """The one that answers this request, before all of the same step: beside it another read the same otherwise."""
        return self._of(self._answers.find_within(place, key)) or self.find(place, key)

    def _of(self, found: Answer | None) -> Call | None:
        return self._by_number[found.number] if found else None

    def find_same(self, place: Place, request: Part) -> Call | None:
        """The one at this place, if it asked the same to the byte."""
        recorded = self.at(place)
        if recorded is None or self._values.hash(recorded.refs["request"]) != request.hash:
            return None
        return self.take(place)

    def find_same_words(self, place: Place, messages: Part, settings: Mapping[str, Any]) -> Call | None:
        """The same of a call that came from a prompt file: its words are the same to the byte, and so are the settings.

        Which model that was, and with which parameters, is not asked: here the file's alias counts.
        """
        recorded = self.at(place)
        if recorded is None or self._words(recorded) != messages.hash:
            return None
        return self.take(place) if self._keys.settings_are(recorded, settings) else None

    def _words(self, recorded: Call) -> bytes | None:
        """The hash of the messages of a recorded request, without reading them."""
        if not (ref := recorded.refs["request"]):
            return None
        kind, below = self._values.below(ref)
        if kind != MAPPING or not below or self._values.value(below[0])[:1] != [WORDS]:
            return None
        return self._values.hash(below[1])

    @cached_property
    def raced_for(self) -> Collection[tuple[str, str]]:
        """The conversations, by name and namespace, whose state was read by steps that stood side by side."""
        readers: dict[tuple[str, str], set[str]] = {}
        for call in self.all:
            if call.kind == "memory" and call.name in OF_STATES and isinstance(asked := call.request, Mapping):
                readers.setdefault((asked["thread"], asked["namespace"] or ""), set()).add(call.address)
        return {place for place, addresses in readers.items() if some_are_beside(addresses)}

    def made_within(self, recorded: Call, steps: Iterable[Step]) -> list[Call]:
        """Those that were made while a tool or an effect ran: in it, or in these steps of graphs that it ran."""
        beside = [call for call in self._of_step.get(recorded.step, ()) if call.kind != "tool"]
        own = [call for call in beside if call.number > recorded.number and is_during(recorded, call)]
        return own + [call for step in steps for call in step.calls]

    def pass_over(self, calls: Collection[Call]) -> None:
        """These are not made again: what they led to is served."""
        self._answers.pass_over(call.number for call in calls)
