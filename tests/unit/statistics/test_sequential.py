"""Does the bet stop early when there is something, and hardly ever when there is nothing?"""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.statistics import UntilSure
from playhead.statistics.paired import flip_test

RESULTS = st.lists(st.tuples(st.sampled_from([0.0, 0.5, 1.0]), st.sampled_from([0.0, 0.5, 1.0])), max_size=60)


def fed(results: list[tuple[float, float]], **options: object) -> UntilSure:
    test = UntilSure(**options)
    for before, after in results:
        test.feed(before, after)
    return test


def drawn(draw: random.Random, better: float, worse: float) -> tuple[float, float]:
    """One conversation: got better, got worse, or stayed."""
    place = draw.random()
    return (0.0, 1.0) if place < better else (1.0, 0.0) if place < better + worse else (1.0, 1.0)


def conversations_used(
    draw: random.Random, better: float, worse: float, *, most: int, worth: float
) -> tuple[str | None, int]:
    """Looked at after every conversation: how it ended, and after how many."""
    test = UntilSure(worth=worth)
    while test.sure is None and test.n < most:
        test.feed(*drawn(draw, better, worse))
    return test.sure, test.n


def test_looked_at_after_every_conversation_a_change_without_effect_is_seldom_sure() -> None:
    """1,500 repeats: a rate of 8 % would show as at most 5 % once in 100,000 times."""
    draw = random.Random(1)
    false = sum(conversations_used(draw, 0.2, 0.2, most=250, worth=0.12)[0] is not None for _ in range(1_500))
    assert 0.01 <= false / 1_500 <= 0.05


def test_a_p_value_looked_at_as_often_would_not_do() -> None:
    """The same repeats with McNemar's test are false more than twice as often as they say."""
    draw, false = random.Random(2), 0
    for _ in range(200):
        differences: list[float] = []
        for _ in range(250):
            before, after = drawn(draw, 0.2, 0.2)
            differences.append(after - before)
            if before != after and flip_test(differences) <= 0.05:
                false += 1
                break
    assert false / 200 > 0.1


# By exact enumeration, the least number of conversations with which McNemar's exact test has a power of 0.8.
FIXED = {(0.22, 0.08): 128, (0.15, 0.05): 168, (0.125, 0.075): 658}


@pytest.mark.parametrize(("better", "worse"), FIXED)
def test_under_a_real_effect_it_uses_fewer_conversations_for_the_same_power(better: float, worse: float) -> None:
    draw, fixed, repeats = random.Random(3), FIXED[better, worse], 1_000
    ends = [conversations_used(draw, better, worse, most=5 * fixed, worth=better - worse) for _ in range(repeats)]
    assert sum(sure == "worse" for sure, _ in ends) <= 0.02 * repeats
    used = sorted(n for _, n in ends)
    most = used[int(0.8 * repeats)]  # stopped there at the latest, it has the same power
    mean_used = sum(min(n, most) for n in used) / repeats
    assert mean_used < 0.95 * fixed


def test_an_effect_twice_as_large_as_planned_for_is_sure_after_two_fifths() -> None:
    draw, fixed = random.Random(4), FIXED[0.15, 0.05]
    ends = [conversations_used(draw, 0.25, 0.05, most=fixed, worth=0.1) for _ in range(200)]
    assert sum(sure == "better" for sure, _ in ends) >= 0.95 * 200
    assert sum(n for _, n in ends) / 200 < 0.4 * fixed


def test_it_stops_where_there_is_no_hope_left() -> None:
    """Nothing changes on average and 2,000 conversations are at hand: most are never asked."""
    draw, used = random.Random(5), []
    for _ in range(50):
        test = UntilSure(worth=0.1)
        while test.sure is None and test.n < 2_000 and not test.hopeless(2_000 - test.n):
            test.feed(*drawn(draw, 0.1, 0.1))
        used.append(test.n)
    assert sum(used) / len(used) < 1_500


@pytest.mark.parametrize("left", [50, 100, 200])
def test_the_chance_is_about_what_comes_of_it(left: int) -> None:
    seen = [(0.0, 1.0)] * 20 + [(1.0, 0.0)] * 10 + [(1.0, 1.0)] * 70
    changing = 32 / 110
    hope = 0.1 + (changing / 100) ** 0.5
    draw, sure = random.Random(6), 0
    for _ in range(300):
        test = fed(seen)
        for _ in range(left):
            test.feed(*drawn(draw, (changing + hope) / 2, (changing - hope) / 2))
        sure += test.sure is not None
    assert fed(seen).chance(left) == pytest.approx(sure / 300, abs=0.15)


def test_nothing_left_leaves_no_hope() -> None:
    assert UntilSure().hopeless(0)
    assert not UntilSure().hopeless(100_000)


def test_once_sure_it_stays_sure() -> None:
    test = fed([(0.0, 1.0)] * 40 + [(1.0, 0.0)] * 200)
    assert test.sure == test.reading == "better"
    assert test.p <= 0.05
    assert test.chance(0) == 1.0
    assert not test.hopeless(0)


def test_the_direction_is_the_checks() -> None:
    assert fed([(0.0, 1.0)] * 40, higher_is_better=False).sure == "worse"
    assert fed([(1.0, 0.0)] * 40, higher_is_better=False).sure == "better"


def test_before_the_first_conversation_it_knows_nothing() -> None:
    test = UntilSure()
    assert (test.p, test.sure, test.n) == (1.0, None, 0)
    assert test.reading.startswith("no clear change: ")


def test_conversations_that_did_not_change_cost_nothing() -> None:
    assert fed([(1.0, 1.0)] * 500).p == 1.0


@pytest.mark.parametrize("worth", [0.0, 1.0, -0.1, float("nan")])
def test_a_difference_worth_knowing_is_a_share(worth: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        UntilSure(worth=worth)


@pytest.mark.parametrize("results", [(0.0, 2.0), (-1.0, 0.0), (float("nan"), 1.0)])
def test_a_result_outside_0_to_1_is_refused(results: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        UntilSure().feed(*results)


@given(RESULTS)
def test_before_and_after_swapped_swap_better_and_worse_sequentially(results: list[tuple[float, float]]) -> None:
    there, back = fed(results), fed([(after, before) for before, after in results])
    assert there.p == pytest.approx(back.p)
    assert (there.sure, back.sure) in [(None, None), ("better", "worse"), ("worse", "better")]


@given(RESULTS)
def test_p_never_grows_and_the_chance_grows_with_what_is_left(results: list[tuple[float, float]]) -> None:
    test, last = UntilSure(), 1.0
    for before, after in results:
        test.feed(before, after)
        assert 0 < test.p <= last
        last = test.p
        chances = [test.chance(left) for left in (0, 10, 100, 1_000)]
        assert all(few <= many + 1e-6 for few, many in itertools.pairwise(chances))
        assert all(0 <= chance <= 1 for chance in chances)
