"""Do the answers meet the prompt files' checks, before the change and after it?

The checks are those of the changed prompts, and are held against the recorded answers too: one yardstick for both. An
answer after the change is paired with the recorded one of the same prompt in the same turn, in order; of several tries
of one question the last counts. Only turns count that do not drift and are within the horizon; of one that ended at an
effect that was held back, what was answered before it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from playhead.backtest.records import Backtest, Control, Conversation, Turn
from playhead.prompts import PromptSet
from playhead.prompts.checks import Check as PromptCheck
from playhead.prompts.checks import run_check
from playhead.records import Call, Replay, ReplayedCall, Run, Step
from playhead.statistics import Check, Pair
from playhead.views import plain

SUPERSTEP: Final = re.compile(r"@(-?\d+)")


@dataclass(frozen=True, slots=True)
class Criterion:
    """A check of a prompt file. `name` is told, and is the check's own unless two prompts have one of that name."""

    name: str
    prompt: str
    check: PromptCheck

    @property
    def is_judged(self) -> bool:
        """Is it a question that a model answers?"""
        return bool(self.check["kind"] == "judge")


@dataclass(frozen=True, slots=True)
class AnswerPair:
    """An answer to a prompt as recorded and after the change; `turn` counts from 0, `asked` says that it was asked."""

    thread: str
    turn: int
    prompt: str
    before: Any
    after: Any
    asked: bool = True


@dataclass(frozen=True, slots=True)
class Result:
    """What a check says of one pair of answers."""

    criterion: Criterion
    thread: str
    turn: int
    before: bool
    after: bool


@dataclass(frozen=True, slots=True)
class Scores:
    """Results of every check that was made. `not_judged` are the names of those that need a model nobody asked."""

    results: tuple[Result, ...]
    checks: tuple[Check, ...]
    not_judged: tuple[str, ...]


Judge: TypeAlias = Callable[[Criterion, Any], bool | None]
"""Answers a criterion of an answer; None where no usable verdict came."""


def criteria_of(prompts: PromptSet) -> tuple[Criterion, ...]:
    """The checks of all prompts of the set."""
    found = [(name, check) for name in prompts.names() for check in prompts.get(name).checks]
    named = Counter(check["name"] for _, check in found)
    return tuple(
        Criterion(check["name"] if named[check["name"]] == 1 else f"{check['name']} ({prompt})", prompt, check)
        for prompt, check in found
    )


def score(backtest: Backtest, criteria: Iterable[Criterion], judge: Judge | None = None) -> Scores:
    """Every check on every pair of answers, and on every control.

    Where no answer to a prompt was asked for, its checks are left out: nothing can have changed.
    """
    criteria = tuple(criteria)
    pairs = pairs_of(backtest) if criteria else []
    touched = {pair.prompt for pair in pairs if pair.asked}
    wanted = [one for one in criteria if one.prompt in touched]
    made = [one for one in wanted if judge is not None or not one.is_judged]
    results = [result for one in made for result in results_of(one, pairs, judge)]
    return Scores(
        results=tuple(results),
        checks=tuple(_check(one, results, _controlled(one, backtest.controls, judge)) for one in made),
        not_judged=tuple(one.name for one in wanted if one not in made),
    )


def results_of(criterion: Criterion, pairs: Iterable[AnswerPair], judge: Judge | None = None) -> Iterator[Result]:
    """What the criterion says of those pairs that are answers to its prompt."""
    for pair in pairs:
        if pair.prompt == criterion.prompt:
            before, after = _met(criterion, pair.before, judge), _met(criterion, pair.after, judge)
            if before is not None and after is not None:
                yield Result(criterion, pair.thread, pair.turn, before, after)


def _met(criterion: Criterion, answer: Any, judge: Judge | None) -> bool | None:
    if criterion.is_judged:
        return judge(criterion, answer) if judge else None
    return run_check(criterion.check, answer)


def _check(criterion: Criterion, results: Iterable[Result], control: Sequence[Pair]) -> Check:
    pairs = [Pair(one.thread, one.before, one.after) for one in results if one.criterion == criterion]
    return Check(criterion.name, "yes/no", pairs, control)


def _controlled(criterion: Criterion, controls: Iterable[Control], judge: Judge | None) -> list[Pair]:
    """The criterion on calls that were asked again unchanged: the noise floor."""
    return [Pair(one.thread, one.before, one.after) for one in results_of(criterion, control_pairs(controls), judge)]


def control_pairs(controls: Iterable[Control]) -> list[AnswerPair]:
    """The answers of recorded calls, and those that came when they were asked again unchanged."""
    return [
        AnswerPair(one.thread, 0, one.prompt, answer_in(one.recorded.response), answer_in(one.answer))
        for one in controls
        if not one.problem
    ]


def pairs_of(backtest: Backtest) -> list[AnswerPair]:
    """The answers of all compared turns."""
    return [pair for conversation in backtest.conversations for pair in answer_pairs(conversation)]


def answer_pairs(conversation: Conversation) -> Iterator[AnswerPair]:
    """The answers of a conversation's turns, by prompt and in order, recorded and after the change."""
    for turn in conversation.turns:
        if turn.replay is not None and turn.is_told and turn.within_horizon:
            yield from _pairs_of(turn, turn.replay)


def _pairs_of(turn: Turn, replay: Replay) -> Iterator[AnswerPair]:
    before, after = answers_by_prompt(turn.runs), answers_by_prompt([replay])
    for prompt in before:
        for one, two in zip(before[prompt], after.get(prompt, ()), strict=False):
            asked = isinstance(two, ReplayedCall) and two.fate != "reused"
            yield AnswerPair(
                turn.thread, turn.index, prompt, answer_in(one.response), answer_in(two.response), asked=asked
            )


def answers_by_prompt(runs: Iterable[Run]) -> dict[str, list[Call]]:
    """By prompt, the calls that answered it; a step that failed was tried again or given up, and says nothing."""
    found: dict[str, list[Call]] = {}
    for run in runs:
        for step in sorted(run.steps, key=_in_order):
            for prompt, call in last_tries(step.calls) if step.status != "failed" else ():
                if call.status == "done":
                    found.setdefault(prompt, []).append(call)
    return found


def _in_order(step: Step) -> tuple[list[int], str]:
    """By superstep; parallel ones by their address, because they start in any order."""
    return [int(number) for number in SUPERSTEP.findall(step.address)], step.address


def last_tries(calls: Iterable[Call]) -> list[tuple[str, Call]]:
    """The calls made from a prompt file, with its name; of several tries of one question the last."""
    made: list[tuple[str, Call]] = []
    for call in calls:
        if call.kind != "model" or (use := call.prompt) is None:
            continue
        tried = (
            place for place, (name, one) in enumerate(made) if name == use.name and one.attempt == call.attempt - 1
        )
        if call.attempt > 1 and (place := next(tried, None)) is not None:
            made[place] = (use.name, call)
        else:
            made.append((use.name, call))
    return made


def answer_in(response: Any) -> Any:
    """What a model said: the JSON value where its text is one, else the text."""
    found = plain(response)
    message = found.get("message") if isinstance(found, dict) else None
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, list):
        content = "".join(part.get("text", "") for part in content if isinstance(part, dict))
    text = str(content or "").strip().removeprefix("```json").removeprefix("```").removesuffix("```").strip()
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, dict | list) else text
