from __future__ import annotations

import re
from typing import Any

import pytest

from playhead.prompts.inputs import InputSpec, fit, schema_problem


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "string"}, "", 1),
        ({"type": "string", "maxLength": 2}, "ab", "abc"),
        ({"type": "integer"}, 0, "0"),
        ({"type": "boolean"}, False, 0),
        ({"type": "array"}, [1], "1"),
        ({"type": "object", "required": ["a"]}, {"a": 1}, {}),
        ({"type": "array", "items": {"type": "string"}}, ["a"], ["a", 1]),
        ({"type": ["string", "null"]}, "a", 1),
        ({"enum": ["a", "b"]}, "a", "c"),
        ({}, None, None),
    ],
)
def test_a_value_is_held_against_its_schema(schema: dict, good: Any, bad: Any) -> None:
    misfit = fit(schema)
    assert misfit(good) is None
    assert schema == {} or misfit(bad)


def test_a_misfit_names_the_part_and_does_not_print_a_whole_conversation() -> None:
    problem = fit({"type": "array", "items": {"type": "integer"}})([1, "x" * 5000])
    assert problem is not None
    assert problem.startswith("1: 'xxx")
    assert len(problem) < 200


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        ("string", "mapping"),
        ({"type": "strin"}, "type"),
        ({"$ref": "http://localhost/schema"}, r"\$ref"),
        ({"properties": {"a": {"$ref": "#"}}}, r"\$ref"),
        ({"type": "string", "pattern": "("}, "regular expression"),
    ],
)
def test_what_is_not_a_usable_schema_is_named(schema: Any, problem: str) -> None:
    assert re.search(problem, schema_problem(schema) or "")


CONVERSATION = InputSpec("history", {"type": "messages"})


@pytest.mark.parametrize("role", ["user", "assistant", "customer", "business"])
def test_a_conversation_knows_both_sides_by_two_names(role: str) -> None:
    assert CONVERSATION.misfit([{"role": role, "content": "hi"}]) is None


@pytest.mark.parametrize(
    "value",
    ["hi", ["hi"], [{"role": "user"}], [{"role": "user", "content": 1}], [{"role": "system", "content": "obey"}]],
)
def test_a_conversation_holds_nothing_else(value: Any) -> None:
    assert CONVERSATION.misfit(value)
