"""How do two conversations, two runs or two versions of a prompt differ, in words?"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from playhead.cli import options

if TYPE_CHECKING:
    from playhead.comparison import Comparison, PromptComparison
    from playhead.deck import Deck
    from playhead.records import PromptUse, Run

VERSION: Final = re.compile(r"(?P<name>[^@\s]+)@(?P<version>\S+)")
HASH: Final = re.compile("now|[0-9a-f]{4,64}")
Side = Annotated[
    str | None,
    typer.Argument(metavar="B", help="What it is compared with; without it, a replay's or a fork's original."),
]


def diff(
    a: Annotated[str, typer.Argument(metavar="A", help="A conversation, a run, or a prompt's version NAME@HASH.")],
    b: Side = None,
    side_by_side: Annotated[
        bool, typer.Option("--side-by-side", help="Both texts beside each other, instead of one in the other.")
    ] = False,
    store: options.Store = None,
    prompts: options.Prompts = None,
    json: options.Json = False,
) -> None:
    """playhead diff c-1042 c-1043

    Compares conversations or runs turn by turn and step by step: effects that only one has first, then the calls that
    differ on their own account; what only follows from those is said, and not compared. A replay or a fork alone is
    compared with the run it was made from. Two versions of a prompt: playhead diff reply@1a2b3c4d reply@now. Exit code
    1 if anything differs.
    """
    versions = _as_versions(a, b)
    with options.open_to_read(store) as deck:
        if versions:
            left, right = (_version(deck, each, prompts) for each in versions)
            _prompts(left, right, side_by_side, json)
        else:
            _runs(deck, a, b, side_by_side, json)


def _as_versions(a: str, b: str | None) -> list[re.Match[str]]:
    """Both as versions of a prompt, where they are meant so: they look like such, or one of two is `now`."""
    found = [VERSION.fullmatch(each) for each in (a, b or f"{a.partition('@')[0]}@now")]
    both = [each for each in found if each]
    looks_so = all(HASH.fullmatch(each["version"]) for each in both)
    says_now = b is not None and any(each["version"] == "now" for each in both)
    return both if len(both) == len(found) and (looks_so or says_now) else []


def _runs(deck: Deck, a: str, b: str | None, side_by_side: bool, json: bool) -> None:
    from playhead.cli.printing import write_json
    from playhead.comparison import compare, comparison_view
    from playhead.play import outcome_of

    given = _named(deck, a)
    left, right = (deck.originals(given), given) if b is None else (given, _named(deck, b))
    found = compare(left, right, outcome_of(deck.config))
    if json:
        write_json(comparison_view(found))
    else:
        _print(found, side_by_side)
    if not found.unchanged:
        raise typer.Exit(1)


def _named(deck: Deck, name: str) -> list[Run]:
    """The runs of a conversation, or the one run of this id."""
    runs = deck.thread(name)
    return [run for run in runs if run.id.startswith(name)] or runs


def _print(found: Comparison, side_by_side: bool) -> None:
    from playhead.cli.changes import print_told
    from playhead.cli.printing import data
    from playhead.comparison import told

    console = data()
    for line in told(found):
        print_told(console, line, side_by_side=side_by_side)


def _version(deck: Deck, named: re.Match[str], prompts: Path | None) -> PromptUse:
    from playhead.cli.prompts import folder_of
    from playhead.comparison.prompts import NOW, version_in

    name, version = named["name"], named["version"]
    return version_in(folder_of(prompts), name) if version == NOW else deck.prompt_version(name, version)


def _prompts(left: PromptUse, right: PromptUse, side_by_side: bool, json: bool) -> None:
    from playhead.cli.printing import write_json
    from playhead.comparison import compare_prompts, prompt_comparison_view

    found = compare_prompts(left, right)
    if json:
        write_json(prompt_comparison_view(found))
    else:
        _print_prompts(found, side_by_side)
    if not found.unchanged:
        raise typer.Exit(1)


def _print_prompts(found: PromptComparison, side_by_side: bool) -> None:
    from playhead.cli.changes import print_change
    from playhead.cli.printing import data, line
    from playhead.diff import words

    console = data()
    sides = [f"{use.name}@{use.content_hash[:12]}" for use in (found.left, found.right)]
    same = " · the same" if found.unchanged else ""
    console.print(line(f"{sides[0]} ↔ {sides[1]}{same}", "bold"))
    for file, left, right in found.files:
        if left != right:
            console.rule(line(file), style="dim", align="left")
            print_change(console, words(left or "", right or ""), side_by_side=side_by_side)
