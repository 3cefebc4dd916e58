"""How does a backtest that was run come to be a report: which checks are made, and who is asked to judge?"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import NamedTuple

from playhead.backtest.desk import Desk
from playhead.backtest.judging import Judgements, judgements
from playhead.backtest.limits import Limit, Limits
from playhead.backtest.planning import Ground
from playhead.backtest.records import Backtest, Plan
from playhead.backtest.report import Report, report
from playhead.backtest.scoring import Criterion, criteria_of, score
from playhead.backtest.until_sure import Watch
from playhead.graph.judge import Judge
from playhead.prompts import PromptSet
from playhead.receipt import Prices
from playhead.statistics import detectable
from playhead.statistics.planning import ALPHA


class Judging(NamedTuple):
    """How judges are asked: so many questions at once, within these limits, for no more than `max_cost` (USD)."""

    concurrency: int = 8
    limits: Mapping[str, Limit] = {}
    max_cost: float | None = None


def criteria(ground: Ground, plan: Plan) -> tuple[Criterion, ...]:
    """The checks that answers are held against: those of the changed prompts, and of the others as they are today."""
    today, draft = ground.today, plan.wanted.prompts
    if isinstance(draft, PromptSet):
        return criteria_of(today.overlay(draft) if today is not None else draft)
    return criteria_of(today) if today is not None else ()


def watch(ground: Ground, plan: Plan) -> Watch:
    """Who looks at each conversation of this plan as it comes, to stop when the answer is clear."""
    return Watch(criteria(ground, plan), len(plan.threads))


def smallest_difference(plan: Plan, checks: int) -> float | None:
    """The smallest difference of shares that this plan will show in each of so many checks; None: not even all."""
    return detectable(len(plan.threads), alpha=ALPHA / max(checks, 1))


def report_on(
    ground: Ground, backtest: Backtest, prices: Prices, *, judging: Judging | None = None, watch: Watch | None = None
) -> Report:
    """The report. With `judging`, what code cannot judge is asked. Raises `CannotJudge`, `UnknownModel`."""
    checks = criteria(ground, backtest.plan)
    said: Judgements | None = None
    spent = None
    if judging is not None:
        limits = Limits(judging.limits, time.monotonic)
        left = None if judging.max_cost is None else max(judging.max_cost - (backtest.spent.price or 0.0), 0.0)
        desk = Desk(ground.store, backtest.experiment, limits, prices, left)
        recording = ground.record(next(iter(backtest.plan.graphs)))
        judge = Judge(recording.models, recording.encoder, desk)
        said = judgements(backtest, checks, judge, judging.concurrency)
        spent = desk.spent
    scores = score(backtest, checks, said)
    return report(
        backtest,
        scores,
        prices,
        ground.outcome_of,
        judging=spent,
        unjudged=said.problems if said else None,
        watch=watch,
    )
