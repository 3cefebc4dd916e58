from __future__ import annotations

import pytest

from playhead.prompts.finding import Finding, Place
from playhead.prompts.header import Declared, read_declared
from playhead.prompts.yaml_header import parse_header


def declared(*lines: str) -> Declared:
    text = "\n".join(["format: prompt/1", "name: reply", *lines])
    return read_declared(parse_header(text, Place("reply.md", 2)), "reply")


def found(*lines: str) -> list[Finding]:
    return declared(*lines).findings


def test_what_is_left_out_has_its_default() -> None:
    nothing = declared()
    assert (nothing.title, nothing.model, nothing.inputs, nothing.output_schema) == ("reply", None, {}, None)
    assert (nothing.checks, nothing.few_shot, nothing.examples, nothing.findings) == ([], 0, [], [])


def test_an_input_is_a_schema_and_two_words_of_ours() -> None:
    spec = declared("inputs: {message: {type: string, untrusted: true, required: false}}").inputs["message"]
    assert (spec.schema, spec.required, spec.untrusted, spec.line) == ({"type": "string"}, False, True, 4)


def test_required_with_a_list_is_the_schemas_own_word() -> None:
    spec = declared("inputs: {customer: {type: object, required: [name]}}").inputs["customer"]
    assert (spec.required, spec.misfit({})) == (True, "'name' is a required property")


@pytest.mark.parametrize("model", ["default", "'openai:gpt-5-mini'", "{name: default, temperature: 0}"])
def test_a_model_is_a_name_or_a_mapping_with_one(model: str) -> None:
    assert found(f"model: {model}") == []


@pytest.mark.parametrize(
    ("line", "rule", "words"),
    [
        ("exmples: []", "unknown-key", "Did you mean 'examples'"),
        ("title: [a]", "bad-header", "title must be text"),
        ("model: {temperature: 0}", "bad-header", "mapping with a name"),
        ("model: 3", "bad-header", "alias"),
        ("inputs: [a]", "bad-header", "mapping of names"),
        ("inputs: {a: text}", "bad-header", "mapping"),
        ("inputs: {a-b: {type: string}}", "bad-header", "name of an input"),
        ("inputs: {_a: {type: string}}", "bad-header", "name of an input"),
        (
            "inputs: {a: {type: strin}}",
            "bad-schema",
            "'strin' is no type; there are string, number,",
        ),
        ("inputs: {a: {untrusted: sometimes}}", "bad-schema", "true or false"),
        ("inputs: {a: {required: 3}}", "bad-schema", "JSON Schema"),
        ("inputs: {a: {type: messages}, b: {type: messages}}", "bad-header", "Two inputs"),
        ("output: {type: object}", "bad-header", "schema and nothing else"),
        ("output: {schema: {type: objekt}}", "bad-schema", "JSON Schema"),
        ("checks: {a: b}", "bad-check", "list"),
        ("checks: [{name: a, kind: regex}]", "bad-check", "no kind 'regex'. Did you mean 'regex_absent'? Known are "),
        (
            "checks: [{name: a, kind: max_words, limt: 3}]",
            "bad-check",
            "Did you mean 'limit'? It has name, kind,",
        ),
        ("few_shot: many", "bad-header", "whole number"),
        ("few_shot: -1", "bad-header", "whole number"),
        ("few_shot: true", "bad-header", "whole number"),
        ("examples: {a: b}", "bad-example", "list"),
        ("examples: [{inputs: {}}]", "bad-example", "an output"),
        ("examples: [{inputs: {}, outputs: {}, output: a}]", "bad-example", "Did you mean 'output'"),
    ],
)
def test_a_line_that_means_nothing_is_found(line: str, rule: str, words: str) -> None:
    [finding] = found(line)
    assert (finding.rule, finding.line) == (rule, 4)
    assert words in f"{finding.message} {finding.remedy}"


def test_the_name_must_be_that_of_the_file() -> None:
    header = parse_header("format: prompt/1\nname: replay", Place("reply.md", 2))
    [finding] = read_declared(header, "reply").findings
    assert (finding.rule, finding.line) == ("name-differs", 3)


@pytest.mark.parametrize("text", ["name: reply", "format: prompt/2\nname: reply"])
def test_the_format_must_be_one_we_know(text: str) -> None:
    [finding] = read_declared(parse_header(text, Place("reply.md", 2)), "reply").findings
    assert "prompt/1" in finding.message


def test_every_mistake_is_found_at_once() -> None:
    assert sorted(finding.line for finding in found("titel: a", "few_shot: x", "checks: [{}]")) == [4, 5, 6]
