"""What was said in a conversation, and what happened for it?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from playhead.cli import options

if TYPE_CHECKING:
    from playhead.records import Run
    from playhead.standing import Standing
    from playhead.transcript import Line


def show(
    name: Annotated[
        str, typer.Argument(metavar="THREAD|RUN", help="A conversation, or one of its runs; may be shortened.")
    ],
    calls: Annotated[bool, typer.Option("--calls", help="Each call's request as sent, and its response.")] = False,
    state: Annotated[bool, typer.Option("--state", help="Each step's whole input and output.")] = False,
    prompt: Annotated[bool, typer.Option("--prompt", help="The prompt texts that were used, as recorded.")] = False,
    store: options.Store = None,
    json: options.Json = False,
) -> None:
    """playhead show c-1042 --calls

    Shows a conversation as chat, then what happened in each run: a line a step with its time, its calls and what it
    wrote. Given a run, shows that run only.
    """
    from playhead.cli.printing import write_json

    with options.open_to_read(store) as deck:
        from playhead.play import outcome_of
        from playhead.standing import standing
        from playhead.transcript import transcript

        whole = deck.thread(name)
        runs = [run for run in whole if run.id.startswith(name)] or whole
        shown = {run.id for run in runs}
        lines = [line for line in transcript(whole, outcome_of(deck.config)) if line.run in shown]
        stands = standing(deck.store, whole)
        if json:
            write_json(_view(runs, lines, stands, calls=calls, state=state, prompt=prompt))
        else:
            _print(runs, lines, stands, calls=calls, state=state, prompt=prompt)


def _view(
    runs: list[Run], lines: list[Line], stands: Standing, *, calls: bool, state: bool, prompt: bool
) -> dict[str, Any]:
    from playhead.views import doubt_view, iso, prompts_used, run_view, step_view

    made: dict[str, Any] = {
        "thread": runs[0].thread,
        "cut_off": stands.cut_off,
        "in_doubt": [doubt_view(doubt) for doubt in stands.in_doubt],
        "chat": [{"role": one.role, "text": one.text, "run": one.run, "at": iso(one.at)} for one in lines],
        "runs": [
            {**run_view(run), "steps": [step_view(step, state=state, calls=calls) for step in run.steps]}
            for run in runs
        ],
    }
    if prompt:
        made["prompts"] = [
            {"name": use.name, "content_hash": use.content_hash, "files": dict(use.files)} for use in prompts_used(runs)
        ]
    return made


def _print(runs: list[Run], lines: list[Line], stands: Standing, *, calls: bool, state: bool, prompt: bool) -> None:
    from playhead.cli.chatting import print_chat, print_heading
    from playhead.cli.printing import data
    from playhead.cli.timeline import print_prompts, print_standing, print_timeline
    from playhead.views import prompts_used

    console = data()
    print_heading(console, runs)
    print_chat(console, lines)
    for run in runs:
        print_timeline(console, run, calls=calls, state=state)
    print_standing(console, runs[0].thread, stands)
    if prompt:
        print_prompts(console, prompts_used(runs))
