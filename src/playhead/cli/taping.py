"""How does a run become a file that can be kept, sent, and tested against?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from playhead.cli import options

if TYPE_CHECKING:
    from playhead.deck import Deck
    from playhead.records import Run


def tape(
    names: Annotated[
        list[str], typer.Argument(metavar="RUN", help="Runs, or conversations for all of theirs; may be shortened.")
    ],
    out: Annotated[
        str, typer.Option("-o", "--output", metavar="FILE", help="Where to; default, and for -: stdout.")
    ] = "-",
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
    store: options.Store = None,
    json: options.Json = False,
) -> None:
    """playhead tape r-9f2c -o tests/tapes/ready.json

    Writes runs to one portable file that a person can read: what was asked and answered, and the state each run began
    from. Declared secrets are taken out. A run that answers an interrupt brings the runs before it.
    """
    from playhead.cli.printing import say, write_json
    from playhead.cli.words import count
    from playhead.errors import BadInput

    to_file = out != "-"
    if to_file and Path(out).is_dir():
        raise BadInput(out, "it is a folder.", "Name a file in it." if out else "Name a file.")
    if to_file and Path(out).exists() and not force:
        raise BadInput(out, "it exists already, and is not overwritten.", "Name another file, or pass --force.")
    with options.open_to_read(store) as deck:
        made = deck.tape([run for name in names for run in _runs(deck, name)], out if to_file else None)
    data = made.text.encode()
    size = f"{len(data):,} bytes"
    say(f"{out if to_file else 'Tape'}: {count(len(made.runs), 'run')}, {count(made.calls, 'call')}, {size}.")
    if not to_file:
        sys.stdout.buffer.write(data)  # a tape is UTF-8, whatever the terminal is
        sys.stdout.flush()
    elif json:
        write_json({"file": out, "runs": list(made.runs), "calls": made.calls, "bytes": len(data)})


def _runs(deck: Deck, name: str) -> list[Run]:
    """All runs of a conversation, or the one run that is meant."""
    runs = deck.thread(name)
    return [run for run in runs if run.id.startswith(name)] or runs
