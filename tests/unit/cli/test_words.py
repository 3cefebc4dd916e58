from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.cli.words import as_json, count, laid_out, one_line, visible

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(ANY_TEXT)
def test_nothing_that_a_terminal_obeys_is_left(text):
    shown = visible(text)
    assert not any(ord(c) < 0x20 and c not in "\n\t" for c in shown)
    assert not any(0x7F <= ord(c) <= 0x9F or 0x202A <= ord(c) <= 0x202E or 0xD800 <= ord(c) <= 0xDFFF for c in shown)


@given(st.text(st.characters(categories=("L", "N", "P", "Zs", "So"))))
def test_ordinary_text_stays_as_it_is(text):
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "␛[31mred"),
        ("bell\x07", "bell␇"),
        ("over\rwritten", "over␍written"),
        ("two\r\nlines", "two\nlines"),
        ("\x9b2J", "<U+009B>2J"),
        ("\u202eevil", "<U+202E>evil"),
        ("\ud800", "<U+D800>"),
    ],
)
def test_control_characters_are_shown_as_signs(text, shown):
    assert visible(text) == shown


@given(ANY_TEXT)
def test_json_says_the_same_and_holds_nothing_that_a_terminal_obeys(text):
    shown = as_json({"text": text})
    assert visible(shown) == shown
    assert json.loads(shown) == {"text": text}


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_json_laid_out_for_people_is_the_same_json(value):
    assert json.loads(laid_out(value, room=20)) == value


def test_what_fits_stays_on_one_line():
    assert laid_out({"a": [1, 2], "b": "x" * 40}, room=50) == '{\n  "a": [1, 2],\n  "b": "' + "x" * 40 + '"\n}'


def test_one_line_is_one_line():
    assert one_line("a\n  b\tc\x1b") == "a b c␛"


def test_one_is_not_many():
    assert (count(1, "run"), count(0, "run"), count(1204, "run")) == ("1 run", "0 runs", "1,204 runs")
