"""How does an exact replay look on a terminal: what was verified, and what came out otherwise?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import typer

from playhead.cli.replayed import DIFFERS, effects_told, kept_view, print_effects, replayed_calls, say_kept
from playhead.cli.words import count

if TYPE_CHECKING:
    from rich.console import Console

    from playhead.records import Divergence, Run
    from playhead.verifying import Verified

GROUP_SHOWN: Final = 5  # runs named of each group of a verification


def show_exact(found: Sequence[Verified], kept: Sequence[Run], *, json: bool) -> None:
    """Exact replays, turn by turn, with every step that came out otherwise. Ends the command as they came out."""
    from playhead.cli.printing import data, line, text, write_json

    if len(found) == 1 and found[0].problem is not None:
        raise found[0].problem
    if json:
        write_json({**Verification.of(found).view(), "kept": kept_view(kept)})
    else:
        console = data()
        threads = list(dict.fromkeys(one.run.thread for one in found))
        console.print(line(f"{', '.join(threads)} · exact replay", "bold"))
        for one in found:
            console.print(text(f"turn {one.turn} · {one.run.id} · {_verdict(one)}"), soft_wrap=True)
            for divergence in one.replay.divergences if one.replay else ():
                _print_divergence(console, divergence)
        say_kept(kept)
        print_effects([one.replay for one in found if one.replay])
    _end(found)


def _verdict(one: Verified) -> str:
    from playhead.views import own_steps

    if one.replay is None:
        return f"not verified: {one.problem}"
    if (first := one.divergence) is not None:
        return f"differs at {first.step}, {first.field}"
    served = sum(call.fate == "reused" for call in replayed_calls(one.replay))
    steps = count(len(own_steps(one.replay.steps)), "step")
    return f"verified: {steps}, {count(served, 'call')} served, 0 asked"


def _print_divergence(console: Console, one: Divergence) -> None:
    from playhead.cli.changes import print_told
    from playhead.cli.printing import print_wrapped, text
    from playhead.comparison import Told
    from playhead.comparison.wording import text_of

    print_told(console, Told(f"{one.step} · {one.field}:", "plain", 1, text_of(one.recorded), text_of(one.replayed)))
    if one.hint:
        print_wrapped(console, text(one.hint, "dim"), 4)


def _end(found: Iterable[Verified]) -> None:
    """End the command: 1 where something differs, else as the first problem says."""
    found = list(found)
    if any(one.verdict == "differs" for one in found):
        raise typer.Exit(DIFFERS)
    for one in found:
        if one.problem is not None:
            raise typer.Exit(one.problem.exit_code)


def verified_line(one: Verified) -> None:
    """One turn of many, on a line of its own."""
    from playhead.cli.printing import data, text

    style = {"verified": "", "differs": "red", "not verified": "yellow"}[one.verdict]
    told = f"{one.run.thread} · turn {one.turn} · {one.run.id} · {_verdict(one)}"
    data().print(text(told, style), soft_wrap=True)  # a line each, for grep


@dataclass(slots=True)
class Verification:
    """What many exact replays came to. Those that were verified are counted and let go: there may be thousands."""

    turns: list[dict[str, Any]] = field(default_factory=list)
    wanting: list[Verified] = field(default_factory=list)
    recorded: int = 0
    executed: int = 0

    @classmethod
    def of(cls, found: Iterable[Verified]) -> Verification:
        """All of these."""
        made = cls()
        for one in found:
            made.add(one)
        return made

    def add(self, one: Verified) -> None:
        """One more turn."""
        self.turns.append(_turn_view(one))
        if one.replay is not None:
            self.recorded += one.replay.effects_recorded
            self.executed += one.replay.effects_executed
        if one.verdict != "verified":
            self.wanting.append(one)

    def count(self, verdict: str) -> int:
        """How many came out so."""
        return sum(turn["verdict"] == verdict for turn in self.turns)

    def view(self) -> dict[str, Any]:
        """It as JSON data."""
        from playhead.verifying import groups

        return {
            "kind": "exact replay",
            "turns": self.turns,
            "verified": self.count("verified"),
            "differ": self.count("differs"),
            "not_verified": self.count("not verified"),
            "groups": [
                {"group": name, "runs": [one.run.id for one in members]} for name, members in groups(self.wanting)
            ],
            "effects_recorded": self.recorded,
            "effects_executed": self.executed,
        }


def end_verified(found: Verification, *, json: bool) -> None:
    """How many were verified, and what the others have in common. Ends the command as they came out."""
    from playhead.cli.printing import data, print_wrapped, text, write, write_json
    from playhead.verifying import groups

    if json:
        write_json(found.view())
    else:
        console = data()
        for group, members in groups(found.wanting):
            console.print(text(f"\n{count(len(members), 'turn')} · {group}", "bold"))
            if (first := members[0].divergence) is not None:
                _print_divergence(console, first)
            elif (problem := members[0].problem) is not None:
                print_wrapped(console, text(problem.remedy), 2)
            names = ", ".join(one.run.id for one in members[:GROUP_SHOWN])
            print_wrapped(console, text(f"{names}{', …' if len(members) > GROUP_SHOWN else ''}", "dim"), 2)
        told = [f"{found.count('verified'):,} verified", count(found.count("differs"), "differs", "differ")]
        told += [f"{found.count('not verified'):,} not verified"] if found.count("not verified") else []
        console.print(text(f"\n{count(len(found.turns), 'turn')}: {', '.join(told)}.", "bold"))
        write(effects_told(found.executed, found.recorded))
    _end(found.wanting)


def _turn_view(one: Verified) -> dict[str, Any]:
    from playhead.comparison.wording import text_of
    from playhead.views import own_steps

    replay = one.replay
    made: dict[str, Any] = {"thread": one.run.thread, "turn": one.turn, "run": one.run.id, "verdict": one.verdict}
    if one.problem is not None:
        made["problem"] = {"happened": one.problem.happened, "remedy": one.problem.remedy}
    if replay is not None:
        made |= {
            "steps": len(own_steps(replay.steps)),
            "reused": sum(call.fate == "reused" for call in replayed_calls(replay)),
            "asked": 0,
            "divergences": [
                {"step": d.step, "field": d.field, "recorded": text_of(d.recorded), "replayed": text_of(d.replayed)}
                for d in replay.divergences
            ],
        }
    return made
