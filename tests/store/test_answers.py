"""What a backtest asked is kept at once, and never asked twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from playhead.codec import split
from playhead.errors import BadInput, Corrupt, RunNotFound
from playhead.location import Location
from playhead.store import Store

from . import behind
from .conftest import a_run

CALL = "r-1 gather@4/draft@2[1] model 0 " + "0f" * 16


@pytest.fixture(autouse=True)
def talk(store: Store) -> None:
    """A conversation to ask about."""
    a_run(store, "c-1", "r-1")


def keep(store: Store, answer: Any, call: str = CALL, experiment: str = "warmer", thread: str = "c-1") -> bool:
    """Keep an answer of two tokens that took half a second."""
    return store.keep_answer(
        experiment, call, split(answer), thread=thread, started=7.0, seconds=0.5, input_tokens=10, output_tokens=2
    )


def test_an_answer_comes_back_with_what_it_took(store: Store) -> None:
    assert keep(store, {"message": ["It is ready."]})
    kept = store.answer_of("warmer", CALL)
    assert kept is not None
    assert (kept.experiment, kept.call, kept.answer) == ("warmer", CALL, {"message": ["It is ready."]})
    assert (kept.started, kept.seconds, kept.input_tokens, kept.output_tokens) == (7.0, 0.5, 10, 2)


def test_what_was_not_asked_has_no_answer(store: Store) -> None:
    keep(store, "yes")
    assert store.answer_of("warmer", "another call") is None
    assert store.answer_of("another experiment", CALL) is None


def test_the_first_answer_stays(store: Store) -> None:
    assert (keep(store, "first"), keep(store, "second")) == (True, False)
    assert getattr(store.answer_of("warmer", CALL), "answer", None) == "first"


def test_experiments_have_answers_of_their_own(store: Store) -> None:
    assert keep(store, "warm", experiment="a")
    assert keep(store, "cold", experiment="b")
    assert getattr(store.answer_of("b", CALL), "answer", None) == "cold"


def test_an_answer_of_nothing_is_an_answer(store: Store) -> None:
    keep(store, None)
    kept = store.answer_of("warmer", CALL)
    assert kept is not None
    assert kept.answer is None


def test_a_kept_answer_is_on_disk_when_the_call_returns(store: Store, address: Location) -> None:
    keep(store, "yes")
    another = Store(address)
    assert getattr(another.answer_of("warmer", CALL), "answer", None) == "yes"
    another.close()


def test_many_threads_keep_answers_at_once_and_one_of_equal_calls_wins(store: Store) -> None:
    calls = [f"call {number % 100}" for number in range(200)]
    with ThreadPoolExecutor(16) as pool:
        kept = list(pool.map(lambda pair: keep(store, pair[0], call=pair[1]), enumerate(calls)))
    assert sum(kept) == 100
    winners = {calls[number]: number for number, won in enumerate(kept) if won}
    assert {call: getattr(store.answer_of("warmer", call), "answer", None) for call in winners} == winners


def test_a_conversation_that_is_not_there_gets_no_answers(store: Store) -> None:
    with pytest.raises(RunNotFound):
        keep(store, "yes", thread="forgotten")
    assert store.threads() == ["c-1"]


HALF = "a\ud800b"


def test_half_a_character_in_a_name_is_refused_in_words_and_has_no_answer(store: Store) -> None:
    for names in ({"experiment": HALF}, {"call": HALF}):
        with pytest.raises(BadInput, match="half a character"):
            keep(store, "yes", **names)
        assert store.answer_of(**{"experiment": "warmer", "call": CALL, **names}) is None
    assert (store.answered(HALF), store.answered("warmer"), store.experiments()) == (set(), set(), [])


def test_an_answer_whose_row_was_changed_is_no_call_that_was_not_asked(store: Store, address: Location) -> None:
    keep(store, "yes")
    behind.change(address, "UPDATE answers SET call = 'another'")
    with pytest.raises(Corrupt, match="answers"):
        store.answered("warmer")
