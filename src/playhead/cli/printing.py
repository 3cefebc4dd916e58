"""Where does what is printed go, and how wide is it?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from playhead.cli.words import as_json, one_line, visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

WIDEST: Final = 120
USUAL: Final = 80  # columns, where nothing says how many there are


def data() -> Console:
    """The console for data: stdout."""
    from rich.console import Console

    console = Console(markup=False, highlight=False, emoji=False)
    return _narrowed(console)


def talk() -> Console:
    """The console for talk and progress: stderr."""
    from rich.console import Console

    return _narrowed(Console(stderr=True, markup=False, highlight=False, emoji=False))


def _narrowed(console: Console) -> Console:
    console.width = min(console.width, WIDEST) or USUAL  # COLUMNS=0 is what says that nobody knows
    console.on_broken_pipe = _raised_again  # type: ignore[method-assign]  # by itself it would end the process with 1
    return console


def _raised_again() -> None:
    raise  # noqa: PLE0704  the error that is being handled: it is called from there


def say(text: str) -> None:
    """A line of talk on stderr."""
    print(visible(text), file=sys.stderr, flush=True)


def write(text: str) -> None:
    """A line of data on stdout; a text that strangers wrote is safe here."""
    print(visible(text), flush=True)


def write_json(value: Any, *, lines: bool = False) -> None:
    """One JSON document on stdout; with `lines`, on a line of its own."""
    print(as_json(value, indent=None if lines else 2), flush=True)


def text(content: str, style: str = "") -> Text:
    """A text for a table or panel: never markup, never a control character."""
    from rich.text import Text

    return Text(visible(content), style=style)


def line(content: str, style: str = "") -> Text:
    """The same on one line, cut where there is no more room."""
    from rich.text import Text

    return Text(one_line(content), style=style, no_wrap=True, overflow="ellipsis")


def print_wrapped(console: Console, content: Text, indent: int = 0) -> None:
    """A text whose every line is indented, also those that it is broken into, and ends without a blank."""
    for row in content.wrap(console, max(console.width - indent, 1)):
        row.rstrip()
        row.pad_left(indent)
        console.print(row)


def table(*headings: str) -> Table:
    """An open table: headings, no rules."""
    from rich.table import Table

    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for heading in headings:
        right = heading.startswith(">")
        made.add_column(heading.removeprefix(">"), justify="right" if right else "left", no_wrap=right)
    return made
