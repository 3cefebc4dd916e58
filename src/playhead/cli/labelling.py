"""What became of a conversation, which nobody knew when it was recorded?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from playhead.cli import options

if TYPE_CHECKING:
    from playhead.records import Label


def label(
    name: Annotated[
        str, typer.Argument(metavar="RUN|THREAD", help="A conversation, or one of its runs; may be shortened.")
    ],
    facts: Annotated[
        list[str] | None, typer.Argument(metavar="NAME=VALUE", help="JSON is read as JSON; null takes a fact away.")
    ] = None,
    store: options.Store = None,
    json: options.Json = False,
) -> None:
    """playhead label c-1042 outcome=lost reason="too dear"

    Says facts of the business of a conversation or a run, to select by with --where. Nothing is overwritten: of
    labels with one name the newest counts. Without facts, shows those there are.
    """
    from playhead.cli.printing import say, write_json
    from playhead.errors import at_a_shell

    with options.open_to_read(store) as deck:
        if given := _typed(facts or ()):
            deck.label(name, **given)
        labels = deck.labels(name)
    if json:
        write_json(_view(labels))
    elif labels:
        _print(labels)
    else:
        shown = at_a_shell(name)
        say(f'Nothing is said of {shown} yet. `playhead label {shown} outcome=lost reason="too dear"` says something.')


def _typed(pairs: Sequence[str]) -> dict[str, Any]:
    from playhead.errors import BadInput

    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise BadInput("playhead label", f"{pair!r} is not NAME=VALUE.", "Write outcome=lost, for one.")
        found[name] = _value(value)
    return found


def _value(text: str) -> Any:
    import json

    try:
        return json.loads(text, parse_constant=_no_json)
    except (ValueError, RecursionError):
        return text


def _no_json(word: str) -> None:
    """Python reads NaN and Infinity as numbers; JSON knows neither."""
    raise ValueError(word)


def _view(labels: Sequence[Label]) -> dict[str, Any]:
    from playhead.views import iso

    return {"labels": [{"name": one.name, "value": one.value, "at": iso(one.at), "run": one.run} for one in labels]}


def _print(labels: Sequence[Label]) -> None:
    from playhead.cli.printing import data, line, table
    from playhead.cli.words import moment
    from playhead.views import brief

    shown = table("fact", "value", "of", "said")
    for one in labels:
        value = "(taken away)" if one.value is None else brief(one.value)
        shown.add_row(line(one.name, "bold"), line(value), line(one.run or "the conversation"), line(moment(one.at)))
    data().print(shown)
