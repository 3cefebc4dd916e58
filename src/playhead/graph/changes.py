"""What is a replay to change, and what may it do where the recording has no answer?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Literal

from playhead.reuse import superstep

if TYPE_CHECKING:
    from playhead.prompts import PromptSet

Unanswered = Literal["diverge", "refuse", "pause", "ask"]
"""Where a call has no recorded answer: it is a divergence; an error; the end of that branch; or it is asked."""


class Given(Enum):
    """Whether something was given at all: None may be meant."""

    NOTHING = "nothing"


NOTHING: Final = Given.NOTHING


@dataclass(frozen=True)
class Edit:
    """Values to put into the state before the step at an address, or, without one, before the run's first steps."""

    values: Mapping[str, Any]
    at: str | None = None
    replaces: frozenset[str] = frozenset()  # channels that hold one value; others add what is written to what they hold
    by: str | None = None  # the step that wrote them, where that is on the recording: of parallel ones, any may

    def belongs_after(self, address: str, first: int | None) -> bool:
        """Is the step at this address one of the superstep before? `first` is the superstep the run began with."""
        path, number = superstep(address)
        if self.at is None:
            return path == "" and number == first
        wanted_path, wanted = superstep(self.at)
        return path == wanted_path and number == wanted - 1

    def with_later(self, later: Edit) -> Edit | None:
        """Both as one, where they belong to the same place; a later value stands in the place of an earlier one."""
        if self.at == later.at or (self.at and later.at and superstep(self.at) == superstep(later.at)):
            return replace(self, values={**self.values, **later.values}, replaces=self.replaces | later.replaces)
        return None


@dataclass(frozen=True)
class Changes:
    """What differs from the recorded run: prompts by name, what a model alias stands for, the state, the answer.

    `since` is the address of the step from whose superstep on it does; everything before is as it was recorded. The
    answer stands in the place of the last run's own, or, if it is a `further` one, after it.
    """

    prompts: PromptSet | None = None
    models: Mapping[str, str] = field(default_factory=dict)
    edit: Edit | None = None
    answer: Any = NOTHING
    code: bool = False
    since: str | None = None
    further: bool = False

    @property
    def any(self) -> bool:
        """Is anything changed at all?"""
        return bool(self.prompts is not None or self.models or self.edit or self.code or self.answer is not NOTHING)
