"""Which few stand for many? Drawn by chance, but the same ones every time, and spread evenly.

Each draws its lot from a hash of the seed and its own name, not from a generator's state: whether one is taken depends
on its neighbours only, and on no version of Python.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from playhead.codec import digest

T = TypeVar("T")


def spread(items: Sequence[T], wanted: int, lot: Callable[[T], bytes]) -> list[T]:
    """`wanted` of the items in their order: they are cut into so many equal stretches, and one is drawn from each."""
    wanted = min(wanted, len(items))
    edges = [index * len(items) // wanted for index in range(wanted + 1)] if wanted else []
    return [min(items[low:high], key=lot) for low, high in itertools.pairwise(edges)]


def lot(seed: int, name: str) -> bytes:
    """What one of this name draws: the smallest of a stretch is taken."""
    return digest(f"{seed} {name}".encode("utf-8", "surrogatepass"))


def quotas(sizes: Mapping[str, int], wanted: int) -> dict[str, int]:
    """How many to take of groups of these sizes, `wanted` together: as equal as can be.

    A group that has not its share gives all it has, and the others share what that leaves. What cannot be shared
    equally goes, one each, to the largest.
    """
    given: dict[str, int] = {}
    left = min(wanted, sum(sizes.values()))
    for place, name in enumerate(sorted(sizes, key=lambda name: (sizes[name], name))):
        given[name] = min(sizes[name], left // (len(sizes) - place))
        left -= given[name]
    return given
