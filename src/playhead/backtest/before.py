"""What is said of a backtest before anything is asked?"""

from __future__ import annotations

from typing import Any

from playhead.backtest.records import Plan
from playhead.backtest.reporting import smallest_difference
from playhead.backtest.wording import MODES, count
from playhead.statistics import fewest
from playhead.statistics.planning import ALPHA, POWER


def plan_lines(plan: Plan, checks: int) -> list[str]:
    """The plan in words: what is changed, what it reaches, what it costs, and how small a difference it would show."""
    lines = [
        f"{'; '.join(plan.changed)} · {MODES[plan.mode]} · {plan.experiment}",
        f"{count(len(plan.selected.conversations), 'conversation')} selected, {count(len(plan.reach), 'run')}: "
        f"{plan.count('affected'):,} affected, {plan.count('unaffected'):,} proved unaffected"
        + (f", {plan.count('other_code'):,} of other code, to be played exactly first." if _others(plan) else "."),
    ]
    if plan.receipt is not None:
        lines += plan.receipt.lines
    if plan.controls:
        lines.append(f"Besides, {count(plan.controls, 'recorded call')} will be asked again unchanged.")
    if checks:
        lines.append(difference_line(plan, checks))
    return lines


def difference_line(plan: Plan, checks: int) -> str:
    """How small a difference the backtest would show."""
    told, smallest = count(len(plan.threads), "conversation"), smallest_difference(plan, checks)
    if smallest is not None:
        points = f"{smallest * 100:.0f} points or more"
        return f"With {told}, a check that moves by {points} is shown clearly {POWER * 10:.0f} times in 10."
    least = fewest(ALPHA / checks)
    if len(plan.threads) < least:
        return f"{told}: too few for a clear verdict on any check. It takes {least} that change, all the same way."
    return f"With {told}, a check is shown clearly only if {least} or more of them change, all the same way."


def plan_data(plan: Plan, checks: int) -> dict[str, Any]:
    """The plan as JSON data."""
    return {
        "experiment": plan.experiment,
        "changed": list(plan.changed),
        "mode": plan.mode,
        "matched": plan.selected.matched,
        "conversations": len(plan.selected.conversations),
        "runs": len(plan.reach),
        "affected": plan.count("affected"),
        "unaffected": plan.count("unaffected"),
        "other_code": plan.count("other_code"),
        "to_be_opened": list(plan.threads),
        "controls": plan.controls,
        "receipt": plan.receipt.data if plan.receipt is not None else None,
        "smallest_difference": smallest_difference(plan, checks) if checks else None,
        "checks": checks,
    }


def _others(plan: Plan) -> bool:
    return plan.count("other_code") > 0
