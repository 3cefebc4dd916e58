"""Does `rank` put the example with the same decision first?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead import nearest
from playhead.nearest import rank

TEXTS = st.lists(st.text(alphabet="abc no?:\nMesag15", max_size=40), min_size=1, max_size=8)


def best(query: str, candidates: list[str]) -> str:
    return candidates[rank(query, candidates)[0][0]]


def test_nothing_to_choose_from_gives_nothing() -> None:
    assert rank("hello", []) == []


def test_function_words_decide_short_messages() -> None:
    assert best("no thank you", ["no", "no thanks", "thank you for the offer, when?"]) == "no thanks"


def test_a_question_mark_counts() -> None:
    assert best("is it open today?", ["it is open today", "is it open tomorrow?"]) == "is it open tomorrow?"


def test_a_typing_error_is_forgiven() -> None:
    assert best("apointment please", ["a present for my son", "an appointment, please"]) == "an appointment, please"


def test_digits_do_not_matter_but_the_place_of_a_number_does() -> None:
    assert rank("Saturday at 5", ["Saturday at 10"])[0][1] == 1.0


def test_the_last_shared_label_counts_more_than_the_lines_before_it() -> None:
    asked = "Our last message: Is Friday at 3 fine for you?\nMessage: thanks, bye"
    same_message = "Our last message: The frame is blue.\nMessage: thanks, bye"
    same_context = "Our last message: Is Friday at 3 fine for you?\nMessage: yes please, and what does it cost?"
    assert best(asked, [same_context, same_message]) == same_message


def test_the_lines_before_it_break_a_tie_of_messages() -> None:
    asked = "Our last message: Would you like insurance?\nMessage: no"
    open_question = "Our last message: Would you like a helmet?\nMessage: no"
    nothing_open = "Our last message: Anything else I can do today?\nMessage: no"
    assert best(asked, [nothing_open, open_question]) == open_question


def test_a_label_the_customer_writes_is_part_of_her_message() -> None:
    asked = "Business: Corner Shop\nMessage: please send it\nAddress: 12 Mill Lane"
    near = "Business: Corner Shop\nMessage: please send it to me"
    assert best(asked, ["Business: Corner Shop\nMessage: where are you?", near]) == near


def test_texts_without_words_are_alike_only_to_each_other() -> None:
    assert rank("", ["", "hello"]) == [(0, 1.0), (1, 0.0)]


@given(st.text(max_size=60), TEXTS)
def test_every_candidate_comes_once_best_first_between_0_and_1(query: str, candidates: list[str]) -> None:
    ranked = rank(query, candidates)
    assert sorted(index for index, _ in ranked) == list(range(len(candidates)))
    assert all(0 <= score <= 1 for _, score in ranked)
    assert ranked == sorted(ranked, key=lambda entry: (-entry[1], entry[0]))


@given(TEXTS)
def test_the_same_text_is_found_and_scores_1(candidates: list[str]) -> None:
    assert rank(candidates[-1], candidates)[0][1] == 1.0


@given(st.sampled_from(["no thanks", "is it open?", "Message: yes, at 5"]))
def test_many_candidates_score_as_few_do(query: str) -> None:
    texts = [f"{word} {other}" for word in ["no", "is", "it", "thanks"] for other in ["5", "open?", "yes", "bye"]]
    assert len(texts) == 16
    many = nearest._index(tuple(texts), letters=True).scores(nearest._features(query, letters=True))
    few = nearest._scores(query, tuple(texts), letters=True)
    assert few == pytest.approx(many)


@given(st.text(max_size=60), TEXTS)
def test_the_answer_is_the_same_again(query: str, candidates: list[str]) -> None:
    assert rank(query, candidates) == rank(query, list(candidates))
