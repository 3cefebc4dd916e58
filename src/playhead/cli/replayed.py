"""How does a replay look on a terminal: what was verified, or what came out otherwise and what it cost?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import typer

from playhead.cli.words import count

if TYPE_CHECKING:
    from rich.console import Console

    from playhead.comparison import Comparison
    from playhead.deck import Deck
    from playhead.receipt import Receipt
    from playhead.records import Divergence, Replay, Run
    from playhead.verifying import Verified

DIFFERS: Final = 1
PROVIDER_FAILED: Final = 5
REFUSED: Final = 6
ASKED: Final = ("re-asked", "new")
GROUP_SHOWN: Final = 5  # runs named of each group of a verification


# ── exact replays ────────────────────────────────────────────────────────────────────────────────────────────


def show_exact(found: Sequence[Verified], kept: Sequence[Run], *, json: bool) -> None:
    """Exact replays, turn by turn, with every step that came out otherwise. Ends the command as they came out."""
    from playhead.cli.printing import data, line, text, write_json

    if len(found) == 1 and found[0].problem is not None:
        raise found[0].problem
    if json:
        write_json({"kind": "exact replay", **verified_view(found), "kept": _kept_view(kept)})
    else:
        console = data()
        threads = list(dict.fromkeys(one.run.thread for one in found))
        console.print(line(f"{', '.join(threads)} · exact replay", "bold"))
        for one in found:
            console.print(text(f"turn {one.turn} · {one.run.id} · {_verdict(one)}"), soft_wrap=True)
            for divergence in one.replay.divergences if one.replay else ():
                _print_divergence(console, divergence)
        _say_kept(kept)
        print_effects([one.replay for one in found if one.replay])
    _end(found)


def _verdict(one: Verified) -> str:
    if one.replay is None:
        return f"not verified: {one.problem}"
    if (first := one.divergence) is not None:
        return f"differs at {first.step}, {first.field}"
    served = sum(call.fate == "reused" for call in _calls(one.replay))
    steps = count(len(one.replay.steps), "step")
    return f"verified: {steps}, {count(served, 'call')} served, 0 asked"


def _print_divergence(console: Console, one: Divergence) -> None:
    from playhead.cli.changes import print_told
    from playhead.cli.printing import text
    from playhead.comparison import Told
    from playhead.comparison.wording import text_of

    print_told(console, Told(f"{one.step} · {one.field}:", "plain", 1, text_of(one.recorded), text_of(one.replayed)))
    if one.hint:
        console.print(text(f"    {one.hint}", "dim"))


def _end(found: Sequence[Verified]) -> None:
    """End the command: 1 where something differs, else as the first problem says."""
    if any(one.verdict == "differs" for one in found):
        raise typer.Exit(DIFFERS)
    for one in found:
        if one.problem is not None:
            raise typer.Exit(one.problem.exit_code)


def verified_line(one: Verified, *, json: bool) -> None:
    """One turn of many, on a line of its own."""
    from playhead.cli.printing import data, text

    if not json:
        style = {"verified": "", "differs": "red", "not verified": "yellow"}[one.verdict]
        told = f"{one.run.thread} · turn {one.turn} · {one.run.id} · {_verdict(one)}"
        data().print(text(told, style), soft_wrap=True)  # a line each, for grep


def end_verified(found: Sequence[Verified], *, json: bool, view: dict[str, Any]) -> None:
    """How many were verified, and what the others have in common. Ends the command as they came out."""
    from playhead.cli.printing import data, line, write_json
    from playhead.verifying import groups

    if json:
        write_json({"kind": "exact replay", **view})
    else:
        console = data()
        verdicts = [one.verdict for one in found]
        told = [f"{verdicts.count(each):,} {each}" for each in ("verified", "differs", "not verified")]
        console.print()
        for group, members in groups(found):
            console.print(line(f"{count(len(members), 'turn')} · {group}", "bold"))
            if (first := members[0].divergence) is not None:
                _print_divergence(console, first)
            names = ", ".join(one.run.id for one in members[:GROUP_SHOWN])
            console.print(line(f"  {names}{', …' if len(members) > GROUP_SHOWN else ''}", "dim"))
        console.print(line(f"{count(len(found), 'turn')}: {', '.join(told).replace('differs', 'differ')}.", "bold"))
        print_effects([one.replay for one in found if one.replay])
    _end(found)


def verified_view(found: Sequence[Verified]) -> dict[str, Any]:
    """Exact replays as JSON data."""
    from playhead.verifying import groups

    replays = [one.replay for one in found if one.replay]
    return {
        "turns": [_turn_view(one) for one in found],
        "verified": sum(one.verdict == "verified" for one in found),
        "differ": sum(one.verdict == "differs" for one in found),
        "not_verified": sum(one.verdict == "not verified" for one in found),
        "groups": [{"group": name, "runs": [one.run.id for one in members]} for name, members in groups(found)],
        **_effects_view(replays),
    }


def _turn_view(one: Verified) -> dict[str, Any]:
    from playhead.comparison.wording import text_of

    replay = one.replay
    made: dict[str, Any] = {"thread": one.run.thread, "turn": one.turn, "run": one.run.id, "verdict": one.verdict}
    if one.problem is not None:
        made["problem"] = {"happened": one.problem.happened, "remedy": one.problem.remedy}
    if replay is not None:
        made |= {
            "steps": len(replay.steps),
            "reused": sum(call.fate == "reused" for call in _calls(replay)),
            "asked": 0,
            "divergences": [
                {"step": d.step, "field": d.field, "recorded": text_of(d.recorded), "replayed": text_of(d.replayed)}
                for d in replay.divergences
            ],
        }
    return made


# ── replays with changes ─────────────────────────────────────────────────────────────────────────────────────


def show_receipts(found: Sequence[tuple[Run, Receipt]], *, json: bool) -> None:
    """What replays with changes would ask, and what that would cost."""
    from playhead.cli.printing import data, line, text, write_json

    if json:
        write_json({"turns": [{"run": run.id, "receipt": receipt.data} for run, receipt in found]})
        return
    console = data()
    for run, receipt in found:
        console.print(line(f"{run.thread} {run.id} · replay with changes, not made", "bold"))
        for each in receipt.lines:
            console.print(text(f"  {each}"))
    console.print("Nothing was asked.")


def show_changed(deck: Deck, made: Sequence[Replay], kept: Sequence[Run] | None, *, json: bool) -> None:
    """What came out otherwise, what was asked for it, and that nothing was done. Ends the command as it came out."""
    from playhead.cli.changes import print_told
    from playhead.cli.printing import data, text, write_json
    from playhead.comparison import comparison_view, told

    found = _compared(deck, made)
    if json:
        asked = {"calls": len(_asked(made)), **_tokens(made)}
        receipts = [replay.receipt.data for replay in made if replay.receipt]
        ends = [{"run": one.original.id if one.original else "", "status": one.status} for one in made]
        view: dict[str, Any] = {"asked": asked, "ends": ends, "stopped": [one.stopped for one in made if one.stopped]}
        view |= {"receipts": receipts, "kept": _kept_view(kept or ()), **_effects_view(made)}
        write_json({"kind": "replay with changes", **comparison_view(found), **view})
    else:
        console = data()
        for each in told(found):
            print_told(console, each)
        for replay in made:
            if replay.stopped:
                console.print(text(f"It ended there: {replay.stopped}", "bold yellow"))
            elif replay.status == "failed" and (error := replay.error) is not None:
                console.print(text(f"It failed: {error.kind}: {error.message}", "red"))
        console.print(text(_spent(made)))
        _say_kept(kept or ())
        print_effects(made)
    _end_changed(made)


def _compared(deck: Deck, made: Sequence[Replay]) -> Comparison:
    from playhead.comparison import compare
    from playhead.play import outcome_of
    from playhead.replays import turn_of

    originals = [replay.original for replay in made if replay.original]
    lefts = [run for last in originals for run in turn_of(last, deck.runs(last.thread))]
    return compare(lefts, list(made), outcome_of(deck.config))


def _end_changed(made: Sequence[Replay]) -> None:
    """5 where a model failed that was asked, 6 where an effect ended it, 1 where today's code failed."""
    if any(call.status == "failed" for call in _asked(made)) and any(replay.status == "failed" for replay in made):
        raise typer.Exit(PROVIDER_FAILED)
    if any(replay.stopped for replay in made):
        raise typer.Exit(REFUSED)
    if any(replay.status == "failed" and replay.original and replay.original.status != "failed" for replay in made):
        raise typer.Exit(DIFFERS)


def _spent(made: Sequence[Replay]) -> str:
    tokens, asked = _tokens(made), len(_asked(made))
    told = f"Asked: {count(asked, 'call')}"
    if asked:
        told += f", {tokens['input_tokens']:,} → {tokens['output_tokens']:,} tokens"
    receipts = [replay.receipt for replay in made if replay.receipt]
    if receipts:
        certain, worst = sum(each.certain for each in receipts), sum(each.worst.calls for each in receipts)
        told += f"; foreseen were {certain:,}" + (f" to {worst:,}" if worst != certain else "")
    return f"{told}."


def _calls(replay: Replay) -> list[Any]:
    return [call for call in replay.calls if hasattr(call, "fate")]


def _asked(made: Sequence[Replay]) -> list[Any]:
    return [call for replay in made for call in _calls(replay) if call.kind == "model" and call.fate in ASKED]


def _tokens(made: Sequence[Replay]) -> dict[str, int]:
    asked = _asked(made)
    return {name: sum(getattr(call, name) or 0 for call in asked) for name in ("input_tokens", "output_tokens")}


def print_effects(made: Sequence[Replay]) -> None:
    """What a replay ends with, always."""
    from playhead.cli.printing import write

    view = _effects_view(made)
    write(f"{view['effects_executed']:,} of {count(view['effects_recorded'], 'recorded effect')} executed.")


def _effects_view(made: Sequence[Replay]) -> dict[str, int]:
    return {
        "effects_recorded": sum(replay.effects_recorded for replay in made),
        "effects_executed": sum(replay.effects_executed for replay in made),
    }


def _kept_view(kept: Sequence[Run]) -> list[dict[str, str]]:
    return [{"thread": run.thread, "run": run.id} for run in kept]


def _say_kept(kept: Sequence[Run]) -> None:
    from playhead.cli.printing import say

    for run in {run.thread: run for run in kept}.values():
        say(f"Kept as {run.thread}. `playhead show {run.thread}` shows it, `playhead diff {run.thread}` what differs.")
        if run.status == "interrupted":
            say(f"It waits: `playhead resume {run.thread} --answer …` goes on with it, for real.")
