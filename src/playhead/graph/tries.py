"""Which execution of a node is this, where the nodes around it may be tried again, too?

A node that is tried again runs what is within it anew: those steps have the same address and begin with their first
attempt again. What tells them from the earlier ones are the attempts of all the nodes around them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple, TypeAlias

from playhead.records import Step

Tries: TypeAlias = tuple[int, ...]
"""The attempts of a step, of the one around it, and so on, without the first attempts at the end: mostly one number."""

ALL_FIRST: Final[tuple[Tries, ...]] = ((), (1,))


def tries(attempt: int, around: Tries) -> Tries:
    """Those of a step, by its own attempt and those of the step it is in."""
    return (attempt,) if around in ALL_FIRST else (attempt, *around)


class Ran(NamedTuple):
    """Which execution a recorded step was; and was the step, or one around it, begun again when the run went on?"""

    tries: Tries
    is_over: bool


def tries_of(steps: Iterable[Step]) -> dict[int, Ran]:
    """Those of each recorded step of a run, by number.

    Where a run was cut off and gone on with, a node begins with its first attempt again. What was done within its
    earlier attempts and not again belongs to that one.
    """
    in_order = sorted(steps, key=lambda step: step.number)
    begun: dict[str, Step] = {}
    restarted: dict[str, int] = {}  # since which step a node counts from its first attempt again
    for step in in_order:
        if step.address in begun and step.attempt <= begun[step.address].attempt:
            restarted[step.address] = step.number
        begun[step.address] = step
    made: dict[int, Ran] = {}
    latest: dict[str, Ran] = {}
    for step in in_order:
        around = latest.get(enclosing(step.address), Ran((1,), is_over=False))
        is_over = around.is_over or step.number < restarted.get(step.address, 0)
        made[step.number] = Ran(tries(step.attempt, around.tries), is_over)
        latest[step.address] = Ran(tries(1 if is_over else step.attempt, around.tries), is_over)
    return made


def enclosing(address: str) -> str:
    """The address of the step around this one; between them the how-manieth run of a graph may be told."""
    path = address.rpartition("/")[0]
    outer, _, last = path.rpartition("/")
    return outer if last.isdigit() else path
