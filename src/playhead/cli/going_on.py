"""Which command goes on with one that was stopped? The same as was typed, and where it is to go on from."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator

import typer


def same_command(context: typer.Context, *more: str, without: Collection[str] = ()) -> str:
    """The command as it was typed, `without` these parameters, and with `more` words at its end."""
    names = [param.name for param in context.command.params if param.name and param.name not in without]
    return shlex.join([*context.command_path.split(), *_typed(context, names), *more])


def other_command(context: typer.Context, *words: str, alike: Collection[str] = ()) -> str:
    """Another verb with its arguments, and with these options as they were typed for this one."""
    return shlex.join(["playhead", *words, *_typed(context, alike)])


def _typed(context: typer.Context, names: Collection[str]) -> Iterator[str]:
    for param in context.command.params:
        value = context.params.get(param.name or "")
        if param.name not in names or value in (None, False, ()) or value == param.default:
            continue
        for each in value if isinstance(value, list | tuple) else [value]:
            if param.param_type_name != "argument":
                yield param.opts[0]
            if value is not True:
                yield str(each)
