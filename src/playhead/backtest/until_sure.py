"""Has enough been asked to know whether each check got better or worse?

A bet for every yes/no check, fed conversation by conversation as they come, in an order drawn by lot. Its error holds
whenever one stops, which that of a test for a number fixed beforehand does not: so a backtest that may stop early takes
its verdicts from here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from playhead.backtest.records import Conversation
from playhead.backtest.scoring import Criterion, answer_pairs, results_of
from playhead.statistics import UntilSure, Verdict, fewest
from playhead.statistics.paired import mean
from playhead.statistics.planning import ALPHA


@dataclass
class Watch:
    """Looks at each of `conversations` as it comes. Called with one, it says whether nothing is left to learn.

    A check counts as settled when it is sure, or when the conversations that are left have hardly a chance to make it
    so. Checks that a judge answers are not bet on: they are asked about at the end.
    """

    criteria: Iterable[Criterion]
    conversations: int
    alpha: float = ALPHA
    bets: dict[str, UntilSure] = field(init=False)
    seen: int = 0

    def __post_init__(self) -> None:
        self._own = [one for one in self.criteria if not one.is_judged]
        self._share = self.alpha / max(len(self._own), 1)
        self.bets = {one.name: UntilSure(alpha=self._share) for one in self._own}

    def __call__(self, conversation: Conversation) -> bool:
        """Take this conversation's results; is every check that has any settled?"""
        pairs = list(answer_pairs(conversation))
        self.seen += 1
        for one in self._own:
            results = list(results_of(one, pairs))
            if results and any(pair.asked for pair in pairs if pair.prompt == one.prompt):
                self.bets[one.name].feed(
                    mean([float(each.before) for each in results]), mean([float(each.after) for each in results])
                )
        known = [bet for bet in self.bets.values() if bet.n]
        return bool(known) and all(self._is_settled(bet) for bet in known)

    def _is_settled(self, bet: UntilSure) -> bool:
        enough = bet.n >= fewest(self._share)
        return bet.sure is not None or (enough and bet.hopeless(self.conversations - self.seen))

    def instead_of(self, verdict: Verdict) -> Verdict:
        """The verdict with the bet's reading; no interval, for those too are for a number fixed beforehand."""
        bet = self.bets.get(verdict.check)
        if bet is None:
            return verdict
        adjusted = min(1.0, bet.p * len(self.bets))
        return replace(
            verdict, reading=bet.reading, interval=None, p=bet.p, p_adjusted=adjusted, more_needed=bet.more_needed
        )
