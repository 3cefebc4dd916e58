"""How long are the replies, how often is there one, what is done, and what do a conversation's calls take?

Numbers that hold for any agent. They are told with their interval and no reading: whether a longer reply is a worse one
is for people to say, who may write a check of it into the prompt file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from playhead.backtest.changed import said_in
from playhead.backtest.records import Conversation, Turn
from playhead.comparison.conversation import OutcomeOf
from playhead.graph.told import is_effect
from playhead.receipt import Prices
from playhead.records import Call, Run
from playhead.statistics import Check, Pair, verdicts


@dataclass(frozen=True, slots=True)
class Measure:
    """A number before and after, in `unit`; `n` conversations have it. `interval` is of 95 %, None with one of them.

    A unit of `share` means a share of turns, 0 to 1.
    """

    name: str
    unit: str
    before: float
    after: float
    difference: float
    interval: tuple[float, float] | None
    n: int


def measures(conversations: Iterable[Conversation], prices: Prices, outcome_of: OutcomeOf) -> tuple[Measure, ...]:
    """Of the turns that were played to their end within the horizon; what no conversation has is left out."""
    compared = [one for one in conversations if one.compared]
    said = {one.thread: [_said(turn, outcome_of) for turn in one.compared] for one in compared}
    replies = [
        Pair(thread, len(before.split()), len(after.split()))
        for thread, turns in said.items()
        for before, after in turns
        if before and after
    ]
    answered = [Pair(thread, bool(before), bool(after)) for thread, turns in said.items() for before, after in turns]
    found = [
        _measure("Length of a reply", "words", replies),
        _measure("Messages that were answered", "share", answered),
        _measure("Effects", "a conversation", [_effects(one) for one in compared]),
        _measure("Model calls", "a conversation", [_calls(one) for one in compared]),
        _measure("Time in model calls", "s a conversation", [_seconds(one) for one in compared]),
        _measure("Price", "USD a conversation", list(_price(compared, prices))),
    ]
    return tuple(one for one in found if one is not None and (one.before or one.after))


def _measure(name: str, unit: str, pairs: list[Pair]) -> Measure | None:
    (found,) = verdicts([Check(name, "yes/no" if unit == "share" else "number", pairs)])
    if found.before is None or found.after is None or found.difference is None:
        return None
    return Measure(name, unit, found.before, found.after, found.difference, found.interval, found.n)


def _said(turn: Turn, outcome_of: OutcomeOf) -> tuple[str, str]:
    assert turn.replay is not None
    return said_in(turn.runs[-1], outcome_of)[0], said_in(turn.replay, outcome_of)[0]


def _sides(conversation: Conversation) -> tuple[list[Call], list[Call]]:
    """The calls of the compared turns, as recorded and after the change."""
    before = [call for turn in conversation.compared for run in turn.runs for call in run.calls]
    after = [call for turn in conversation.compared for call in _after(turn.replay)]
    return before, after


def _after(replay: Run | None) -> Iterator[Call]:
    return iter(replay.calls if replay is not None else ())


def _effects(conversation: Conversation) -> Pair:
    before, after = (sum(is_effect(call.kind, call.name) for call in side) for side in _sides(conversation))
    return Pair(conversation.thread, before, after)


def _calls(conversation: Conversation) -> Pair:
    before, after = (sum(call.kind == "model" for call in side) for side in _sides(conversation))
    return Pair(conversation.thread, before, after)


def _seconds(conversation: Conversation) -> Pair:
    before, after = (sum(call.seconds for call in side if call.kind == "model") for side in _sides(conversation))
    return Pair(conversation.thread, before, after)


def _price(conversations: Iterable[Conversation], prices: Prices) -> Iterator[Pair]:
    """What the calls of a conversation cost at today's prices; of those whose every model has one."""
    for conversation in conversations:
        before, after = (_sum(side, prices) for side in _sides(conversation))
        if before is not None and after is not None:
            yield Pair(conversation.thread, before, after)


def _sum(calls: Iterable[Call], prices: Prices) -> float | None:
    known = [
        prices.of_call(call.name, call.input_tokens or 0, call.output_tokens or 0)
        for call in calls
        if call.kind == "model"
    ]
    priced = [price for price in known if price is not None]
    return sum(priced) if len(priced) == len(known) else None
