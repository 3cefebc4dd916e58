"""What a replay with changes costs, before it is made and after, from what is planned."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.receipt import Amount, Followed, Planned, Prices, Spent, receipt
from playhead.receipt.reckoning import input_tokens, length_of, shares_following

PRICES = Prices.of({"mini": {"input": 0.25, "output": 2.0}, "large": {"input": 2.5, "output": 20}})
MODELS = st.sampled_from(["mini", "large", "embedded"])
TOKENS = st.none() | st.integers(0, 20_000)

planned = st.builds(
    Planned,
    model=MODELS,
    input_tokens=TOKENS,
    output_tokens=TOKENS,
    characters=st.integers(0, 50_000),
    new_characters=st.integers(0, 50_000),
    turn=st.sampled_from(["a", "b", "c"]),
    prompt=st.sampled_from(["", "reply", "understand"]),
    counted=TOKENS,
)
plans = st.lists(planned, max_size=12)
mosts = st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), st.integers(0, 30))
history = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(0, 60)).map(lambda each: Followed(*each)),
    max_size=60,
)


def call(model: str = "mini", read: int | None = 100, written: int | None = 10, **more: Any) -> Planned:
    return Planned(model, read, written, **more)


def rises(low: Amount, high: Amount) -> bool:
    assert low.price is not None and high.price is not None
    return (
        low.calls <= high.calls
        and low.input_tokens <= high.input_tokens
        and low.output_tokens <= high.output_tokens
        and low.price <= high.price + 1e-9
    )


@given(plans, plans, mosts, history)
def test_the_low_end_is_below_the_high_end_and_that_below_the_worst_case(
    certain: Sequence[Planned], may_follow: Sequence[Planned], most: dict[str, int], earlier: Sequence[Followed]
) -> None:
    made = receipt(certain, may_follow, PRICES, most=most, earlier=earlier)
    assert rises(made.low, made.high) and rises(made.high, made.worst)
    assert all(rises(share.low, share.high) and rises(share.high, share.worst) for share in made.by_model)


@given(plans, plans, mosts, history)
def test_certain_calls_are_in_every_figure(
    certain: Sequence[Planned], may_follow: Sequence[Planned], most: dict[str, int], earlier: Sequence[Followed]
) -> None:
    made = receipt(certain, may_follow, PRICES, most=most, earlier=earlier)
    assert made.certain == len(certain) <= made.low.calls
    assert made.worst.calls >= len(certain) + len(may_follow)


@given(plans, plans, planned)
def test_one_more_call_never_makes_it_cheaper(
    certain: list[Planned], may_follow: list[Planned], another: Planned
) -> None:
    before = receipt(certain, may_follow, PRICES)
    after = receipt(certain, [*may_follow, another], PRICES)
    assert after.low.calls == before.low.calls
    assert after.high.calls == before.high.calls + 1
    assert after.worst.calls == before.worst.calls + 1
    assert after.worst.input_tokens >= before.worst.input_tokens


@given(plans, plans, history)
def test_each_model_s_calls_add_up_to_the_worst_case(
    certain: list[Planned], may_follow: list[Planned], earlier: list[Followed]
) -> None:
    made = receipt(certain, may_follow, PRICES, earlier=earlier)
    assert sum(share.worst.calls for share in made.by_model) == made.worst.calls


def test_without_a_change_nothing_is_asked() -> None:
    made = receipt([], [], PRICES)
    assert made.worst == Amount()
    assert str(made) == "Nothing has to be asked."


def test_a_changed_route_adds_at_most_what_the_longest_turn_asks() -> None:
    made = receipt([call(turn="a")], [call(turn="a"), call(turn="b")], PRICES, most={"a": 5, "b": 1, "unreached": 9})
    assert made.high.calls == 3
    assert made.worst.calls == 5 + 1


def test_an_added_call_is_taken_to_be_as_dear_as_the_dearest() -> None:
    plain = receipt([call("mini"), call("large", 1000, 100)], [], PRICES)
    longer = receipt([call("mini"), call("large", 1000, 100)], [], PRICES, most={"": 4})
    assert plain.worst.price is not None and longer.worst.price is not None
    assert longer.worst.price - plain.worst.price == pytest.approx(2 * (1000 * 2.5 + 200 * 20) / 1e6)


def test_a_price_is_tokens_times_the_table() -> None:
    made = receipt([call("mini", 1_000_000, None, prompt="p")] * 1, [], PRICES)
    assert made.low.price == pytest.approx(0.25 + made.low.output_tokens * 2.0 / 1e6)


def test_a_model_without_a_price_leaves_no_sum_and_is_named_with_what_to_add() -> None:
    made = receipt([call("mini"), call("gpt-9")], [], PRICES)
    assert made.low.price is made.high.price is made.worst.price is None
    assert made.unpriced == ("gpt-9",)
    assert "200 to read" in str(made)
    assert 'Add to [tool.playhead.prices], in USD per million tokens: "gpt-9" = {input = …, output = …}.' in str(made)


def test_the_embedded_model_is_free() -> None:
    assert "Price: nothing." in receipt([call("embedded")], [], Prices.of({})).lines


def test_input_is_counted_where_it_can_be_else_the_recorded_usage_is_scaled() -> None:
    assert input_tokens(call(read=100, counted=123)) == 123
    assert input_tokens(call(read=100, characters=400, new_characters=600)) == 150
    assert input_tokens(call(read=100)) == 100


def test_usage_that_nobody_reported_is_estimated_and_said_to_be() -> None:
    made = receipt([call(read=None, new_characters=400)], [call()], PRICES)
    assert made.low.input_tokens == 100
    assert made.guessed == 1
    assert "1 call of them has no recorded usage: its is estimated." in str(made)


def test_an_answer_is_as_long_as_the_recorded_one_give_or_take_as_its_prompt_s_answers_differ() -> None:
    lengths = {"": [1000], "reply": list(range(10, 31))}
    found = length_of(call(written=20, prompt="reply"), lengths)
    assert (found.low, found.high, found.worst) == (11, 29, 30)


def test_an_answer_beside_the_usual_ones_keeps_its_own_length() -> None:
    found = length_of(call(written=90, prompt="reply"), {"reply": list(range(10, 31))})
    assert (found.low, found.high) == (11, 90)


def test_few_recorded_answers_say_little_half_to_twice_is_taken() -> None:
    found = length_of(call(written=20, prompt="reply"), {"reply": [20, 50]})
    assert (found.low, found.high, found.worst) == (10, 40, 50)


# ── how many follow ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("count", [0, 1, 18])
def test_few_earlier_backtests_say_nothing_any_share_may_follow(count: int) -> None:
    assert shares_following([Followed(1, 10, 3)] * count) == (0.0, 1.0)


def test_from_nineteen_on_the_next_share_lies_between_the_least_and_the_greatest() -> None:
    earlier = [Followed(2, 100, 2 + share) for share in range(10, 29)]
    assert shares_following(earlier) == (0.10, 0.28)
    made = receipt([call()] * 2, [call()] * 100, PRICES, earlier=earlier)
    assert (made.low.calls, made.high.calls) == (12, 30)


@given(st.lists(st.floats(0, 1), min_size=20, max_size=60))
def test_of_all_orders_of_backtests_nine_in_ten_end_inside_the_interval_of_the_others(shares: list[float]) -> None:
    """The promise itself: whichever of them came last, in at most one in ten cases it lies beside."""
    whole = [Followed(0, 1_000_000, round(share * 1_000_000)) for share in shares]
    beside = 0
    for place, last in enumerate(whole):
        low, high = shares_following([*whole[:place], *whole[place + 1 :]])
        beside += not low <= last.asked / last.may_follow <= high
    assert beside <= len(whole) / 10


def test_a_backtest_in_which_nothing_could_follow_says_nothing_of_shares() -> None:
    assert shares_following([Followed(5, 0, 5)] * 30) == (0.0, 1.0)


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_receipt_in_words() -> None:
    made = receipt([call(read=1000)] * 12, [call(read=500)] * 31, PRICES, most={"": 60})
    assert made.lines[0] == (
        "12 calls are certain to be asked (the first wave), up to 31 more may follow; at the very most 60."
    )
    assert made.lines[1].startswith("Tokens: 12,000 to 27,500 to read, ")
    assert made.lines[2].startswith("Price: 0.003")


def test_several_models_are_told_apart() -> None:
    made = receipt([call("mini"), call("large")], [call("large")], PRICES)
    assert any(line.startswith("  large: 1 to 2 calls") for line in made.lines)


def test_after_the_replay_predicted_stands_against_actual() -> None:
    made = receipt([call()], [call()], PRICES).settled(Spent.of([call(read=90, written=8)], PRICES, 1.25))
    assert made.as_expected
    assert made.lines[-1] == "Asked: 1 call (predicted 1 to 2), 90 tokens read, 8 written, 3.9e-05 USD, in 1.2 s."


def test_more_than_predicted_is_not_as_expected() -> None:
    made = receipt([call()], [], PRICES).settled(Spent.of([call()] * 2, PRICES, 1))
    assert made.as_expected is False


def test_as_data_it_holds_the_figures_and_the_words() -> None:
    made = receipt([call()], [call("large")], PRICES)
    data = json.loads(json.dumps(made.data))
    assert data["low"]["calls"] == 1 and data["worst"]["calls"] == 2
    assert data["by_model"][0]["model"] == "large"
    assert data["text"] == made.lines
