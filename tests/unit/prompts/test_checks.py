from __future__ import annotations

from typing import Any

import pytest

from playhead.prompts.checks import check_problem, run_check


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        ({"kind": "regex_absent", "pattern": r"[$€£]\s?\d"}, "about twenty", "from $ 20"),
        ({"kind": "regex_present", "pattern": "(?i)thank"}, "Thanks!", "Bye"),
        ({"kind": "phrases_absent", "phrases": ["guarantee", "promise"]}, "maybe", "I PROMISE"),
        ({"kind": "phrases_present", "phrases": ["monday", "tuesday"]}, "On Monday", "On Friday"),
        ({"kind": "max_words", "limit": 2}, "two words", "now three words"),
        ({"kind": "max_characters", "limit": 3}, "abc", "abcd"),
        ({"kind": "max_questions", "limit": 1}, "When?", "When? Where?"),
    ],
)
def test_each_kind_decides(check: dict, good: str, bad: str) -> None:
    check = {"name": "it"} | check
    assert check_problem(check) is None
    assert (run_check(check, good), run_check(check, bad)) == (True, False)


def test_a_judge_is_left_open() -> None:
    check = {"name": "Polite", "kind": "judge", "question": "Is it polite?"}
    assert check_problem(check) is None
    assert run_check(check, "hi") is None


def test_a_structured_answer_is_read_as_all_its_texts() -> None:
    check = {"name": "it", "kind": "regex_absent", "pattern": "b"}
    assert run_check(check, {"reply": "a", "ask": ["c", {"d": "b"}], "n": 3}) is False


def test_a_check_may_look_at_one_field() -> None:
    check = {"name": "it", "kind": "regex_absent", "pattern": "b", "field": "reply"}
    assert run_check(check, {"reply": "a", "why": "b"}) is True


@pytest.mark.parametrize(
    ("check", "problem"),
    [
        ("no price", "mapping"),
        ({"kind": "max_words", "limit": 2}, "name"),
        ({"name": "a", "kind": "max_word", "limit": 2}, "Did you mean 'max_words'"),
        ({"name": "a", "kind": "max_words", "limt": 2}, "Did you mean 'limit'"),
        ({"name": "a", "kind": "max_words", "limit": True}, "whole number"),
        ({"name": "a", "kind": "max_words"}, "whole number"),
        ({"name": "a", "kind": "phrases_absent", "phrases": []}, "list of texts"),
        ({"name": "a", "kind": "regex_absent", "pattern": "("}, "regular expression"),
        ({"name": "a", "kind": "judge"}, "question"),
        ({"name": "a", "kind": "judge", "question": "?", "field": 1}, "field"),
    ],
)
def test_a_check_that_cannot_be_run_says_why(check: Any, problem: str) -> None:
    assert problem in (check_problem(check) or "")
