"""Does today's code still do what was recorded? Exact replays of many turns, and by which field they differ.

A turn is verified, or it differs, or nobody can say: its graph is not configured here, or the recording lacks what an
exact replay needs. What cannot be said is told like what differs, never left out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from playhead.errors import NothingSelected, PlayheadError
from playhead.graph.player import Terms
from playhead.graph.recording import Recording
from playhead.graph.replaying import TurnPlayer
from playhead.records import Divergence, Replay, Run
from playhead.replays import NUMBERS, turns_of
from playhead.selection import choose, selection_of
from playhead.store import Store

Verdict = Literal["verified", "differs", "not verified"]


@dataclass(frozen=True, slots=True)
class Verified:
    """A turn, by its last run, and its exact replay; without one, the `problem` says why there is none.

    `turn` counts the events of the conversation from 1.
    """

    run: Run
    turn: int
    replay: Replay | None = None
    problem: PlayheadError | None = None

    @property
    def verdict(self) -> Verdict:
        """What is known of it now."""
        if self.replay is None:
            return "not verified"
        return "verified" if self.replay.unchanged else "differs"

    @property
    def divergence(self) -> Divergence | None:
        """Where it first came out otherwise."""
        return self.replay.divergence if self.replay else None

    @property
    def group(self) -> str:
        """What it is told together with: the first field that differs, wherever in the run, or the problem."""
        if self.replay is None:
            return str(self.problem.happened if self.problem else "")
        first = self.replay.divergence
        return f"{NUMBERS.sub('', first.step)} · {first.field}" if first else self.replay.stopped


class Verifier:
    """Plays recorded turns exactly, many through each graph. What either function raises of ours is told."""

    def __init__(self, graph_of: Callable[[str], Any], recording_of: Callable[[str], Recording]) -> None:
        self._graph_of, self._recording_of = graph_of, recording_of
        self._players: dict[str, TurnPlayer] = {}

    def each(self, conversations: Iterable[Sequence[Run]], only: Container[str] | None = None) -> Iterator[Verified]:
        """Each turn of these conversations as it comes, a conversation's runs being oldest first.

        `only` are ids of runs: turns without one are left out, and each is played up to the last that it has.
        """
        for runs in conversations:
            for number, turn in enumerate(turns_of(runs), start=1):
                last = max((at for at, run in enumerate(turn) if only is None or run.id in only), default=None)
                if last is not None:
                    yield self.turn(turn[: last + 1], number)

    def turn(self, turn: Sequence[Run], number: int) -> Verified:
        """One turn: the runs of one event, oldest first."""
        run = turn[-1]
        try:
            return Verified(run, number, self._player(run.graph).play(turn).replay)
        except PlayheadError as problem:
            return Verified(run, number, problem=problem)

    def _player(self, name: str) -> TurnPlayer:
        if name not in self._players:
            self._players[name] = TurnPlayer(self._graph_of(name), self._recording_of(name), Terms())
        return self._players[name]


def chosen_threads(
    store: Store, where: Sequence[str], *, since: str | None, until: str | None, limit: int | None
) -> list[str]:
    """The conversations that meet these conditions, oldest first. Raises `NothingSelected`, `BadInput`."""
    selection = selection_of(where, since=since, until=until, limit=limit, now=time.time())
    if chosen := choose(store, selection).conversations:
        return [each.thread for each in chosen]
    said = [*where, *(f"{name} {value}" for name, value in (("since", since), ("until", until)) if value)]
    raise NothingSelected(" and ".join(said))


def groups(found: Iterable[Verified]) -> list[tuple[str, list[Verified]]]:
    """Those that are not verified, or differ, by what they have in common; most first."""
    together: dict[str, list[Verified]] = {}
    for one in found:
        if one.verdict != "verified":
            together.setdefault(one.group, []).append(one)
    return sorted(together.items(), key=lambda group: -len(group[1]))
