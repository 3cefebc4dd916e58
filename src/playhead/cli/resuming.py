"""How does a conversation go on after an interrupt or a crash?"""

from __future__ import annotations

from typing import Annotated

import typer

from playhead.cli import options


def resume(
    thread: Annotated[
        str, typer.Argument(metavar="THREAD", help="The conversation, or one of its runs; may be shortened.")
    ],
    answer: Annotated[
        str | None, typer.Option("--answer", metavar="TEXT", help="What the graph waits for; JSON is read as JSON.")
    ] = None,
    store: options.Store = None,
    prompts: options.Prompts = None,
    model: options.Model = None,
    json: options.Json = False,
) -> None:
    """playhead resume c-1042 --answer yes

    Goes on with a conversation: with --answer where its graph waits for one, without it after a crash or an error.
    Effects that were done are not done again.
    """
    from playhead.cli.printing import say, write, write_json
    from playhead.cli.typed import as_said
    from playhead.config import load_config
    from playhead.errors import at_a_shell
    from playhead.play import resume_thread
    from playhead.transcript import not_said

    config = load_config()
    with options.open_to_record(config, store, prompts, model, create=False) as deck:
        name = deck.thread(thread)[-1].thread
        came = resume_thread(deck, name, None if answer is None else as_said(answer))
    if json:
        write_json({"thread": name, **came})
    else:
        write(came["reply"] or f"({not_said(came)})")
        say(f"playhead show {at_a_shell(name)} shows what happened.")
