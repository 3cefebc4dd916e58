"""What does somebody see who has five minutes?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from playhead.cli import options

if TYPE_CHECKING:
    from rich.console import Console

    from playhead.config import Config
    from playhead.deck import Deck
    from playhead.location import Location
    from playhead.records import Run

STORE = Path("playhead-demo.db")


NewStore = Annotated[
    str | None,
    typer.Option(
        "--store", metavar="PLACE", help="A new recording, a file or postgresql://…; default: ./playhead-demo.db."
    ),
]


def demo(store: NewStore = None, prompts: options.Prompts = None, json: options.Json = False) -> None:
    """playhead demo

    Plays three written conversations to the project's agent with the embedded model, shows them as chat, then what
    happened in one run. Then it plays a recording of a real model again: exactly, and with one line of a prompt
    changed. Needs no key and no network. Records into ./playhead-demo.db, anew each time.
    """
    from playhead.cli.printing import data, write_json
    from playhead.cli.rehearsing import print_rehearsal, rehearsal_view
    from playhead.config import load_config
    from playhead.play import demo_application, fresh_recording, play_demo, rehearse

    config = load_config()
    name, application = demo_application(config)
    place = fresh_recording(store, STORE)
    with _deck(config, place, prompts) as deck:
        threads = play_demo(deck, application, name)
        rehearsal = rehearse(deck, application)
        if json:
            conversations = [_view(deck, thread) for thread in threads]
            again = rehearsal_view(rehearsal) if rehearsal else None
            write_json({"store": str(place), "conversations": conversations, "played_again": again})
        else:
            busiest = _print(data(), deck, name, threads)
            if rehearsal is not None:
                print_rehearsal(data(), rehearsal)
            _print_next(data(), name, place, busiest)
        failed = any(run.status == "failed" for thread in threads for run in deck.runs(thread))
    if failed:
        raise typer.Exit(1)


def _deck(config: Config, place: Location, prompts: Path | None) -> Deck:
    """Records with the embedded model under every name: the demo never leaves the machine."""
    from dataclasses import replace

    from playhead.deck import Deck
    from playhead.prompts import PromptSet

    options.quiet_log()
    names = {"default", *config.models}
    if folder := prompts or config.prompts:
        found = PromptSet.load(folder)
        models = [found.get(name).model for name in found.names()]
        names |= {str(model["name"]) if isinstance(model, dict) else model for model in models if model}
    aliases = dict.fromkeys(names - {"embedded"}, "embedded")
    return Deck(place, prompts=prompts, config=replace(config, models=aliases))


def _view(deck: Deck, thread: str) -> dict[str, object]:
    from playhead.play import outcome_of
    from playhead.transcript import transcript
    from playhead.views import run_view

    runs = deck.runs(thread)
    chat = [{"role": one.role, "text": one.text, "run": one.run} for one in transcript(runs, outcome_of(deck.config))]
    return {"thread": thread, "chat": chat, "runs": [run_view(run) for run in runs]}


def _print(console: Console, deck: Deck, name: str, threads: list[str]) -> Run:
    """The conversations as chat, and what happened in their busiest run, which is given back."""
    from playhead.cli.chatting import print_chat, print_heading
    from playhead.cli.printing import print_wrapped, text
    from playhead.cli.timeline import print_timeline
    from playhead.play import outcome_of
    from playhead.transcript import transcript

    outcome = outcome_of(deck.config)
    everything = [deck.runs(thread) for thread in threads]
    opening = f"{len(threads)} conversations with the agent {name!r}. The embedded model answers: no key, no network."
    print_wrapped(console, text(f"{opening}\n", "bold"))
    for runs in everything:
        print_heading(console, runs)
        print_chat(console, transcript(runs, outcome))
    busiest = max((run for runs in everything for run in runs), key=lambda run: len(run.calls))
    console.print(
        text(f"What happened for one message of {busiest.thread}: its steps, and what each call was asked", "bold")
    )
    print_timeline(console, busiest, exchange=True)
    return busiest


def _print_next(console: Console, name: str, place: Location, run: Run) -> None:
    from playhead.cli.printing import text
    from playhead.errors import at_a_shell

    shown = f"--store {at_a_shell(str(place))}"
    called = next((step.prompts[0] for step in run.steps[::-1] if step.prompts), "NAME")
    tries = {
        f"playhead ls {shown}": "the conversations just recorded",
        f"playhead show {run.id[:6]} --calls {shown}": "every call of that run, as sent and as answered",
        f"playhead prompt show {called}": "the words a model was given, and who may edit them: you",
        f"playhead replay {run.id[:6]} --prompts FOLDER {shown}": "that run with prompt files you changed",
        f"playhead backtest --prompts FOLDER {shown}": "all that is recorded: the price first, then a verdict",
        f"playhead chat {name}": "talk to it yourself",
    }
    console.print(text("What to try next", "bold"))
    for command, why in tries.items():
        console.print(text(f"  {command}"))
        console.print(text(f"      {why}", "dim"))
