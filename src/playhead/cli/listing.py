"""Which conversations are on the recording?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from playhead.cli import options

if TYPE_CHECKING:
    from playhead.records import Run
    from playhead.standing import Standing


ROOMY = 100  # columns of a terminal from which on there is room for what is known of it


def ls(
    limit: Annotated[
        int, typer.Option("--limit", "-n", metavar="N", min=1, max=options.MOST, help="How many, newest first.")
    ] = 20,
    where: options.Where = None,
    since: options.Since = None,
    until: options.Until = None,
    store: options.Store = None,
    json: options.Json = False,
) -> None:
    """playhead ls --where outcome=lost

    Lists conversations, first those that were written to last: when their last run began, how many they have, how it
    ended, and the customer's first words. What was loaded from a tape was written when it was loaded. With conditions,
    those that meet them: of facts, labels, status, prompt or time; kept replays and forks only where `origin_thread` is
    asked for.
    """
    from playhead.cli.printing import say, write_json
    from playhead.cli.words import count
    from playhead.standing import standing

    with options.open_to_read(store) as deck:
        found = deck.latest(limit + 1, where=where or (), since=since, until=until)
        rows = [_row(runs, standing(deck.store, runs)) for runs in found[:limit]]
        total = deck.store.thread_count()
    if json:
        write_json(rows)
    elif rows:
        _print(rows)
        of_all = "" if where or since or until else f" of {total:,}"
        more = f"{of_all}; --limit shows more" if len(found) > limit else ""
        say(f"\n{count(len(rows), 'conversation')}{more}. playhead show THREAD shows one.")
    elif total:
        say("No conversation meets these conditions; without them, `playhead ls` lists all.")
    else:
        say("Nothing is recorded here yet. `playhead chat` or `playhead run` record something.")


def _row(runs: list[Run], stands: Standing) -> dict[str, Any]:
    from playhead.transcript import first_words
    from playhead.views import iso

    last = runs[-1]
    return {
        "thread": last.thread,
        "graph": last.graph,
        "last": iso(last.started),
        "runs": len(runs),
        "status": last.status,
        "cut_off": stands.cut_off,
        "in_doubt": len(stands.in_doubt),
        "metadata": last.metadata,
        "facts": last.facts,
        "first_words": first_words(runs[:1]),
    }


def _status(row: dict[str, Any]) -> str:
    """How the last run ended, or that nobody is at work on it any more, or that an effect may have happened or not."""
    return "in doubt" if row["in_doubt"] else "cut off" if row["cut_off"] else str(row["status"])


def _print(rows: list[dict[str, Any]]) -> None:
    from datetime import datetime

    from playhead.cli.printing import data, line, table
    from playhead.cli.words import day
    from playhead.records import said_facts
    from playhead.views import brief

    console = data()
    headings = ["thread", "last", ">runs", "status", "about", "first words"]
    if console.width < ROOMY:
        headings.remove("about")
    shown = table(*headings)
    for row in rows:
        known = [brief(value, 60) for value in said_facts(row["facts"]).values()]
        facts = [value for value in known if value != row["thread"]]
        cells = {
            "thread": line(row["thread"], "bold"),
            "last": line(day(datetime.fromisoformat(row["last"]).timestamp())),
            ">runs": line(str(row["runs"])),
            "status": line(_status(row), "" if row["status"] == "done" else "yellow"),
            "about": line(", ".join(facts or [row["graph"]])),
            "first words": line(row["first_words"]),
        }
        shown.add_row(*[cells[heading] for heading in headings])
    # What one copies is not cut if it can be helped; the customer's words get the room that is left.
    shown.expand = True
    shown.columns[0].max_width = console.width // 3
    shown.columns[0].min_width = min(max(len(row["thread"]) for row in rows), console.width // 3)
    shown.columns[1].min_width = len("22 Nov 16:57")
    shown.columns[3].min_width = max(len(_status(row)) for row in rows)
    shown.columns[-1].ratio = 1
    shown.columns[-1].no_wrap = True  # where there is no room for it at all, its heading takes no line
    console.print(shown)
