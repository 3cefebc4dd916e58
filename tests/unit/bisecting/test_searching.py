"""The search for the version that changed something is a binary one."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.bisecting.searching import first_changed


@given(st.integers(2, 300).flatmap(lambda count: st.tuples(st.just(count), st.integers(1, count - 1))))
def test_the_first_changed_version_is_found_in_log2_tries(drawn: tuple[int, int]) -> None:
    count, changed = drawn
    tried: list[int] = []

    def rate(number: int) -> float:
        tried.append(number)
        return 0.9 if number < changed else 0.2

    assert first_changed(count, rate) == changed
    assert len(set(tried)) == len(tried) <= 2 + math.ceil(math.log2(count))


@given(st.lists(st.sampled_from([0.0, 0.4, 0.5, 1.0]), min_size=2, max_size=40))
def test_whatever_lies_between_the_rate_changes_where_it_says(rates: list[float]) -> None:
    found = first_changed(len(rates), rates.__getitem__)
    if rates[0] == rates[-1]:
        assert found is None
    else:
        assert found is not None
        old = [abs(rate - rates[0]) <= abs(rate - rates[-1]) for rate in rates]
        assert (old[found - 1], old[found]) == (True, False)


def test_one_version_alone_changed_nothing() -> None:
    assert first_changed(1, lambda _: 0.5) is None


def test_without_a_version_there_is_nothing_to_try() -> None:
    with pytest.raises(ValueError, match="no version"):
        first_changed(0, lambda _: 0.5)
