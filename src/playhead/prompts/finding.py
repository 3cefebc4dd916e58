"""What is wrong with a prompt file, where, and what should its editor do about it?

Everything that reads a prompt file reports findings instead of stopping at the first mistake, because an editor
wants to see all of them at once. Loading then refuses the file for the first finding of level E.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from playhead.errors import PromptSyntax


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, counted from 1."""

    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at in a prompt file. Level E keeps it from going live, W is shown."""

    level: Literal["E", "W"]
    path: str
    line: int
    rule: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.level} {self.rule}: {self.message} {self.remedy}"

    def as_error(self) -> PromptSyntax:
        """The same, to be raised."""
        return PromptSyntax(self.path, self.line, self.message, self.remedy, self.rule)


def error(place: Place, rule: str, message: str, remedy: str) -> Finding:
    """A finding that keeps the file from going live."""
    return Finding("E", place.path, place.line, rule, message, remedy)


def warning(place: Place, rule: str, message: str, remedy: str) -> Finding:
    """A finding that is shown and stops nothing."""
    return Finding("W", place.path, place.line, rule, message, remedy)


def from_error(problem: PromptSyntax) -> Finding:
    """The finding that a raised `PromptSyntax` stands for."""
    return Finding("E", problem.path, problem.line, problem.rule, problem.problem, problem.remedy)


def refuse(findings: Iterable[Finding]) -> None:
    """Raise `PromptSyntax` for the first finding of level E, if there is one."""
    for finding in findings:
        if finding.level == "E":
            raise finding.as_error()
