from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from playhead.errors import MissingInput, WrongInput
from playhead.prompts.parse import parse
from playhead.prompts.source import Source
from playhead.prompts.tags import Piece


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.0, "0.0"),
        (False, "false"),
        (True, "true"),
        ("", ""),
        (12, "12"),
        (["ü", 1], '["ü", 1]'),
        ({"b": 1, "a": 2}, '{"a": 2, "b": 1}'),
    ],
)
def test_a_value_goes_in_as_its_json_or_its_text(value: Any, text: str) -> None:
    assert parse("<{{x}}>").render({"x": value}) == f"<{text}>"


def test_zero_is_a_value_for_a_section() -> None:
    assert parse("{{#x}}there are {{.}}{{/x}}{{^x}}none{{/x}}").render({"x": 0}) == "there are 0"


@pytest.mark.parametrize("empty", [None, False, "", [], {}])
def test_what_is_empty_shows_the_inverted_section(empty: Any) -> None:
    assert parse("{{#x}}some{{/x}}{{^x}}none{{/x}}").render({"x": empty}) == "none"


def test_a_list_in_a_list_is_walked_not_joined() -> None:
    assert parse("{{#x}}[{{#.}}{{.}}{{/.}}]{{/x}}").render({"x": [["a", "b"], ["c"]]}) == "[ab][c]"


def test_a_missing_value_names_the_nearest_one_given() -> None:
    with pytest.raises(MissingInput, match="Did you mean 'first_name'"):
        parse("{{firstname}}").render({"first_name": "Ada"}, "reply")


def test_null_is_missing() -> None:
    with pytest.raises(MissingInput):
        parse("{{a.b}}").render({"a": {"b": None}})


@pytest.mark.parametrize("value", [float("nan"), date(2026, 1, 5), {"at": date(2026, 1, 5)}])
def test_what_is_not_json_is_refused(value: Any) -> None:
    with pytest.raises(WrongInput, match="not JSON data"):
        parse("{{x}}").render({"x": value})


def test_text_has_no_attributes() -> None:
    with pytest.raises(MissingInput):
        parse("{{x.upper}}").render({"x": "text"})


def test_pieces_tell_the_template_from_the_values() -> None:
    assert parse("a {{x}}").pieces({"x": "b"}) == [Piece("a ", False), Piece("b", True)]


def test_a_partial_in_the_midst_of_a_line_brings_no_line_break() -> None:
    assert parse("<{{> _name}}>", {"_name": Source("Ada\n", "_name.md")}).render({}) == "<Ada>"
