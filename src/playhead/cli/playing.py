"""How are conversations played to an agent from a shell, from a file or by hand?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from playhead.cli import options
from playhead.cli.codes import STOPPED

if TYPE_CHECKING:
    from playhead.play import Conversation, Played, Player, Tally

GraphName = Annotated[str, typer.Argument(metavar="GRAPH", help="A graph or application named in pyproject.toml.")]
MOST_REASONS = 5


def run(
    context: typer.Context,
    graph: GraphName,
    input: Annotated[
        Path, typer.Option("--input", "-i", metavar="FILE", help="Conversations, one JSON object a line.")
    ],
    business: options.Business = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", min=1, max=options.MOST, help="Only the first so many conversations."),
    ] = None,
    as_recorded: Annotated[
        bool, typer.Option("--as-recorded", help="Judge each message on its own, after what was really said before it.")
    ] = False,
    resume: Annotated[
        str | None,
        typer.Option("--resume", metavar="THREAD", help="Go on with one that was stopped, from this conversation."),
    ] = None,
    store: options.Store = None,
    prompts: options.Prompts = None,
    model: options.Model = None,
    json: options.Json = False,
) -> None:
    """playhead run messaging --input conversations.jsonl --limit 20

    Plays recorded conversations to an agent: each customer message is one run, each conversation a thread. Shows at
    the end what came of them and, where turns are labelled, how often the agent was silent when it should have been,
    and when it should not. With --json, one line a turn and the summary last.

    A line of FILE is {"id": "c-1", "turns": [{"role": "customer", "text": "Hi"}, ...]}, with "business" and "now" if
    known.
    """
    from playhead.cli.printing import say, write_json
    from playhead.config import load_config
    from playhead.play import Player, Tally, application_named, read_conversations

    config = load_config()
    application = application_named(config, graph)
    conversations = read_conversations(input, application.businesses(), business, limit, resume)
    tally = Tally()
    with (
        options.open_to_record(config, store, prompts, model, create=resume is None) as deck,
        Player(deck, application, graph) as player,
    ):
        world = f"; the agent's own facts are in {player.world}" if player.resources else ""
        say(f"Recording into {deck.store.location}{world}.")
        each = player.play(conversations, as_recorded=as_recorded, resume=resume)
        stopped = False
        try:
            for played in _progress(each, conversations):
                tally.add(played)
                if json:
                    write_json(asdict(played), lines=True)
        except (KeyboardInterrupt, BrokenPipeError):
            stopped = True
        _say_renamed(player)
        if stopped:
            _say_stopped(context, player, conversations, tally.turns.total())
    if json:
        write_json({"summary": tally.summary()}, lines=True)
    else:
        _print_summary(tally)
    if stopped or tally.failed:
        raise typer.Exit(STOPPED if stopped else 1)


def _progress(played: Iterable[Played], conversations: list[Conversation]) -> Iterator[Played]:
    """Pass the results on, and draw a bar on stderr."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from playhead.cli.printing import talk

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("turns"), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=talk()) as progress:
        task = progress.add_task("", total=sum(len(conversation.turns) for conversation in conversations))
        for one in played:
            progress.advance(task)
            yield one


def _say_stopped(context: typer.Context, player: Player, conversations: list[Conversation], played: int) -> None:
    from playhead.cli.going_on import same_command
    from playhead.cli.printing import say
    from playhead.cli.words import count

    turns = sum(len(conversation.turns) for conversation in conversations)
    at = player.stopped_at
    begun = f"{count(played, 'turn')} of {turns:,} played and recorded" + (f", up to conversation {at}" if at else "")
    say(f"Stopped: {begun}. This goes on from there:")
    say(same_command(context, *(["--resume", at] if at else []), without=("resume",)))


def _say_renamed(player: Player) -> None:
    from playhead.cli.printing import say
    from playhead.cli.words import count

    if renamed := player.renamed:
        old, new = next(iter(renamed.items()))
        if len(renamed) == 1:
            say(f"Conversation {old} was on the recording already and stays as it is: it was played as {new}.")
            return
        many = count(len(renamed), "conversation")
        say(f"{many} were on the recording already and stay as they are: {old} was played as {new}, and so on.")


def _print_summary(tally: Tally) -> None:
    from playhead.cli.printing import data, say, table

    summary = tally.summary()
    shown = table("", ">conversations", ">turns")
    for name, counts in summary["outcomes"].items():
        if counts["turns"] or name not in ("moved", "cancelled", "waiting"):
            shown.add_row(name.replace("_", " "), f"{counts['conversations']:,}", f"{counts['turns']:,}")
    shown.add_row("all", f"{summary['conversations']:,}", f"{summary['turns']:,}", style="bold")
    console = data()
    console.print(shown)
    due, not_due = summary["silence"]["due"], summary["silence"]["not_due"]
    if due["turns"] or not_due["turns"]:
        scored = table("silence on labelled turns", ">turns", ">silent", ">rate")
        for label, row in (("should be silent", due), ("should answer", not_due)):
            rate = "" if row["rate"] is None else f"{row['rate']:.1%}"
            scored.add_row(label, f"{row['turns']:,}", f"{row['silent']:,}", rate)
        console.print()
        console.print(scored)
        if left_out := summary["silence"]["not_scored"]:
            console.print(
                f"{left_out:,} more came after a hand-off, when a person has the conversation: not scored.",
                soft_wrap=True,
            )
    for what, reasons in (("handed off", summary["hand_offs"]), ("failed", summary["failures"])):
        for reason, number in list(reasons.items())[:MOST_REASONS]:
            say(f"{what} {number:,} ×: {reason}")


def chat(
    context: typer.Context,
    graph: GraphName,
    business: options.Business = None,
    thread: Annotated[
        str | None, typer.Option("--thread", metavar="NAME", help="Go on with this conversation.")
    ] = None,
    store: options.Store = None,
    prompts: options.Prompts = None,
    model: options.Model = None,
    json: options.Json = False,
) -> None:
    """playhead chat messaging --business bike-shop

    Talks to an agent: one line is one message, /quit ends. Everything is recorded. Lines may also come through a pipe.
    """
    from playhead.cli.printing import say
    from playhead.config import load_config
    from playhead.errors import BadInput, at_a_shell
    from playhead.play import Player, application_named, check_business

    if thread == "":
        raise BadInput("--thread", "the name is empty.", "Name a conversation, or leave it out for a new one.")
    config = load_config()
    application = application_named(config, graph)
    if business is not None:
        check_business("--business", business, application.businesses())
    with (
        options.open_to_record(config, store, prompts, model) as deck,
        Player(deck, application, graph) as player,
    ):
        name = thread or player.name_chat()
        say(f"{graph}, conversation {name}, recorded in {deck.store.location}. /quit ends.")
        codes = []
        try:
            for words in _typed():
                codes.append(_answer(player.reply_to(words, name, business), json=json))
        except KeyboardInterrupt:
            codes.append(STOPPED)
            _say_left(context, player, name)
        if player.is_recorded(name):
            say(f"playhead show {at_a_shell(name)} shows what happened.")
    raise typer.Exit(max(codes, default=0))


def _say_left(context: typer.Context, player: Player, thread: str) -> None:
    from playhead.cli.going_on import other_command, same_command
    from playhead.cli.printing import say

    say("\nStopped.")
    if not player.is_recorded(thread):
        return
    if player.is_cut_off(thread):
        say("The last message was cut off; this goes on with it:")
        say(other_command(context, "resume", thread, alike=("store", "prompts", "model")))
    say("What was said is recorded. This goes on with the conversation:")
    say(same_command(context, "--thread", thread, without=("thread",)))


def _answer(played: Played, *, json: bool) -> int:
    from playhead.cli.printing import say, write, write_json
    from playhead.transcript import not_said

    if json:
        write_json(asdict(played), lines=True)
        return played.exit_code
    write(played.reply or f"({not_said(asdict(played))})")
    if played.reply and played.outcome == "handed_off":  # it may be that no model was reached: the words do not say so
        say(f"({not_said(asdict(played))})")
    return played.exit_code


def _typed() -> Iterator[str]:
    """The lines that are typed, or come through a pipe, up to /quit."""
    import sys

    if hasattr(sys.stdin, "reconfigure"):  # bytes that are no text are read as signs for it, which can be recorded
        sys.stdin.reconfigure(errors="replace")
    for words in _prompted() if sys.stdin.isatty() else sys.stdin:
        if words.strip() == "/quit":
            return
        if words.strip():
            yield words.strip()


def _prompted() -> Iterator[str]:
    import readline  # noqa: F401  editing and history at the prompt

    while True:
        try:
            yield input("> ")
        except EOFError:
            return
