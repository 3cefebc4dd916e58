"""How does a recorded conversation go another way from one of its steps?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from playhead.cli import options

if TYPE_CHECKING:
    from playhead.records import Run


def fork(
    name: Annotated[
        str, typer.Argument(metavar="RUN", help="A run, or a conversation for its last one; may be shortened.")
    ],
    at: Annotated[
        str | None, typer.Option("--at", metavar="STEP", help="The step's address, such as draft@6 or a@4/b@2.")
    ] = None,
    values: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A value of the state there; JSON if it is.")
    ] = None,
    answer: Annotated[
        str | None, typer.Option("--answer", metavar="TEXT", help="What a person answers there; JSON if it is.")
    ] = None,
    prompts: options.ChangedPrompts = None,
    model: options.ChangedModels = None,
    live_reads: options.LiveReads = False,
    store: options.Store = None,
    json: options.Json = False,
) -> None:
    """playhead fork r-9f2c --at draft@6 --set intent=exchange

    Lets a recorded turn go another way from a step, on a thread of its own. Everything before the step is as recorded
    and costs nothing; from there on only what asks otherwise is asked, and nothing is sent. The original conversation
    is not touched. With --answer, a run that stopped to ask is given that answer.

    Exit code 3 if there is no such step, 4 if today's code does not come there, 5 if a model failed, 6 if an effect
    was held back that nothing could stand for.
    """
    from playhead.cli.replayed import show_changed
    from playhead.cli.typed import as_said, named_models, state_values
    from playhead.play.talking import with_resources

    changes: dict[str, Any] = {
        "state": state_values("--set", values or ()),
        "prompts": prompts,
        "models": named_models(model or ()),
    }
    if answer is not None:
        changes["answer"] = as_said(answer)
    with options.open_to_replay(store) as deck:
        run = _meant(deck.thread(name), name)
        with with_resources(deck, run.graph if live_reads else None) as resources:
            graph = deck.config.graph(run.graph)
            made = deck.fork(run, graph, at, **changes, live_reads=live_reads, resources=resources)
        show_changed(deck, [made], [deck.run(made.id)], json=json)


def _meant(runs: list[Run], name: str) -> Run:
    """The run of this id, or the conversation's last."""
    return next((run for run in runs if run.id.startswith(name)), runs[-1])
