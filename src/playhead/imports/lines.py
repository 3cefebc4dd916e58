"""What does a line of a stranger's file say, if it says one thing and can be kept as it is?

JSON leaves room for what means nothing, or two things: a key that stands twice, NaN, a number beyond all numbers. Other
programs read such a line otherwise than we would, so it is refused, as is what is nested deeper, or longer, than any
conversation.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

from playhead.errors import BadInput

LONGEST: Final = 2**26
"""Bytes of a line. A conversation takes some dozen times as much room while it is read."""
DEEPEST: Final = 64
"""Lists and objects within each other, each line and each call's arguments."""
INTEGERS: Final = range(-(2**63), 2**64)
"""What a recording can hold as a whole number."""


def lines_of(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines of a file that are not empty, with their numbers. Raises `OSError`, `BadInput` for one too long."""
    with path.open("rb") as file:
        number = 0
        while line := file.readline(LONGEST + 1):
            number += 1
            if len(line) > LONGEST:
                problem = f"the line is longer than {LONGEST >> 20} MB."
                raise BadInput(f"{path}:{number}", problem, "Write one conversation on each line.")
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if line.strip():
                yield number, line


def parsed(text: str) -> Any:
    """The JSON value in a text. Raises `ValueError` for what is none, says two things, or cannot be kept."""
    try:
        found = json.loads(
            text, object_pairs_hook=_object, parse_constant=_no_number, parse_float=_fraction, parse_int=_integer
        )
    except RecursionError as error:
        raise ValueError(f"it is nested deeper than {DEEPEST} levels") from error
    _check_depth(found)
    if "\\u" in text:
        _check_text(found)
    return found


def _check_text(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ValueError("it holds half a character (a lone surrogate), which is no text") from error


def _check_depth(value: Any) -> None:
    level, depth = [value], 0
    while level := [each for one in level for each in _within(one)]:
        depth += 1
        if depth > DEEPEST:
            raise ValueError(f"it is nested deeper than {DEEPEST} levels")


def _within(value: Any) -> Sequence[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else ()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the key {twice!r:.80} stands twice in one object")
    return made


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _fraction(text: str) -> float:
    if not math.isfinite(made := float(text)):
        raise ValueError(f"{text:.40} is beyond all numbers that can be kept")
    return made


def _integer(text: str) -> int:
    if len(text) > 20 or (made := int(text)) not in INTEGERS:
        raise ValueError(f"{text:.40} has more than 64 bits")
    return made
