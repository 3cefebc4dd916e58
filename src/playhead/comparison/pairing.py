"""Which run, step and call of one side stands for which of the other?"""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias, TypeVar

from playhead.comparison.findings import origin_of
from playhead.comparison.reading import request_of
from playhead.diff import align
from playhead.diff.renaming import GENERATED
from playhead.records import Call, ReplayedCall, Run, Step
from playhead.views import own_steps, plain

T = TypeVar("T")
Pairs: TypeAlias = list[tuple[T | None, T | None]]
ANEW: Final = 1_000_000_000  # from here calls of a joined turn are counted: no replay means these numbers
_SUPERSTEP: Final = re.compile(r"@(-?\d+)")


def paired_runs(left: Sequence[Run], right: Sequence[Run]) -> Pairs[Run]:
    """Turns: a replay with its original, else runs of the same input, else in order."""
    origins = {run.id: run for run in left}
    if any(origin_of(run) in origins for run in right):
        return _paired_by(left, right, lambda run: run.id, origin_of)
    return paired(left, right, [lambda run: _text_of(plain(run.input)), lambda run: 0])


def paired_steps(left: Sequence[Step], right: Sequence[Step], *, gone_on: bool = False) -> Pairs[Step]:
    """Steps by address, counted from where the run began, then by place.

    With `gone_on`, the left run was gone on with after an error, and the right one is its replay, which plays it as it
    went in the end: of a node's tries, only the last stand beside those of the replay.
    """
    here, there = [own_steps(left), own_steps(right)]
    mine, theirs = _addresses(here), _addresses(there)
    here = _last_tries(here, mine, Counter(theirs.values())) if gone_on else here
    rows = _paired_by(here, there, lambda step: mine[step.number], lambda step: theirs[step.number])
    return _gaps_paired(rows, [lambda step: step.place])


def _last_tries(steps: Sequence[Step], keys: Mapping[int, Hashable], wanted: Mapping[Hashable, int]) -> list[Step]:
    """Of the steps with one key the last, as many as are wanted, and one at least."""
    left = {key: max(wanted.get(key, 0), 1) for key in keys.values()}
    kept = []
    for step in reversed(steps):
        left[keys[step.number]] -= 1
        if left[keys[step.number]] >= 0:
            kept.append(step)
    return kept[::-1]


def whole_turns(runs: Sequence[Run]) -> list[Run]:
    """One run for each event: an answer to an interrupt goes on with its run, as a replay of both does."""
    turns: dict[str, list[Run]] = {}
    for run in runs:
        turns.setdefault(run.cause, []).append(run)
    return [turn[0] if len(turn) == 1 else _joined(turn) for turn in turns.values()]


def _joined(turn: Sequence[Run]) -> Run:
    steps = [step for run in turn for step in run.steps]
    numbers = itertools.count(ANEW)
    counted = tuple(
        replace(step, number=number, calls=tuple(replace(call, number=next(numbers)) for call in step.calls))
        for number, step in enumerate(steps, start=1)
    )
    refs = {**turn[-1].refs, "input": turn[0].refs["input"], "context": turn[0].refs["context"]}
    return replace(turn[-1], refs=refs, started=turn[0].started, load_steps=lambda _: counted)


def stood_for(left: Run, right: Run) -> dict[int, Call] | None:
    """The left run's calls, by number, that calls of a replay stand for, wherever in the run they do.

    None where the right side does not say: it is no replay, or one of a turn of several runs, which number anew.
    """
    recorded = {call.number: call for call in left.calls}
    stand = [call for call in right.calls if isinstance(call, ReplayedCall)]
    if not stand or any(call.recorded is not None and not _is_of(call, recorded) for call in stand):
        return None
    return {call.recorded: recorded[call.recorded] for call in stand if call.recorded is not None}


def _is_of(call: ReplayedCall, recorded: Mapping[int, Call]) -> bool:
    found = recorded.get(call.recorded or 0)
    return found is not None and _named(found) == _named(call)


def paired_calls(left: Sequence[Call], right: Sequence[Call], replayed: Mapping[int, Call] | None) -> Pairs[Call]:
    """Calls of two steps: as the replay says (`replayed` of `stood_for`), else by kind, name and what they ask."""
    if replayed is None:
        return _by_name(left, right)
    rows: Pairs[Call] = [(replayed.get(getattr(call, "recorded", None) or 0), call) for call in right]
    return rows + [(call, None) for call in left if call.number not in replayed]


def _by_name(left: Sequence[Call], right: Sequence[Call]) -> Pairs[Call]:
    if [*map(_named, left)] == [*map(_named, right)]:
        return [*zip(left, right, strict=True)]
    return paired(left, right, [lambda call: (_named(call), _text_of(request_of(call))), _named])


def _named(call: Call) -> Hashable:
    """What a call is known by; the same question may be put to another model."""
    return call.kind, "" if call.kind == "model" else call.name


def _addresses(steps: Sequence[Step]) -> dict[int, Hashable]:
    """Each step's address and attempt by its number; supersteps are counted from the run's first one."""
    first = min((int(found[1]) for step in steps if (found := _SUPERSTEP.search(step.address))), default=0)
    return {
        step.number: (_SUPERSTEP.sub(lambda found: f"@{int(found[1]) - first}", step.address, count=1), step.attempt)
        for step in steps
    }


def _text_of(value: Any) -> str:
    """The value as text that is the same for any generated ids."""
    return GENERATED.sub("\0", json.dumps(value, sort_keys=True))


def _paired_by(
    left: Sequence[T], right: Sequence[T], mine: Callable[[T], Hashable], theirs: Callable[[T], Hashable]
) -> Pairs[T]:
    """Pairs of equal keys, wherever they stand, in the left side's order; each of the rest after its predecessor."""
    found: dict[Hashable, T] = {}
    for two in right:
        found.setdefault(theirs(two), two)
    rows: Pairs[T] = [(one, found.pop(mine(one), None)) for one in left]
    known = {id(two) for _, two in rows}
    place = 0
    for two in right:
        if id(two) in known:
            place = next(number for number, (_, other) in enumerate(rows, start=1) if other is two)
        else:
            rows.insert(place, (None, two))
            place += 1
    return rows


def paired(left: Sequence[T], right: Sequence[T], keys: Sequence[Callable[[T], Hashable]]) -> Pairs[T]:
    """Aligned by the first key; what it leaves unpaired between two pairs, by the next."""
    rows: Pairs[T] = align(left, right, keys[0])
    return _gaps_paired(rows, keys[1:])


def _gaps_paired(rows: Pairs[T], keys: Sequence[Callable[[T], Hashable]]) -> Pairs[T]:
    if not keys:
        return rows
    made: Pairs[T] = []
    left: list[T] = []
    right: list[T] = []
    for one, two in [*rows, (None, None)]:
        if one is not None and two is None:
            left.append(one)
        elif two is not None and one is None:
            right.append(two)
        else:
            between: Pairs[T] = paired(left, right, keys)
            made += between if one is None else [*between, (one, two)]
            left, right = [], []
    return made
