"""How does a replay with changes look on a terminal: what came out otherwise, and what did it cost?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import typer

from playhead.cli.codes import PROVIDER_FAILED, REFUSED
from playhead.cli.words import count

if TYPE_CHECKING:
    from playhead.comparison import Comparison
    from playhead.deck import Deck
    from playhead.receipt import Receipt
    from playhead.records import Replay, Run

DIFFERS: Final = 1
KIND: Final = "replay with changes"
ASKED: Final = ("re-asked", "new")


def show_receipts(found: Sequence[tuple[Run, Receipt]], *, json: bool) -> None:
    """What replays with changes would ask, and what that would cost."""
    from playhead.cli.printing import data, line, print_wrapped, text, write_json

    if json:
        write_json({"turns": [{"run": run.id, "receipt": receipt.data} for run, receipt in found]})
        return
    console = data()
    for run, receipt in found:
        console.print(line(f"{run.thread} {run.id} · replay with changes, not made", "bold"))
        for each in receipt.lines:
            print_wrapped(console, text(each), 2)
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
        view |= {"receipts": receipts, "kept": kept_view(kept or ()), **_effects_view(made)}
        write_json({"kind": KIND, **comparison_view(found), **view})
    else:
        console = data()
        for each in told(found, KIND):
            print_told(console, each)
        for replay in made:
            if replay.stopped:
                console.print(text(f"It ended there: {replay.stopped}", "bold yellow"))
            elif replay.status == "failed" and (error := replay.error) is not None:
                console.print(text(f"It failed: {error.kind}: {error.message}", "red"))
        console.print(text(_spent(made)))
        say_kept(kept or ())
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
    """5 where a model that was asked gave no answer, 6 where an effect ended it, 1 where today's code failed."""
    from playhead.replays import unanswered

    if any(unanswered(_asked([replay])) for replay in made):
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


def replayed_calls(replay: Replay) -> list[Any]:
    """The calls of a replay, each with its fate."""
    return [call for call in replay.calls if hasattr(call, "fate")]


def _asked(made: Sequence[Replay]) -> list[Any]:
    return [call for replay in made for call in replayed_calls(replay) if call.kind == "model" and call.fate in ASKED]


def _tokens(made: Sequence[Replay]) -> dict[str, int]:
    asked = _asked(made)
    return {name: sum(getattr(call, name) or 0 for call in asked) for name in ("input_tokens", "output_tokens")}


def print_effects(made: Sequence[Replay]) -> None:
    """What a replay ends with, always."""
    from playhead.cli.printing import write

    view = _effects_view(made)
    write(effects_told(view["effects_executed"], view["effects_recorded"]))


def effects_told(executed: int, recorded: int) -> str:
    """What every replay ends with."""
    return f"{executed:,} of {count(recorded, 'recorded effect')} executed."


def _effects_view(made: Sequence[Replay]) -> dict[str, int]:
    return {
        "effects_recorded": sum(replay.effects_recorded for replay in made),
        "effects_executed": sum(replay.effects_executed for replay in made),
    }


def kept_view(kept: Sequence[Run]) -> list[dict[str, str]]:
    """Where replays were kept, as JSON data."""
    return [{"thread": run.thread, "run": run.id} for run in kept]


def say_kept(kept: Sequence[Run]) -> None:
    """Say where replays were kept, and how to go on."""
    from playhead.cli.printing import say
    from playhead.errors import at_a_shell

    for run in {run.thread: run for run in kept}.values():
        typed = at_a_shell(run.thread)
        say(f"Kept as {run.thread}. `playhead show {typed}` shows it, `playhead diff {typed}` what differs.")
        if run.status == "interrupted":
            say(f"It waits: `playhead resume {typed} --answer …` goes on with it, for real.")
