"""What can be typed at a shell, and how does a command end?

Data goes to stdout, talk and progress to stderr. Exit codes: 0 fine, 1 the result is bad, 2 wrong usage, 3 not found,
4 a recorded answer is missing, 5 a provider or a server failed, 6 refused, 130 stopped. Errors are two lines, what
happened and what to do; set `PLAYHEAD_DEBUG=1` for the traceback. What a verb needs is imported inside it, so that
`playhead --help` answers at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command (default: the process's own arguments); gives the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that cannot show a character shows its escape
            stream.reconfigure(errors="backslashreplace")
    from playhead.cli.failing import is_typing, told
    from playhead.cli.helping import ReaderLeft
    from playhead.cli.verbs import app

    typed = sys.argv[1:] if arguments is None else list(arguments)
    try:
        ended = app(args=typed, prog_name="playhead", standalone_mode=False)
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else int(ending.code is not None)
    except ReaderLeft:
        # Python would complain again while closing stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get("PLAYHEAD_DEBUG") and not is_typing(error):
            raise
        return told(error, json="--json" in typed)
    return ended if isinstance(ended, int) else 0
