"""What do a check's results before and after say, once chance, several checks and the noise floor are allowed for?

Each check compares, conversation by conversation, its results on what was recorded with those after the change. The
verdict must be able to say "cannot tell", so it is read from the p-value after Holm's correction over all checks, and
where that is not clear it says how many more conversations would be needed.

**The noise floor.** A model answers differently when asked the same again, a provider drifts, and conversations that
were picked because they went badly go better by luck alone. A control, the recorded calls asked again unchanged, has
all of that in it and nothing of the change. With one, the difference is what the change moved less what the control
moved: exactly paired where the control covers every result, else with the control's own error in it. A check
whose control moves as far as the change has then no difference left.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from playhead.statistics.paired import (
    bootstrap_interval,
    error_between,
    flip_test,
    mean,
    share_interval,
    student_p,
    student_reach,
)
from playhead.statistics.planning import ALPHA, WORTH, fewest, needed

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Pair:
    """One result of a check on one conversation, before and after; for yes/no 1 (passed) or 0."""

    conversation: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Check:
    """A check's results. A conversation may have several pairs, and `control` pairs: recorded and asked again.

    `worth` is the smallest difference worth knowing: for yes/no a share of conversations (0.05: five points), for
    numbers a share of the mean before.
    """

    name: str
    kind: Literal["yes/no", "number"]
    pairs: Sequence[Pair]
    control: Sequence[Pair] = ()
    higher_is_better: bool = True
    worth: float = WORTH


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check's results say. Means count every conversation alike, however many results it has.

    `difference` is `after - before`, less `control` (what asking again unchanged moved) where there was one;
    `interval` is its 95 % interval, or None where too few conversations say nothing of it; `p` is the check's own,
    `p_adjusted` is Holm's and decides. `discordant` of the `n` conversations changed their result. `more_needed` is 0
    in a clear verdict; in an unclear one 0 says that a difference worth knowing would have shown. It counts
    conversations like these, with controls in the same proportion.
    """

    check: str
    reading: str
    before: float | None
    after: float | None
    control: float | None
    difference: float | None
    interval: Interval | None
    p: float
    p_adjusted: float
    n: int
    discordant: int
    more_needed: int


def verdicts(checks: Sequence[Check], *, alpha: float = ALPHA) -> tuple[Verdict, ...]:
    """One verdict for each check; the chance that any of them is falsely clear is at most `alpha`.

    Raises `ValueError` for a result that is no finite number, or is neither 0 nor 1 in a yes/no check.
    """
    measured = [_measured(check) for check in checks]
    adjusted = holm([one.p for one in measured])
    planned = alpha / max(len(checks), 1)
    return tuple(
        _verdict(check, one, p, clear=p <= alpha, more=_more(check, one, planned))
        for check, one, p in zip(checks, measured, adjusted, strict=True)
    )


def holm(ps: Sequence[float]) -> list[float]:
    """p-values adjusted for being several (Holm 1979, Scand. J. Stat. 6:65), in the order given."""
    adjusted, least = [0.0] * len(ps), 0.0
    for rank, index in enumerate(sorted(range(len(ps)), key=lambda index: ps[index])):
        least = max(least, min(1.0, ps[index] * (len(ps) - rank)))
        adjusted[index] = least
    return adjusted


@dataclass(frozen=True, slots=True)
class _Measured:
    """`variance` is that of one conversation's difference, the control's error included."""

    n: int
    discordant: int
    before: float
    after: float
    control: float | None
    difference: float
    variance: float
    interval: Interval | None
    p: float


def _measured(check: Check) -> _Measured:
    changed, control = _by_conversation(check, check.pairs), _by_conversation(check, check.control)
    moved = {name: after - before for name, (before, after) in changed.items()}
    floor = {name: after - before for name, (before, after) in control.items()}
    covered = all(name in control and control[name][0] == before for name, (before, _) in changed.items())
    if floor and not covered:
        difference, variance, interval, p = _against_some(moved, floor, shares=check.kind == "yes/no")
    else:
        net = [moved[name] - floor.get(name, 0.0) for name in moved]
        difference, p = mean(net), flip_test(net)
        interval = _interval(check, net)
        variance = mean([(one - difference) ** 2 for one in net])
    return _Measured(
        n=len(moved),
        discordant=sum(one != 0 for one in moved.values()),
        before=mean([before for before, _ in changed.values()]),
        after=mean([after for _, after in changed.values()]),
        control=mean(list(floor.values())) if floor else None,
        difference=difference,
        variance=variance,
        interval=interval,
        p=p,
    )


def _by_conversation(check: Check, pairs: Iterable[Pair]) -> dict[str, tuple[float, float]]:
    """Each conversation's mean result before and after."""
    found: dict[str, list[Pair]] = {}
    for pair in pairs:
        for value in (pair.before, pair.after):
            if not math.isfinite(value) or (check.kind == "yes/no" and value not in (0, 1)):
                raise ValueError(f"Check {check.name!r}, {check.kind}: conversation {pair.conversation!r} has {value}.")
        found.setdefault(pair.conversation, []).append(pair)
    return {name: (mean([one.before for one in of]), mean([one.after for one in of])) for name, of in found.items()}


def _interval(check: Check, differences: Sequence[float]) -> Interval | None:
    if check.kind == "yes/no" and differences:
        return share_interval(differences)
    return bootstrap_interval(differences) if len(differences) > 1 else None


def _against_some(
    moved: dict[str, float], floor: dict[str, float], *, shares: bool
) -> tuple[float, float, Interval | None, float]:
    """Difference, variance of one conversation's, interval and p, where not every conversation has a control.

    Student's t with the degrees of freedom of the smaller side. p is never smaller than signs alone could make it
    with so many controls: fewer than six cannot make a verdict clear.
    """
    difference = mean(list(moved.values())) - mean(list(floor.values()))
    error, fewer = error_between(moved, floor, shares=shares), min(len(moved), len(floor))
    variance = error**2 * len(moved)
    if not error:
        return difference, variance, None, 1.0 if not difference else 2.0 ** (1 - fewer)
    freedom = max(fewer - 1, 1)
    reach = student_reach(freedom) * error
    p = max(student_p(difference / error, freedom), 2.0 ** (1 - fewer))
    return difference, variance, (difference - reach, difference + reach) if fewer > 1 else None, p


def _more(check: Check, one: _Measured, alpha: float) -> int:
    """How many more conversations show a difference as large as the seen one, or as the one worth knowing."""
    seen = abs(one.difference)
    worth = check.worth if check.kind == "yes/no" else check.worth * abs(one.before)
    target = max(seen, worth)
    if not target:
        return max(fewest(alpha) - one.n, 0)
    square = one.variance + target**2
    if check.kind == "yes/no":
        # As in the interval, one more each way: that nobody was seen to change does not say that nobody will.
        square = ((one.variance + seen**2) * one.n + 2) / (one.n + 2)
        square = max(square, target**2, target if target > seen else 0.0)
    return max(needed(target, square, alpha=alpha) - one.n, 1 if target == seen else 0)


def _verdict(check: Check, one: _Measured, p: float, *, clear: bool, more: int) -> Verdict:
    better = (one.difference > 0) == check.higher_is_better
    return Verdict(
        check=check.name,
        reading=("better" if better else "worse") if clear else no_clear_change(more),
        before=one.before if one.n else None,
        after=one.after if one.n else None,
        control=one.control,
        difference=one.difference if one.n else None,
        interval=one.interval,
        p=one.p,
        p_adjusted=p,
        n=one.n,
        discordant=one.discordant,
        more_needed=0 if clear else more,
    )


def no_clear_change(more: int) -> str:
    """The third reading."""
    return f"no clear change: {more:,} more needed"
