"""Which parts of a text are ids that a library made up, and do two texts say the same but for those?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

_TAIL: Final = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-fA-F]{32}"
GENERATED: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:"
    rf"(?:[A-Za-z][A-Za-z_]{{0,15}}-{{1,2}}|[A-Za-z]{{1,12}}_)?(?:{_TAIL})"  # run-…, lc_run--…, chatcmpl-…
    r"|(?:call|toolu|tooluse|msg|resp|req|fc|rs|run|chatcmpl|gen)[-_][0-9A-Za-z]{20,}"  # a provider's own alphabet
    r"|[rp]-[0-9a-f]{12}"  # a run or a replay of ours
    r")(?![0-9A-Za-z])"
)
"""An id that nobody chose: a uuid or 32 hex digits, also behind a prefix, or what providers call a call."""

_DRAWN: Final = re.compile(rf"(?:{_TAIL}|[0-9A-Za-z]{{20,}}|(?<=[rp]-)[0-9a-f]{{12}})\Z")


@dataclass(slots=True)
class Renaming:
    """A one-to-one renaming between the generated ids of a left and a right side, learned as they are met.

    `names` are further texts of the left that may as a whole stand for one of the right: the sides' own names.
    """

    names: dict[str, str] = field(default_factory=dict)
    _rightward: dict[str, str] = field(default_factory=dict)
    _leftward: dict[str, str] = field(default_factory=dict)

    def same(self, left: str, right: str) -> bool:
        """Are the two texts equal up to generated ids? A pair of ids met here is remembered.

        From then on the left one must always meet the same right one, and the right one the same left one.
        """
        here, there = GENERATED.findall(left), GENERATED.findall(right)
        if not here or len(here) != len(there):
            return left == right or self.names.get(left) == right
        if GENERATED.split(left) != GENERATED.split(right) or [*map(_kind, here)] != [*map(_kind, there)]:
            return False
        return all(self._meet(one, other) for one, other in zip(here, there, strict=True))

    def _meet(self, left: str, right: str) -> bool:
        if left not in self._rightward and right not in self._leftward:
            self._rightward[left], self._leftward[right] = right, left
        return self._rightward.get(left) == right

    def partner(self, left: str, candidates: Sequence[str]) -> str | None:
        """Which of the right-hand `candidates` the id `left` stands for: the one it met before, or the first free."""
        if not GENERATED.fullmatch(left):
            return None
        if left in self._rightward:
            return self._rightward[left] if self._rightward[left] in candidates else None
        free = (name for name in candidates if GENERATED.fullmatch(name) and name not in self._leftward)
        return next((name for name in free if _kind(name) == _kind(left)), None)


def _kind(generated: str) -> tuple[str, int]:
    """What an id keeps in every run: the prefix that says what it is an id of, and its form."""
    drawn = _DRAWN.search(generated)
    start = drawn.start() if drawn else 0
    return generated[:start], generated.count("-", start)
