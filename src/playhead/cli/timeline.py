"""How does a run look on a terminal? A line a step, its calls below, on demand what they were asked and answered."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from playhead.cli.printing import line, text
from playhead.cli.words import count, laid_out

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from playhead.records import Call, PromptUse, Run, Step
    from playhead.standing import Standing

GLANCE = ("clock", "id", "memory")
"""Kinds of calls that a timeline counts but does not list."""
EMPTY: tuple[Any, ...] = (None, "", [], {})


def print_timeline(
    console: Console, run: Run, *, calls: bool = False, state: bool = False, exchange: bool = False
) -> None:
    """A run: with `exchange` one line of question and answer a call; `calls` and `state` show them whole."""
    from playhead.views import own_steps, questions_of

    steps, asked = own_steps(run.steps), questions_of(run)
    console.rule(line(_title(run, steps)), style="dim", align="left")
    if not (calls or state):
        console.print(_table(steps, asked, exchange=exchange))
    for step in steps if calls or state else ():
        console.print(_table([step], asked, calls=() if calls else step.calls))
        if state:
            _print_value(console, "input", step.input)
            _print_value(console, "output", step.output)
        for call in step.calls if calls else ():
            console.print(_table([], asked, calls=[call]))
            _print_call(console, call)
    if (error := run.error) is not None:
        console.print(text(f"{error.kind}: {error.message}" if error.message else error.kind, "red"))
    if gaps := run.gaps:
        console.print(text(f"Not all of it is recorded: {count(gaps, 'gap')}; the log of then says which.", "yellow"))
    console.print()


def _title(run: Run, steps: list[Step]) -> str:
    made = [call for step in steps for call in step.calls]
    read, written = sum(call.input_tokens or 0 for call in made), sum(call.output_tokens or 0 for call in made)
    parts = [run.id, run.status]
    if run.attempt > 1:
        parts.append(f"attempt {run.attempt}")
    if run.ended is not None:
        parts.append(f"{run.ended - run.started:.2f} s")
    parts += [count(len(steps), "step"), count(len(made), "call")]
    if read or written:
        parts.append(f"{read:,} → {written:,} tokens")
    return " · ".join(parts)


def _table(
    steps: Iterable[Step], asked: Mapping[str, Any], *, calls: Iterable[Call] | None = None, exchange: bool = False
) -> Table:
    """Steps and below each its calls, or these `calls` in their place; `asked` are the run's questions by id."""
    from rich.table import Table

    made = Table.grid(padding=(0, 2, 0, 0), expand=True)
    made.add_column(no_wrap=True, min_width=14)
    made.add_column(justify="right", no_wrap=True)
    made.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    for step in steps:
        made.add_row(line(step.address, "bold"), line(f"{step.seconds:.3f} s", "dim"), line(_wrote(step, asked)))
        for call in step.calls if calls is None else ():
            _add_call(made, call, exchange=exchange)
    for call in calls or ():
        _add_call(made, call, exchange=exchange)
    return made


def _add_call(made: Table, call: Call, *, exchange: bool) -> None:
    from playhead.views import answered, asked

    if call.kind in GLANCE:
        return
    made.add_row("", line(f"{call.seconds:.3f} s", "dim"), line(_call(call), "cyan"))
    if exchange:
        made.add_row("", line("asked", "dim"), line(asked(call)))
        made.add_row("", line("answered", "dim"), line(answered(call)))


def _wrote(step: Step, asked: Mapping[str, Any]) -> str:
    from playhead.records import RETURNED
    from playhead.views import brief

    error = step.error
    if step.status == "interrupted" and error is not None:
        return f"asks: {', '.join(brief(asked.get(each, '…'), 200) for each in error.details.get('ids') or ())}"
    if step.status != "done":
        return f"{step.status}{': ' + error.message if error and error.message else ''}"
    written = {name: value for name, value in step.output.items() if ":" not in name and value not in EMPTY}
    room = 60 if len(written) > 1 else 200
    told = ((RETURNED.get(name, name), brief(value, room)) for name, value in written.items())
    return ", ".join(f"{name} = {value}" for name, value in told)


def _call(call: Call) -> str:
    from playhead.records import ReplayedCall

    parts = [f"{call.kind} {call.name}"]
    if isinstance(call, ReplayedCall):
        parts.append(call.fate if call.fate == "reused" else f"{call.fate}: {call.why}")
    if (use := call.prompt) is not None:
        parts.append(f"{use.name}.md {use.content_hash[:8]}")
    if call.input_tokens is not None:
        parts.append(f"{call.input_tokens:,} → {call.output_tokens or 0:,} tokens")
    if call.attempt > 1:
        parts.append(f"attempt {call.attempt}")
    if call.status != "done":
        error = call.error
        parts.append(f"{call.status}{': ' + error.message if error and error.message else ''}")
    return " · ".join(parts)


def _print_call(console: Console, call: Call) -> None:
    from playhead.views import plain

    request, response = plain(call.request), plain(call.response)
    if call.kind == "model" and isinstance(request, dict):
        for message in request.pop("messages", []):
            _print_message(console, "→", message)
        _print_value(console, "→ with", request)
        message = response.get("message") if isinstance(response, dict) else response
        _print_message(console, "←", message)
    else:
        _print_value(console, f"→ {call.kind} {call.name}", request)
        _print_value(console, "←", response)
    if (error := call.error) is not None:
        console.print(text(f"    ← {error.kind}: {error.message}", "red"))


def _print_message(console: Console, arrow: str, message: Any) -> None:
    if not isinstance(message, dict) or not isinstance(message.get("content"), str):
        _print_value(console, arrow, message)
        return
    rest = {name: value for name, value in message.items() if name not in ("role", "content")}
    if message["content"] or not rest:
        _print_block(console, f"{arrow} {message.get('role', '')}", message["content"])
    if rest:
        _print_value(console, f"{arrow} {message.get('role', '')}", rest)


def _print_value(console: Console, label: str, value: Any) -> None:
    from playhead.views import plain

    if value is not None:
        made = plain(value)
        _print_block(console, label, made if isinstance(made, str) else laid_out(made))


def _print_block(console: Console, label: str, content: str) -> None:
    from rich.table import Table

    block = Table.grid(padding=(0, 1, 0, 0))
    block.add_column(width=4)
    block.add_column(no_wrap=True, min_width=12)
    block.add_column(overflow="fold")
    block.add_row("", line(label, "dim"), text(content))
    console.print(block)


def print_standing(console: Console, thread: str, stands: Standing) -> None:
    """What is left undone in the conversation, and what to do about it."""
    from playhead.cli.words import moment
    from playhead.views import brief

    resume, settle = (shlex.join(["playhead", verb, thread]) for verb in ("resume", "settle"))
    for doubt in stands.in_doubt:
        told = f"In doubt: {doubt.effect} was begun {moment(doubt.started)} and did not end. Whether it happened is not"
        console.print(text(f"{told} known.\n  {doubt.key}\n  {brief(doubt.arguments, 400)}", "yellow"))
    if stands.in_doubt:
        key = " --key KEY" if len(stands.in_doubt) > 1 else ""
        remedy = f"Look it up, and say so: {settle} --done{key} (or --not-done); then {resume}. An effect with verify"
        console.print(text(f"{remedy} or idempotent needs no word: {resume} is enough."), soft_wrap=True)
    elif stands.cut_off:
        told = "It was cut off: nobody is at work on it any more"
        console.print(text(f"{told}. {resume} goes on with it, and so does its next message.", "yellow"))


def print_prompts(console: Console, uses: Iterable[PromptUse]) -> None:
    """The prompt files that were used, as they were then."""
    for use in uses:
        console.rule(
            line(f"{use.name}.md · content {use.content_hash[:12]} · file {use.file_hash[:12]}"),
            style="dim",
            align="left",
        )
        for file, content in sorted(use.files.items(), key=lambda each: each[0].startswith("_")):
            if len(use.files) > 1:
                console.print(line(file, "bold"))
            console.print(text(content), soft_wrap=True)
