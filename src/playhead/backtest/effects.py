"""Which effects would not happen as they did?

New ones, lost ones, and those that would do something else. That the reply itself is sent in its new words is no such
thing: it is told as the reply.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from playhead.backtest.records import Turn
from playhead.comparison import compare
from playhead.comparison.reading import request_of
from playhead.graph.told import is_effect
from playhead.records import Call, Replay, ReplayedCall
from playhead.views import asked

EffectWhat = Literal["new", "lost", "changed", "not reached"]


@dataclass(frozen=True, slots=True)
class EffectChange:
    """An effect that would not happen as it did. `before` and `after` are its arguments, "" where it has none.

    `not reached`: what was played ended before it, at an effect that was held back, so nobody knows.
    """

    turn: int
    what: EffectWhat
    name: str
    step: str
    before: str
    after: str
    why: str


class Sides(NamedTuple):
    """A recorded effect and what stands for it in what was played; one of the two may be missing."""

    left: Call | None
    right: Call | None


def effect_changes(turn: Turn, replay: Replay, said: tuple[str, str]) -> Iterator[EffectChange]:
    """The changes of a turn that was played; `said` are the replies before and after."""
    for left, right in _sides(turn, replay):
        call = right or left
        if call is None or not is_effect(call.kind, call.name) or _sends_the_reply(left, right, *said):
            continue
        what: EffectWhat = "new" if left is None else "changed"
        if right is None:
            what = "not reached" if replay.stopped else "lost"
        told = [asked(side) if side is not None else "" for side in (left, right)]
        why = right.why if isinstance(right, ReplayedCall) else ""
        yield EffectChange(turn.index + 1, what, call.name, call.address, told[0], told[1], why)


def _sides(turn: Turn, replay: Replay) -> Iterable[Sides]:
    """Effects that differ. Of several runs, whose calls share numbers, it takes a comparison of the whole turn."""
    if len(turn.runs) == 1:
        return _by_number(turn.runs[0].calls, replay)
    return [Sides(call.left, call.right) for _, _, call in compare(turn.runs, replay).effects]


def _by_number(recorded: Iterable[Call], replay: Replay) -> Iterator[Sides]:
    left = {call.number: call for call in recorded if call.kind in ("effect", "tool")}
    played = [call for call in replay.calls if isinstance(call, ReplayedCall) and call.kind in ("effect", "tool")]
    for call in played:
        if call.fate == "reused" and call.recorded is not None:
            left.pop(call.recorded, None)
    anew = []
    for call in played:
        if call.fate != "reused":
            known = left.get(call.recorded or 0)
            stands = known is not None and known.name == call.name
            anew.append((left.pop(known.number) if known is not None and stands else None, call))
    for known, call in anew:
        yield Sides(known or _taken(left, call.name), call)
    for lost in left.values():
        yield Sides(lost, None)


def _taken(left: dict[int, Call], name: str) -> Call | None:
    """The first recorded effect of this name that nothing stands for: another route led to it."""
    number = next((number for number, call in left.items() if call.name == name), None)
    return left.pop(number) if number is not None else None


def _sends_the_reply(left: Call | None, right: Call | None, before: str, after: str) -> bool:
    """Is the new reply in the place of the recorded one all that differs in what it would do?"""
    if left is None or right is None or not before or not after:
        return False
    return bool(_with(request_of(left), before, after) == request_of(right))


def _with(value: Any, before: str, after: str) -> Any:
    if isinstance(value, Mapping):
        return {name: _with(each, before, after) for name, each in value.items()}
    return after if value == before else value
