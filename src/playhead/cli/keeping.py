"""Is the recording sound, and how is a customer forgotten?"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from playhead.cli import options

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="Check the recording; forget a customer.")


@app.command(short_help="Check every record of the recording.")
def check(store: options.Store = None, json: options.Json = False) -> None:
    """playhead db check

    Reads every record and checks it against its seal and its hash. Exit code 1 if one is damaged.
    """
    from playhead.cli.printing import write, write_json
    from playhead.cli.words import count

    with options.open_to_read(store) as deck:
        findings = deck.check()
        path = deck.store.path
    if json:
        write_json({"store": str(path), **asdict(findings)})
    else:
        for problem in findings.problems:
            write(problem)
        verdict = count(len(findings.problems), "problem") if findings.problems else "all as they were written"
        write(f"{path}: {count(findings.records, 'record')}, {verdict}.")
    if findings.problems:
        raise typer.Exit(1)


@app.command(short_help="Erase a customer from the recording.")
def forget(
    customer: Annotated[
        str, typer.Argument(metavar="CUSTOMER", help="As in the runs' metadata, or a conversation's name.")
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    store: options.Store = None,
    json: options.Json = False,
) -> None:
    """playhead db forget +15551234

    Erases all that a customer's conversations say, on the recording and in the agent's own facts. The runs stay and
    still count; their values read [erased]. This cannot be undone.
    """
    from playhead.cli.printing import say, write, write_json
    from playhead.cli.words import count, one_line
    from playhead.errors import RunNotFound
    from playhead.play import forget_customer

    with options.open_to_read(store) as deck:
        threads = deck.threads_of(customer)
        for thread in threads:
            say(thread)
        asked = (
            f"Erase {count(len(threads), 'conversation')} of {one_line(customer)}, and what the agent keeps of them?"
        )
        if not yes and not typer.confirm(asked, err=True):
            say("Nothing was erased.")
            raise typer.Exit(6)
        erased, worlds = forget_customer(deck, customer)
    if json:
        write_json({"customer": customer, "conversations": erased, "facts_gone_through": worlds})
    else:
        also = f"; the agent's own facts in {', '.join(worlds)} were gone through" if worlds else ""
        write(f"Erased: {count(erased, 'conversation')}{also}.")
    if not erased:
        raise RunNotFound(customer)
