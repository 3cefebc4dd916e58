"""What can be typed at a shell, and how does a command end?

Data goes to stdout, talk and progress to stderr. Exit codes: 0 fine, 1 the result is bad, 2 wrong usage, 3 not found,
4 a recording is missing, 5 a provider failed, 6 refused. Errors are two lines, what happened and what to do; set
`PLAYHEAD_DEBUG=1` for the traceback. What a verb needs is imported inside it, so that `playhead --help` answers at
once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from playhead.errors import PlayheadError, exit_code_of

PROVIDER_FAILED = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command (default: the process's own arguments); gives the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that cannot show a character shows its escape
            stream.reconfigure(errors="backslashreplace")
    from playhead.cli.helping import ReaderLeft
    from playhead.cli.verbs import app

    try:
        app(args=None if arguments is None else list(arguments), prog_name="playhead")
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else int(ending.code is not None)
    except ReaderLeft:
        # Python would complain again while closing stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get("PLAYHEAD_DEBUG"):
            raise
        return _report(error)
    return 0


def _report(error: Exception) -> int:
    from playhead.cli.words import visible

    if isinstance(error, PlayheadError):
        print(f"{visible(error.happened)}\n{visible(error.remedy)}", file=sys.stderr)
        return error.exit_code
    told = f"{type(error).__name__}: {error}".splitlines()[0]
    if (code := exit_code_of(error)) == PROVIDER_FAILED:
        print(f"The model's provider failed: {visible(told)}", file=sys.stderr)
        print("Check the key, the address and the network, then try again.", file=sys.stderr)
    else:
        print(f"Something failed that should not: {visible(told)}", file=sys.stderr)
        print("Set PLAYHEAD_DEBUG=1 for the traceback, and please report it.", file=sys.stderr)
    return code
