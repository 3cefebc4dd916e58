"""How does the second half of a demo look: a recording played again, exactly and with a line of a prompt changed?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from playhead.play import Rehearsal
    from playhead.records import Call


def print_rehearsal(console: Console, found: Rehearsal) -> None:
    """The exact replays, the change, its receipt, what became of each call, and the difference in words."""
    from playhead.cli.changes import print_change
    from playhead.cli.printing import print_wrapped, text
    from playhead.cli.replayed import print_effects
    from playhead.diff import words
    from playhead.records import ReplayedCall
    from playhead.views import own_steps

    note = found.note
    console.print(text("The same conversations, recorded from a real model", "bold"))
    source = f"{note.get('model')}, {note.get('recorded')}; loaded from a tape into this recording.\n"
    print_wrapped(console, text(source))
    steps, calls = sum(len(own_steps(one.steps)) for one in found.exact), sum(len(one.calls) for one in found.exact)
    verified = sum(one.unchanged for one in found.exact)
    console.print(text("Exact replay", "bold"))
    served = f"{steps} steps as recorded, {calls} calls served, 0 asked"
    console.print(text(f"{verified} of {len(found.exact)} turns verified: {served}.\n"))
    console.print(text(f"Replay with changes: one line more in {found.file}", "bold"))
    console.print(text(f"  {found.line}", "green"))
    for each in found.receipt.lines:
        print_wrapped(console, text(each), 2)
    console.print()
    console.print(text("What the customer would have been told"))
    print_change(console, words(found.before, found.after))
    for call in found.changed.calls:
        if isinstance(call, ReplayedCall) and call.fate != "reused":
            what = call.prompt.name if call.prompt else call.name
            print_wrapped(console, text(f"{call.address} {what} · {call.fate}: {call.why}"), 2)
    print_wrapped(
        console, text(f"{_fates(found.changed.calls)}. What was re-asked was answered by the embedded model.")
    )
    print_effects([*found.exact, found.changed])
    console.print()


def rehearsal_view(found: Rehearsal) -> dict[str, Any]:
    """The second half of a demo as JSON data."""
    return {
        "recorded": dict(found.note),
        "exact": {"turns": len(found.exact), "verified": sum(one.unchanged for one in found.exact)},
        "changed": {
            "file": found.file,
            "line": found.line,
            "run": found.run.id,
            "calls": _counted(found.changed.calls),
        },
        "told": {"before": found.before, "after": found.after},
        "receipt": found.receipt.data,
        "effects_recorded": found.changed.effects_recorded,
        "effects_executed": found.changed.effects_executed,
    }


def _counted(calls: Iterable[Call]) -> dict[str, int]:
    return dict(Counter(str(getattr(call, "fate", "reused")) for call in calls))


def _fates(calls: Iterable[Call]) -> str:
    """`9 reused, 3 re-asked, 1 held back`."""
    return ", ".join(f"{number} {fate}" for fate, number in _counted(calls).items())
