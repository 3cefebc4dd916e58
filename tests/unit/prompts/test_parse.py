from __future__ import annotations

import pytest

from playhead.errors import PromptSyntax
from playhead.prompts.finding import Place
from playhead.prompts.parse import MAX_DEPTH, parse
from playhead.prompts.source import Source


def of(**partials: str) -> dict[str, Source]:
    return {name: Source(text, f"prompts/{name}.md") for name, text in partials.items()}


@pytest.mark.parametrize(
    "tag",
    [
        "{{{name}}}", "{{&name}}", "{{=<% %>=}}", "{{<parent}}", "{{$block}}", "{{*dynamic}}", "{{%if x}}",
        "{{name | upper}}", "{{#if name}}", "{{a b}}", "{{}}", "{{ }}", "{{a..b}}", "{{.a}}", "{{a.}}", "{{a[0]}}",
        "{{a()}}", "{{1a}}", "{{else}", "{{name", "{{na\nme}}", "{{a-b}}",
    ],
)  # fmt: skip
def test_what_is_not_in_the_grammar_is_refused(tag: str) -> None:
    with pytest.raises(PromptSyntax) as refused:
        parse("first line\nsecond " + tag)
    assert (refused.value.line, refused.value.rule) == (2, "bad-tag")


@pytest.mark.parametrize("tag", ["{{__class__}}", "{{a.__class__}}", "{{#_private}}x{{/_private}}", "{{a._b}}"])
def test_names_with_an_underscore_in_front_are_refused(tag: str) -> None:
    with pytest.raises(PromptSyntax, match="starts with an underscore"):
        parse(tag)


@pytest.mark.parametrize("tag", ["{{“name”}}", "{{#’name}}{{/’name}}"])
def test_typographic_quotes_in_a_tag_have_their_own_rule(tag: str) -> None:
    with pytest.raises(PromptSyntax) as refused:
        parse(tag)
    assert refused.value.rule == "smart-quotes"


@pytest.mark.parametrize(
    "tag", ["{{> ../secret}}", "{{> /etc/passwd}}", "{{> voice}}", "{{> _a/b}}", "{{> _a.md}}", "{{> __a}}", "{{>}}"]
)
def test_a_partial_is_a_file_of_the_folder_by_its_bare_name(tag: str) -> None:
    with pytest.raises(PromptSyntax) as refused:
        parse(tag, of(_a="", voice=""))
    assert refused.value.rule == "bad-partial"


def test_an_unclosed_section_is_named_where_it_opens() -> None:
    with pytest.raises(PromptSyntax, match=r"\{\{#b\}\} is never closed") as refused:
        parse("{{#a}}{{/a}}\n\n{{#b}}\n\n")
    assert refused.value.line == 3


def test_a_closing_tag_must_close_the_section_that_is_open() -> None:
    with pytest.raises(PromptSyntax, match=r"'b' of line 2 must close"):
        parse("{{#a}}\n{{#b}}\n{{/a}}\n{{/b}}")


def test_a_closing_tag_alone_closes_nothing() -> None:
    with pytest.raises(PromptSyntax, match="closes nothing"):
        parse("{{/a}}")


def test_a_misspelt_partial_names_the_nearest() -> None:
    with pytest.raises(PromptSyntax, match="Did you mean '_voice'"):
        parse("{{> _vioce}}", of(_voice=""))


def test_a_mistake_in_a_partial_is_named_by_its_own_file_and_line() -> None:
    with pytest.raises(PromptSyntax) as refused:
        parse("a\n{{> _voice}}", of(_voice="x\n\n{{bad tag}}"), Place("prompts/reply.md", 10))
    assert (refused.value.path, refused.value.line) == ("prompts/_voice.md", 3)


def test_lines_are_counted_through_comments_and_lines_taken_out() -> None:
    with pytest.raises(PromptSyntax) as refused:
        parse("{{! one\ntwo }}\n  {{#a}}\n{{x}} {{/a}}\n{{bad tag}}", None, Place("p", 11))
    assert refused.value.line == 15


def test_sections_nest_only_so_deep() -> None:
    with pytest.raises(PromptSyntax, match="nested"):
        parse("{{#a}}" * (MAX_DEPTH + 1) + "{{/a}}" * (MAX_DEPTH + 1))


def test_two_tags_on_a_line_leave_the_line() -> None:
    assert parse("a\n{{#x}}{{/x}}\nb").render({"x": True}) == "a\n\nb"


def test_a_template_knows_the_partials_within_its_partials() -> None:
    assert parse("{{> _a}}", of(_a="{{> _b}}", _b="", _c="")).partials == {"_a", "_b"}
