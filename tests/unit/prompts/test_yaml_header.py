from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.errors import PromptSyntax
from playhead.prompts.finding import Place
from playhead.prompts.yaml_header import MAX_DEPTH, parse_header

FIRST = Place("reply.md", 2)


@pytest.mark.parametrize(
    ("plain", "value"),
    [
        ("no", "no"), ("yes", "yes"), ("on", "on"), ("2026-01-05", "2026-01-05"), ("12:30", "12:30"), ("0o17", "0o17"),
        ("true", True), ("null", None), ("~", None), ("", None), ("12", 12), ("-3", -3), ("1.5", 1.5), ("1e3", 1000.0),
        ("'12'", "12"), (".inf", ".inf"), ("1e999", "1e999"), ("9" * 30, "9" * 30), ("1_000", "1_000"),
    ],
)  # fmt: skip
def test_plain_words_mean_what_yaml_1_2_says(plain: str, value: Any) -> None:
    assert parse_header(f"a: {plain}\n", FIRST).data == {"a": value}


def test_every_key_and_item_knows_its_line() -> None:
    header = parse_header("a: 1\nb:\n  c: 2\n  d:\n    - x\n    - {e: 1}\n", FIRST)
    assert [header.place(*path).line for path in [("a",), ("b", "c"), ("b", "d", 1), ("b", "d", 1, "e")]] == [
        2,
        4,
        7,
        7,
    ]


def test_a_place_that_is_not_there_is_that_of_what_is_around_it() -> None:
    assert parse_header("a: 1\nb: {c: 1}\n", FIRST).place("b", "x", "y") == Place("reply.md", 3)


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("a: 1\nb: &x 2", 3, "Anchors"),
        ("a: 1\nb: *x", 3, "Anchors"),
        ("a: !!python/object/apply:os.system [ls]", 2, "Tags"),
        ("a: !x 1", 2, "Tags"),
        ("a: 1\nb: 2\na: 3", 4, "twice"),
        ("x: {a: 1, a: 2}", 2, "twice"),
        ("[a]: b", 2, "key of a mapping"),
        ("- a", 2, "key: value"),
        ("a: 1\n...\n---\nb: 2", 2, "too much"),
        ("a: 1\nb: c: d", 3, "not YAML"),
        ("a: 1\n\tb: 2", 3, "not YAML"),
        ("a: 'x", 2, "not YAML"),
        ('a: "\\0"', 2, "not text"),
        ('a: "\\ud800"', 2, "not text"),
        ("a: " + "[" * (MAX_DEPTH + 1), 2, "nested"),
        ("a: " + "x" * 70_000, 2, "64 KB"),
    ],
)
def test_what_a_header_may_not_hold_is_refused_with_its_line(text: str, line: int, problem: str) -> None:
    with pytest.raises(PromptSyntax, match=problem) as refused:
        parse_header(text, FIRST)
    assert (refused.value.path, refused.value.rule) == ("reply.md", "bad-yaml")
    assert line <= refused.value.line <= line + 1  # an unclosed quote is found at the end of the text


NUMBERS = st.integers(-(10**15), 10**15) | st.floats(
    allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15
)
WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\x7f\ufeff\ufffe\uffff"), max_size=12
)
DATA = st.recursive(
    st.none() | st.booleans() | NUMBERS | WORDS,
    lambda parts: st.lists(parts, max_size=4) | st.dictionaries(WORDS, parts, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(WORDS, DATA, max_size=4))
def test_any_json_object_is_a_header_that_says_the_same(data: dict[str, Any]) -> None:
    assert parse_header(json.dumps(data), FIRST).data == data
