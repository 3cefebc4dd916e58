"""What is a figure, and did it reach its bar?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure. `bar` is what it should reach: at least, or at most; None where it is only shown."""

    what: str
    value: float
    unit: str = ""
    bar: float | None = None
    sense: Literal["≥", "≤"] = "≥"

    @property
    def met(self) -> bool:
        """Did it reach the bar?"""
        if self.bar is None:
            return True
        return self.value >= self.bar if self.sense == "≥" else self.value <= self.bar

    def __str__(self) -> str:
        mark = "   " if self.bar is None else "ok " if self.met else "NO "
        goal = "" if self.bar is None else f"   (bar: {self.sense} {self.bar:g})"
        number = f"{self.value:,.0f}" if self.value >= 1000 else f"{self.value:.3g}"
        return f"{mark}{self.what:<78} {number} {self.unit}{goal}"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A figure that could not be measured here, and why not."""

    what: str
    why: str
    met: Literal[True] = True

    def __str__(self) -> str:
        return f"-- {self.what:<78} not measured: {self.why}"
