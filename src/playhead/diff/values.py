"""Where do two values of plain JSON data differ?

Nothing recurses: a value may be nested as deep as it likes.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from playhead.diff.renaming import GENERATED, Renaming
from playhead.diff.sequences import blocks


class Missing(Enum):
    """What stands on a side that has nothing there."""

    NOTHING = "nothing"

    def __repr__(self) -> str:
        return self.value


MISSING: Final = Missing.NOTHING

_KINDS: Final = ("role", "type", "kind", "name")
_PLAIN_NAME: Final = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two values differ: its path (`messages[2].content`, `""` for the whole), and both sides.

    In a list, `[2]` counts on the left, or on the right where only the right has the element. `MISSING` where a side
    has nothing there.
    """

    path: str
    left: Any
    right: Any

    def __str__(self) -> str:
        return f"{self.path or 'all of it'}: {self.left!r} → {self.right!r}"


def first_difference(left: Any, right: Any, renaming: Renaming | None = None) -> Difference | None:
    """The first place where two plain values differ, or None; with `renaming`, up to generated ids.

    1 and 1.0 are equal, 1 and true are not, NaN equals NaN; the order of a mapping's keys does not count.
    """
    return None if _evidently_equal(left, right, renaming) else next(_walk(left, right, renaming), None)


def differences(left: Any, right: Any, renaming: Renaming | None = None) -> list[Difference]:
    """Every place where two plain values differ, in order; what only one side has is one difference.

    Lists are aligned: an element more or less does not make what follows differ.
    """
    return [] if _evidently_equal(left, right, renaming) else list(_walk(left, right, renaming))


def _evidently_equal(left: Any, right: Any, renaming: Renaming | None) -> bool:
    """Do they have the same JSON, without ids to remember? Most pairs have, and the encoder is quick to say so."""
    try:
        here = json.dumps(left, sort_keys=True)
        return here == json.dumps(right, sort_keys=True) and (renaming is None or GENERATED.search(here) is None)
    except (TypeError, ValueError, RecursionError):
        return False


def _walk(left: Any, right: Any, renaming: Renaming | None) -> Iterator[Difference]:
    shapes = _Shapes(renaming is not None)
    waiting: list[tuple[str, Any, Any]] = [("", left, right)]
    while waiting:
        path, left, right = waiting.pop()
        if isinstance(left, dict) and isinstance(right, dict):
            waiting += reversed(list(_fields(path, left, right, renaming)))
        elif isinstance(left, list | tuple) and isinstance(right, list | tuple):
            waiting += reversed(list(_elements(path, left, right, shapes)))
        elif not _same_leaf(left, right, renaming):
            yield Difference(path, left, right)


def _same_leaf(left: Any, right: Any, renaming: Renaming | None) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left == right if renaming is None else renaming.same(left, right)
    return _scalar(left) == _scalar(right)


def _scalar(value: Any) -> Hashable:
    """A key under which two leaves are equal exactly when JSON would say so."""
    if isinstance(value, bool):
        return "truth", value
    if isinstance(value, int | float):
        return "number", "NaN" if isinstance(value, float) and math.isnan(value) else value
    return type(value).__name__, value if isinstance(value, str | Missing | None) else repr(value)


def _fields(
    path: str, left: dict[Any, Any], right: dict[Any, Any], renaming: Renaming | None
) -> Iterator[tuple[str, Any, Any]]:
    only_right = [name for name in right if name not in left]
    for name, value in left.items():
        there = name
        if name not in right and renaming is not None and (found := renaming.partner(str(name), only_right)):
            renaming.same(str(name), found)
            only_right.remove(found)
            there = found
        yield _named(path, name), value, right.get(there, MISSING)
    for name in only_right:
        yield _named(path, name), MISSING, right[name]


def _named(path: str, name: Any) -> str:
    if not _PLAIN_NAME.fullmatch(str(name)):
        return f"{path}[{json.dumps(str(name), ensure_ascii=False)}]"
    return f"{path}.{name}" if path else str(name)


def _elements(path: str, left: Sequence[Any], right: Sequence[Any], shapes: _Shapes) -> Iterator[tuple[str, Any, Any]]:
    here, there = [shapes.of(each) for each in left], [shapes.of(each) for each in right]
    for equal, lefts, rights in blocks(here, there):
        if equal or len(lefts) == len(rights):
            pairs: Iterator[tuple[int | None, int | None]] = zip(lefts, rights, strict=True)
        else:
            pairs = _pairs_by_kind([left[i] for i in lefts], [right[j] for j in rights], lefts.start, rights.start)
        for i, j in pairs:
            mine = MISSING if i is None else left[i]
            theirs = MISSING if j is None else right[j]
            yield f"{path}[{j if i is None else i}]", mine, theirs


def _pairs_by_kind(left: list[Any], right: list[Any], i: int, j: int) -> Iterator[tuple[int | None, int | None]]:
    """Which of unequal elements are two versions of one? Those of one kind, in order; else each stands alone."""
    for equal, lefts, rights in blocks([*map(_kind, left)], [*map(_kind, right)]):
        if equal:
            yield from zip(
                range(i + lefts.start, i + lefts.stop), range(j + rights.start, j + rights.stop), strict=True
            )
        else:
            yield from ((i + each, None) for each in lefts)
            yield from ((None, j + each) for each in rights)


def _kind(value: Any) -> Hashable:
    """What stays the same in an element while its contents change: its type; of a mapping, what it calls itself."""
    if isinstance(value, dict):
        said = (value.get(name) for name in _KINDS)
        return "mapping", *(each if isinstance(each, str) else None for each in said)
    return "truth" if isinstance(value, bool) else "number" if isinstance(value, int | float) else type(value).__name__


class _Shapes:
    """Numbers for values: two values have the same number exactly when they are equal.

    With `generated`, generated ids all count as one. Each value is looked at once, however deep lists are nested.
    """

    def __init__(self, generated: bool) -> None:
        self._generated = generated
        self._numbers: dict[Hashable, int] = {}
        self._known: dict[int, tuple[int, Any]] = {}  # by identity; the value is held, so that its identity stays

    def of(self, value: Any) -> int:
        """The value's number."""
        waiting = [value]
        while waiting:
            one = waiting[-1]
            inside = one.values() if isinstance(one, dict) else one if isinstance(one, list | tuple) else ()
            unknown = [each for each in inside if id(each) not in self._known]
            if unknown and id(one) not in self._known:
                waiting += unknown
                continue
            waiting.pop()
            if id(one) not in self._known:
                self._known[id(one)] = self._numbers.setdefault(self._key(one), len(self._numbers)), one
        return self._known[id(value)][0]

    def _key(self, value: Any) -> Hashable:
        if isinstance(value, dict):
            return "mapping", frozenset((self._text(str(name)), self._number(each)) for name, each in value.items())
        if isinstance(value, list | tuple):
            return "list", tuple(self._number(each) for each in value)
        return self._text(value) if isinstance(value, str) else _scalar(value)

    def _number(self, value: Any) -> int:
        return self._known[id(value)][0]

    def _text(self, text: str) -> Hashable:
        return "str", GENERATED.sub("\0", text) if self._generated else text
