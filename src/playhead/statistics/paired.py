"""How surely did paired results differ: how likely by chance alone, and between which bounds?

The unit is the conversation. Turns of one conversation are not independent, so each conversation is first reduced to
one number, the mean of its results after less the mean before, and everything here takes those differences (the
summary-measure method; Galbraith, Daniel & Vissel 2010, J. Neurosci. 30:10601). Long conversations count as much as
short ones.

One test serves yes/no and numbers. If a change does nothing, each difference is as likely to have the other sign;
the probability of a sum as large over all ways to choose the signs is exact. Where every conversation has one yes/no
this *is* McNemar's exact test, and for numbers it stays right in the limit without symmetry (Romano 1990, JASA 85:686).
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import Final

NORMAL: Final = NormalDist()
CONFIDENCE: Final = 0.95  # of every interval

_ENUMERATED: Final = 14  # differences whose 2 ** 14 choices of signs are all looked at
_FLIPS: Final = 9_999  # choices of signs drawn where there are more
_RESAMPLES: Final = 2_000
_SEED: Final = 20_101  # the same results give the same verdict


def mean(values: Sequence[float]) -> float:
    """The mean, the same whatever order the values come in; of none: 0."""
    return math.fsum(values) / len(values) if values else 0.0


def flip_test(differences: Sequence[float]) -> float:
    """Two-sided p of a mean difference of 0: the share of all choices of signs whose sum is as far from 0.

    Exact where all that are not 0 have one size (McNemar 1947, the binomial form), and for up to 14 of them; else by
    9,999 drawn choices, counting the seen one too (Phipson & Smyth 2010), so never below 0.0001.
    """
    sizes = sorted(abs(difference) for difference in differences if difference)
    if not sizes:
        return 1.0
    if sizes[0] == sizes[-1]:
        return _binomial_p(sum(difference > 0 for difference in differences), len(sizes))
    seen = abs(math.fsum(differences)) - 1e-12 * math.fsum(sizes)  # sums that differ by rounding only are equal
    if len(sizes) <= _ENUMERATED:
        sums = [0.0]
        for size in sizes:
            sums = [total + size for total in sums] + [total - size for total in sums]
        return sum(abs(total) >= seen for total in sums) / len(sums)
    return (1 + _drawn_as_far(sizes, seen)) / (1 + _FLIPS)


def _binomial_p(ups: int, count: int) -> float:
    """Two-sided p of this many ups among `count` fair coins."""
    tail = term = 1
    for i in range(min(ups, count - ups)):
        term = term * (count - i) // (i + 1)
        tail += term
    return min(1.0, 2 * tail / (1 << count))


def _drawn_as_far(sizes: Sequence[float], seen: float) -> int:
    """How many of the drawn choices of signs have a sum at least as far from 0; eight signs by one look-up."""
    tables: list[list[float]] = []
    for start in range(0, len(sizes), 8):
        sums = [0.0]
        for size in sizes[start : start + 8]:
            sums = [total + size for total in sums] + [total - size for total in sums]
        tables.append(sums * (256 // len(sums)))
    draw = random.Random(_SEED)  # noqa: S311
    choices = (draw.randbytes(len(tables)) for _ in range(_FLIPS))
    totals = (sum([table[signs] for table, signs in zip(tables, choice, strict=True)]) for choice in choices)
    return sum([abs(total) >= seen for total in totals])


def share_interval(differences: Sequence[float]) -> tuple[float, float]:
    """95 % interval of a mean difference of shares, each difference within -1..1.

    Bonett & Price 2012 (J. Educ. Behav. Stat. 37:479), recommended for paired yes/no by Fagerland, Lydersen & Laake
    2014 (Stat. Med. 33:2850): one conversation that got better and one that got worse are added, then Wald's formula.
    Said of differences like this, it also holds for conversations with several results, and it never shrinks to a
    point: no change among 20 conversations is no proof of none.
    """
    added = [*differences, 1.0, -1.0]
    centre = mean(added)
    error = math.sqrt(mean([(one - centre) ** 2 for one in added]) / len(added))
    reach = NORMAL.inv_cdf((1 + CONFIDENCE) / 2) * error
    return max(-1.0, centre - reach), min(1.0, centre + reach)


def bootstrap_interval(differences: Sequence[float]) -> tuple[float, float]:
    """95 % interval of a mean difference of numbers: the BCa bootstrap (Efron 1987, JASA 82:171), fixed seed.

    Conversations are drawn, not turns. Raises `ValueError` for fewer than two: one says nothing of the spread.
    """
    if len(differences) < 2:
        raise ValueError(f"An interval needs two conversations, not {len(differences)}.")
    ordered, size = sorted(differences), len(differences)
    seen = mean(ordered)
    draw = random.Random(_SEED)  # noqa: S311
    means = sorted(math.fsum(draw.choices(ordered, k=size)) / size for _ in range(_RESAMPLES))
    below = sum(one < seen for one in means) + sum(one == seen for one in means) / 2
    bias = NORMAL.inv_cdf(min(max(below, 1), _RESAMPLES - 1) / _RESAMPLES)
    widest = max(seen - ordered[0], ordered[-1] - seen) or 1.0  # in its terms, lest small powers come to nothing
    apart = [(one - seen) / widest for one in ordered]
    squares = math.fsum(one**2 for one in apart) or 1.0
    # For a mean, the jackknife that BCa asks for has this closed form.
    skew = math.fsum(one**3 for one in apart) / (6 * squares**1.5)

    def bound(tail: float) -> float:
        z = bias + NORMAL.inv_cdf(tail)
        at = NORMAL.cdf(bias + z / max(1 - skew * z, 1e-9)) * (_RESAMPLES - 1)
        low, share = int(at), at - int(at)
        return means[low] + share * (means[min(low + 1, _RESAMPLES - 1)] - means[low])

    tail = (1 - CONFIDENCE) / 2
    return min(bound(tail), seen), max(bound(1 - tail), seen)


def error_between(changed: Mapping[str, float], control: Mapping[str, float], *, shares: bool) -> float:
    """Standard error of the mean `changed` difference less the mean `control` difference, each by conversation.

    Clustered by conversation (Liang & Zeger 1986): what a conversation adds to one mean is taken with what it adds to
    the other. For `shares` each side gets Bonett & Price's two conversations, lest a small control look certain.
    """
    added = (1.0, -1.0) if shares else ()
    ones, others = _pulls(changed, added), _pulls(control, added)
    own = [ones.pop(number) for number in range(len(added))] + [others.pop(number) for number in range(len(added))]
    pulls = own + [ones.get(name, 0.0) - others.get(name, 0.0) for name in ones.keys() | others.keys()]
    fewest = min(len(changed), len(control)) + len(added)
    return math.sqrt(math.fsum(pull**2 for pull in pulls) * fewest / max(fewest - 1, 1))


def _pulls(differences: Mapping[str, float], added: Sequence[float]) -> dict[str | int, float]:
    """How far each conversation, and each added one by its number, pulls the mean from where it would be."""
    values: dict[str | int, float] = dict(enumerate(added))
    values.update(differences.items())
    centre = mean(list(values.values()))
    return {name: (value - centre) / len(values) for name, value in values.items()}


def student_p(t: float, freedom: int) -> float:
    """Two-sided p of Student's t (Abramowitz & Stegun 26.7.3 and 26.7.4, exact for whole degrees of freedom)."""
    angle = math.atan(abs(t) / math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    term, total = (cosine, 0.0) if freedom % 2 else (1.0, 0.0)
    for k in range(1 + freedom % 2, freedom, 2):
        total += term
        term *= cosine**2 * k / (k + 1)
    inside = 2 / math.pi * (angle + sine * total) if freedom % 2 else sine * total
    return min(1.0, max(0.0, 1 - inside))


def student_reach(freedom: int) -> float:
    """How many standard errors a 95 % interval reaches to either side with so many degrees of freedom."""
    low, high = 0.0, 100.0  # one degree of freedom, the fewest, reaches 12.7
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if student_p(middle, freedom) > 1 - CONFIDENCE else (low, middle)
    return high
