"""Is the recording sound, how is a customer forgotten, and how does it stay small and up to date?"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from playhead.cli import options
from playhead.cli.helping import Verb

if TYPE_CHECKING:
    from playhead.store.pruning import Pruned

MOST_FILES: Final = 10  # that are named where a customer was forgotten

app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Check the recording, forget a customer, keep it small and up to date.",
)


@app.command(cls=Verb, short_help="Check every record of the recording.")
def check(store: options.Store = None, json: options.Json = False) -> None:
    """playhead db check

    Reads every record and checks it against its seal and its hash. Exit code 1 if one is damaged.
    """
    from playhead.cli.printing import write, write_json
    from playhead.cli.words import count

    with options.open_to_read(store) as deck:
        findings = deck.check()
        place = deck.store.location
    if json:
        write_json({"store": str(place), **asdict(findings)})
    else:
        for problem in findings.problems:
            write(problem)
        verdict = count(len(findings.problems), "problem") if findings.problems else "all as they were written"
        write(f"{place}: {count(findings.records, 'record')}, {verdict}.")
        if findings.gaps:
            missed = count(findings.gaps, "gap")
            write(f"{missed}: what could not be recorded when it happened; `playhead show` counts each run's.")
    if findings.problems:
        raise typer.Exit(1)


@app.command(cls=Verb, short_help="Erase a customer from the recording.")
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
    still count; their values read [erased]. A run that is under way is ended. This cannot be undone.

    Tapes, reports and copies that were made of the recording are not reached: those in the project are named.
    """
    from playhead.cli.agreeing import agrees
    from playhead.cli.printing import say, write, write_json
    from playhead.cli.words import count, one_line
    from playhead.errors import BadInput, NotAgreed, RunNotFound
    from playhead.play import forget_customer

    if not customer:  # a variable that nobody set: nobody is meant, least of all who has no name
        remedy = "Name them as the runs' metadata does, or one of their conversations."
        raise BadInput("CUSTOMER", "the name is empty.", remedy)
    with options.open_to_read(store) as deck:
        threads = deck.threads_of(customer)
        for thread in threads:
            say(thread)
        asked = (
            f"Erase {count(len(threads), 'conversation')} of {one_line(customer)}, and what the agent keeps of them?"
        )
        if not yes and not agrees(asked):
            raise NotAgreed("Nothing was erased.")
        files = [str(file) for file in deck.files_about(customer)]
        for file in files[:MOST_FILES]:
            say(f"Not reached, and yours to delete: {file} speaks of them.")
        if len(files) > MOST_FILES:
            say(f"And {count(len(files) - MOST_FILES, 'file')} more; --json names all.")
        erased, worlds = forget_customer(deck, customer)
    also = f"; the agent's own facts in {', '.join(worlds)} were gone through" if worlds else ""
    told = f"Erased: {count(erased, 'conversation')}{also}."
    if not erased:
        say(told)
        raise RunNotFound(customer)
    if json:
        facts = {"customer": customer, "conversations": erased, "facts_gone_through": worlds}
        write_json({**facts, "files_not_reached": files})
    else:
        write(told)


@app.command(cls=Verb, short_help="Give the room back that nothing needs.")
def vacuum(store: options.Store = None, json: options.Json = False) -> None:
    """playhead db vacuum

    Removes values that nothing on the recording refers to, gives freed pages back to the disk and empties the
    write-ahead log. Nothing that can be seen of the recording changes.
    """
    from playhead.cli.printing import write, write_json
    from playhead.cli.words import count

    with options.open_to_read(store) as deck:
        found, place = deck.vacuum(), deck.store.location
    if json:
        write_json({"store": str(place), **asdict(found)})
    else:
        removed = count(found.values, "value") if found.values else "no value"
        write(f"{place}: {removed} that nothing refers to; {found.before:,} bytes before, {found.after:,} after.")


@app.command(cls=Verb, short_help="Remove old runs for the room they take.")
def prune(
    older_than: Annotated[
        str | None, typer.Option("--older-than", metavar="TIME", help="Only what ended before: 90d, 12h, or a date.")
    ] = None,
    keep_last: Annotated[
        int, typer.Option("--keep-last", min=0, metavar="N", help="Keep each conversation's newest N turns.")
    ] = 0,
    status: Annotated[
        list[str] | None,
        typer.Option("--status", metavar="STATUS", help="Only what ended so: done, failed, cancelled, interrupted."),
    ] = None,
    origins: Annotated[bool, typer.Option("--origins", help="Also what a kept replay or fork was made from.")] = False,
    state: Annotated[
        bool, typer.Option("--state", help="Also the state of conversations of which no run stays: they begin anew.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Really remove it.")] = False,
    store: options.Store = None,
    json: options.Json = False,
) -> None:
    """playhead db prune --older-than 90d --keep-last 20

    Says which runs would go, with their checkpoints and the values that only they use; --yes removes them. A
    conversation's newest state stays, so that it goes on, and what it did to the world stays known. What is running
    or waits for an answer goes only where --status names it. Turns are counted by what is there: what was turn 3 may
    be turn 1 then; a run's id stays.
    """
    from playhead.cli.printing import write, write_json

    with options.open_to_read(store) as deck:
        found = deck.prune(
            older_than=older_than, keep_last=keep_last, statuses=status or (), origins=origins, state=state, dry=not yes
        )
    if json:
        write_json({"removed": yes, **asdict(found)})
    else:
        for each in _pruned_lines(found, done=yes):
            write(each)


def _pruned_lines(found: Pruned, *, done: bool) -> list[str]:
    from playhead.cli.words import count

    parts = [count(getattr(found, f"{one}s"), one) for one in ("run", "step", "call", "checkpoint", "value")]
    parts += [count(found.conversations, "whole conversation")] if found.conversations else []
    lines = [f"{'Removed' if done else 'Would go'}: {', '.join(parts)}; {found.bytes:,} bytes."]
    if found.kept_open:
        lines.append(f"{count(found.kept_open, 'run')} that can be gone on with: kept; --status names them.")
    if found.kept_origins:
        lines.append(
            f"{count(found.kept_origins, 'run')} that a kept replay was made from: kept; --origins takes them."
        )
    return lines if done else [*lines, "Nothing was removed. The same with --yes does it."]


@app.command(cls=Verb, short_help="Bring an older recording up to date.")
def upgrade(
    backup: Annotated[
        Path | None, typer.Option("--backup", metavar="FILE", help="Where the copy goes; default: beside it.")
    ] = None,
    no_backup: Annotated[bool, typer.Option("--no-backup", help="Make no copy first.")] = False,
    dry: Annotated[bool, typer.Option("--dry", help="Only say what would be done.")] = False,
    store: options.Store = None,
    json: options.Json = False,
) -> None:
    """playhead db upgrade

    Says from which version of the schema to which the recording goes and what each step brings, copies it as it is,
    and does it: wholly or not at all. Any other verb upgrades, too, without a copy. Exit code 1 if the recording is of
    a newer Playhead; it is not touched then.
    """
    from playhead.cli.printing import write, write_json
    from playhead.config import load_config
    from playhead.location import file_of, located
    from playhead.store import upgrading

    config = load_config()
    place = config.store if store is None else located(store)
    found = upgrading.pending(place)
    beside = file_of(place, config.root)
    copy = backup or beside.with_name(f"{beside.name}.version-{found.version}")
    if not dry:
        upgrading.upgrade(place, None if no_backup else copy)
    copied = None if dry or no_backup or not found.steps else str(copy)
    if json:
        write_json({"store": str(place), "done": not dry, "backup": copied, **asdict(found)})
        return
    if not found.steps:
        write(f"{place} is of version {found.version}, which is the newest.")
        return
    write(f"{place}: version {found.version} → {found.to}")
    for number, each in enumerate(found.steps, found.version + 1):
        write(f"  {number}. {each}")
    write("Nothing was done." if dry else f"Done. As it was, it is in {copied}." if copied else "Done.")
