"""Going through two conversations side by side: which ids have met, and has anything differed yet?"""

from __future__ import annotations

from dataclasses import dataclass, field

from playhead.diff import Renaming


@dataclass(slots=True)
class Course:
    """How far the comparison has come. `cause` names the first divergence, in words; "" until there is one."""

    replayed: bool
    many: bool
    renaming: Renaming = field(default_factory=Renaming)
    cause: str = ""
    _turn: int = 0

    def begin_turn(self, number: int) -> None:
        """What is compared from now on is turn `number`."""
        self._turn = number

    def note(self, divergence: str) -> None:
        """Something differs that nothing before it explains; the first such thing explains what comes after."""
        self.cause = self.cause or (f"turn {self._turn} · {divergence}" if self.many else divergence)
