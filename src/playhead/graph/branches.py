"""What does a run that was made from another one say of that, and what was put into its state?

A replay that is kept, or a fork, is a run like any other, on a thread of its own. Its metadata name the run it was made
from, and the models that were put in. A state that was put in is found in what the step before wrote: the names are in
the metadata, the values are the last that this step wrote. So whoever plays the run again puts them in again, and finds
every step as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from langchain_core.runnables import RunnableConfig

from playhead.graph.changes import Edit
from playhead.records import LIMIT, NO_FACTS, Run

EDITS: Final = "edits"
MODELS: Final = "models"


def original_thread(run: Run, facts: Mapping[str, Any]) -> str:
    """The thread that the run's nodes were told of: that of the original, on which nothing was written.

    Here as below, `facts` are the run's metadata: read once, they are passed on.
    """
    return str(facts.get("origin_thread") or run.thread)


def own_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata that were given with the run, without what was said of its origin and of its limit."""
    return {name: value for name, value in facts.items() if name not in NO_FACTS}


def limit_of(run: Run, facts: Mapping[str, Any]) -> RunnableConfig:
    """What its caller limited the run's supersteps to, as a config says it; nothing where they did not.

    Several attempts were limited each on its own, and are played as one course.
    """
    return {"recursion_limit": facts[LIMIT]} if LIMIT in facts and run.attempt == 1 else {}


def models_of(facts: Mapping[str, Any]) -> dict[str, str]:
    """What was put in the place of models when the run was made: names by alias."""
    return dict(facts.get(MODELS) or {})


def facts_of_edit(edit: Edit, by: str) -> dict[str, Any]:
    """What the metadata say of an edit that the step at the address `by` wrote."""
    return {"at": edit.at, "after": by, "state": list(edit.values)}


def edits_of(run: Run, facts: Mapping[str, Any], single: Callable[[str | None], Iterable[str]]) -> list[Edit]:
    """What was put into the run's state when it was made; `single` gives, by address, the names that hold one value."""
    found = facts.get(EDITS) or ()
    steps = {step.address: step for step in run.steps} if found else {}
    made = []
    for said in found:
        at, by = said["at"], said["after"]
        values = _last_written(steps[by].writes, said["state"]) if by in steps else {}
        if values:
            made.append(Edit(values, at, frozenset(values.keys() & set(single(at))), by))
    return made


def _last_written(writes: list[tuple[str, Any]], names: list[str]) -> Mapping[str, Any]:
    last = dict(writes[len(writes) - len(names) :])
    return {name: last[name] for name in names if name in last}
