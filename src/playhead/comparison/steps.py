"""Which calls of a step differ on their own account, which only because of what came before, and what came of it?"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from playhead.comparison.course import Course
from playhead.comparison.findings import CallComparison, StepComparison
from playhead.comparison.pairing import paired_calls
from playhead.comparison.reading import answer_of, fields_that_differ, one_value, request_of, result_of
from playhead.diff import Difference
from playhead.records import Call, Step
from playhead.views import plain

Alone = Literal["lost", "new"]


def step_alone(course: Course, step: Step, what: Alone, replayed: Mapping[int, Call] | None) -> StepComparison:
    """A step without a counterpart: so are its calls, but for those of `replayed`, which a replay used elsewhere."""
    cause = course.cause
    course.note(f"{step.address}, a step that only one side has")
    calls = tuple(_call_alone(call, what, cause) for call in step.calls if call.number not in (replayed or ()))
    left, right = (step, None) if what == "lost" else (None, step)
    return StepComparison(left, right, what, calls, follows=cause)


def _call_alone(call: Call, what: Alone, cause: str) -> CallComparison:
    left, right = (call, None) if what == "lost" else (None, call)
    return CallComparison(left, right, what, follows=cause)


def compare_step(course: Course, left: Step, right: Step, replayed: Mapping[int, Call] | None) -> StepComparison:
    """A step and its counterpart. `replayed` are the left run's calls that calls of the right one stand for."""
    return _Pair(course, left, right).compared(replayed)


class _Pair:
    """A step and its counterpart while they are gone through."""

    def __init__(self, course: Course, left: Step, right: Step) -> None:
        self.course, self.left, self.right = course, left, right
        self.cause = course.cause  # the divergence before this step, if there was one
        self.disturbed = False  # has a call of this step differed by now?

    @cached_property
    def given(self) -> list[Difference]:
        """The differences of the two inputs: read only where something else differs."""
        if one_value(self.left, self.right, "input"):
            return []
        given = {"input": plain(self.left.input)}, {"input": plain(self.right.input)}
        return fields_that_differ(*given, self.course.renaming)

    def compared(self, replayed: Mapping[int, Call] | None) -> StepComparison:
        """All of it, compared."""
        pairs = paired_calls(self.left.calls, self.right.calls, replayed)
        calls = tuple(self._call(one, two) for one, two in pairs)
        output = self._output()
        if not output and not self.disturbed:
            return StepComparison(self.left, self.right, "same", calls)
        if self.given and not self.cause:  # an edited state, or another conversation before this one
            self.course.note(f"{self.right.address}, what it was given")
            return StepComparison(self.left, self.right, "differs", calls, (*self.given, *output))
        if not output:
            return StepComparison(self.left, self.right, "same", calls)
        if self.given and not any(call.diverges for call in calls):
            shown = tuple(output) if self.course.replayed else ()
            return StepComparison(self.left, self.right, "follows", calls, shown, self.cause)
        self.course.note(f"{self.right.address}, its output")
        return StepComparison(self.left, self.right, "differs", calls, tuple(output))

    def _output(self) -> list[Difference]:
        if self.left.status == self.right.status and one_value(self.left, self.right, "output", "error"):
            return []
        return fields_that_differ(result_of(self.left), result_of(self.right), self.course.renaming)

    def _call(self, left: Call | None, right: Call | None) -> CallComparison:
        if left is not None and right is not None:
            made = self._both(left, right)
        elif left is not None:
            made = _call_alone(left, "lost", self.course.cause)
        else:
            assert right is not None
            made = _call_alone(right, "new", self.course.cause)
        if made.what != "same":
            self.disturbed = True
            self.course.note(f"{self.right.address}, {made.call.kind} {made.call.name}")
        return made

    def _both(self, left: Call, right: Call) -> CallComparison:
        asked = self._request(left, right)
        if asked and not self._changed_itself(left, right, asked) and (self.disturbed or self.given):
            return CallComparison(left, right, "follows", (), self.course.cause or self._own_start())
        answered = self._answer(left, right)
        if not asked:
            return CallComparison(left, right, "answered otherwise" if answered else "same", tuple(answered))
        return CallComparison(left, right, "asked otherwise", (*asked, *answered))

    def _own_start(self) -> str:
        """A divergence with nothing before it: the step was given something else."""
        self.course.note(f"{self.right.address}, what it was given")
        return self.course.cause

    def _request(self, left: Call, right: Call) -> list[Difference]:
        if one_value(left, right, "request"):
            return []
        asked = {"request": request_of(left)}, {"request": request_of(right)}
        return fields_that_differ(*asked, self.course.renaming)

    def _changed_itself(self, left: Call, right: Call, asked: list[Difference]) -> bool:
        """Was the question itself changed: another prompt text, model, parameter or tool?"""
        if left.kind != "model":
            return False
        mine, theirs = left.prompt, right.prompt
        prompts = [use and (use.name, use.content_hash) for use in (mine, theirs)]
        return prompts[0] != prompts[1] or any(not each.path.startswith("request.messages") for each in asked)

    def _answer(self, left: Call, right: Call) -> list[Difference]:
        if left.status == right.status and one_value(left, right, "response", "error"):
            return []
        return fields_that_differ(answer_of(left), answer_of(right), self.course.renaming)
