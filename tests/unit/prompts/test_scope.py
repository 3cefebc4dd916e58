from __future__ import annotations

import pytest

from playhead.prompts.inputs import InputSpec
from playhead.prompts.parse import parse
from playhead.prompts.scope import uses

INPUTS = {
    name: InputSpec(name, schema)
    for name, schema in {
        "business": {"type": "string"},
        "slots": {"type": "array", "items": {"type": "string"}},
        "customer": {"type": "object", "properties": {"name": {"type": "string"}, "car": {"type": "object"}}},
        "visits": {"type": "array", "items": {"properties": {"day": {"type": "string"}}}},
        "facts": {"type": "object"},
        "note": {"type": ["string", "null"]},
        "history": {"type": "messages"},
    }.items()
}


@pytest.mark.parametrize(
    "template",
    [
        "{{business}}",
        "{{#slots}}{{.}} at {{business}}{{/slots}}",
        "{{customer.name}} {{customer.car.wheels.left}}",
        "{{#customer}}{{name}} {{car.colour}}{{/customer}}",
        "{{#visits}}{{day}} {{business}}{{/visits}}",
        "{{#facts}}{{anything}}{{/facts}}",
        "{{#note}}{{.}} {{note}}{{/note}}",
        "{{#history}}{{role}}: {{content}}{{/history}}",
    ],
)
def test_a_name_may_be_an_input_or_a_part_of_what_is_around_it(template: str) -> None:
    assert uses(parse(template), INPUTS)[1] == []


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{{busines}}", "Did you mean 'business'"),
        ("{{#slot}}x{{/slot}}", "Did you mean 'slots'"),
        ("{{customer.nme}}", "Did you mean 'name'"),
        ("{{#visits}}{{dya}}{{/visits}}", "Did you mean 'day'"),
        ("{{business.upper}}", "has no part 'upper'"),
        ("{{slots.first}}", "has no part 'first'"),
        ("{{name}}", "not declared"),
        ("{{#customer}}{{/customer}}{{name}}", "not declared"),
        ("{{.}}", "no section"),
        ("{{#.}}x{{/.}}", "no section"),
        ("{{#history}}{{text}}{{/history}}", "not declared"),
    ],
)
def test_a_name_that_can_be_nothing_is_found_with_the_nearest(template: str, problem: str) -> None:
    [finding] = uses(parse("\n" + template), INPUTS)[1]
    assert problem in finding.message + finding.remedy
    assert (finding.rule, finding.line) == ("not-declared", 2)


def test_an_item_is_a_use_of_the_input_it_came_from() -> None:
    found, _ = uses(parse("{{#slots}}{{.}}{{/slots}}"), INPUTS)
    assert [(use.input, use.inserts, use.guarded) for use in found] == [("slots", False, False), ("slots", True, True)]


def test_only_a_section_of_its_own_guards_an_input() -> None:
    found, _ = uses(
        parse("{{#business}}{{note}}{{/business}}{{^note}}{{note}}{{/note}}{{#note}}{{note}}{{/note}}"), INPUTS
    )
    assert [use.guarded for use in found if use.input == "note" and use.inserts] == [False, False, True]
