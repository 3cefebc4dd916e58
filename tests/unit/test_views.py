from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage
from pydantic import BaseModel

from playhead.views import brief, plain


class Model(BaseModel):
    x: int


@dataclasses.dataclass
class Record:
    x: int


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (HumanMessage("Hi"), {"role": "user", "content": "Hi"}),
        (
            AIMessage("", tool_calls=[{"name": "look", "args": {"x": 1}, "id": "1"}]),
            {"role": "assistant", "content": "", "tool_calls": [{"name": "look", "args": {"x": 1}}]},
        ),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00+00:00"),
        (Model(x=1), {"x": 1}),
        (Record(1), {"x": 1}),
        (b"abc", "<3 bytes>"),
        (("user", "Hi"), ["user", "Hi"]),
        ({1: {2}}, {"1": [2]}),
        (3 + 4j, "(3+4j)"),
    ],
)
def test_values_of_any_graph_become_json(value, shown):
    assert plain(value) == shown


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda each: st.lists(each) | st.dictionaries(st.text(), each),
)


@given(JSON)
def test_json_stays_as_it_is(value):
    assert plain(value) == value
    json.dumps(plain(value))


@given(JSON, st.integers(2, 80))
def test_what_is_brief_is_one_short_line(value, length):
    shown = brief(value, length)
    assert len(shown) <= length
    assert len(shown.splitlines()) <= 1
