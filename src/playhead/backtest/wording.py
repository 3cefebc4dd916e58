"""How does a backtest's report read?

One wording for the terminal and the page, for people who edit prompts: numbers with their units, no jargon.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from playhead.backtest.changed import ChangedConversation, ChangedTurn
from playhead.backtest.effects import EffectChange
from playhead.backtest.measuring import Measure
from playhead.backtest.records import Mode
from playhead.backtest.report import CheckReport, LeftOut, Noise, Report
from playhead.receipt import Amount

MODES: Final[Mapping[Mode, str]] = {
    "per turn": "each turn from its recorded state",
    "onward": "each conversation onward from its first changed turn",
}
NO_EFFECT: Final = "Nothing: no effect would be new, lost or changed, but for the words of replies."
NO_CHECKS: Final = "No check reads these answers: whether they are better or worse, only a reader can tell."
FOLLOWS: Final = "upstream "  # how the reason of a call begins that was asked because of what came before it
EFFECTS: Final = {
    "new": "would happen, and did not",
    "lost": "happened, and would not",
    "changed": "would happen otherwise",
    "not reached": "unknown: what was played ended before it",
}


def summary(report: Report) -> list[str]:
    """How far the change reaches, and what it did there."""
    reached = report.reached
    lines = [
        f"{_selected(report)} The change reaches {count(reached.reached, 'conversation')}; "
        f"{count(reached.unaffected, 'run')} of {reached.runs:,} proved unaffected and never opened.",
        f"{count(reached.turns, 'turn')} played with the change, {MODES[report.mode]}; "
        f"{count(_changed_turns(report), 'turn')} in {count(len(report.conversations), 'conversation')} "
        "came out otherwise.",
    ]
    if reached.other_code:
        verb = "was" if reached.other_code == 1 else "were"
        drifted = f"{count(len(report.drifted), 'turn')} drifted, and left out" if report.drifted else "none drifted"
        lines.append(
            f"{count(reached.other_code, 'run')} {verb} recorded by other code, and played exactly first: {drifted}."
        )
    if report.stopped:
        lines.append(f"Stopped before the end: {report.stopped}.")
    return lines


def _selected(report: Report) -> str:
    reached = report.reached
    if reached.matched == reached.selected:
        return f"{count(reached.selected, 'conversation')} selected."
    return f"{reached.selected:,} of {count(reached.matched, 'conversation')} selected."


def _changed_turns(report: Report) -> int:
    return sum(len(one.changed) for one in report.conversations)


def check_row(check: CheckReport) -> tuple[str, str, str, str, str]:
    """A check's name, before, after, difference with its interval, and reading."""
    found = check.verdict
    return (
        found.check,
        _share(found.before),
        _share(found.after),
        _points(found.difference, found.interval),
        found.reading,
    )


def check_note(check: CheckReport) -> str:
    """What the verdict rests on."""
    found = check.verdict
    parts = [f"{found.discordant:,} of {count(found.n, 'conversation')} changed", f"p {found.p_adjusted:.2g}"]
    if found.control is not None:
        parts.append(f"asked again unchanged: {_signed(found.control * 100, 0)} points")
    return " · ".join(parts)


def measure_row(measure: Measure) -> tuple[str, str, str, str]:
    """A number's name with its unit, before, after, and difference with its interval."""
    if measure.unit == "share":
        sides = _share(measure.before), _share(measure.after)
        return measure.name, *sides, _points(measure.difference, measure.interval)
    sides = _figure(measure.before), _figure(measure.after)
    difference = f"{'+' if measure.difference > 0 else ''}{_figure(measure.difference)}"
    if measure.interval is not None:
        difference += f" (95 %: {_figure(measure.interval[0])} to {_figure(measure.interval[1])})"
    return f"{measure.name}, {measure.unit}", *sides, difference


def effect_line(thread: str, effect: EffectChange) -> str:
    """An effect that would not happen as it did: what, where, and what became of it."""
    return f"{effect.name} {EFFECTS[effect.what]} · {thread}, turn {effect.turn}"


def conversation_line(one: ChangedConversation) -> str:
    """A conversation that changed, and up to where it says something."""
    valid = "" if one.valid == one.turns else f" · valid up to turn {one.valid} of {one.turns}"
    group = f" · {one.group}" if one.group else ""
    return f"{one.thread}{group} · {len(one.changed)} of {count(one.turns, 'turn')} changed{valid}"


def turn_notes(turn: ChangedTurn, *, all_of_them: bool = True) -> Iterator[str]:
    """What became of a turn's calls, and why; and that it is past the horizon.

    Without `all_of_them`, only the model calls whose own question changed, not what came of that.
    """
    fates = ("reused", "re-asked", "new", "held back")
    yield ", ".join(f"{turn.fates[fate]:,} {fate}" for fate in fates if turn.fates.get(fate))
    for call in turn.asked:
        follows = call.fate == "new" or call.why.startswith(FOLLOWS)
        if not all_of_them and (call.kind != "model" or follows):
            continue
        name = call.prompt or call.name
        yield f"{name} {call.fate}" + (f": {call.why}" if call.why else "")
    if turn.stopped:
        yield turn.stopped.rstrip(".") + "."
    if not turn.within_horizon:
        yield "Past the horizon: the customer wrote this after another reply. Not counted."


def noise_line(noise: Noise) -> str:
    """What asking again unchanged showed; "" where nothing was."""
    if not (noise.asked or noise.problems):
        return ""
    line = f"{count(noise.asked, 'recorded call')} asked again unchanged: {noise.otherwise:,} answered otherwise."
    return line + (f" {count(noise.problems, 'call')} could not be asked." if noise.problems else "")


def cost_lines(report: Report) -> list[str]:
    """What was predicted, and what it took."""
    cost = report.cost
    lines = [*cost.receipt.lines] if cost.receipt is not None else []
    if cost.session != cost.whole or cost.receipt is None:
        lines.append(f"In this session: {amount(cost.session)} in {cost.seconds:,.1f} s.")
    if cost.remembered:
        lines.append(f"{count(cost.remembered, 'call')} had been asked in an earlier session, and cost nothing now.")
    if cost.judging.calls:
        lines.append(f"Judges: {amount(cost.judging)}.")
    return lines


def amount(spent: Amount) -> str:
    """Calls, tokens and price: `12 calls, 3,400 tokens read, 210 written, 0.012 USD`."""
    price = "price unknown" if spent.price is None else f"{money(spent.price)} USD"
    tokens = f"{spent.input_tokens:,} tokens read, {spent.output_tokens:,} written"
    return f"{count(spent.calls, 'call')}, {tokens}, {price}"


def apart(report: Report) -> Iterator[tuple[str, list[str]]]:
    """Turns that say little or nothing, with a title: those that drifted, and those that came to no end."""
    if report.drifted:
        yield "Drifted: today's code does not play them as recorded", list(_reasons(report.drifted))
    if report.problems:
        yield "Not played to their end", list(_reasons(report.problems))


def _reasons(found: Iterable[LeftOut]) -> Iterator[str]:
    """Why, most often first, and where to look."""
    reasons: dict[str, list[LeftOut]] = {}
    for one in found:
        reasons.setdefault(one.why, []).append(one)
    for why, ones in sorted(reasons.items(), key=lambda each: -len(each[1])):
        more = ", …" if len(ones) > 1 else ""
        yield f"{count(len(ones), 'turn')} ({ones[0].thread}, turn {ones[0].turn}{more}): {why.rstrip('.')}."


def judge_lines(report: Report) -> list[str]:
    """Which checks were left out for want of a judge, and what judges had no verdict on."""
    lines = [f"{count(number, 'answer')} not judged: {why}" for why, number in report.unjudged.items()]
    if report.not_judged:
        lines.append(f"Not judged: {', '.join(report.not_judged)}. With --judge a model is asked.")
    return lines if report.checks or lines else [NO_CHECKS]


def effects_line(report: Report) -> str:
    """The checkable statement at the end."""
    return f"{report.effects_executed} of {count(report.effects_recorded, 'recorded effect')} executed."


def count(number: int, one: str) -> str:
    """`1 turn`, `1,204 turns`."""
    return f"{number:,} {one}" if number == 1 else f"{number:,} {one}s"


def money(price: float) -> str:
    """A price as it is read: `12.40`, `0.0031`."""
    return f"{price:,.2f}" if price == 0 or price >= 1 else f"{price:.2g}"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value * 100:.0f} %"


def _points(difference: float | None, interval: tuple[float, float] | None) -> str:
    if difference is None:
        return ""
    told = f"{_signed(difference * 100, 0)} points"
    if interval is None:
        return told
    return f"{told} (95 %: {_signed(interval[0] * 100, 0)} to {_signed(interval[1] * 100, 0)})"


def _signed(value: float, places: int) -> str:
    told = f"{value:+.{places}f}"
    return told[1:] if float(told) == 0 else told.replace("-", "−")


def _figure(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}".replace("-", "−")
    told = f"{value:.2g}" if abs(value) < 1 else f"{value:.1f}"
    return told.replace("-", "−").removesuffix(".0")
