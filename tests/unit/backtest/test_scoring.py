"""Which answers are held against a check, and under which name?"""

from __future__ import annotations

from typing import Any

import pytest

from playhead.backtest.scoring import AnswerPair, Criterion, answer_in, criteria_of, last_tries, results_of
from playhead.prompts import PromptSet
from playhead.records import Call

FILE = """---
format: prompt/1
name: {name}
title: A test
description: A test.
owner: desk
model: default
inputs: {{}}
checks:
  - {{name: {check}, kind: max_words, limit: 2}}
---
=== user ===
Hello
"""


def call(number: int, prompt: str | None = "reply", attempt: int = 1) -> Call:
    """A model call made from a prompt."""
    use = {"name": prompt, "content_hash": "c", "file_hash": "f", "files": {}} if prompt else None
    return Call(
        number=number,
        step=1,
        address="draft@1",
        kind="model",
        name="scripted-1",
        ordinal=number,
        attempt=attempt,
        status="done",
        started=0.0,
        seconds=0.0,
        input_tokens=None,
        output_tokens=None,
        refs={"prompt": 1},
        read=lambda _: use,
    )


@pytest.mark.parametrize(
    ("response", "answer"),
    [
        ({"message": {"content": "Yes, until six."}}, "Yes, until six."),
        ({"message": {"content": '{"reply": "Yes"}'}}, {"reply": "Yes"}),
        ({"message": {"content": '```json\n{"reply": "Yes"}\n```'}}, {"reply": "Yes"}),
        ({"message": {"content": [{"type": "text", "text": "Yes"}, {"type": "text", "text": "!"}]}}, "Yes!"),
        ({"message": {"content": "42"}}, "42"),
        ({"message": {"content": '{"reply": '}}, '{"reply":'),
        ({"message": {"content": None}}, ""),
        (None, ""),
        ("[erased]", ""),
    ],
)
def test_an_answer_is_the_value_that_the_text_is(response: Any, answer: Any) -> None:
    assert answer_in(response) == answer


class TestTries:
    def test_of_several_tries_of_one_question_the_last_counts(self) -> None:
        tries = [call(1), call(2, attempt=2), call(3, attempt=3)]
        assert [one.number for _, one in last_tries(tries)] == [3]

    def test_two_questions_of_one_prompt_are_two(self) -> None:
        asked = [call(1), call(2, attempt=2), call(3), call(4, "check")]
        assert [(name, one.number) for name, one in last_tries(asked)] == [("reply", 2), ("reply", 3), ("check", 4)]

    def test_tries_of_parallel_questions_are_told_apart_by_their_prompt(self) -> None:
        asked = [call(1, "reply"), call(2, "check"), call(3, "check", 2), call(4, "reply", 2)]
        assert sorted((name, one.number) for name, one in last_tries(asked)) == [("check", 3), ("reply", 4)]

    def test_calls_from_no_prompt_file_say_nothing(self) -> None:
        assert last_tries([call(1, None)]) == []


def test_checks_of_one_name_are_told_with_their_prompt() -> None:
    files = {f"{name}.md": FILE.format(name=name, check=check) for name, check in (("a", "Short"), ("b", "Short"))}
    files["c.md"] = FILE.format(name="c", check="Brief")
    assert [one.name for one in criteria_of(PromptSet.from_files(files))] == ["Short (a)", "Short (b)", "Brief"]


def test_only_answers_to_the_check_s_prompt_are_held_against_it() -> None:
    criterion = Criterion("Short", "a", {"name": "Short", "kind": "max_words", "limit": 2})
    pairs = [AnswerPair("c-1", 0, "a", "one two three", "one"), AnswerPair("c-1", 0, "b", "one", "one")]
    assert [(one.before, one.after) for one in results_of(criterion, pairs)] == [(False, True)]


def test_a_judged_check_without_a_judge_has_no_results() -> None:
    criterion = Criterion("Kind", "a", {"name": "Kind", "kind": "judge", "question": "Is it kind?"})
    assert list(results_of(criterion, [AnswerPair("c-1", 0, "a", "x", "y")])) == []
