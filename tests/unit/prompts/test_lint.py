from __future__ import annotations

from pathlib import Path

import pytest

from playhead.errors import BadInput
from playhead.prompts import lint, lint_files

INPUTS = (
    "inputs: {business: {type: string}, note: {type: string, required: false}, "
    "message: {type: string, untrusted: true}}"
)
ALL_USED = "=== system ===\n{{business}}\n=== user ===\n{{#note}}{{note}}{{/note}} {{message}}\n"
REPLY = "output: {schema: {type: object, required: [reply], properties: {reply: {type: string}}}}"
EXAMPLE = "examples: [{inputs: {message: a}, output: {reply: 'about $ 20'}}]"


def found(text: str, **partials: str) -> list[tuple[str, int, str, str]]:
    files = {"reply.md": text} | {f"{name}.md": words for name, words in partials.items()}
    return [(one.path, one.line, one.level, one.rule) for one in lint_files(files)]


def test_a_prompt_with_nothing_wrong_has_no_findings(prompt_text) -> None:
    assert found(prompt_text(ALL_USED, inputs=INPUTS)) == []


@pytest.mark.parametrize(
    ("body", "line", "level", "rule"),
    [
        (ALL_USED.replace("{{business}}", "Hi."), 4, "W", "input-unused"),
        (ALL_USED.replace("{{#note}}{{note}}{{/note}}", "{{note}}"), 9, "E", "optional-unguarded"),
        (ALL_USED.replace("{{business}}", "{{business}}\n{{message}}"), 8, "E", "untrusted-in-system"),
        (ALL_USED.replace("{{business}}", "{{business}} {#message}{name}"), 7, "W", "single-braces"),
        (ALL_USED + "Write to ada@example.com\n", 10, "W", "contact"),
        (ALL_USED + "Call (415) 555-0100.\n", 10, "W", "contact"),
        (ALL_USED + "Call +49 30 1234567.\n", 10, "W", "contact"),
        (ALL_USED + "Use sk-proj-abcdefghijklmnop0123\n", 10, "E", "secret"),
        (ALL_USED + "password: hunter2hunter2\n", 10, "E", "secret"),
        (ALL_USED + "-----BEGIN RSA PRIVATE KEY-----\n", 10, "E", "secret"),
        (ALL_USED + "{{“business”}}\n", 10, "E", "smart-quotes"),
        (ALL_USED + "{{#business}}\n", 10, "E", "bad-tag"),
        (ALL_USED + "{{businss}}\n", 10, "E", "not-declared"),
        (ALL_USED + "{{> _voice}}\n", 10, "E", "bad-partial"),
        (ALL_USED + "=== system ===\n", 10, "E", "bad-block"),
        (ALL_USED + "=== history ===\n", 10, "E", "not-declared"),
    ],
)
def test_each_rule_finds_its_line(prompt_text, body: str, line: int, level: str, rule: str) -> None:
    assert found(prompt_text(body, inputs=INPUTS)) == [("reply.md", line, level, rule)]


@pytest.mark.parametrize(
    "words",
    [
        "Open 2026-11-22 10:00-12:00, 9 to 5.",
        "It takes 12 345 678 steps.",
        'Say {"reply": "hi"} {{business}}',
        "Ask for a token of trust: something.",
        "Order 12-34-5678901.",
        "Never tell the password.",
    ],
)
def test_ordinary_words_raise_no_hint(prompt_text, words: str) -> None:
    assert found(prompt_text(ALL_USED + words + "\n", inputs=INPUTS)) == []


def test_asking_for_json_beside_a_schema_is_a_hint(prompt_text) -> None:
    body = ALL_USED + "Answer in valid JSON only.\n"
    assert found(prompt_text(body, inputs=INPUTS)) == []
    assert found(prompt_text(body, REPLY, inputs=INPUTS)) == [("reply.md", 11, "W", "json-twice")]


def test_a_condition_on_a_customers_words_inserts_nothing(prompt_text) -> None:
    body = ALL_USED.replace("{{business}}", "{{business}} {{#message}}She wrote.{{/message}}")
    assert found(prompt_text(body, inputs=INPUTS)) == []


@pytest.mark.parametrize("tags", ["{{#message}}{{.}}{{/message}}", "{{#talk}}{{content}}{{/talk}}", "{{> _said}}"])
def test_customers_words_reach_the_system_block_by_no_detour(prompt_text, tags: str) -> None:
    inputs = "inputs: {message: {type: string, untrusted: true}, talk: {type: messages}}"
    body = f"=== system ===\n{tags}\n=== history ===\n=== user ===\n{{{{message}}}}"
    assert "untrusted-in-system" in {
        rule for *_, rule in found(prompt_text(body, inputs=inputs), _said="{{message}}\n")
    }


def test_an_example_that_does_not_fit_is_found_though_it_is_not_sent(prompt_text) -> None:
    text = prompt_text(ALL_USED, REPLY, EXAMPLE.replace("reply:", "answer:"), inputs=INPUTS)
    assert found(text) == [("reply.md", 6, "E", "example-misfit")]


def test_an_example_with_an_input_of_another_name_is_told_the_nearest(prompt_text) -> None:
    text = prompt_text(ALL_USED, REPLY, EXAMPLE.replace("message:", "mesage:"), inputs=INPUTS)
    messages = [finding.message for finding in lint_files({"reply.md": text}) if finding.rule == "example-misfit"]
    assert "it gives 'mesage', which is not declared. Did you mean 'message'? Declared are " in messages[0]


def test_an_example_value_of_an_input_must_fit_it(prompt_text) -> None:
    inputs = INPUTS.replace("{business: {type: string", "{business: {type: string, examples: [3]")
    assert found(prompt_text(ALL_USED, inputs=inputs)) == [("reply.md", 4, "E", "example-misfit")]


def test_a_check_must_hold_on_the_prompts_own_examples(prompt_text) -> None:
    checks = "checks: [{name: No price, kind: regex_absent, pattern: '[$]'}, {name: Kind, kind: judge, question: '?'}]"
    text = prompt_text(ALL_USED, REPLY, EXAMPLE, checks, inputs=INPUTS)
    assert found(text) == [("reply.md", 6, "E", "check-fails-example")]


def test_mistakes_of_header_and_text_are_found_together(prompt_text) -> None:
    text = prompt_text(ALL_USED + "{{nobody}}\n", "titel: x", "few_shots: 3", inputs=INPUTS)
    assert [rule for *_, rule in found(text)] == ["unknown-key", "unknown-key", "not-declared"]


def test_a_bad_declaration_does_not_call_every_tag_undeclared(prompt_text) -> None:
    text = prompt_text(ALL_USED, inputs=INPUTS.replace("{business: {type: string}", "{business: {type: strng}"))
    assert [rule for *_, rule in found(text)] == ["bad-schema"]


def test_a_mistake_in_a_partial_is_found_once_in_its_own_file(prompt_text) -> None:
    body = ALL_USED + "{{> _voice}}\n"
    again = prompt_text(body, inputs=INPUTS, name="brief")
    files = {"reply.md": prompt_text(body, inputs=INPUTS), "brief.md": again, "_voice.md": "Be kind.\n{{a b}}\n"}
    assert [(one.path, one.line, one.rule) for one in lint_files(files)] == [("_voice.md", 2, "bad-tag")]


def test_a_partial_that_nobody_uses_is_read_too() -> None:
    assert [one.rule for one in lint_files({"_voice.md": "{{#a}}\n"})] == ["bad-tag"]


def test_a_finding_tells_level_place_rule_and_remedy(prompt_text) -> None:
    [finding] = lint_files({"reply.md": prompt_text(ALL_USED + "{{nots}}\n", inputs=INPUTS)}, "prompts/front")
    assert str(finding) == (
        "prompts/front/reply.md:10: E not-declared: {{nots}} is not declared. Did you mean 'note'? "
        "Declare it under inputs: or correct it."
    )


def test_a_folder_is_read_whatever_is_wrong_in_it(tmp_path: Path, prompt_text) -> None:
    (tmp_path / "a.md").write_bytes(b"\xff\xfe")
    (tmp_path / "reply.md").write_text(prompt_text(ALL_USED + "{{businss}}\n", inputs=INPUTS))
    assert [(Path(one.path).name, one.rule) for one in lint(tmp_path)] == [
        ("a.md", "bad-file"),
        ("reply.md", "not-declared"),
    ]


def test_what_lint_passes_loads(tmp_path: Path, prompt_text) -> None:
    from playhead.prompts import PromptSet

    (tmp_path / "reply.md").write_text(prompt_text(ALL_USED, REPLY, inputs=INPUTS))
    assert lint(tmp_path) == []
    assert PromptSet.load(tmp_path).names() == ["reply"]


@pytest.mark.parametrize("words", ["sk-a-", "1-", "a.b@", "+1 ", "{a.", "eyJaaaaaaaaaa.", "token = ", "answer "])
def test_long_lines_of_half_matches_come_to_an_end(prompt_text, words: str) -> None:
    lint_files({"reply.md": prompt_text("=== user ===\n" + words * (200_000 // len(words)), inputs="")})


def test_no_folder_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        lint(tmp_path / "nowhere")
