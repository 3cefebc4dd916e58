"""Does the embedded model always meet the schema asked for?"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from playhead.graph.embedded.answering import value_answer
from playhead.graph.embedded.fitting import fitted, minimal
from playhead.graph.embedded.request import Example, Request

STRINGS = st.fixed_dictionaries(
    {"type": st.just("string")}, optional={"maxLength": st.integers(3, 30), "minLength": st.integers(0, 3)}
)
NUMBERS = st.fixed_dictionaries(
    {"type": st.sampled_from(["integer", "number"])},
    optional={"minimum": st.integers(-5, 5), "maximum": st.integers(6, 20), "multipleOf": st.just(2)},
)
CHOICES = st.fixed_dictionaries({"enum": st.lists(st.sampled_from(["a", "b", 3, None]), min_size=1, unique=True)})
LEAVES = STRINGS | NUMBERS | CHOICES | st.just({"type": "boolean"}) | st.just({"type": ["string", "null"]})


def objects(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda properties, required, closed: {
            "type": "object",
            "properties": properties,
            "required": [name for name in required if name in properties],
            "additionalProperties": not closed,
        },
        st.dictionaries(st.sampled_from(["reply", "end", "items", "n"]), inner, max_size=4),
        st.lists(st.sampled_from(["reply", "end", "items", "n"]), unique=True),
        st.booleans(),
    )


def arrays(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"type": st.just("array"), "items": inner},
        optional={"minItems": st.integers(0, 2), "maxItems": st.integers(2, 3)},
    )


SCHEMAS = objects(st.recursive(LEAVES, lambda inner: objects(inner) | arrays(inner), max_leaves=6))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-30, 30) | st.text(max_size=40) | st.just("We open at 9. Come by!"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["reply", "end", "n"]), inner),
    max_leaves=6,
)


def valid(value: Any, schema: dict[str, Any]) -> bool:
    return bool(Draft202012Validator(schema).is_valid(value))


@given(SCHEMAS)
def test_the_least_answer_fits(schema: dict[str, Any]) -> None:
    assert valid(minimal(schema), schema)


@given(SCHEMAS, VALUES)
def test_any_value_is_mended(schema: dict[str, Any], value: Any) -> None:
    assert valid(fitted(value, schema), schema)


@settings(max_examples=60)
@given(SCHEMAS, st.lists(VALUES, max_size=3), st.sampled_from(["", "At most 3 words. Sign off with 'Yours'."]))
def test_any_answer_fits_whatever_the_examples_say(schema: dict[str, Any], outputs: list[Any], system: str) -> None:
    examples = tuple(Example(f"Hours: 9\nMessage: hello {place}", output) for place, output in enumerate(outputs))
    assert valid(value_answer(Request(system, examples, "Hours: 8\nMessage: hello"), schema), schema)


def test_a_valid_value_stays_as_it_is() -> None:
    schema = {"type": "object", "properties": {"reply": {"type": "string", "maxLength": 9}, "n": {"type": "number"}}}
    assert fitted({"reply": "Come by!", "n": 1.5}, schema) == {"reply": "Come by!", "n": 1.5}


def test_a_text_too_long_is_cut_at_a_sentence() -> None:
    assert fitted("It is ready. Come by any time.", {"type": "string", "maxLength": 20}) == "It is ready."


def test_references_and_alternatives_are_followed() -> None:
    schema = {
        "type": "object",
        "required": ["mood", "note"],
        "properties": {"mood": {"$ref": "#/$defs/Mood"}, "note": {"anyOf": [{"type": "null"}, {"type": "string"}]}},
        "$defs": {"Mood": {"enum": ["calm", "angry"]}},
    }
    assert minimal(schema) == {"mood": "calm", "note": None}
    assert fitted({"mood": "Angry", "note": 4}, schema) == {"mood": "angry", "note": "4"}


def test_a_schema_that_holds_itself_ends() -> None:
    schema = {"type": "object", "properties": {"next": {"$ref": "#"}}}
    assert json.dumps(minimal(schema)) == "{}"
