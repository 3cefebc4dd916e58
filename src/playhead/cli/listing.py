"""Which conversations are on the recording?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from playhead.cli import options

if TYPE_CHECKING:
    from playhead.records import Run


LONGEST_NAME = 32


def ls(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many, newest first.")] = 20,
    store: options.Store = None,
    json: options.Json = False,
) -> None:
    """playhead ls --limit 50

    Lists the newest conversations: when they were last written to, how many runs they have, how the last one ended,
    and the customer's first words.
    """
    from playhead.cli.printing import say, write_json
    from playhead.cli.words import count

    with options.open_to_read(store) as deck:
        found = deck.latest(limit)
        rows = [_row(runs) for runs in found]
        total = len(deck.threads())
    if json:
        write_json(rows)
    elif rows:
        _print(rows)
        more = f" of {total:,}; --limit shows more" if total > len(rows) else ""
        say(f"\n{count(len(rows), 'conversation')}{more}. playhead show THREAD shows one.")
    else:
        say("Nothing is recorded here yet. `playhead chat` or `playhead run` record something.")


def _row(runs: list[Run]) -> dict[str, Any]:
    from playhead.transcript import first_words
    from playhead.views import iso

    last = runs[-1]
    return {
        "thread": last.thread,
        "graph": last.graph,
        "last": iso(last.started),
        "runs": len(runs),
        "status": last.status,
        "metadata": last.metadata,
        "first_words": first_words(runs[:1]),
    }


def _print(rows: list[dict[str, Any]]) -> None:
    from datetime import datetime

    from playhead.cli.printing import data, line, table
    from playhead.cli.words import moment

    shown = table("thread", "last", ">runs", "status", "about", "first words")
    for row in rows:
        facts = [str(value) for value in row["metadata"].values() if str(value) != row["thread"]]
        last = moment(datetime.fromisoformat(row["last"]).timestamp())
        status = line(row["status"], "" if row["status"] == "done" else "yellow")
        about = line(", ".join(facts or [row["graph"]]))
        shown.add_row(
            line(row["thread"], "bold"), line(last), str(row["runs"]), status, about, line(row["first_words"])
        )
    # What one copies, or looks for, is never cut; the customer's words get the room that is left.
    names, times, _, statuses, *_, words = shown.columns
    names.min_width = min(max(len(row["thread"]) for row in rows), LONGEST_NAME)
    times.min_width = len("22 Nov 2026 16:57")
    statuses.min_width = max(len(row["status"]) for row in rows)
    words.ratio = 1
    shown.expand = True
    data().print(shown)
