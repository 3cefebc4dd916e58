"""What does a model say of the answers that code cannot judge?

All that is to be judged is known when the backtest is over, so it is asked at once, by several threads: each question
about each answer once, however often the answer came.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeAlias

from playhead.backtest.records import Backtest
from playhead.backtest.scoring import Criterion, control_pairs, pairs_of
from playhead.errors import PlayheadError
from playhead.graph.judge import Judge

Judged: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Judgements:
    """What was said of each answer. `problems` are questions without a usable verdict, by what went wrong."""

    verdicts: Mapping[Judged, bool]
    problems: Mapping[str, int]

    def __call__(self, criterion: Criterion, answer: Any) -> bool | None:
        return self.verdicts.get(_key(criterion, answer))


def judgements(backtest: Backtest, criteria: Iterable[Criterion], judge: Judge, concurrency: int) -> Judgements:
    """Ask about every answer that a judged criterion is to be held against, recorded, after the change, and control."""
    pairs = pairs_of(backtest)
    asked = {pair.prompt for pair in pairs if pair.asked}
    wanted: dict[Judged, tuple[Criterion, str, Any]] = {}
    for one in criteria:
        if one.is_judged and one.prompt in asked:
            for pair in [*pairs, *control_pairs(backtest.controls)]:
                for answer in (pair.before, pair.after) if pair.prompt == one.prompt else ():
                    wanted.setdefault(_key(one, answer), (one, pair.thread, answer))

    def ask(item: tuple[Judged, tuple[Criterion, str, Any]]) -> tuple[Judged, bool | str]:
        key, (criterion, thread, answer) = item
        try:
            found = judge.verdict(thread, criterion.check["question"], _text(criterion, answer))
        except PlayheadError as problem:
            return key, problem.happened
        except Exception as problem:  # noqa: BLE001 - one question that fails ends no backtest
            return key, f"{type(problem).__name__}: {problem}"
        return key, "the judge said neither yes nor no" if found is None else found

    with ThreadPoolExecutor(concurrency, thread_name_prefix="playhead-judge") as pool:
        came = dict(pool.map(ask, wanted.items()))
    problems = [each for each in came.values() if isinstance(each, str)]
    return Judgements(
        {key: each for key, each in came.items() if isinstance(each, bool)},
        {problem: problems.count(problem) for problem in dict.fromkeys(problems)},
    )


def _key(criterion: Criterion, answer: Any) -> Judged:
    return criterion.name, _text(criterion, answer)


def _text(criterion: Criterion, answer: Any) -> str:
    """What is judged: the field that the check names, else all of the answer."""
    field = criterion.check.get("field")
    if field is not None and isinstance(answer, Mapping):
        answer = answer.get(field)
    return answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False, sort_keys=True)
