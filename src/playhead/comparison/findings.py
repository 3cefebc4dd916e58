"""What is said of two runs, steps and calls that were compared?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from playhead.diff import Difference
from playhead.errors import BadInput
from playhead.records import Call, Fate, Replay, ReplayedCall, Run, Step
from playhead.transcript import Role

CallWhat = Literal["same", "answered otherwise", "asked otherwise", "follows", "lost", "new"]
StepWhat = Literal["same", "differs", "follows", "lost", "new"]
ORIGINS = ("replay_of", "forked_from")
"""The metadata that names the run which a replay or a fork was made from."""


@dataclass(frozen=True, slots=True)
class CallComparison:
    """A call of the left run and its counterpart in the right one.

    `answered otherwise`: the same request, another response. `asked otherwise`: another request, and nothing before it
    explains that. `follows`: another request, because of the divergence that `follows` names; it is not compared.
    `differences` have paths that begin with `request`, `response`, `status` or `error`.
    """

    left: Call | None
    right: Call | None
    what: CallWhat
    differences: tuple[Difference, ...] = ()
    follows: str = ""

    @property
    def call(self) -> Call:
        """The call, as the right side has it if it has it."""
        found = self.right or self.left
        assert found is not None
        return found

    @property
    def diverges(self) -> bool:
        """Does the call differ on its own account?"""
        return self.what in ("answered otherwise", "asked otherwise")

    @property
    def acts_otherwise(self) -> bool:
        """Does it act on the world otherwise? Of a tool, which may only read, that is said where one side lacks it."""
        alone = self.what in ("lost", "new") or self.fate == "held back"
        return (self.call.kind == "effect" and self.what != "same") or (self.call.kind in ("effect", "tool") and alone)

    @property
    def fate(self) -> Fate | None:
        """What became of the recorded call, where the right side is a replay."""
        return self.right.fate if isinstance(self.right, ReplayedCall) else None

    @property
    def why(self) -> str:
        """The replay's reason for that."""
        return self.right.why if isinstance(self.right, ReplayedCall) else ""


@dataclass(frozen=True, slots=True)
class StepComparison:
    """A step and its counterpart.

    `differences` have paths that begin with `output`, `status` or `error`, or with `input` where the step was given
    something else and nothing before it explains that. A step that `follows` a divergence is compared in a replay only:
    anywhere else it is a step of another talk.
    """

    left: Step | None
    right: Step | None
    what: StepWhat
    calls: tuple[CallComparison, ...] = ()
    differences: tuple[Difference, ...] = ()
    follows: str = ""

    @property
    def step(self) -> Step:
        """The step, as the right side has it if it has it."""
        found = self.right or self.left
        assert found is not None
        return found

    @property
    def unchanged(self) -> bool:
        """Did the step and each of its calls come out the same?"""
        return self.what == "same" and all(call.what == "same" for call in self.calls)


@dataclass(frozen=True, slots=True)
class Said:
    """One thing said in a turn, as each side has it; None where a side said no such thing."""

    role: Role
    left: str | None
    right: str | None


@dataclass(frozen=True, slots=True)
class RunComparison:
    """A turn: a run and its counterpart. `number` counts turns from 1.

    `differences` are of the run itself: its input, its status, its error.
    """

    number: int
    left: Run | None
    right: Run | None
    said: tuple[Said, ...] = ()
    steps: tuple[StepComparison, ...] = ()
    differences: tuple[Difference, ...] = ()

    @property
    def unchanged(self) -> bool:
        """Did the turn come out the same, in every step and call?"""
        paired = self.left is not None and self.right is not None
        return paired and not self.differences and all(step.unchanged for step in self.steps)

    @property
    def calls(self) -> Iterator[tuple[StepComparison, CallComparison]]:
        """Every call with its step, in order."""
        return ((step, call) for step in self.steps for call in step.calls)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two conversations, or two runs, side by side. As text, it is what `playhead diff` prints."""

    turns: tuple[RunComparison, ...]

    @property
    def unchanged(self) -> bool:
        """Is every turn the same?"""
        return all(turn.unchanged for turn in self.turns)

    @property
    def effects(self) -> list[tuple[RunComparison, StepComparison, CallComparison]]:
        """Effects that differ: those only one side has first, then those that happened otherwise."""
        found = [(turn, step, call) for turn in self.turns for step, call in turn.calls if call.acts_otherwise]
        return sorted(found, key=lambda each: each[2].what not in ("lost", "new"))

    @property
    def divergences(self) -> list[tuple[RunComparison, StepComparison, CallComparison]]:
        """The calls that differ on their own account, in order."""
        return [(turn, step, call) for turn in self.turns for step, call in turn.calls if call.diverges]

    @property
    def fates(self) -> dict[Fate, int]:
        """How many calls of a replay were reused, re-asked, new and held back; empty for two recordings."""
        found = Counter(call.fate for turn in self.turns for _, call in turn.calls)
        fates: tuple[Fate, ...] = ("reused", "re-asked", "new", "held back")
        return {fate: found[fate] for fate in fates} if any(found[fate] for fate in fates) else {}

    @property
    def of_replay(self) -> bool:
        """Is the right side a replay, or a fork, of the left?"""
        return any(turn.right is not None and is_replay(turn.right) for turn in self.turns)

    def __str__(self) -> str:
        from playhead.comparison.wording import told

        return "\n".join(map(str, told(self)))


def is_replay(run: Run) -> bool:
    """Was the run made from another one?"""
    return isinstance(run, Replay) or origin_of(run) is not None


def origin_of(run: Run) -> str | None:
    """The id of the run that this one replays or was forked from."""
    if isinstance(run, Replay) and run.original is not None:
        return run.original.id
    found = (run.metadata.get(name) for name in ORIGINS)
    return next((str(one) for one in found if one), None)


def original_of(run: Run) -> str:
    """The same. Raises `BadInput` for a run that was made from no other."""
    if (origin := origin_of(run)) is None:
        problem = "it was recorded, and is neither a replay nor a fork of another run."
        raise BadInput(run.id, problem, "Name a second run or conversation to compare it with.")
    return origin
