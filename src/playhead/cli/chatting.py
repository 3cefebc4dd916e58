"""How does a conversation look on a terminal? The customer left, the business right, notes between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from playhead.cli.printing import print_wrapped, text
from playhead.cli.words import count, moment, one_line

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from playhead.records import Run
    from playhead.transcript import Line

BUBBLE = 0.66  # of the width
DIGEST = re.compile("[0-9a-f]{64}")  # tells a person nothing


def print_heading(console: Console, runs: Sequence[Run]) -> None:
    """Which conversation this is."""
    from playhead.records import said_facts

    last = runs[-1]
    known = {name: value for name, value in said_facts(last.facts).items() if not DIGEST.fullmatch(str(value))}
    shown = [_fact(name, value) for name, value in known.items() if value != last.thread]
    facts = [*shown, *_origin(runs[0].metadata)]
    console.print(text(one_line(last.thread), "bold"))
    about = " · ".join([last.graph, *facts, count(len(runs), "run"), moment(runs[0].started)])
    print_wrapped(console, text(about, "dim"))


def _fact(name: str, value: Any) -> str:
    """A fact in a few words; what a person said of an effect that was cut off is said as they would."""
    from playhead.store.settling import SETTLED
    from playhead.views import brief

    if name == SETTLED and isinstance(value, Mapping) and {"by", "happened"} <= value.keys():
        return f"settled by {value['by']}: it {'happened' if value['happened'] else 'did not happen'}"
    return f"{name} {brief(value, 60)}"


def _origin(facts: Mapping[str, Any]) -> Iterator[str]:
    """Which run this was made from, and where it goes another way."""
    for name, word in (("forked_from", "forked from"), ("replay_of", "made from")):
        if name in facts:
            yield f"{word} {facts.get('origin_thread', '')} {facts[name]}"
    for edit in facts.get("edits") or ():
        yield f"{', '.join(edit['state'])} changed{' at ' + edit['at'] if edit['at'] else ''}"


def print_chat(console: Console, lines: Sequence[Line]) -> None:
    """The lines as chat."""
    before = ""
    for one in lines:
        if one.role != before:
            console.print()
        if one.role == "note":
            _print_block(console, text(f"({one.text})", "dim italic"), right=True)
        else:
            right = one.role == "business"
            label = text(one.role, "bold green" if right else "bold cyan")
            _print_block(console, label.append("\n").append_text(text(one.text, "not bold default")), right=right)
        before = one.role
    console.print()


def _print_block(console: Console, content: Text, *, right: bool) -> None:
    rows = content.wrap(console, int(console.width * BUBBLE))
    indent = console.width - max((row.cell_len for row in rows), default=0) if right else 0
    for row in rows:
        row.rstrip()
        row.pad_left(indent)
        console.print(row)
