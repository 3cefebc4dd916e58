"""How does a changed text look on a terminal? In colour where there is any, else marked `[-so-]{+or so+}`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from playhead.cli.printing import print_wrapped, text

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from playhead.comparison import Told
    from playhead.diff import Words

STYLES: Final = {"removed": "red strike", "added": "green"}
MARKS: Final = {"removed": ("[-", "-]"), "added": ("{+", "+}")}
MANNERS: Final = {"heading": "bold", "effect": "bold yellow", "step": "bold", "call": "cyan", "plain": "", "dim": "dim"}


def print_told(console: Console, told: Told, *, side_by_side: bool = False) -> None:
    """A line of a comparison: its label, and after it, or beside each other below it, what became of the text."""
    label = text(told.text, MANNERS[told.manner])
    beside = side_by_side and told.left != told.right
    if not beside and told.words:
        label.append(" ").append_text(_joined(console, told.words))
    print_wrapped(console, label, 2 * told.level)
    if beside:
        print_change(console, told.words, side_by_side=True, indent=2 * told.level + 2)


def print_change(console: Console, found: list[Words], *, side_by_side: bool = False, indent: int = 0) -> None:
    """A text with what was removed from it and added to it, or both texts beside each other."""
    from rich.padding import Padding
    from rich.table import Table

    if not side_by_side:
        console.print(_joined(console, found), soft_wrap=True)  # a prompt's lines are its author's
        return
    both = Table.grid(padding=(0, 1), expand=True)
    both.add_column(ratio=1, overflow="fold")
    both.add_column(ratio=1, overflow="fold")
    both.add_row(
        _joined(console, [each for each in found if each.op != "added"]),
        _joined(console, [each for each in found if each.op != "removed"]),
    )
    console.print(Padding(both, (0, 0, 0, indent)))


def _joined(console: Console, found: Iterable[Words]) -> Text:
    coloured = console.color_system is not None and not console.no_color
    made = text("")
    for each in found:
        before, after = ("", "") if coloured else MARKS.get(each.op, ("", ""))
        made.append_text(text(f"{before}{each.text}{after}", STYLES.get(each.op, "default not bold")))
    return made
