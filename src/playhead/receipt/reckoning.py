"""What will a replay cost, and how sure is that?

*Certain* is the first wave: calls whose own request the edit changes, and that no other such call precedes. *May
follow* is every recorded model call downstream of them. The *worst case* is those and what a changed route could add: a
turn that goes another way is taken to ask at most as much as the longest recorded turn of its graph. Who runs a
backtest holds it to that, so the total is never above.

The *expected* interval is to hold the total in nine of ten backtests. How many of the calls downstream follow depends
on the edit: a changed comma moves none, a changed rule all. No formula knows that beforehand, and a prior with a number
in it would only be ours. So it goes by rank: of k earlier backtests and this one, each is as likely as any other to
have the largest share, so the share of the next lies between the j-th least and the j-th greatest of the earlier ones
with a probability of 1 − 2j/(k+1) (Wilks, *Annals of Mathematical Statistics* 12, 1941; today "conformal"). That takes
19 of them; before, the interval is everything downstream, from none to all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median, quantiles
from typing import Final, NamedTuple

from playhead.receipt.figures import Amount, Followed, Planned, Prices, Receipt, Share

CHARACTERS_PER_TOKEN: Final = 4.0  # of English text, for calls whose usage nobody reported
UNKNOWN_OUTPUT: Final = 256  # tokens of an answer, where no recorded call says how long answers are
FEW: Final = 5  # recorded answers of one prompt that say too little of how they spread: half to twice is taken
MISSES: Final = 0.1  # the share of backtests that may come out beside the expected interval


class Shares(NamedTuple):
    """Of the calls that may follow, how many do: at the low and the high end."""

    low: float
    high: float


class Length(NamedTuple):
    """Tokens of an answer: the likely interval's ends, and the longest to reckon with."""

    low: int
    high: int
    worst: int


class Cost(NamedTuple):
    """One call's amount at the three levels."""

    low: Amount
    high: Amount
    worst: Amount


def receipt(
    certain: Sequence[Planned],
    may_follow: Sequence[Planned],
    prices: Prices,
    *,
    most: Mapping[str, int] | None = None,
    earlier: Sequence[Followed] = (),
) -> Receipt:
    """The receipt of a replay with changes.

    `most` is the most calls that each turn could ask, by its key: as many as the longest recorded turn of its graph
    made. Of `earlier` backtests of this graph, see above.
    """
    planned = [*certain, *may_follow]
    added = _added(planned, most or {})
    shares = shares_following(earlier)
    models = sorted({call.model for call in planned})
    unpriced = prices.missing(models)
    lengths = answer_lengths(planned)
    firsts = [cost_of(call, lengths, prices) for call in certain]
    after = [cost_of(call, lengths, prices) for call in may_follow]
    low, high, worst = _levels(firsts, after, shares)
    return Receipt(
        certain=len(certain),
        may_follow=len(may_follow),
        low=low,
        high=high,
        worst=worst + _times(_dearest([*firsts, *after]), added),
        by_model=tuple(
            Share(
                model,
                *_levels(
                    [cost for call, cost in zip(certain, firsts, strict=True) if call.model == model],
                    [cost for call, cost in zip(may_follow, after, strict=True) if call.model == model],
                    shares,
                ),
            )
            for model in models
        ),
        unpriced=unpriced,
        guessed=sum(call.input_tokens is None and call.counted is None for call in planned),
    )


def shares_following(earlier: Sequence[Followed]) -> Shares:
    """Between which shares of the calls that may follow the next backtest's will lie, in nine of ten."""
    known = sorted((one.asked - one.certain) / one.may_follow for one in earlier if one.may_follow)
    beside = math.floor((len(known) + 1) * MISSES / 2)
    if beside < 1:
        return Shares(0.0, 1.0)
    low, high = known[beside - 1], known[-beside]
    return Shares(min(max(low, 0.0), 1.0), min(max(high, 0.0), 1.0))


def input_tokens(call: Planned) -> int:
    """Tokens to be read: as counted; else the recorded usage, scaled by the characters of the two requests."""
    if call.counted is not None:
        return call.counted
    if call.input_tokens is None:
        return math.ceil(call.new_characters / CHARACTERS_PER_TOKEN)
    scale = call.new_characters / call.characters if call.characters and call.new_characters else 1.0
    return math.ceil(call.input_tokens * scale)


def answer_lengths(calls: Iterable[Planned]) -> dict[str, list[int]]:
    """The tokens of recorded answers, by prompt; under "" those of all."""
    made: dict[str, list[int]] = {"": []}
    for call in calls:
        if call.output_tokens is not None:
            made[""].append(call.output_tokens)
            if call.prompt:
                made.setdefault(call.prompt, []).append(call.output_tokens)
    return made


def length_of(call: Planned, lengths: Mapping[str, Sequence[int]]) -> Length:
    """How long the answer will be: about as long as the recorded one, give or take as recorded answers to the same
    prompt differ (nine of ten of them); where these are few, half to twice as long.
    """
    alike = lengths.get(call.prompt) or lengths.get("") or [UNKNOWN_OUTPUT]
    own = median(alike) if call.output_tokens is None else call.output_tokens
    if not call.prompt or len(alike) < FEW:
        return Length(math.floor(own / 2), math.ceil(own * 2), max(math.ceil(own * 2), *alike))
    steps = quantiles(alike, n=20, method="inclusive")
    low, high = math.floor(min(own, steps[0])), math.ceil(max(own, steps[-1]))
    return Length(low, high, max(high, *alike))


def cost_of(call: Planned, lengths: Mapping[str, Sequence[int]], prices: Prices) -> Cost:
    """What one call takes at the three levels."""
    read = input_tokens(call)
    return Cost(*(Amount(1, read, n, prices.of_call(call.model, read, n)) for n in length_of(call, lengths)))


def _added(planned: Iterable[Planned], most: Mapping[str, int]) -> int:
    """How many calls changed routes could add to the recorded ones."""
    count: dict[str, int] = {}
    for call in planned:
        count[call.turn] = count.get(call.turn, 0) + 1
    return sum(max(0, most.get(turn, 0) - number) for turn, number in count.items())


def _levels(firsts: Sequence[Cost], after: Sequence[Cost], shares: Shares) -> Cost:
    """The first wave, and of what is downstream the shares that follow; in the worst case all of it."""
    low = _sum(cost.low for cost in firsts) + _part(_sum(cost.low for cost in after), shares.low, math.floor)
    high = _sum(cost.high for cost in firsts) + _part(_sum(cost.high for cost in after), shares.high, math.ceil)
    return Cost(low, high, _sum(cost.worst for cost in [*firsts, *after]))


def _sum(amounts: Iterable[Amount]) -> Amount:
    return sum(amounts, Amount())


def _part(whole: Amount, share: float, rounded: Callable[[float], int]) -> Amount:
    def part(number: int) -> int:
        return rounded(round(number * share, 6))  # 100 × 0.28 is 28, whatever binary fractions make of it

    price = None if whole.price is None else whole.price * share
    return Amount(part(whole.calls), part(whole.input_tokens), part(whole.output_tokens), price)


def _times(one: Amount, count: int) -> Amount:
    price = None if one.price is None else one.price * count
    return Amount(one.calls * count, one.input_tokens * count, one.output_tokens * count, price)


def _dearest(costs: Sequence[Cost]) -> Amount:
    """A call as dear as any: what is taken for one that a changed route adds."""
    every = [cost.worst for cost in costs]
    prices = [amount.price for amount in every]
    return Amount(
        min(len(every), 1),
        max((amount.input_tokens for amount in every), default=0),
        max((amount.output_tokens for amount in every), default=0),
        None if None in prices else max((price for price in prices if price is not None), default=0.0),
    )
