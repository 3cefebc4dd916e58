"""Are the probabilities and bounds of paired differences those that others compute?"""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import special, stats
from statsmodels.stats.contingency_tables import mcnemar

from playhead.statistics.paired import (
    bootstrap_interval,
    error_between,
    flip_test,
    mean,
    share_interval,
    student_p,
    student_reach,
)

CHANGES = st.lists(st.sampled_from([-1.0, 0.0, 1.0]), max_size=60)
SHARES = st.lists(st.fractions(-1, 1, max_denominator=4).map(float), max_size=40)
NUMBERS = st.lists(st.floats(-1e6, 1e6), max_size=12)


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 20))
def test_one_yes_no_per_conversation_is_mcnemars_exact_test(better: int, worse: int, same: int) -> None:
    theirs = mcnemar([[same, better], [worse, same]], exact=True).pvalue
    assert flip_test([1.0] * better + [-1.0] * worse + [0.0] * same) == pytest.approx(min(theirs, 1.0))


def test_thousands_of_changes_are_counted_exactly_too() -> None:
    theirs = stats.binomtest(2_400, 5_000).pvalue
    assert flip_test([1.0] * 2_400 + [-1.0] * 2_600) == pytest.approx(theirs)


@given(st.lists(st.integers(-9, 9).map(float), min_size=2, max_size=9))
def test_a_few_differences_have_scipys_exact_permutation_p(differences: list[float]) -> None:
    theirs = stats.permutation_test(
        (np.array(differences), np.zeros(len(differences))),
        lambda x, y: np.sum(x - y),
        permutation_type="samples",
        n_resamples=np.inf,
    ).pvalue
    assert flip_test(differences) == pytest.approx(min(1.0, theirs))


def test_many_differences_have_nearly_the_p_of_the_t_test() -> None:
    draw = random.Random(1)
    for shift in (0.0, 0.1, 0.2):
        differences = [draw.gauss(shift, 1) for _ in range(200)]
        assert flip_test(differences) == pytest.approx(stats.ttest_1samp(differences, 0).pvalue, abs=0.02)


def test_skewed_costs_that_did_not_change_on_average_are_seldom_called_changed() -> None:
    draw = random.Random(2)
    false = sum(flip_test([draw.expovariate(1) - 1 for _ in range(60)]) <= 0.05 for _ in range(150))
    assert false <= 15


@given(NUMBERS | SHARES)
def test_the_other_sign_and_another_order_have_the_same_p_between_0_and_1(differences: list[float]) -> None:
    p = flip_test(differences)
    assert 0 < p <= 1
    assert flip_test([-one for one in differences]) == p
    assert flip_test(differences[::-1]) == p


def test_nothing_changed_has_p_1() -> None:
    assert flip_test([]) == flip_test([0.0, 0.0]) == 1.0


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 200))
def test_the_interval_of_one_yes_no_each_is_bonett_and_prices(better: int, worse: int, same: int) -> None:
    """Their formula as R's contingencytables has it (Wald_CI_BonettPrice_paired_2x2), kept within -1..1."""
    n = better + worse + same
    up, down = (better + 1) / (n + 2), (worse + 1) / (n + 2)
    reach = stats.norm.ppf(0.975) * math.sqrt((up + down - (up - down) ** 2) / (n + 2))
    found = share_interval([1.0] * better + [-1.0] * worse + [0.0] * same)
    assert found == pytest.approx((max(-1, up - down - reach), min(1, up - down + reach)))


@given(CHANGES | SHARES)
def test_the_interval_of_shares_has_the_estimate_in_it(differences: list[float]) -> None:
    low, high = share_interval(differences)
    assert -1 <= low <= mean(differences) <= high <= 1


@given(SHARES)
def test_the_interval_of_shares_turns_round_with_the_sign(differences: list[float]) -> None:
    low, high = share_interval(differences)
    assert share_interval([-one for one in differences]) == pytest.approx((-high, -low))


def test_no_change_among_twenty_does_not_prove_that_there_is_none() -> None:
    low, high = share_interval([0.0] * 20)
    assert low < -0.1
    assert high > 0.1


@pytest.mark.parametrize("turns", [1, 6])
def test_the_interval_of_shares_holds_the_truth_19_times_in_20(turns: int) -> None:
    """Conversations of six turns go well or badly as a whole: turns taken one by one would look far too sure."""
    draw, held, repeats, truth = random.Random(3), 0, 1_000, 0.1
    for _ in range(repeats):
        differences = []
        for _ in range(50):
            ease = draw.betavariate(1, 1)
            before = sum(draw.random() < ease * 0.8 for _ in range(turns))
            after = sum(draw.random() < ease * 0.8 + 0.1 for _ in range(turns))
            differences.append((after - before) / turns)
        low, high = share_interval(differences)
        held += low <= truth <= high
    assert 0.93 <= held / repeats <= 0.98


def test_the_bootstrap_is_scipys_bca() -> None:
    draw = random.Random(4)
    for size in (12, 80):
        costs = [draw.lognormvariate(0, 1) for _ in range(size)]
        theirs = stats.bootstrap((costs,), np.mean, n_resamples=20_000, method="BCa", random_state=1)
        wide = theirs.confidence_interval.high - theirs.confidence_interval.low
        assert bootstrap_interval(costs) == pytest.approx(tuple(theirs.confidence_interval), abs=0.08 * wide)


def test_the_bootstrap_of_skewed_costs_holds_the_truth_about_as_often_as_it_says() -> None:
    draw, held, repeats = random.Random(5), 0, 200
    for _ in range(repeats):
        low, high = bootstrap_interval([draw.expovariate(1) for _ in range(40)])
        held += low <= 1 <= high
    assert 0.90 <= held / repeats <= 0.99


@example([0.0, 0.0, 1e-200])
@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=12))
def test_the_bootstrap_is_the_same_in_any_order_and_has_the_estimate_in_it(differences: list[float]) -> None:
    low, high = bootstrap_interval(differences)
    assert low <= mean(differences) <= high
    assert bootstrap_interval(differences[::-1]) == (low, high)


def test_one_conversation_has_no_bootstrap() -> None:
    with pytest.raises(ValueError, match="two conversations"):
        bootstrap_interval([1.0])


@example(1e-6, 1)  # where scipy's own tail is wrong in the eleventh place: 1 - 2/π · atan(t) is the whole of it
@given(st.floats(-30, 30), st.integers(1, 400))
def test_students_t_is_scipys(t: float, freedom: int) -> None:
    within = special.betainc(0.5, freedom / 2, t * t / (freedom + t * t))
    assert student_p(t, freedom) == pytest.approx(1 - within, abs=1e-12)


@pytest.mark.parametrize("freedom", [1, 2, 9, 200])
def test_its_reach_is_scipys(freedom: int) -> None:
    assert student_reach(freedom) == pytest.approx(stats.t.ppf(0.975, freedom))


def test_the_error_between_two_sides_of_the_same_conversations_is_the_paired_one() -> None:
    draw = random.Random(6)
    changed = {str(i): draw.gauss(0, 1) for i in range(30)}
    control = {name: one / 2 + draw.gauss(0, 1) for name, one in changed.items()}
    paired = stats.sem([changed[name] - control[name] for name in changed])
    assert error_between(changed, control, shares=False) == pytest.approx(paired)


def test_the_error_between_strangers_adds_up() -> None:
    draw = random.Random(7)
    changed = {f"a{i}": draw.gauss(0, 1) for i in range(20)}
    control = {f"b{i}": draw.gauss(0, 1) for i in range(20)}
    apart = math.hypot(stats.sem(list(changed.values())), stats.sem(list(control.values())))
    assert error_between(changed, control, shares=False) == pytest.approx(apart)
