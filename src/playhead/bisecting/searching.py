"""Between which two versions did a check's pass rate change?

Binary search: both ends are tried, then always the middle, so that of n versions about log2 n are. A version is tried
by a backtest: only the calls that it can reach are asked, and those of the version that was recorded are not. A rate
that is nearer to the first version's counts as unchanged. Where a behaviour came and went, one of its changes is found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from playhead.backtest import Backtest, Plan
from playhead.backtest.scoring import Criterion, answer_in, answers_by_prompt
from playhead.bisecting.history import Version
from playhead.deck import Deck
from playhead.errors import NotAsked
from playhead.prompts.checks import run_check
from playhead.receipt import Amount
from playhead.records import Run
from playhead.replays import turns_of
from playhead.statistics import Check, Pair, Verdict, verdicts
from playhead.statistics.paired import mean


@dataclass(frozen=True, slots=True)
class Probe:
    """A version that was tried: the share of passed checks in each conversation, and what was asked for it.

    `unplayed` turns could not be played, and count as they were recorded.
    """

    version: Version
    shares: Mapping[str, float]
    spent: Amount
    unplayed: int = 0

    @property
    def rate(self) -> float:
        """The mean share of all conversations."""
        return mean(list(self.shares.values()))


@dataclass(frozen=True, slots=True)
class Found:
    """`after` is the version that changed the rate, `before` the one before it; None where the ends do not differ.

    `verdict` compares the first and the last version, by conversation.
    """

    probes: tuple[Probe, ...]
    before: Version | None
    after: Version | None
    verdict: Verdict


def first_changed(count: int, rate: Callable[[int], float]) -> int | None:
    """The first of `count` versions whose rate is nearer to the last one's than to the first one's.

    None where these two have the same. `rate` is asked at most once of each. Raises `ValueError` for no version.
    """
    if count < 1:
        raise ValueError("There is no version to try.")
    low, high = 0, count - 1
    first, last = rate(low), rate(high) if high else rate(low)
    if first == last:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        found = rate(middle)
        low, high = (middle, high) if abs(found - first) <= abs(found - last) else (low, middle)
    return high


@dataclass
class Search:
    """Tries versions on the conversations that `wishes` select, as `deck.plan` takes them.

    `run` carries out a plan, `told` hears of each probe as it comes.
    """

    deck: Deck
    criterion: Criterion
    wishes: Mapping[str, Any]
    run: Callable[[Plan], Backtest]
    told: Callable[[Probe], None] = lambda _: None
    recorded: dict[tuple[str, int], list[float]] = field(default_factory=dict)

    def among(self, versions: Sequence[Version]) -> Found:
        """Which of these versions, oldest first, changed the rate."""
        probes: dict[int, Probe] = {}

        def rate(number: int) -> float:
            if number not in probes:
                probes[number] = self.probe(versions[number])
                self.told(probes[number])
            return probes[number].rate

        changed = first_changed(len(versions), rate)
        first, last = probes[0], probes[len(versions) - 1]
        both = [thread for thread in first.shares if thread in last.shares]
        pairs = [Pair(thread, first.shares[thread], last.shares[thread]) for thread in both]
        (verdict,) = verdicts([Check(self.criterion.name, "number", pairs)])
        return Found(
            probes=tuple(probes[number] for number in sorted(probes)),
            before=versions[changed - 1] if changed else None,
            after=versions[changed] if changed else None,
            verdict=verdict,
        )

    def plan(self, version: Version) -> Plan:
        """What trying this version would play."""
        return self.deck.plan(prompts=version.prompts, **self.wishes)

    def probe(self, version: Version) -> Probe:
        """Try a version. Raises `NotAsked` where that was stopped: half of the answers say nothing."""
        plan = self.plan(version)
        if not self.recorded:
            self.recorded = dict(self._recorded(plan))
        came = self.run(plan)
        if came.stopped:
            raise NotAsked(came.stopped)
        results = dict(self.recorded)
        for turn in came.turns:
            if turn.replay is not None and turn.is_told:
                results[turn.thread, turn.index] = self._results([turn.replay])
        shares: dict[str, list[float]] = {}
        for (thread, _), found in results.items():
            shares.setdefault(thread, []).extend(found)
        known = {thread: mean(shares.get(thread, ())) for thread in self._threads() if shares.get(thread)}
        unplayed = sum(bool(turn.problem) and not turn.is_told for turn in came.turns)
        return Probe(version, known, came.spent, unplayed)

    def _threads(self) -> list[str]:
        return list(dict.fromkeys(thread for (thread, _), found in self.recorded.items() if found))

    def _recorded(self, plan: Plan) -> Iterator[tuple[tuple[str, int], list[float]]]:
        """What the check says of each recorded turn: what a version does not reach stays as it is."""
        for one in plan.selected.conversations:
            for index, turn in enumerate(turns_of(self.deck.runs(one.thread))):
                yield (one.thread, index), self._results(turn)

    def _results(self, runs: Sequence[Run]) -> list[float]:
        answers = answers_by_prompt(runs).get(self.criterion.prompt, ())
        found = (run_check(self.criterion.check, answer_in(call.response)) for call in answers)
        return [float(each) for each in found if each is not None]
