"""How does a backtest's report look on a terminal? What matters most first, and of long lists the beginning."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from playhead.cli.changes import print_change
from playhead.cli.printing import data, line, table, text

if TYPE_CHECKING:
    from rich.console import Console

    from playhead.backtest.changed import ChangedConversation, ChangedTurn
    from playhead.backtest.report import Report

MOST_EFFECTS: Final = 12
MOST_CONVERSATIONS: Final = 5
MOST_TURNS: Final = 3
STYLES: Final = {"better": "green", "worse": "bold red"}


def print_report(report: Report) -> None:
    """Print it to stdout."""
    from playhead.backtest import wording

    console = data()
    console.print(text("; ".join(report.changed), "bold"))
    _print_lines(console, wording.summary(report))
    _print_effects(console, report)
    _print_checks(console, report)
    _print_measures(console, report)
    _print_conversations(console, report)
    for title, found in wording.apart(report):
        _heading(console, title)
        _print_lines(console, found)
    _heading(console, "What it took")
    _print_lines(console, [*wording.cost_lines(report), wording.effects_line(report)])


def _heading(console: Console, title: str) -> None:
    console.print()
    console.print(line(title, "bold"))


def _print_lines(console: Console, lines: Iterable[str], style: str = "") -> None:
    for each in lines:
        console.print(text(each, style), soft_wrap=True)


def _print_effects(console: Console, report: Report) -> None:
    from playhead.backtest import wording
    from playhead.diff import words

    _heading(console, "What would be done otherwise")
    if not report.effects:
        console.print(wording.NO_EFFECT)
    for thread, effect in report.effects[:MOST_EFFECTS]:
        _print_lines(console, [wording.effect_line(thread, effect)], "yellow")
        print_change(console, words(effect.before, effect.after))
    _say_more(console, len(report.effects) - MOST_EFFECTS, "effect")


def _print_checks(console: Console, report: Report) -> None:
    from playhead.backtest import wording

    if not report.reached.turns:
        return
    _heading(console, "Checks")
    for check in report.checks:
        name, before, after, difference, reading = wording.check_row(check)
        console.print(text(f"{name}: ").append_text(text(reading, STYLES.get(reading, "bold"))), soft_wrap=True)
        note = f"  {before} → {after}, {difference} · {wording.check_note(check)}"
        _print_lines(console, [note], "dim")
    noise = wording.noise_line(report.noise)
    _print_lines(console, [noise] if noise else [])
    _print_lines(console, wording.judge_lines(report))


def _print_measures(console: Console, report: Report) -> None:
    from playhead.backtest import wording

    if not report.measures:
        return
    _heading(console, "Numbers")
    shown = table("", ">before", ">after", "difference")
    for measure in report.measures:
        shown.add_row(*wording.measure_row(measure))
    console.print(shown)


def _print_conversations(console: Console, report: Report) -> None:
    _heading(console, "Conversations that changed, most first")
    if not report.conversations:
        console.print("None came out otherwise.")
    for one in report.conversations[:MOST_CONVERSATIONS]:
        _print_conversation(console, one)
    _say_more(console, len(report.conversations) - MOST_CONVERSATIONS, "conversation")


def _print_conversation(console: Console, one: ChangedConversation) -> None:
    from playhead.backtest import wording

    console.print(line(wording.conversation_line(one), "bold"))
    for turn in one.changed[:MOST_TURNS]:
        _print_turn(console, turn)
    _say_more(console, len(one.changed) - MOST_TURNS, "turn")


def _print_turn(console: Console, turn: ChangedTurn) -> None:
    from playhead.backtest import wording
    from playhead.diff import Words

    console.print(line(f"Turn {turn.number} · {turn.customer}", "dim"))
    found = list(turn.words) or [
        Words("removed", turn.before or f"({turn.silent_before})"),
        Words("added", turn.after or f"({turn.silent_after})"),
    ]
    print_change(console, found)
    _print_lines(console, (f"  {note}" for note in wording.turn_notes(turn, all_of_them=False)), "dim")


def _say_more(console: Console, number: int, one: str) -> None:
    from playhead.backtest import wording

    if number > 0:
        console.print(text(f"and {wording.count(number, one)} more: --html FILE and --json show all.", "dim"))
