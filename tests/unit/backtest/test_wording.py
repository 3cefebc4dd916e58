"""Numbers are told with their units, and nothing is told that is not known."""

from __future__ import annotations

import pytest

from playhead.backtest.measuring import Measure
from playhead.backtest.report import CheckReport, Noise
from playhead.backtest.wording import amount, check_note, check_row, measure_row, money, noise_line
from playhead.receipt import Amount
from playhead.statistics import Check, Pair, verdicts


def check(before: int, after: int, count: int, *, control: bool = False) -> CheckReport:
    """A check that every conversation answers alike."""
    pairs = [Pair(f"c-{number}", before, after) for number in range(count)]
    (verdict,) = verdicts([Check("Says no price", "yes/no", pairs, pairs if control else ())])
    return CheckReport(verdict, "reply", (), ())


def test_a_clear_check_reads_better_or_worse() -> None:
    name, before, after, difference, reading = check_row(check(0, 1, 20))
    assert (name, before, after, reading) == ("Says no price", "0 %", "100 %", "better")
    assert difference.startswith("+100 points (95 %: +")
    assert check_row(check(1, 0, 20))[-1] == "worse"


def test_an_unclear_one_says_how_many_more_it_takes() -> None:
    found = check(1, 0, 3)
    assert check_row(found)[-1] == f"no clear change: {found.verdict.more_needed:,} more needed"


def test_what_a_verdict_rests_on_is_told() -> None:
    assert check_note(check(0, 1, 20)).startswith("20 of 20 conversations changed · p ")
    assert check_note(check(0, 1, 20, control=True)).endswith("asked again unchanged: +100 points")


@pytest.mark.parametrize(
    ("measure", "row"),
    [
        (
            Measure("Length of a reply", "words", 14.2, 18.9, 4.7, (3.1, 6.2), 20),
            ("Length of a reply, words", "14.2", "18.9", "+4.7 (95 %: 3.1 to 6.2)"),
        ),
        (
            Measure("Messages that were answered", "share", 0.9, 0.85, -0.05, (-0.1, 0.004), 20),
            ("Messages that were answered", "90 %", "85 %", "−5 points (95 %: −10 to 0)"),
        ),
        (
            Measure("Price", "USD a conversation", 0.0124, 0.031, 0.0186, None, 1),
            ("Price, USD a conversation", "0.012", "0.031", "+0.019"),
        ),
        (
            Measure("Model calls", "a conversation", 1200, 900, -300, (-400, 10), 5),
            ("Model calls, a conversation", "1,200", "900", "−300 (95 %: −400 to 10)"),
        ),
    ],
)
def test_a_number_is_told_with_its_unit(measure: Measure, row: tuple[str, ...]) -> None:
    assert measure_row(measure) == row


def test_an_unknown_price_is_no_price_of_zero() -> None:
    assert amount(Amount(2, 1400, 20, None)) == "2 calls, 1,400 tokens read, 20 written, price unknown"
    assert amount(Amount(1, 10, 2, 0.0031)) == "1 call, 10 tokens read, 2 written, 0.0031 USD"
    assert [money(0), money(12.4), money(0.5)] == ["0.00", "12.40", "0.5"]


def test_where_nothing_was_asked_again_nothing_is_said_of_it() -> None:
    assert noise_line(Noise(0, 0, 0)) == ""
    told = "20 recorded calls asked again unchanged: 3 answered otherwise. 1 call could not be asked."
    assert noise_line(Noise(20, 3, 1)) == told
