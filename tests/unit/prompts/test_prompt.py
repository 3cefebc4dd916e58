from __future__ import annotations

import pytest

from playhead.errors import MissingInput, UnknownInput, WrongInput

GIVEN = {"business": "AT&T <Bay>", "message": "Hi"}


def test_a_block_becomes_a_message(load_prompt) -> None:
    assert load_prompt().render(GIVEN) == [
        {"role": "system", "content": "You are AT&T <Bay>."},
        {"role": "user", "content": "Message: Hi"},
    ]


def test_the_conversation_goes_where_the_history_block_stands(load_prompt) -> None:
    prompt = load_prompt(
        "=== system ===\nS\n=== history ===\n=== user ===\nU", inputs="inputs: {talk: {type: messages}}"
    )
    talk = [{"role": "customer", "content": "a"}, {"role": "business", "content": "b"}]
    assert [(one["role"], one["content"]) for one in prompt.render({"talk": talk})] == [
        ("system", "S"), ("user", "a"), ("assistant", "b"), ("user", "U"),
    ]  # fmt: skip


def test_an_optional_conversation_may_be_missing(load_prompt) -> None:
    prompt = load_prompt("=== history ===\n=== user ===\nU", inputs="inputs: {h: {type: messages, required: false}}")
    assert prompt.render({}) == [{"role": "user", "content": "U"}]


def test_a_block_with_nothing_to_say_is_left_out(load_prompt) -> None:
    prompt = load_prompt(
        "=== user ===\nU\n=== assistant ===\n{{#start}}\n{{.}}\n{{/start}}\n",
        inputs="inputs: {start: {type: string, required: false}}",
    )
    assert prompt.render({}) == [{"role": "user", "content": "U"}]


def test_an_unknown_input_names_the_nearest(load_prompt) -> None:
    with pytest.raises(UnknownInput, match="Did you mean 'message'"):
        load_prompt().render({**GIVEN, "mesage": "x"})


@pytest.mark.parametrize("given", [{"business": "Bay"}, {"business": "Bay", "message": None}])
def test_a_missing_or_null_input_is_an_error(load_prompt, given: dict) -> None:
    with pytest.raises(MissingInput, match="needs the input 'message'"):
        load_prompt().render(given)


def test_null_for_an_optional_input_is_as_if_it_were_not_given(load_prompt) -> None:
    prompt = load_prompt(
        "=== user ===\nU{{#n}} {{n}}{{/n}}{{^n}} none{{/n}}", inputs="inputs: {n: {type: integer, required: false}}"
    )
    assert [prompt.render(given)[0]["content"] for given in ({"n": None}, {}, {"n": 0})] == ["U none", "U none", "U 0"]


def test_a_value_that_does_not_fit_is_an_error(load_prompt) -> None:
    with pytest.raises(WrongInput, match=r"'message'.*not of type 'string'"):
        load_prompt().render({**GIVEN, "message": 3})


def test_an_answer_is_held_against_the_output_schema(load_prompt) -> None:
    prompt = load_prompt("=== user ===\nU", "output: {schema: {type: object, required: [reply]}}", inputs="")
    assert prompt.answer_problem({"reply": "a"}) is None
    assert prompt.answer_problem({}) == "'reply' is a required property"


def test_without_a_schema_an_answer_is_text(load_prompt) -> None:
    assert load_prompt().answer_problem("fine") is None
    assert load_prompt().answer_problem({})


EXAMPLE = "examples: [{why: w, inputs: {message: a}, output: b}]"
BODY = "=== system ===\nYou are {{business}}.\n=== user ===\nMessage: {{message}}\n"
CHANGES = [
    ("a note", [EXAMPLE, "notes: x"], BODY, False),
    ("a title", [EXAMPLE, "title: x"], BODY, False),
    ("a check", [EXAMPLE, "checks: [{name: a, kind: max_words, limit: 3}]"], BODY, False),
    ("an example that is not sent", [EXAMPLE.replace("b}", "c}")], BODY, False),
    ("a comment in the header", [EXAMPLE + "  # x"], BODY, False),
    ("the body", [EXAMPLE], BODY + "More.\n", True),
    ("the model", [EXAMPLE, "model: default"], BODY, True),
    ("the output", [EXAMPLE, "output: {schema: {type: string}}"], BODY, True),
    ("how many examples are sent", [EXAMPLE, "few_shot: 1"], BODY, True),
]


@pytest.mark.parametrize(("_", "header", "body", "asks_again"), CHANGES, ids=[change[0] for change in CHANGES])
def test_the_content_hash_changes_with_what_may_be_sent(
    load_prompt, _, header: list, body: str, asks_again: bool
) -> None:
    before, after = load_prompt(BODY, EXAMPLE), load_prompt(body, *header)
    assert (before.content_hash != after.content_hash) is asks_again
    assert before.file_hash != after.file_hash


def test_the_why_of_an_example_is_not_sent_and_its_words_are(load_prompt) -> None:
    hashes = [
        load_prompt(BODY, "few_shot: 1", EXAMPLE.replace(*change)).content_hash
        for change in (("x", "x"), ("why: w", "why: v"), ("b}", "c}"))
    ]
    assert hashes[0] == hashes[1] != hashes[2]


def test_a_changed_partial_changes_both_hashes(load_prompt) -> None:
    body = "=== user ===\n{{> _voice}}\n"
    one, two = (load_prompt(body, inputs="", partials={"_voice.md": text}) for text in ("Be kind.\n", "Be brief.\n"))
    assert one.content_hash != two.content_hash
    assert one.file_hash != two.file_hash


def test_a_partial_that_is_not_used_changes_nothing(load_prompt) -> None:
    assert load_prompt(partials={"_voice.md": "Be kind.\n"}).file_hash == load_prompt().file_hash


def test_line_ends_of_other_systems_make_no_other_prompt(write_files, prompt_text) -> None:
    from playhead.prompts import PromptSet

    folder = write_files({"reply.md": prompt_text()})
    one = PromptSet.load(folder).get("reply").file_hash
    (folder / "reply.md").write_bytes(prompt_text().replace("\n", "\r\n").encode())
    assert PromptSet.load(folder).get("reply").file_hash == one


def test_a_partial_speaks_with_the_inputs_of_its_prompt(load_prompt) -> None:
    prompt = load_prompt("=== user ===\n  {{> _who}}\n{{message}}", partials={"_who.md": "You are\n{{business}}.\n"})
    assert prompt.render(GIVEN)[0]["content"] == "You are\n  AT&T <Bay>.\nHi"
