"""While a backtest runs, Python looks for garbage less often; afterwards as before."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from playhead.backtest.running import settled_heap


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    threshold = gc.get_threshold()
    yield
    gc.set_threshold(*threshold)
    gc.unfreeze()


def test_what_was_there_is_not_searched_and_what_is_new_less_often() -> None:
    gc.unfreeze()
    gc.set_threshold(700, 10, 10)
    with settled_heap():
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold() == (3_000, 10, 10)
    assert gc.get_freeze_count() == 0
    assert gc.get_threshold() == (700, 10, 10)


def test_it_ends_with_an_error_too() -> None:
    before = gc.get_threshold()
    with pytest.raises(ValueError), settled_heap():
        raise ValueError
    assert (gc.get_freeze_count(), gc.get_threshold()) == (0, before)


@pytest.mark.parametrize("asked", [0, 50_000])
def test_who_looks_less_often_already_or_never_is_not_overruled(asked: int) -> None:
    gc.set_threshold(asked, 10, 10)
    with settled_heap():
        assert gc.get_threshold() == (asked, 10, 10)


def test_who_froze_something_before_is_left_alone() -> None:
    gc.freeze()
    frozen, threshold = gc.get_freeze_count(), gc.get_threshold()
    with settled_heap():
        assert gc.get_threshold() == threshold
    assert gc.get_freeze_count() >= frozen > 0
