"""How does a command say that it failed? In two lines on stderr, and, where JSON was asked for, as JSON on stdout.

The two lines are what happened and what to do. The JSON stands on one line, so that it ends a stream of JSON lines as
well as it stands alone: a verb that failed has written no document before.
"""

from __future__ import annotations

import errno
import sys
from contextlib import suppress

import typer
from typer.exceptions import TyperException

from playhead.cli.codes import PROVIDER_FAILED, STOPPED
from playhead.cli.words import visible
from playhead.errors import PlayheadError, exit_code_of


def is_typing(error: Exception) -> bool:
    """Is it about what was typed, or was typing broken off?"""
    return isinstance(error, TyperException | typer.Abort)


def told(error: Exception, *, json: bool) -> int:
    """Tell of an error that ended the command; gives its exit code."""
    if isinstance(error, TyperException):
        error.show()  # type: ignore[attr-defined]  # every one that ends a command has it: it says how the verb is used
        happened, remedy, code = error.format_message(), "--help says what can be typed.", error.exit_code
    elif isinstance(error, typer.Abort):
        happened, remedy, code = "Stopped.", "", STOPPED
        print(f"\n{happened}", file=sys.stderr)
    else:
        happened, remedy = (visible(part) for part in _parts(error))
        code = exit_code_of(error)
        print(f"{happened}\n{remedy}", file=sys.stderr)
    if json:
        from playhead.cli.printing import write_json

        view = {"kind": type(error).__name__, "happened": happened, "remedy": remedy, "exit_code": code}
        with suppress(OSError):  # where nothing can be written, that is told above
            write_json({"error": view}, lines=True)
    return code


def _parts(error: Exception) -> tuple[str, str]:
    """What happened, and what to do next."""
    if isinstance(error, PlayheadError):
        return error.happened, error.remedy
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "There is no room left where something is to be written.", "Make room there, then try again."
    text = f"{type(error).__name__}: {error}".splitlines()[0]
    if exit_code_of(error) == PROVIDER_FAILED:
        return f"The model's provider failed: {text}", "Check the key, the address and the network, then try again."
    return (
        f"Something failed that should not: {text}",
        "Set PLAYHEAD_DEBUG=1 for the traceback, and please report it.",
    )
