"""Which runs can a changed prompt not reach? Told from the index, without opening one.

A run is a function of its code, its state and its recorded answers. One that made no call from a changed prompt, under
the very code and libraries of today, would come out the same: nothing it reads is different. Where the code is
another, nobody knows before it was replayed exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from playhead.records import PromptUse
from playhead.store import Store
from playhead.store.catalogue import RunRow, distinct, prompts_used, runs_using

Reach = Literal["affected", "unaffected", "other_code"]

ENDED: Final = ("done", "interrupted")
"""How a run ended that did all it would. One that failed or was cut off may have failed over a prompt it never used."""


@dataclass(frozen=True, slots=True)
class Proof:
    """By run id, what a change of prompts can do to it, and which runs made a call from a changed prompt.

    `other_code` says that today's code or libraries are not the run's: it must be replayed exactly before anything can
    be said of it, whether it is in `users` or not.
    """

    reach: Mapping[str, Reach]
    users: frozenset[str]


def affected(
    store: Store,
    runs: Iterable[RunRow],
    prompts: Mapping[str, str] | Callable[[PromptUse], bool],
    today: Mapping[str, str],
) -> Proof:
    """Which of these runs the given prompts can reach.

    `prompts` are those of the set that is tried, name to content hash: a run that used another content under such a
    name is affected. Or they say of each recorded text whether it is changed. `today` are `versions_of` the project
    now; the prompt set's own version is not compared.
    """
    runs = list(runs)
    store.flush()
    with store.reading() as session:
        used = prompts_used(session, store.decode)
        reached = runs_using(session, [ref for ref, use in used.items() if _changed(use, prompts)])
        versions = distinct(session, (run.versions for run in runs), store.decode)
    same = {ref for ref, found in versions.items() if isinstance(found, dict) and _code(found) == _code(today)}
    reach = {run.id: _reach(run, run.number in reached, run.versions in same) for run in runs}
    return Proof(reach, frozenset(run.id for run in runs if run.number in reached))


def _changed(use: PromptUse, prompts: Mapping[str, str] | Callable[[PromptUse], bool]) -> bool:
    if callable(prompts):
        return prompts(use)
    return prompts.get(use.name, use.content_hash) != use.content_hash


def _code(versions: Mapping[str, Any]) -> dict[str, Any]:
    return {name: version for name, version in versions.items() if name != "prompts"}


def _reach(run: RunRow, uses_changed: bool, same_code: bool) -> Reach:
    if not same_code:
        return "other_code"
    return "affected" if uses_changed or run.status not in ENDED else "unaffected"
