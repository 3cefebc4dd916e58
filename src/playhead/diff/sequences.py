"""Which elements of two sequences belong together?

Equal ends are found first, so that one change in a long sequence costs next to nothing; the middle is aligned by
`difflib` (Ratcliff and Obershelp, "Pattern matching: the gestalt approach", 1988), which favours long equal stretches.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Final, TypeAlias, TypeVar

T = TypeVar("T")
Block: TypeAlias = tuple[bool, range, range]
"""A stretch of two sequences: is it equal, and where does it stand on the left and on the right?"""

COSTLY: Final = 1_000_000  # pairs of equal elements up to which an alignment may look at every one


def align(left: Sequence[T], right: Sequence[T], key: Callable[[T], Hashable]) -> list[tuple[T | None, T | None]]:
    """Both sequences side by side, in order: what has the same key is paired, what has no counterpart faces None."""
    made: list[tuple[T | None, T | None]] = []
    for equal, lefts, rights in blocks([key(each) for each in left], [key(each) for each in right]):
        if equal:
            made += [(left[i], right[j]) for i, j in zip(lefts, rights, strict=True)]
        else:
            made += [(left[i], None) for i in lefts]
            made += [(None, right[j]) for j in rights]
    return made


def blocks(left: Sequence[Hashable], right: Sequence[Hashable]) -> Iterator[Block]:
    """Equal and unequal stretches of two sequences, in order, none empty on both sides."""
    start, shorter = 0, min(len(left), len(right))
    while start < shorter and left[start] == right[start]:
        start += 1
    end = 0
    while end < shorter - start and left[-1 - end] == right[-1 - end]:
        end += 1
    if start:
        yield True, range(start), range(start)
    here, there = left[start : len(left) - end], right[start : len(right) - end]
    if here or there:
        counts = Counter(there)
        costly = sum(counts[each] for each in here) > COSTLY
        for tag, a, b, c, d in difflib.SequenceMatcher(None, here, there, autojunk=costly).get_opcodes():
            yield tag == "equal", range(start + a, start + b), range(start + c, start + d)
    if end:
        yield True, range(len(left) - end, len(left)), range(len(right) - end, len(right))
