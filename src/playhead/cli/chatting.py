"""How does a conversation look on a terminal? The customer left, the business right, notes between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from playhead.cli.printing import text
from playhead.cli.words import count, moment, visible

if TYPE_CHECKING:
    from rich.console import Console

    from playhead.records import Run
    from playhead.transcript import Line

BUBBLE = 0.66  # of the width


def print_heading(console: Console, runs: Sequence[Run]) -> None:
    """Which conversation this is."""
    last = runs[-1]
    facts = [f"{name} {value}" for name, value in last.metadata.items() if str(value) != last.thread]
    console.print(text(last.thread, "bold"))
    console.print(text(" · ".join([last.graph, *facts, count(len(runs), "run"), moment(runs[0].started)]), "dim"))


def print_chat(console: Console, lines: Sequence[Line]) -> None:
    """The lines as chat."""
    before = ""
    for one in lines:
        if one.role == "note":
            console.print(text(f"({one.text})", "dim italic"), justify="center")
        else:
            if one.role != before:
                console.print()
            _bubble(console, one)
        before = one.role
    console.print()


def _bubble(console: Console, one: Line) -> None:
    from rich.padding import Padding

    room = int(console.width * BUBBLE)
    right = one.role == "business"
    longest = max((len(part) for part in visible(one.text).splitlines()), default=0)
    indent = console.width - min(room, max(longest, len(one.role)) + 2) if right else 0
    label = text(one.role, "bold green" if right else "bold cyan")
    console.print(Padding(label, (0, 0, 0, indent)))
    console.print(Padding(text(one.text), (0, 0 if right else console.width - room, 0, indent)))
