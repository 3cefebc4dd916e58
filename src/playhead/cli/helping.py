"""How does the help of a verb read, and what if nobody reads on?

By what one types: no names of Python's types, no bounds that nobody reaches.
"""

from __future__ import annotations

from typing import Any

from typer.core import TyperArgument, TyperCommand, TyperOption


class ReaderLeft(Exception):
    """Whoever read what is printed does not want more, as `head`."""


class Verb(TyperCommand):
    """A command whose help says `RUN` where Typer would say `RUN <str>`, and that may be cut short by its reader."""

    def invoke(self, ctx: Any) -> Any:
        """Carry it out. Raises `ReaderLeft`: a pipe that was closed would be an error to Typer."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise ReaderLeft from error

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The arguments and options, a row each."""
        for heading, kind in (("Arguments", TyperArgument), ("Options", TyperOption)):
            rows = [_row(param, ctx) for param in self.get_params(ctx) if isinstance(param, kind)]
            if rows:
                with formatter.section(heading):
                    formatter.write_dl(rows)


def _row(param: TyperArgument | TyperOption, ctx: Any) -> tuple[str, str]:
    param.min = param.max = None  # for the help only: what is typed is checked by its declaration
    name, told = param.get_help_record(ctx) or ("", "")
    return (param.display_name_raw if isinstance(param, TyperArgument) else name), told
