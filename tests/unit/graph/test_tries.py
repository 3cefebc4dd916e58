"""Which execution of its nodes a step belongs to, where nodes are tried again and runs gone on with."""

from __future__ import annotations

import pytest

from playhead.graph.tries import tries_of
from playhead.records import Step

RUNS = {
    "one try": ([("a@1", 1), ("a@1/b@1", 1), ("c@2", 1)], [(1,), (1,), (1,)]),
    "tried again": ([("a@1", 1), ("a@1/b@1", 1), ("a@1", 2), ("a@1/b@1", 1)], [(1,), (1,), (2,), (1, 2)]),
    "both tried again": (
        [("a@1", 1), ("a@1/b@1", 1), ("a@1/b@1", 2), ("a@1", 2), ("a@1/b@1", 1), ("a@1/b@1", 2)],
        [(1,), (1,), (2,), (2,), (1, 2), (2, 2)],
    ),
    "in its second graph": ([("a@1", 1), ("a@1", 2), ("a@1/1/b@1", 1)], [(1,), (2,), (1, 2)]),
    "deeper": ([("a@1", 1), ("a@1", 2), ("a@1/b@1", 1), ("a@1/b@1/c@1", 1)], [(1,), (2,), (1, 2), (1, 1, 2)]),
    "gone on with": (
        [("a@1", 1), ("a@1", 2), ("a@1/b@1", 1), ("a@1", 1), ("a@1/c@2", 1)],
        [(1,), (2,), (1,), (1,), (1,)],
    ),
    "gone on with and tried again": (
        [("a@1", 1), ("a@1", 2), ("a@1/b@1", 1), ("a@1", 1), ("a@1", 2), ("a@1/b@1", 1)],
        [(1,), (2,), (1,), (1,), (2,), (1, 2)],
    ),
}


@pytest.mark.parametrize("case", RUNS)
def test_the_attempts_of_a_step_and_of_those_around_it(case: str) -> None:
    steps, expected = RUNS[case]
    recorded = [
        Step(number, address, "", attempt, "done", 0.0, 0.0, (), {}, lambda _: None)
        for number, (address, attempt) in enumerate(steps, start=1)
    ]
    assert [ran.tries for ran in tries_of(recorded).values()] == expected
