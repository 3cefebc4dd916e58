"""Is the verdict right, and does it say so when it cannot tell?"""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from playhead.statistics import Check, Pair, Verdict, holm, needed, verdicts

YES_NO = st.lists(
    st.builds(Pair, st.sampled_from("abcdefghijkl"), st.sampled_from([0.0, 1.0]), st.sampled_from([0.0, 1.0])),
    max_size=40,
)
NUMBERS = st.lists(st.builds(Pair, st.sampled_from("abcdefgh"), st.floats(0, 1e4), st.floats(0, 1e4)), max_size=16)
CHECKS = st.builds(Check, st.just("polite"), st.just("yes/no"), YES_NO) | st.builds(
    Check, st.just("cost"), st.just("number"), NUMBERS
)


def verdict(check: Check) -> Verdict:
    (one,) = verdicts([check])
    return one


def yes_no(better: int, worse: int, kept: int, lost: int = 0, *, prefix: str = "c") -> list[Pair]:
    results = [(0, 1)] * better + [(1, 0)] * worse + [(1, 1)] * kept + [(0, 0)] * lost
    return [Pair(f"{prefix}{number}", before, after) for number, (before, after) in enumerate(results)]


def swapped(pairs: list[Pair]) -> list[Pair]:
    return [Pair(pair.conversation, pair.after, pair.before) for pair in pairs]


def test_a_change_that_most_results_follow_is_better() -> None:
    found = verdict(Check("polite", "yes/no", yes_no(better=30, worse=5, kept=65)))
    assert found.reading == "better"
    assert (found.n, found.discordant, found.more_needed) == (100, 35, 0)
    assert (found.before, found.after, found.difference) == (0.70, 0.95, 0.25)
    assert found.interval[0] > 0


def test_higher_may_be_worse() -> None:
    costs = [Pair(str(number), 10 + number % 3, 12 + number % 4) for number in range(40)]
    assert verdict(Check("cost", "number", costs, higher_is_better=False)).reading == "worse"
    assert verdict(Check("cost", "number", swapped(costs), higher_is_better=False)).reading == "better"


def test_an_unclear_change_says_how_many_more_it_would_take() -> None:
    found = verdict(Check("polite", "yes/no", yes_no(better=12, worse=6, kept=82)))
    assert found.reading == f"no clear change: {found.more_needed:,} more needed"
    assert found.more_needed == needed(0.06, 20 / 102) - 100


def test_that_many_more_of_the_same_are_mostly_clear() -> None:
    found = verdict(Check("polite", "yes/no", yes_no(better=12, worse=6, kept=82)))
    draw, size, clear = random.Random(1), 100 + found.more_needed, 0
    for _ in range(100):
        ups = [draw.choices([1, -1, 0], [12, 6, 82])[0] for _ in range(size)]
        pairs = yes_no(ups.count(1), ups.count(-1), ups.count(0))
        clear += verdict(Check("polite", "yes/no", pairs)).reading == "better"
    assert clear >= 70


def test_where_a_difference_worth_knowing_would_have_shown_none_are_needed() -> None:
    pairs = yes_no(better=10, worse=10, kept=1_980)
    assert verdict(Check("polite", "yes/no", pairs)).reading == "no clear change: 0 more needed"
    closer = verdict(Check("polite", "yes/no", pairs, worth=0.002))
    assert closer.more_needed > 1_000


@pytest.mark.parametrize("kind", ["yes/no", "number"])
def test_no_conversation_is_no_clear_change(kind: str) -> None:
    found = verdict(Check("polite", kind, []))
    assert found.reading.startswith("no clear change: ")
    assert found.more_needed > 0
    assert found.before is found.after is found.difference is found.interval is None
    assert (found.p, found.n) == (1.0, 0)


@pytest.mark.parametrize("kind", ["yes/no", "number"])
def test_one_conversation_is_no_clear_change(kind: str) -> None:
    found = verdict(Check("polite", kind, [Pair("c", 0, 1)]))
    assert found.reading.startswith("no clear change: ")
    assert found.p == 1.0
    assert found.more_needed >= 5


@pytest.mark.parametrize("kind", ["yes/no", "number"])
def test_where_no_result_changed_p_is_1(kind: str) -> None:
    found = verdict(Check("polite", kind, yes_no(better=0, worse=0, kept=30)))
    assert (found.p, found.discordant, found.difference) == (1.0, 0, 0.0)


def test_turns_of_one_conversation_are_one_witness() -> None:
    same = [Pair("one", 0, 1) for _ in range(50)]
    assert verdict(Check("polite", "yes/no", same)).reading.startswith("no clear change")
    apart = [Pair(str(number), 0, 1) for number in range(50)]
    assert verdict(Check("polite", "yes/no", apart)).reading == "better"


def test_a_long_conversation_counts_as_much_as_a_short_one() -> None:
    long = [Pair("long", 1, 0) for _ in range(30)]
    found = verdict(Check("polite", "yes/no", [*long, Pair("short", 0, 1)]))
    assert found.difference == 0.0


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_result_that_is_no_number_is_refused_by_name(value: float) -> None:
    with pytest.raises(ValueError, match=r"'cost'.*'c-7'"):
        verdict(Check("cost", "number", [Pair("c-7", 1.0, value)]))


def test_a_yes_no_result_is_0_or_1() -> None:
    with pytest.raises(ValueError, match=r"'polite'.*0\.5"):
        verdict(Check("polite", "yes/no", [Pair("c", 0.5, 1)]))


def test_a_check_whose_control_moves_as_far_is_no_clear_change() -> None:
    """Conversations picked because they failed do better when asked again, changed or not."""
    picked = yes_no(better=40, worse=0, kept=0, lost=60)
    assert verdict(Check("polite", "yes/no", picked)).reading == "better"
    for size in (100, 50):
        again = yes_no(better=size * 4 // 10, worse=0, kept=0, lost=size * 6 // 10)
        found = verdict(Check("polite", "yes/no", picked, control=again))
        assert found.reading.startswith("no clear change")
        assert found.control == 0.4
        assert found.difference == pytest.approx(0)


def test_a_change_that_helps_less_than_asking_again_is_worse() -> None:
    picked = yes_no(better=20, worse=0, kept=0, lost=80)
    again = yes_no(better=60, worse=0, kept=0, lost=40)
    assert verdict(Check("polite", "yes/no", picked, control=again)).reading == "worse"


def test_a_change_far_above_a_quiet_control_stays_clear() -> None:
    pairs = yes_no(better=150, worse=10, kept=840)
    quiet = yes_no(better=0, worse=0, kept=50)
    found = verdict(Check("polite", "yes/no", pairs, control=quiet))
    assert found.reading == "better"
    assert found.interval[0] > 0
    alone = verdict(Check("polite", "yes/no", pairs))
    assert found.interval[1] - found.interval[0] > alone.interval[1] - alone.interval[0]


def test_a_control_of_everything_takes_the_place_of_what_was_recorded() -> None:
    draw = random.Random(2)
    recorded, again, changed = ([draw.randint(0, 1) for _ in range(60)] for _ in range(3))
    pairs = [Pair(str(i), recorded[i], changed[i]) for i in range(60)]
    control = [Pair(str(i), recorded[i], again[i]) for i in range(60)]
    against = verdict(Check("polite", "yes/no", pairs, control=control))
    direct = verdict(Check("polite", "yes/no", [Pair(str(i), again[i], changed[i]) for i in range(60)]))
    assert (against.p, against.difference) == (direct.p, pytest.approx(direct.difference))
    assert against.interval == pytest.approx(direct.interval)


@pytest.mark.parametrize("kind", ["yes/no", "number"])
def test_with_five_controls_nothing_is_clear(kind: str) -> None:
    pairs = yes_no(better=100, worse=0, kept=0)
    for size in (1, 5):
        control = yes_no(better=0, worse=0, kept=size)
        assert verdict(Check("polite", kind, pairs, control=control)).reading.startswith("no clear change")


@pytest.mark.parametrize("kind", ["yes/no", "number"])
def test_a_drift_of_the_provider_is_not_called_a_change(kind: str) -> None:
    """Asked today, 15 of 100 more pass with either prompt: about one verdict in twenty may be clear, not more."""
    draw, clear, repeats = random.Random(3), 0, 300

    def asked(chance: float) -> int:
        return int(draw.random() < chance)

    for _ in range(repeats):
        ease = [draw.uniform(0.2, 0.8) for _ in range(80)]
        recorded = [asked(one) for one in ease]
        pairs = [Pair(str(i), recorded[i], asked(one + 0.15)) for i, one in enumerate(ease)]
        control = [Pair(str(i), recorded[i], asked(one + 0.15)) for i, one in enumerate(ease[:30])]
        clear += verdict(Check("polite", kind, pairs, control=control)).reading in ("better", "worse")
    assert clear / repeats <= 0.075


def test_several_checks_are_held_to_more_than_one() -> None:
    checks = [Check(str(number), "yes/no", yes_no(better=10, worse=2, kept=20)) for number in range(4)]
    assert verdict(checks[0]).reading == "better"
    together = verdicts(checks)
    assert {one.reading[:15] for one in together} == {"no clear change"}
    assert together[0].p == verdict(checks[0]).p
    assert together[0].p_adjusted == pytest.approx(4 * together[0].p)


@settings(max_examples=25)  # theirs takes its time
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holms_ps_are_those_of_statsmodels(ps: list[float]) -> None:
    assert holm(ps) == pytest.approx(multipletests(ps, method="holm")[1].tolist())


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holms_ps_keep_the_order_and_are_never_smaller(ps: list[float]) -> None:
    adjusted = holm(ps)
    assert all(own <= other <= 1 for own, other in zip(ps, adjusted, strict=True))
    ranked = [adjusted[index] for index in sorted(range(len(ps)), key=lambda index: ps[index])]
    assert ranked == sorted(ranked)


@given(CHECKS)
def test_before_and_after_swapped_swap_better_and_worse(check: Check) -> None:
    there, back = verdict(check), verdict(replace(check, pairs=swapped(check.pairs)))
    assert there.p == back.p
    opposite = {"better": "worse", "worse": "better"}
    assert back.reading.split(":")[0] == opposite.get(there.reading, there.reading.split(":")[0])
    if check.kind == "yes/no":
        assert there.more_needed == back.more_needed


@given(CHECKS, st.randoms())
def test_the_order_of_results_does_not_matter(check: Check, draw: random.Random) -> None:
    pairs = list(check.pairs)
    draw.shuffle(pairs)
    assert verdict(replace(check, pairs=pairs)) == verdict(check)


@given(CHECKS, YES_NO)
def test_every_verdict_is_one_of_three_and_its_figures_are_sound(check: Check, control: list[Pair]) -> None:
    for one in (check, replace(check, control=control)):
        found = verdict(one)
        assert found.reading in ("better", "worse", f"no clear change: {found.more_needed:,} more needed")
        assert 0 < found.p <= found.p_adjusted <= 1
        assert found.discordant <= found.n
        assert found.more_needed >= 0
        if found.interval:
            assert found.interval[0] <= found.difference <= found.interval[1]
