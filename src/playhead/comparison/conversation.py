"""Turn by turn: where do two conversations part, and what follows from it?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from playhead.comparison.course import Course
from playhead.comparison.findings import Comparison, RunComparison, Said, StepComparison, is_replay
from playhead.comparison.pairing import paired, paired_runs, paired_steps, stood_for, whole_turns
from playhead.comparison.reading import ending_of, fields_that_differ
from playhead.comparison.steps import compare_step, step_alone
from playhead.diff import Difference
from playhead.errors import at_a_shell
from playhead.records import Replay, Run
from playhead.transcript import Line, Outcome, transcript

OutcomeOf: TypeAlias = Callable[[str], Outcome | None]


def compare(
    left: Run | Sequence[Run], right: Run | Sequence[Run], outcome_of: OutcomeOf = lambda _: None
) -> Comparison:
    """Two runs, or the runs of two conversations, oldest first; equal up to generated ids.

    `outcome_of(graph name)` gives the application's own `outcome`, which knows best what a run replied.
    """
    lefts, rights = ([left] if isinstance(left, Run) else left), ([right] if isinstance(right, Run) else right)
    if any(isinstance(run, Replay) for run in rights):
        lefts = whole_turns(lefts)
    pairs = paired_runs(lefts, rights)
    course = Course(replayed=any(map(is_replay, rights)), many=len(pairs) > 1)
    return Comparison(tuple(_turn(course, number, *pair, outcome_of) for number, pair in enumerate(pairs, start=1)))


def _turn(course: Course, number: int, left: Run | None, right: Run | None, outcome_of: OutcomeOf) -> RunComparison:
    course.begin_turn(number)
    if left is not None and right is not None:
        course.renaming.names[left.thread] = right.thread  # agents know their customer by it
    said = _said(left, right, outcome_of)
    if left is not None and right is not None:
        begun, ended = _own(left, right, course)
        if begun:
            course.note("what the run was given")
        return RunComparison(number, left, right, said, _steps(left, right, course), (*begun, *ended))
    steps = [step_alone(course, step, "lost", {}) for step in left.steps] if left is not None else []
    steps += [step_alone(course, step, "new", {}) for step in right.steps] if right is not None else []
    course.note("a run that only one side has")
    return RunComparison(number, left, right, said, tuple(steps))


def _steps(left: Run, right: Run, course: Course) -> tuple[StepComparison, ...]:
    replayed = stood_for(left, right)
    made: list[StepComparison] = []
    gone_on = left.attempt > 1 and is_replay(right)
    for one, two in paired_steps(left.steps, right.steps, gone_on=gone_on):
        if one is not None and two is not None:
            made.append(compare_step(course, one, two, replayed))
        elif one is not None:
            made.append(step_alone(course, one, "lost", replayed))
        elif two is not None:
            made.append(step_alone(course, two, "new", {}))
    return tuple(made)


def _own(left: Run, right: Run, course: Course) -> tuple[list[Difference], list[Difference]]:
    """The differences of two runs themselves: in what they were given, and in how they ended."""
    found = fields_that_differ(ending_of(left), ending_of(right), course.renaming)
    begun = [each for each in found if each.path.startswith("input")]
    return begun, [each for each in found if each not in begun]


def _said(left: Run | None, right: Run | None, outcome_of: OutcomeOf) -> tuple[Said, ...]:
    here, there = _lines(left, outcome_of), _lines(right, outcome_of)
    pairs = paired(here, there, [lambda line: (line.role, line.text), lambda line: line.role])
    made = []
    for one, two in pairs:
        line = two or one
        if line is not None:
            made.append(Said(line.role, one.text if one else None, two.text if two else None))
    return tuple(made)


def _lines(run: Run | None, outcome_of: OutcomeOf) -> list[Line]:
    """What was said. A note may name the conversation, and in which of two it was said is no difference."""
    lines = [] if run is None else transcript([run], outcome_of)
    return [
        replace(line, text=_nameless(line.text, run.thread)) if run and line.role == "note" else line for line in lines
    ]


def _nameless(note: str, thread: str) -> str:
    return note.replace(at_a_shell(thread), "THREAD").replace(thread, "THREAD")
