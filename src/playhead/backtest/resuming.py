"""With what was an experiment begun, so that it goes on with just that?

What it tries and how it draws conversations is kept in its journal before the first question, among its answers.
Conditions and values of a state are not: they may name a customer, who could not be forgotten there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playhead.errors import BadInput, ExperimentNotFound, RunNotFound
from playhead.graph.encoding import Encoder
from playhead.prompts import PromptSet
from playhead.prompts.source import Source
from playhead.store import Store

BEGUN_WITH: Final = "begun with"
"""Where it is kept: no call is named so."""
KEPT: Final = ("models", "since", "until", "sample", "by", "limit", "onward", "control", "code")
TYPED_AGAIN: Final = ("where", "state")
OPTIONS: Final[Mapping[str, str]] = {"models": "--model"}
OR_ANEW: Final = "Leave it out to go on as it was begun, or leave out --resume to begin anew."


@dataclass(frozen=True, slots=True)
class Begun:
    """The wishes of an experiment, and the moment (Unix seconds) at which its conversations were chosen."""

    wishes: Mapping[str, Any]
    at: float
    is_resumed: bool = False


def keep(store: Store, encoder: Encoder, experiment: str, begun: Begun, threads: Iterable[str]) -> None:
    """Keep what an experiment was begun with; it is erased with the first of its conversations."""
    wishes = begun.wishes
    prompts = wishes.get("prompts")
    said = {
        "prompts": prompts.files if isinstance(prompts, PromptSet) else None,
        **{name: wishes[name] for name in KEPT if wishes.get(name)},
        **{name: len(wishes[name]) for name in TYPED_AGAIN if wishes.get(name)},
    }
    part = encoder.plain({"at": begun.at, "wishes": said})
    with suppress(RunNotFound, StopIteration):  # its customer was forgotten meanwhile
        store.keep_answer(experiment, BEGUN_WITH, part, thread=next(iter(threads)), started=begun.at, seconds=0.0)


def resumed(store: Store, experiment: str, wishes: Mapping[str, Any], now: float) -> Begun:
    """The wishes of an experiment that has begun, with those given that are not kept.

    Raises `ExperimentNotFound`, and `BadInput` where another wish is given than it was begun with.
    """
    if experiment not in (known := store.experiments()):
        raise ExperimentNotFound(experiment, known)
    given = {name: value for name, value in wishes.items() if value}
    found = store.answer_of(experiment, BEGUN_WITH)
    if found is None:
        if not any(given.get(name) for name in ("prompts", "models", "state", "code")):
            problem = f"what {experiment} was begun with is not kept any more."
            raise BadInput("--resume", problem, "Give its --prompts or --model again.")
        return Begun(wishes, now)
    said, at = found.answer["wishes"], found.answer["at"]
    for name in TYPED_AGAIN:
        _check_typed_again(name, experiment, given=bool(given.get(name)), had=bool(said.get(name)))
    for name in KEPT:
        if name in given and given[name] != said.get(name):
            before = f"with {_shown(said[name])}" if name in said else "without it"
            problem = f"it is {_shown(given[name])}, and {experiment} was begun {before}."
            raise BadInput(OPTIONS.get(name, f"--{name}"), problem, OR_ANEW)
    kept = {name: said[name] for name in KEPT if name in said}
    return Begun({**given, **kept, "prompts": _prompts(experiment, given.get("prompts"), said["prompts"])}, at, True)


def _shown(wish: Any) -> str:
    return ", ".join(f"{alias}={name}" for alias, name in wish.items()) if isinstance(wish, Mapping) else repr(wish)


def _check_typed_again(name: str, experiment: str, *, given: bool, had: bool) -> None:
    if had and not given:
        problem = f"{experiment} was begun with it, and what it was is not kept: it may name a customer."
        raise BadInput(f"--{name}", problem, "Give it again.")
    if given and not had:
        raise BadInput(f"--{name}", f"{experiment} was begun without it.", OR_ANEW)


def _prompts(experiment: str, given: PromptSet | Path | str | None, kept: Mapping[str, str] | None) -> PromptSet | None:
    """The changed prompts, as they were: a folder that says something else by now is not what is gone on with."""
    if given is not None:
        files = (given if isinstance(given, PromptSet) else PromptSet.draft(given)).files
        other = sorted(name for name in {*files, *(kept or {})} if files.get(name) != (kept or {}).get(name))
        if other:
            problem = f"{experiment} was begun with other prompt files: {', '.join(other)} is not as it was."
            raise BadInput("--prompts", problem, OR_ANEW)
    return None if kept is None else PromptSet.of({name: Source.of(name, text) for name, text in kept.items()})
