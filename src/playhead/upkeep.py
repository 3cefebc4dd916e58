"""How does a recording lose what it may lose, and what becomes of the room that was taken?

Customers are forgotten, old runs pruned, values that nothing refers to swept; freed pages are given back each time, so
that nothing removed is left in the files.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playhead.elsewhere import files_naming
from playhead.errors import BadInput, StillRead, StoreBusy, nearest_name
from playhead.location import file_of
from playhead.records import RUN_STATUSES
from playhead.selection.conditions import moment_of
from playhead.store import Store, erasure, pruning
from playhead.store.pruning import Pruned, Rule
from playhead.store.session import has_half_characters


@dataclass(frozen=True, slots=True)
class Vacuumed:
    """How many values nothing referred to, and the bytes the recording took before and takes after."""

    values: int
    before: int
    after: int


# ── a customer, by the name that is stored ───────────────────────────────────────────────────────────────────


def threads_of(store: Store, customer: str) -> list[str]:
    """The conversations of this name, or whose runs' metadata names this customer."""
    store.flush()
    with store.reading() as session:
        return [row["name"] for row in erasure.threads_of_customer(session, customer)]


def forget(store: Store, customer: str, handles: Iterable[Any], given: str) -> int:
    """Erase a customer here and in every handle that has `forget`; gives how many conversations went.

    `given` is the name as it was before a secret was taken out of it: the handles know the customer by that.

    What was erased before, by a process that was killed before its bytes were gone, goes from the files now.

    Raises `StillRead`, and what a handle raises; all the rest is erased then.
    """
    names = _known_as(store, customer, given)
    count = store.write(lambda session: erasure.forget(session, customer))
    problems = forget_in(handles, names)
    if _freed(store) is not None:
        _give_back(store)
    for problem in problems:
        raise problem
    return count


def forget_in(handles: Iterable[Any], names: Iterable[str]) -> list[Exception]:
    """Erase these names wherever one can; gives what went wrong, so that it keeps nothing else from being erased."""
    problems: list[Exception] = []
    for handle in handles:
        try:
            for name in names if hasattr(handle, "forget") else ():
                handle.forget(name)
        except Exception as problem:  # noqa: BLE001 - raised when all the rest is erased
            problems.append(problem)
    return problems


def files_about(store: Store, customer: str, root: Path, given: str) -> list[Path]:
    """Files of the project at `root` that speak of a customer, and are none of the recording."""
    names = _known_as(store, customer, given)
    runs = [run.id for thread in threads_of(store, customer) for run in store.runs_of(thread)]
    return files_naming(root, {*names, *runs}, besides=file_of(store.location, root))


def _known_as(store: Store, customer: str, given: str) -> list[str]:
    """Every name the customer goes by; none where it holds half a character, which no recording and no file has."""
    if has_half_characters(customer):
        return []
    store.flush()
    with store.reading() as session:
        return sorted({*erasure.known_as(session, customer), given})


# ── room ─────────────────────────────────────────────────────────────────────────────────────────────────────


def vacuum(store: Store) -> Vacuumed:
    """Remove values that nothing refers to, and give freed pages back. Raises `StillRead`."""
    before = store.backend.size()
    swept = store.write(erasure.sweep)
    return Vacuumed(swept.values, before, _give_back(store))


def rule(older_than: str | None, keep_last: int, statuses: Iterable[str], origins: bool, state: bool) -> Rule:
    """What is to be pruned, from what was typed. Raises `BadInput` where that says nothing."""
    wanted = frozenset(statuses)
    if older_than is None and not keep_last and not wanted:
        raise BadInput("prune", "nothing says which runs.", "Give --older-than 90d, --keep-last 20 or --status failed.")
    for status in wanted - RUN_STATUSES:
        problem = f"no run ends as {status!r}.{nearest_name(status, RUN_STATUSES)}"
        raise BadInput("--status", problem, f"There are: {', '.join(sorted(RUN_STATUSES))}.")
    before = None if older_than is None else moment_of("--older-than", older_than, time.time())
    return Rule(before, keep_last, wanted, origins, state)


def prune(store: Store, rule: Rule, *, dry: bool) -> Pruned:
    """Remove runs: what would go, or, where it is not `dry`, what went. Raises `StillRead`."""
    if dry:
        return store.tried(lambda session: pruning.prune(session, rule))
    made = store.write(lambda session: pruning.prune(session, rule))
    _give_back(store)
    return made


def _freed(store: Store) -> bytes | None:
    with store.reading() as session:
        return erasure.freed(session)


def _give_back(store: Store) -> int:
    """Gives the bytes that the recording takes then."""
    mark = _freed(store)
    try:
        store.compact()
    except StoreBusy as busy:
        raise StillRead(str(store.location)) from busy
    size = store.backend.size()
    store.write(lambda session: erasure.compacted(session, mark))
    return size
