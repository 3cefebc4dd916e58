"""Which recorded conversations meet what is wanted, and which of them are taken?

A conversation has a fact if one of its runs has it: what became of it is often said of its last run only. Forks and
replays are conversations, too, but nobody had them: they are taken only where their origin is asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from playhead.errors import BadInput, nearest_name
from playhead.selection.conditions import OF_THE_RUN, ORIGIN, Condition, Selection, text_of
from playhead.selection.sampling import lot, quotas, spread
from playhead.store import Store
from playhead.store.catalogue import RunRow, fact_names, prompts_used, runs_between, runs_using
from playhead.store.session import Session


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation that is taken, its runs oldest first; `group` is its value of the fact a sample is balanced by."""

    thread: str
    runs: tuple[RunRow, ...]
    group: str = ""


@dataclass(frozen=True, slots=True)
class Selected:
    """What is taken, oldest first, and how many conversations (or runs, where these are judged) `matched` before."""

    conversations: tuple[Conversation, ...]
    matched: int

    @property
    def runs(self) -> tuple[RunRow, ...]:
        """The runs of all of them."""
        return tuple(run for conversation in self.conversations for run in conversation.runs)


Texts = Callable[[RunRow, str], Iterable[str]]


def choose(store: Store, selection: Selection) -> Selected:
    """The conversations that are wanted. Raises `BadInput` for a name that no fact on the recording has."""
    store.flush()
    since = -math.inf if selection.since is None else selection.since
    until = math.inf if selection.until is None else selection.until
    with store.reading() as session:
        rows = runs_between(session, since, until, store.decode, whole=selection.whole)
        _check_names(session, store, rows, selection)
        texts = _texts(_prompts(session, store, selection.where))
    if ORIGIN not in selection.names:
        rows = [row for row in rows if ORIGIN not in row.facts]
    found = [one for one in _units(rows, selection.whole) if _meets(one, selection.where, texts)]
    return Selected(tuple(_together(_drawn(found, selection, texts))), len(found))


def newest_first(store: Store, selection: Selection) -> list[str]:
    """The names of the conversations that are wanted, with the newest runs first. Raises as `choose`."""
    chosen = choose(store, selection).conversations
    return [one.thread for one in sorted(chosen, key=lambda one: one.runs[-1].number, reverse=True)]


def _units(rows: Iterable[RunRow], whole: bool) -> list[Conversation]:
    """What is judged: conversations, or each run on its own; in the order they began."""
    if not whole:
        return sorted((Conversation(row.thread, (row,)) for row in rows), key=_began)
    runs: dict[str, list[RunRow]] = {}
    for row in rows:
        runs.setdefault(row.thread, []).append(row)
    return sorted((Conversation(thread, tuple(theirs)) for thread, theirs in runs.items()), key=_began)


def _began(one: Conversation) -> tuple[float, str]:
    return one.runs[0].started, one.runs[0].id


def _meets(one: Conversation, conditions: Sequence[Condition], texts: Texts) -> bool:
    return all(
        condition.met([text for run in one.runs for text in texts(run, condition.name)]) for condition in conditions
    )


def _texts(prompts: dict[int, set[str]]) -> Texts:
    """How a run's values of a fact are read, as texts."""

    def texts(run: RunRow, name: str) -> Iterable[str]:
        if name == "prompt":
            return prompts.get(run.number, ())
        if name in ("thread", "graph", "status"):
            return (getattr(run, name),)
        value = run.facts.get(name)
        return () if value is None else (text_of(value),)

    return texts


def _prompts(session: Session, store: Store, conditions: Iterable[Condition]) -> dict[int, set[str]]:
    """By run, the names of the prompts it used, as far as a condition speaks of them."""
    asked = [replace(one, sign="=" if one.sign == "!=" else one.sign) for one in conditions if one.name == "prompt"]
    used: dict[str, list[int]] = {}
    for ref, use in prompts_used(session, store.decode).items() if asked else ():
        used.setdefault(use.name, []).append(ref)
    found: dict[int, set[str]] = {}
    for name, refs in used.items():
        if any(condition.met([name]) for condition in asked):
            for run in runs_using(session, refs):
                found.setdefault(run, set()).add(name)
    return found


def _check_names(session: Session, store: Store, rows: Iterable[RunRow], selection: Selection) -> None:
    unseen = set(selection.names) - {*OF_THE_RUN, *(name for row in rows for name in row.facts)}
    if not unseen:
        return
    known = fact_names(session, store.decode)  # of all runs: here they were those of a time only
    for name in selection.names if known else ():
        if name in unseen - known:
            option = "--by" if name == selection.by else "--where"
            raise BadInput(
                option,
                f"no run has a fact {name!r}.{nearest_name(name, {*known, *OF_THE_RUN})}",
                f"Known are {', '.join([*OF_THE_RUN, *sorted(known - {*OF_THE_RUN})])}.",
            )


def _drawn(found: list[Conversation], selection: Selection, texts: Texts) -> list[Conversation]:
    """The newest up to the limit; of these the sample, in groups as equal as can be."""
    if selection.limit is not None:
        newest = sorted(found, key=lambda one: (one.runs[-1].started, one.runs[-1].id))[-selection.limit :]
        found = sorted(newest, key=_began)
    if selection.sample is None:
        return found
    groups: dict[str, list[Conversation]] = {}
    for one in found:
        group = _group(one, selection.by, texts)
        groups.setdefault(group, []).append(replace(one, group=group))
    shares = quotas({group: len(members) for group, members in groups.items()}, selection.sample)

    def drawn(one: Conversation) -> bytes:
        return lot(selection.seed, one.runs[0].id)

    return sorted((one for group in groups for one in spread(groups[group], shares[group], drawn)), key=_began)


def _group(one: Conversation, by: str | None, texts: Texts) -> str:
    """The newest value of the fact that a conversation has."""
    return next((text for run in reversed(one.runs) for text in texts(run, by)), "") if by else ""


def _together(units: Iterable[Conversation]) -> Iterator[Conversation]:
    """Runs that were taken one by one, by conversation again."""
    taken: dict[str, Conversation] = {}
    for one in units:
        before = taken.get(one.thread)
        taken[one.thread] = replace(before, runs=(*before.runs, *one.runs)) if before else one
    yield from taken.values()
