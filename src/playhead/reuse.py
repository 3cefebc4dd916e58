"""Which recorded answer, if any, answers a call that a replay is about to make?

The one at the same place, if its request is the same; else the first of the recorded ones with the same request that
has not been served yet, wherever it stands. Never any other: an answer to another request would be stale. This room
knows nothing of models or graphs: a place is where a call stands, a key is the hash of what it asks.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, NamedTuple

SEGMENT: Final = re.compile(r"^(?P<node>.*)@(?P<superstep>-?\d+)(?:\[(?P<index>\d+)\])?$")


class Place(NamedTuple):
    """Where a call stands: its step's address, which execution of that step and of those around it, its kind, and its
    number of that kind."""

    address: str
    tries: tuple[int, ...]
    kind: str
    ordinal: int


@dataclass(frozen=True, slots=True)
class Answer:
    """A recorded call: its number, its place, and the keys of what it asked (worked out when first needed)."""

    number: int
    place: Place
    asked: Callable[[], frozenset[bytes]]


class Answers:
    """The recorded calls of one run, and which of them were served. Safe to use from many threads.

    Of two at one place the later counts: the earlier was cut off. Unless they are there to be served `in_turn`: a step
    ran a graph that came to that place twice.
    """

    def __init__(self, recorded: Iterable[Answer], *, in_turn: bool = False) -> None:
        self._all = sorted(recorded, key=lambda answer: answer.number)
        self._at: dict[Place, list[Answer]] = {}
        for answer in self._all:
            here = self._at.setdefault(answer.place, [])
            if not in_turn:
                here.clear()
            here.append(answer)
        self._asked: dict[int, frozenset[bytes]] = {}  # by number, of those that were needed
        self._by_key: dict[bytes, list[Answer]] | None = None
        self._within: dict[tuple[Any, ...], list[Answer]] = {}
        self._served: set[int] = set()
        self._lock = threading.Lock()

    def at(self, place: Place) -> Answer | None:
        """The recorded call at this place, whatever it asked."""
        here = self._at.get(place, ())
        return next((one for one in here if one.number not in self._served), here[-1] if here else None)

    def take(self, place: Place) -> Answer | None:
        """The recorded call at this place, whatever it asked; it counts as served from now on."""
        with self._lock:
            return self._serve(self.at(place))

    def pass_over(self, numbers: Iterable[int]) -> None:
        """These count as served: what they were made for is."""
        with self._lock:
            self._served.update(numbers)

    def find(self, place: Place, key: bytes) -> Answer | None:
        """The recorded call that answers this request here; it counts as served from now on."""
        with self._lock:
            found = self.at(place)
            if found is None or key not in self._keys(found):
                found = self._elsewhere(place.kind, key)
            return self._serve(found)

    def find_within(self, place: Place, key: bytes) -> Answer | None:
        """The first of that kind within the same step that answers this request and was not served yet; it is."""
        with self._lock:
            if not self._within:
                for answer in self._all:
                    self._within.setdefault(answer.place[:3], []).append(answer)
            here = self._within.get(place[:3], ())
            fitting = (one for one in here if one.number not in self._served and key in self._keys(one))
            return self._serve(next(fitting, None))

    def _serve(self, found: Answer | None) -> Answer | None:
        if found is not None:
            self._served.add(found.number)
        return found

    def _keys(self, answer: Answer) -> frozenset[bytes]:
        """What a recorded call asked: read and worked out once, though it is looked for at its place and elsewhere."""
        if answer.number not in self._asked:
            self._asked[answer.number] = answer.asked()
        return self._asked[answer.number]

    def _elsewhere(self, kind: str, key: bytes) -> Answer | None:
        if self._by_key is None:
            self._by_key = {}
            for answer in self._all:
                if answer.number in self._served:  # it never comes into question again
                    continue
                for one in self._keys(answer):
                    self._by_key.setdefault(one, []).append(answer)
        same = (answer for answer in self._by_key.get(key, ()) if answer.place.kind == kind)
        return next((answer for answer in same if answer.number not in self._served), None)


def precedes(first: str, second: str) -> bool:
    """Can what happened at the first address have led to the second? Both are addresses of one run's steps.

    Where they part, the one in the earlier superstep comes first; in the same superstep neither knows of the other.
    """
    for left, right in zip(_segments(first), _segments(second), strict=False):
        if left != right:
            return left.when < right.when
    return False


def around(outer: str, inner: str) -> bool:
    """Is the inner address that of the outer step itself, or of a step in a subgraph or task within it?"""
    return inner == outer or inner.startswith(f"{outer}/")


def some_are_beside(addresses: Iterable[str]) -> bool:
    """Do any of these steps stand side by side, so that neither comes before the other?"""
    in_order = sorted(addresses, key=_segments)  # then two of them are neighbours
    return any(not (precedes(one, other) or around(one, other)) for one, other in pairwise(in_order))


def visit_within(outer: str, inner: str) -> int:
    """Which of the graphs that the outer step ran the inner step belongs to, from 0."""
    first = inner.removeprefix(f"{outer}/").split("/")[0]
    return int(first) if first.isdigit() else 0


def superstep(address: str) -> tuple[str, int]:
    """The path around an address's step, and its superstep there: `gather@4/draft@2[1]` → `("gather@4", 2)`."""
    path, _, _ = address.rpartition("/")
    return path, _segments(address)[-1].when[1]


class Segment(NamedTuple):
    """One level of an address: which visit of that subgraph and which superstep, then the node and its branch."""

    when: tuple[int, int]
    node: str
    branch: int


def _segments(address: str) -> list[Segment]:
    made, visit = [], 0
    for part in address.split("/"):
        if part.isdigit():  # the how-manieth run of a subgraph within one node
            visit = int(part)
        elif found := SEGMENT.match(part):
            made.append(Segment((visit, int(found["superstep"])), found["node"], int(found["index"] or 0)))
            visit = 0
        else:
            made.append(Segment((visit, 0), part, 0))
    return made
