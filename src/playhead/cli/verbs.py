"""Which verbs are there?

They stand in the order in which somebody new would need them.
"""

from __future__ import annotations

from typing import Annotated

import typer

from playhead.cli import (
    backtesting,
    bisecting,
    checking,
    demonstration,
    differing,
    forking,
    importing,
    keeping,
    labelling,
    listing,
    playing,
    prompts,
    replaying,
    resuming,
    settling,
    showing,
    starting,
    taping,
)
from playhead.cli.helping import Verb

# Plain help: drawing it with Rich takes twice as long as everything else together.
app = typer.Typer(
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    context_settings={"max_content_width": 100},
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(version("playhead"))
        raise typer.Exit


@app.callback()
def playhead(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_tell_version)
    ] = False,
) -> None:
    """Record every step of a LangGraph agent, look at it, go on from it.

    Start with: playhead demo
    """


app.command("demo", cls=Verb, short_help="Three conversations, played, shown, and what to try next.")(
    demonstration.demo
)
app.command("init", cls=Verb, short_help="Make a new project with a small agent.")(starting.init)
app.command("run", cls=Verb, short_help="Play a file of conversations to an agent.")(playing.run)
app.command("chat", cls=Verb, short_help="Talk to an agent, one line a message.")(playing.chat)
app.command("import", cls=Verb, short_help="Record conversations that others recorded.")(importing.import_)
app.command("ls", cls=Verb, short_help="The newest conversations.")(listing.ls)
app.command("show", cls=Verb, short_help="A conversation as chat, with what happened step by step.")(showing.show)
app.command("diff", cls=Verb, short_help="What differs between two conversations, runs, or versions of a prompt.")(
    differing.diff
)
app.command("replay", cls=Verb, short_help="A recorded turn again: exactly, or with changes.")(replaying.replay)
app.command("fork", cls=Verb, short_help="Another way for a recorded turn, from one of its steps.")(forking.fork)
app.command("verify", cls=Verb, short_help="Does today's code still do what was recorded? For CI.")(replaying.verify)
app.command("backtest", cls=Verb, short_help="What changed prompts would have said in recorded conversations.")(
    backtesting.backtest
)
app.command("bisect", cls=Verb, short_help="Which commit of the prompts changed a check on recorded conversations.")(
    bisecting.bisect
)
app.command("tape", cls=Verb, short_help="Runs as one portable file, to keep, send, or test against.")(taping.tape)
app.command("label", cls=Verb, short_help="Say what became of a conversation, or read what was said.")(labelling.label)
app.command("resume", cls=Verb, short_help="Go on after an interrupt or a crash.")(resuming.resume)
app.command("settle", cls=Verb, short_help="Say whether an effect happened that was cut off.")(settling.settle)
app.add_typer(prompts.app, name="prompt", short_help="List, show, check and fill prompt files.")
app.command("doctor", cls=Verb, short_help="Is everything here as it must be?")(checking.doctor)
app.add_typer(
    keeping.app, name="db", short_help="Check the recording, forget a customer, keep it small and up to date."
)
