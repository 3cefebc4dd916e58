"""What does a backtest say, as data? The terminal, `--json` and the page are all made of this.

What matters most stands first: effects that would not happen as they did, then the conversations that changed most,
then what the checks say of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from playhead.backtest.changed import ChangedConversation, changed_conversation
from playhead.backtest.effects import EffectChange
from playhead.backtest.measuring import Measure, measures
from playhead.backtest.records import Backtest, Control, Mode, Plan, Turn
from playhead.backtest.scoring import Scores, answer_in
from playhead.backtest.until_sure import Watch
from playhead.comparison.conversation import OutcomeOf
from playhead.comparison.wording import shortened
from playhead.diff import Words, words
from playhead.receipt import Amount, Prices, Receipt, Spent
from playhead.records import Divergence
from playhead.statistics import Verdict, verdicts
from playhead.views import plain


@dataclass(frozen=True, slots=True)
class Edit:
    """A file of a prompt as calls were made from it, and as they are now, cut to what stands beside a change.

    `calls` were asked from the new text.
    """

    prompt: str
    file: str
    calls: int
    words: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Reached:
    """How far the change reaches. Counts: conversations `matched` what was wanted, of which these were `selected`.

    Of their `runs`, those proved `unaffected` were never opened, and those of `other_code` were first played exactly.
    `turns` of the conversations `reached` were played with the change, and `compared` of them count.
    """

    matched: int
    selected: int
    runs: int
    affected: int
    unaffected: int
    other_code: int
    reached: int
    turns: int
    compared: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A turn that is not compared, and why: it drifted, or was not played to its end."""

    thread: str
    turn: int
    why: str


@dataclass(frozen=True, slots=True)
class Flip:
    """A check's result that changed."""

    thread: str
    turn: int


@dataclass(frozen=True, slots=True)
class CheckReport:
    """A check's verdict, and where its results changed."""

    verdict: Verdict
    prompt: str
    got_better: tuple[Flip, ...]
    got_worse: tuple[Flip, ...]


@dataclass(frozen=True, slots=True)
class Noise:
    """Recorded calls that were asked again unchanged: how many answered otherwise, and how many could not be asked."""

    asked: int
    otherwise: int
    problems: int


@dataclass(frozen=True, slots=True)
class Cost:
    """What was asked: in this session, and in all of the experiment. `remembered` calls were asked in earlier ones."""

    session: Amount
    remembered: int
    whole: Amount
    judging: Amount
    receipt: Receipt | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Report:
    """What a backtest says. `effects` are the new, lost and changed ones within the horizon, in this order.

    `not_judged` are checks that need a model nobody asked; `unjudged` counts questions to one that came to nothing.
    """

    experiment: str
    changed: tuple[str, ...]
    edits: tuple[Edit, ...]
    mode: Mode
    reached: Reached
    effects: tuple[tuple[str, EffectChange], ...]
    conversations: tuple[ChangedConversation, ...]
    checks: tuple[CheckReport, ...]
    not_judged: tuple[str, ...]
    unjudged: Mapping[str, int]
    measures: tuple[Measure, ...]
    noise: Noise
    drifted: tuple[LeftOut, ...]
    problems: tuple[LeftOut, ...]
    cost: Cost
    effects_recorded: int
    effects_executed: int
    stopped: str

    @property
    def is_worse(self) -> bool:
        """Is a check worse than before?"""
        return any(check.verdict.reading == "worse" for check in self.checks)

    @property
    def data(self) -> dict[str, Any]:
        """The report as JSON data."""
        found: dict[str, Any] = plain(self)
        receipt = self.cost.receipt
        found["cost"]["receipt"] = receipt.data if receipt is not None else None
        return found | {"is_worse": self.is_worse}


def report(
    backtest: Backtest,
    scores: Scores,
    prices: Prices,
    outcome_of: OutcomeOf,
    *,
    judging: Amount | None = None,
    unjudged: Mapping[str, int] | None = None,
    watch: Watch | None = None,
) -> Report:
    """What this backtest says.

    `judging` is what judges took, `unjudged` why so many of their questions came to nothing; `watch` is who looked at
    each conversation as it came, and could end it.
    """
    changed = [found for one in backtest.conversations if (found := changed_conversation(one, outcome_of)) is not None]
    changed.sort(key=lambda one: one.thread)
    changed.sort(key=lambda one: one.weight, reverse=True)
    return Report(
        experiment=backtest.experiment,
        changed=backtest.changed,
        edits=tuple(_edits(backtest.turns)),
        mode=backtest.plan.mode,
        reached=_reached(backtest),
        effects=tuple(_effects(changed)),
        conversations=tuple(changed),
        checks=tuple(_checks(scores, watch)),
        not_judged=scores.not_judged,
        unjudged=dict(unjudged or {}),
        measures=measures(backtest.conversations, prices, outcome_of),
        noise=_noise(backtest.controls),
        drifted=tuple(_left_out(turn, turn.drift) for turn in backtest.drifted if turn.drift is not None),
        problems=tuple(_left_out(turn, turn.problem) for turn in backtest.turns if turn.problem),
        cost=_cost(backtest, judging or Amount()),
        effects_recorded=backtest.effects_recorded,
        effects_executed=backtest.effects_executed,
        stopped=backtest.stopped,
    )


def _reached(backtest: Backtest) -> Reached:
    plan: Plan = backtest.plan
    played = [turn for turn in backtest.turns if turn.replay is not None]
    return Reached(
        matched=plan.selected.matched,
        selected=len(plan.selected.conversations),
        runs=len(plan.reach),
        affected=plan.count("affected"),
        unaffected=plan.count("unaffected"),
        other_code=plan.count("other_code"),
        reached=sum(any(turn.replay is not None for turn in one.turns) for one in backtest.conversations),
        turns=len(played),
        compared=sum(turn.is_compared for turn in played),
    )


def _edits(turns: Iterable[Turn]) -> Iterator[Edit]:
    """The texts that calls were asked from, beside those their recorded counterparts were made from."""
    known: dict[tuple[str, str, str], int] = {}
    for turn in turns:
        made = [call for run in turn.runs for call in run.calls] if turn.asked else []
        recorded = {use.name: use for call in made if (use := call.prompt) is not None}
        for use in (call.prompt for call in turn.asked):
            was = recorded.get(use.name) if use is not None else None
            if use is None or was is None or use.content_hash == was.content_hash:
                continue
            for file in sorted({*was.files, *use.files}):
                texts = was.files.get(file, ""), use.files.get(file, "")
                if texts[0] != texts[1]:
                    known[file, *texts] = known.get((file, *texts), 0) + 1
    for (file, before, after), calls in known.items():
        yield Edit(file.removesuffix(".md"), file, calls, tuple(shortened(words(before, after))))


def _effects(changed: Iterable[ChangedConversation]) -> list[tuple[str, EffectChange]]:
    order = ("new", "lost", "changed", "not reached")
    counted = [(one.thread, turn) for one in changed for turn in one.changed if turn.within_horizon]
    found = [(thread, effect) for thread, turn in counted for effect in turn.effects]
    return sorted(found, key=lambda each: order.index(each[1].what))


def _checks(scores: Scores, watch: Watch | None) -> Iterator[CheckReport]:
    for verdict in verdicts(scores.checks):
        results = [one for one in scores.results if one.criterion.name == verdict.check]
        yield CheckReport(
            verdict=watch.instead_of(verdict) if watch is not None else verdict,
            prompt=results[0].criterion.prompt if results else "",
            got_better=tuple(Flip(one.thread, one.turn + 1) for one in results if one.after and not one.before),
            got_worse=tuple(Flip(one.thread, one.turn + 1) for one in results if one.before and not one.after),
        )


def _noise(controls: Iterable[Control]) -> Noise:
    made = list(controls)
    asked = [one for one in made if not one.problem]
    otherwise = sum(answer_in(one.recorded.response) != answer_in(one.answer) for one in asked)
    return Noise(len(asked), otherwise, len(made) - len(asked))


def _left_out(turn: Turn, why: Divergence | str) -> LeftOut:
    return LeftOut(turn.thread, turn.index + 1, str(why))


def _cost(backtest: Backtest, judging: Amount) -> Cost:
    receipt = backtest.plan.receipt
    if receipt is not None:
        receipt = receipt.settled(Spent(backtest.actual, backtest.seconds))
    return Cost(
        session=backtest.spent,
        remembered=backtest.remembered,
        whole=backtest.actual,
        judging=judging,
        receipt=receipt,
        seconds=backtest.seconds,
    )
