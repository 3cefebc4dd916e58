"""Is a planned number of conversations enough, and what can so many show?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.power import NormalIndPower

from playhead.statistics import detectable, detectable_number, fewest, needed
from playhead.statistics.paired import flip_test


def power_of_mcnemar(n: int, discordance: float, difference: float) -> float:
    """Exact: over every number of conversations that change, and of those that get better."""
    up, power = (discordance + difference) / 2 / discordance, 0.0
    for changing in range(1, n + 1):
        weight = stats.binom.pmf(changing, n, discordance)
        if weight < 1e-6:
            continue
        for better in range(changing // 2 + 1):
            if flip_test([1.0] * better + [-1.0] * (changing - better)) > 0.05:
                break
            tails = stats.binom.pmf(better, changing, up) + stats.binom.pmf(changing - better, changing, up)
            power += weight * tails
    return power


@pytest.mark.parametrize(("discordance", "difference"), [(0.3, 0.14), (0.2, 0.1), (0.1, 0.08)])
def test_the_needed_number_has_about_the_power_planned_for(discordance: float, difference: float) -> None:
    n = needed(difference, discordance)
    assert 0.74 <= power_of_mcnemar(n, discordance, difference) <= 0.84
    assert power_of_mcnemar(round(n * 1.1), discordance, difference) >= 0.775


@pytest.mark.parametrize("n", [60, 200, 1_000])
@pytest.mark.parametrize("discordance", [0.2, 0.4])
def test_what_is_detectable_is_what_so_many_are_needed_for(n: int, discordance: float) -> None:
    assert needed(detectable(n, discordance), discordance) in (n, n + 1)


@given(st.integers(20, 5_000), st.floats(0.05, 1))
def test_more_conversations_show_smaller_differences(n: int, discordance: float) -> None:
    few, many = detectable(n, discordance), detectable(2 * n, discordance)
    assert few is None or (many is not None and 0 < many < few <= discordance)


@pytest.mark.parametrize("n", [0, 1, 5, 20])
def test_too_few_changes_show_nothing_at_all(n: int) -> None:
    assert detectable(n, 0.2) is None


def test_no_discordance_shows_nothing_at_all() -> None:
    assert detectable(1_000, 0.0) is None


@pytest.mark.parametrize("n", [30, 300])
def test_a_detectable_number_has_statsmodels_power(n: int) -> None:
    found = detectable_number(n, deviation=2.0)
    assert NormalIndPower(ddof=0).power(found / 2.0, n, 0.05, ratio=0) == pytest.approx(0.8, abs=0.001)


def test_few_conversations_show_no_number_at_all() -> None:
    assert detectable_number(5, 1.0) is None


@pytest.mark.parametrize("alpha", [0.05, 0.01, 0.025])
def test_the_fewest_are_just_enough_if_all_change_the_same_way(alpha: float) -> None:
    assert flip_test([1.0] * fewest(alpha)) <= alpha < flip_test([1.0] * (fewest(alpha) - 1))


def test_no_number_of_conversations_shows_no_difference() -> None:
    with pytest.raises(ValueError, match="No number of conversations"):
        needed(0.0, 0.2)
