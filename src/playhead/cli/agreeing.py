"""Does somebody say yes to what costs money, or cannot be taken back?

The question stands on stderr: stdout is for data, also where a program reads it.
"""

from __future__ import annotations

import sys

from playhead.errors import NotAgreed


def agrees(question: str) -> bool:
    """Is the question answered with yes? Who is not there has not said so."""
    print(f"{question} [y/N]: ", end="", file=sys.stderr, flush=True)
    said = sys.stdin.readline() if sys.stdin else ""
    if not said.endswith("\n"):
        print(file=sys.stderr)
    return said.strip().lower() in ("y", "yes")


def check_agreed(remedy: str) -> None:
    """Ask whether the calls that were told of may be made. Raises `NotAgreed`, with what to do where nobody is."""
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        raise NotAgreed("Nothing was asked: there is nobody here to say yes.", remedy)
    if not agrees("Ask them?"):
        raise NotAgreed("Nothing was asked.")
