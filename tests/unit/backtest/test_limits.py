"""How long a question waits for its model's limits; the clock is given, so nothing waits here."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from playhead.backtest.limits import Limit, Limits


class Clock:
    """A clock that stands still unless it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_without_a_limit_nobody_waits() -> None:
    limits = Limits({"other": Limit(requests=1)}, Clock())
    assert [limits.take("model", 10_000) for _ in range(100)] == [0.0] * 100


def test_the_first_is_asked_at_once_and_the_others_evenly_after_it() -> None:
    limits = Limits({"model": Limit(requests=60)}, Clock())
    assert [limits.take("model", 0) for _ in range(4)] == [0.0, 1.0, 2.0, 3.0]


def test_what_fills_up_meanwhile_is_not_waited_for() -> None:
    clock = Clock()
    limits = Limits({"model": Limit(requests=60)}, clock)
    limits.take("model", 0)
    clock.now += 1.5
    assert limits.take("model", 0) == 0.0
    assert limits.take("model", 0) == 1.0


def test_tokens_are_limited_beside_the_requests() -> None:
    limits = Limits({"model": Limit(requests=6_000, tokens=600)}, Clock())
    assert limits.take("model", 10) == 0.0
    assert limits.take("model", 10) == 1.0
    assert limits.take("model", 10) == 2.0


def test_a_question_larger_than_a_second_of_tokens_passes_and_is_paid_for_by_the_next() -> None:
    limits = Limits({"model": Limit(tokens=600)}, Clock())
    assert limits.take("model", 100) == 0.0
    assert limits.take("model", 10) == 10.0


def test_tokens_that_were_not_used_are_given_back() -> None:
    limits = Limits({"model": Limit(tokens=600)}, Clock())
    limits.take("model", 110)
    limits.settle("model", 110, 10)
    assert limits.take("model", 10) == 1.0


def test_models_are_limited_each_on_its_own() -> None:
    limits = Limits({"one": Limit(requests=60), "two": Limit(requests=60)}, Clock())
    limits.take("one", 0)
    assert limits.take("two", 0) == 0.0


@given(
    limit=st.integers(1, 1_000),
    pauses=st.lists(st.floats(0, 30, allow_nan=False), min_size=1, max_size=120),
)
def test_within_any_minute_at_most_a_second_more_than_the_limit_is_asked(limit: int, pauses: list[float]) -> None:
    clock = Clock()
    limits = Limits({"model": Limit(requests=limit)}, clock)
    asked = []
    for pause in pauses:
        clock.now += pause
        asked.append(clock.now + limits.take("model", 0))
    asked.sort()
    most = limit + max(1.0, limit / 60)
    for first in asked:
        assert sum(first <= at < first + 60 for at in asked) <= most + 1e-6
