"""How is it written which values a value is made of?

What a value is made of was mostly recorded just before it: the messages of one conversation have numbers close to each
other, and to that of the list they stand in. So a reference is written as the distance from the one before it, the
first from the value's own number, unless the number itself takes less room: that of a key, or of a system prompt, which
were recorded long ago. In a recording of millions of values this takes a byte or two instead of four, and a list of
messages is most of what a turn adds.

What a value is made of was recorded before it, always: whatever else its bytes say is damage, and no value leads to
itself. Each reference is one LEB128 number n: 0 is "erased"; an odd one is the value n // 2; an even one the distance
n / 2 - 1, zigzag-coded (0, -1, 1, -2, …). An older Playhead wrote the numbers alone; the flag on a row's kind tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from playhead.codec import BY_DISTANCE, LISTING, NODES, PACKED, decode_numbers, encode_numbers
from playhead.errors import Corrupt
from playhead.store.backend import Row


def base_kind(kind: int) -> int:
    """The kind without the flags that say how its bytes are stored."""
    return kind & ~(PACKED | BY_DISTANCE)


def written(own: int, refs: Iterable[int]) -> bytes:
    """References from the value with the number `own`; 0 is one that was erased."""
    return encode_numbers(_distances(own, refs))


def _distances(before: int, refs: Iterable[int]) -> Iterable[int]:
    for ref in refs:
        if not ref:
            yield 0
            continue
        away = ref - before
        near, itself = (away << 1 if away >= 0 else ~(away << 1)) * 2 + 2, ref * 2 + 1
        if near < itself:
            before = ref
            yield near
        else:
            yield itself


def children(row: Row) -> list[int]:
    """References from one stored value to others; 0 is one that was erased. Raises `Corrupt`."""
    return parts(row)[1]


def parts(row: Row) -> tuple[list[int], list[int]]:
    """What a stored value says of itself, a list its length, and its references to others. Raises `Corrupt`."""
    kind = base_kind(row["kind"])
    if kind not in NODES:
        return [], []
    numbers = _numbers("vals", str(row["id"]), row["data"])
    own, refs = (numbers[:1], numbers[1:]) if kind == LISTING else ([], numbers)
    if row["kind"] & BY_DISTANCE:
        refs = _read(row["id"], refs)
    if refs and (max(refs) >= row["id"] or min(refs) < 0):
        raise Corrupt("vals", str(row["id"]), "it refers to what cannot have been there when it was written")
    return own, refs


def saved_in(checkpoint: Row) -> list[int]:
    """References from one stored checkpoint to its values; 0 is one that was erased. Raises `Corrupt`."""
    return _numbers("checkpoints", checkpoint["id"].hex(), checkpoint["refs"])


def _numbers(table: str, key: str, data: bytes) -> list[int]:
    try:
        return decode_numbers(data)
    except ValueError as error:
        raise Corrupt(table, key, f"its references cannot be read ({error})") from error


def _read(before: int, numbers: Sequence[int]) -> list[int]:
    refs = []
    for number in numbers:
        if number & 1:
            refs.append(number >> 1)
        elif number:
            away = (number >> 1) - 1
            before += away >> 1 ^ -(away & 1)
            refs.append(before)
        else:
            refs.append(0)
    return refs
