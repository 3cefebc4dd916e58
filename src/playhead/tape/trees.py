"""How does a value read on a tape, and how is it known to be the one that was recorded?

A value is shown by keys and elements, as deep as it is stored, and in full where it comes up first, with its hash if
it comes up again; from then on by that hash. So a file is read from the top, and no message stands in it twice. Reading
makes every hash anew from what is shown. A tape may come from a stranger: a value that would grow beyond reason when it
is put together (few parts, each used many times) is refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from playhead.codec import (
    CHUNK,
    LISTING,
    MAPPING,
    PAIRS,
    WIDTH,
    Part,
    chunk_levels,
    encode_numbers,
    leaf,
    node,
    plain,
    unpack,
)
from playhead.tape import leaves
from playhead.trust import check_names

Value: TypeAlias = Part | Literal["erased"] | None

SMALL: Final = 24  # bytes of a leaf that is shown again rather than referred to
DEEPEST: Final = 40  # parts below each other
LARGEST: Final = 2**28  # bytes that a value may grow to
EACH: Final = 64  # bytes that a part counts for, whatever it holds


def uses(values: Iterable[Value]) -> Counter[bytes]:
    """How often each part comes up."""
    found: Counter[bytes] = Counter()
    waiting = [value for value in values if isinstance(value, Part)]
    while waiting:
        part = waiting.pop()
        found[part.hash] += 1
        if found[part.hash] == 1:
            waiting += part.children
    return found


class Showing:
    """Shows values in the order of the tape; `counts` are their `uses`."""

    def __init__(self, counts: Mapping[bytes, int]) -> None:
        self._counts = counts
        self._shown: set[bytes] = set()

    def value(self, value: Any) -> Any:
        """A field of a row: a value, or a column, which stays as it is."""
        return self._part(value, named=True) if isinstance(value, Part) else value

    def _part(self, part: Part, *, named: bool = False) -> Any:
        if part.hash in self._shown:
            return part.hash.hex()
        small = not part.children and len(part.data) <= SMALL
        if small or not (named or self._counts[part.hash] > 1):
            return self._body(part)
        self._shown.add(part.hash)
        return {"hash": part.hash.hex(), **self._body(part)}

    def _body(self, part: Part) -> dict[str, Any]:
        if part.kind in (MAPPING, PAIRS):
            names = unpack(part.children[0].data)
            below = [[name, self._part(child)] for name, child in zip(names, part.children[1:], strict=True)]
            if part.kind == PAIRS:
                return {"pairs": below}
            return {"map": dict(below) if len(set(names)) == len(names) else below}
        if part.kind in (LISTING, CHUNK):
            return {"list" if part.kind == LISTING else "chunk": [self._part(child) for child in part.children]}
        return leaves.show(part.kind, part.data)


class _Measure(NamedTuple):
    depth: int
    weight: int
    level: int  # of chunks, counted from the elements up; 0 for what is no chunk


class Reading:
    """Reads values in the order of the tape. Raises `ValueError` or `TypeError` for what no tape says."""

    def __init__(self) -> None:
        self._known: dict[str, Part] = {}
        self._measures: dict[bytes, _Measure] = {}

    def value(self, shown: Any) -> Value:
        """A value of a row."""
        return shown if shown is None or shown == "erased" else self._part(shown)

    def _part(self, shown: Any) -> Part:
        if isinstance(shown, str):
            if shown not in self._known:
                raise ValueError(f"the value {shown[:40]!r} does not stand before its use")
            return self._known[shown]
        if not isinstance(shown, dict):
            raise ValueError(f"{type(shown).__name__} is no value")
        part = self._made(shown)
        name = shown.get("hash")
        if name is not None:
            if name != part.hash.hex():
                raise ValueError(f"what it says does not give its hash {str(name)[:40]}")
            self._known[name] = part
        return part

    def _made(self, shown: Mapping[str, Any]) -> Part:
        if "map" in shown or "pairs" in shown:
            named = shown["pairs"] if "pairs" in shown else shown["map"]
            rows = list(named.items()) if isinstance(named, dict) else [(name, each) for name, each in named]
            names = plain([_text(name) for name, _ in rows])
            self._measures[names.hash] = _Measure(1, EACH + len(names.data), 0)
            below = [names, *(self._part(each) for _, each in rows)]
            return self._measured(node(PAIRS if "pairs" in shown else MAPPING, b"", below))
        if "chunk" in shown:
            return self._measured(node(CHUNK, b"", [self._part(each) for each in shown["chunk"]]))
        if "list" in shown:
            return self._listing([self._part(each) for each in shown["list"]])
        kind, data = leaves.read(shown)
        if kind == leaves.MSGPACK:
            check_names(data)
        return self._measured(leaf(kind, data))

    def _listing(self, below: Sequence[Part]) -> Part:
        levels = [self._measures[part.hash].level for part in below]
        size = sum(WIDTH**level for level in levels)
        if levels != chunk_levels(size):
            raise ValueError("the chunks of a list are not in their order")
        return self._measured(node(LISTING, encode_numbers([size]), below))

    def _measured(self, part: Part) -> Part:
        below = [self._measures[child.hash] for child in part.children]
        made = _Measure(
            1 + max((each.depth for each in below), default=0),
            EACH + len(part.data) + sum(each.weight for each in below),
            0,
        )
        if part.kind == CHUNK:
            levels = {each.level for each in below}
            if len(below) != WIDTH or len(levels) != 1:
                raise ValueError("a chunk of a list has not its elements")
            made = made._replace(level=levels.pop() + 1)
        elif part.kind != LISTING and any(each.level for each in below):
            raise ValueError("a chunk stands outside a list")
        if made.depth > DEEPEST or made.weight > LARGEST:
            raise ValueError("a value is deeper or larger than any recording's")
        self._measures[part.hash] = made
        return part


def _text(name: Any) -> str:
    if not isinstance(name, str):
        raise ValueError(f"{name!r} is no name")
    return name
