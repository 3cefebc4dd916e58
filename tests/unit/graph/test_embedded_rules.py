"""Does the embedded model obey each form of rule, wherever it stands?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.graph.embedded.rules import read_rules, without_rules

TEXT = "Hi Ana. It is ready. Do you want to collect it? Or shall we send it? It was no trouble."


def ruled(system: str, text: str = TEXT, max_length: int | None = None) -> str:
    return read_rules(system).applied(text, max_length)


@pytest.mark.parametrize(
    "wording", ["At most 5 words.", "- AT MOST FIVE WORDS", "Keep it short: at most 5 words, please"]
)
def test_at_most_n_words_cuts_at_a_sentence(wording: str) -> None:
    assert ruled(wording) == "Hi Ana. It is ready."


def test_at_most_n_words_cuts_inside_a_sentence_that_is_too_long() -> None:
    assert ruled("at most 3 words", "We are glad, to hear that.") == "We are glad"


def test_of_two_limits_the_lower_holds() -> None:
    assert ruled("At most 40 words. For text messages at most 2 words.") == "Hi Ana."


def test_at_most_n_sentences_keeps_the_first() -> None:
    assert ruled("Write at most two sentences.") == "Hi Ana. It is ready."


@pytest.mark.parametrize("wording", ["Ask one question at most.", "at most one question", "Ask at most 1 question"])
def test_one_question_at_most_drops_the_later_ones(wording: str) -> None:
    assert ruled(wording) == "Hi Ana. It is ready. Do you want to collect it? It was no trouble."


@pytest.mark.parametrize(
    "wording", ['Sign off with "The desk"', "sign off with “The desk”", "SIGN OFF WITH 'The desk'"]
)
def test_sign_off_comes_last(wording: str) -> None:
    assert ruled(wording, "It is ready.") == "It is ready. The desk"


def test_a_sign_off_that_is_there_is_not_repeated() -> None:
    assert ruled('sign off with "The desk"', "It is ready. The desk") == "It is ready. The desk"


def test_the_sign_off_survives_the_limits() -> None:
    assert ruled('At most 5 words. Sign off with "The desk".') == "Hi Ana. The desk"


def test_the_sign_off_survives_the_length_of_the_schema() -> None:
    assert ruled('Sign off with "The desk".', max_length=31) == "Hi Ana. It is ready. The desk"


def test_start_comes_first_once() -> None:
    assert ruled('Start with "Hello!"', "It is ready.") == "Hello! It is ready."
    assert ruled('Start with "Hello!"', "Hello! It is ready.") == "Hello! It is ready."


def test_never_say_drops_the_sentence() -> None:
    assert ruled('Never say "no trouble" or "ready".') == "Hi Ana. Do you want to collect it? Or shall we send it?"


def test_never_say_drops_only_the_words_where_nothing_else_is_said() -> None:
    assert ruled('never say "cheap"', "It is cheap and good.") == "It is and good."


def test_always_mention_adds_a_sentence_where_it_is_missing() -> None:
    assert ruled('Always mention "parking is free"', "It is ready.") == "It is ready. Parking is free."
    assert ruled('Always mention "parking is free"', "Parking is free.") == "Parking is free."


def test_say_instead_exchanges_whole_words_and_keeps_the_capital() -> None:
    assert ruled('Say "hello" instead of "hi".', "Hi Ana, this is it.") == "Hello Ana, this is it."


def test_other_sentences_are_no_rules() -> None:
    assert ruled("Be kind. Never be rude. Say when we open. We sold at most once.") == TEXT


def test_numbers_of_rules_are_no_facts() -> None:
    assert without_rules("Open at 9. At most 40 words.") == "Open at 9. ."


@given(st.text(alphabet="ab .?!,\n", max_size=120), st.integers(1, 12), st.integers(1, 4))
def test_limits_hold_for_any_text(text: str, words: int, sentences: int) -> None:
    made = ruled(f'At most {words} words. At most {sentences} sentences. Sign off with "Bye".', text)
    assert len(made.split()) <= words
    assert made.endswith("Bye")
