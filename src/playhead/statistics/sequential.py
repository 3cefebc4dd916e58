"""When have enough conversations been asked again to stop?

A p-value looked at after every conversation is falsely clear sooner or later. A bet is not: start with a capital of
1 and before each conversation stake a share of it that the result gets better. If the change does nothing the bets
are fair, and the chance that the capital *ever* reaches 1 / alpha is at most alpha (Ville 1939), whenever one looks
and whyever one stops. Waudby-Smith & Ramdas 2024 (J. R. Stat. Soc. B 86:1) make tests of bounded means of this; as
there, the share may follow what was seen so far, and the capital may be split between several bettors. Here half
bets on better and half on worse, most of each as is best for a difference of `worth` (Kelly's share: the difference
over the mean square), the rest as for twice that. Conversations whose result did not change win and lose nothing.

What it saves, in simulations: where the true difference is `worth`, 11 to 22 % of the conversations, on average, that
McNemar's exact test of a fixed number asks for the same power; where it is twice that, about 70 %. A difference under
half of `worth` is never sure. Numbers without bounds cannot be bet on: yes/no checks only.
"""

from __future__ import annotations

import math
from typing import Final, Literal

from playhead.statistics.planning import ALPHA, DISCORDANCE, WORTH, needed
from playhead.statistics.verdict import no_clear_change

_SHARES: Final = {1: 0.7, 2: 0.3}  # of the capital, by how many times `worth` is bet on
_MOST: Final = 0.9  # of the capital staked at once: all of it would be lost by one conversation
_GUESSED: Final = 10  # conversations that the guess of the discordance counts as much as
_HOPELESS: Final = 0.1


class UntilSure:
    """Feed it conversations one by one, and stop as soon as it is `sure`.

    `n` counts them; `p` is valid at any time: at most this likely is it that the capital ever grew so large if the
    change does nothing. They must come in an order that does not depend on their results (shuffled). Of several
    checks each has `alpha / checks`. Against a noise floor, `before` is the recorded call asked again unchanged.
    `worth` is the smallest difference of shares worth knowing; `ValueError` if it is not between 0 and 1.
    """

    def __init__(self, *, higher_is_better: bool = True, worth: float = WORTH, alpha: float = ALPHA) -> None:
        if not 0 < worth < 1:
            raise ValueError(f"A difference of shares worth knowing lies between 0 and 1, not at {worth}.")
        self.n = 0
        self.p = 1.0
        self.sure: Literal["better", "worse"] | None = None
        self._higher_is_better, self._worth, self._alpha = higher_is_better, worth, alpha
        self._logs = {sign * times: math.log(share / 2) for times, share in _SHARES.items() for sign in (1, -1)}
        self._total = self._squares = 0.0

    def feed(self, before: float, after: float) -> None:
        """One conversation: the share of its results that passed, 0..1 (for one result 0 or 1). Else `ValueError`."""
        if not (0 <= before <= 1 and 0 <= after <= 1):
            raise ValueError(f"A conversation's shares lie between 0 and 1, not {before} and {after}.")
        if difference := after - before:
            for bet in self._logs:  # the stake is set before the difference counts
                self._logs[bet] += math.log1p(math.copysign(self._stake(bet), bet) * difference)
            self._settle()
        self.n += 1
        self._total += difference
        self._squares += difference**2

    def _stake(self, bet: int) -> float:
        return min(_MOST, abs(bet) * self._worth / self._square)

    @property
    def _square(self) -> float:
        """The mean squared difference (for single results the discordance): guessed at first, then as seen."""
        return (self._squares + _GUESSED * DISCORDANCE) / (self.n + _GUESSED)

    def _settle(self) -> None:
        most = max(self._logs.values())
        capital = most + math.log(math.fsum(math.exp(log - most) for log in self._logs.values()))
        if capital > 0:
            self.p = min(self.p, math.exp(-capital))
        if self.sure is None and self.p <= self._alpha:
            upward = max(self._logs, key=self._logs.__getitem__) > 0
            self.sure = "better" if upward == self._higher_is_better else "worse"

    @property
    def reading(self) -> str:
        """`better`, `worse` or `no clear change: N more needed`."""
        return self.sure or no_clear_change(self.more_needed)

    @property
    def more_needed(self) -> int:
        """How many more conversations it would take, for the difference seen, or `worth` if larger; 0 once sure."""
        if self.sure:
            return 0
        target = self._expected(errors=0.0)
        return max(needed(target, max(self._square, target), alpha=self._alpha) - self.n, 1)

    def hopeless(self, left: int) -> bool:
        """Whether `left` more conversations are not worth asking: a chance under one in ten to become sure.

        To stop for that never makes a false alarm likelier; it costs a little power (Lachin 2005, Stat. Med. 24:2747).
        """
        return self.chance(left) < _HOPELESS

    def chance(self, left: int) -> float:
        """About how likely `left` more conversations make it sure, hoping for the best that is still plausible.

        That is a difference one standard error above the seen one, at least `worth`. The capital's logarithm is taken
        for a Brownian motion with drift (Siegmund 1985): for each bet, whether it reaches what it lacks.
        """
        if self.sure:
            return 1.0
        hope = self._expected(errors=1.0)
        return max(self._reaches(bet, hope, left) for bet in self._logs)

    def _expected(self, *, errors: float) -> float:
        """The size of the difference to expect: the seen one and so many standard errors, at least `worth`."""
        n = max(self.n, 1)
        return min(1.0, max(self._worth, abs(self._total) / n + errors * math.sqrt(self._square / n)))

    def _reaches(self, bet: int, hope: float, left: int) -> float:
        lacking = -math.log(self._alpha) - self._logs[bet]
        if lacking <= 0 or left <= 0:
            return float(lacking <= 0)
        won, lost = math.log1p(self._stake(bet)), math.log1p(-self._stake(bet))
        changing = max(self._square, hope)
        up, down = (changing + hope) / 2, (changing - hope) / 2
        drift = up * won + down * lost
        variance = up * won**2 + down * lost**2 - drift**2
        if not variance:
            return float(drift * left >= lacking)
        root = math.sqrt(2 * variance * left)
        ahead = math.erfc((lacking - drift * left) / root) / 2
        back = math.erfc((lacking + drift * left) / root) / 2
        return min(1.0, ahead + math.exp(min(2 * drift * lacking / variance, 700.0)) * back)
