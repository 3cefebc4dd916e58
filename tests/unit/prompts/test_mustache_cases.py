"""The text cases of the Mustache specification (github.com/mustache/spec), as far as the grammar admits them.

Left out, and why:
- Triple Mustache, Ampersand, and all of delimiters, dynamic names, inheritance, lambdas: no such tags.
- HTML Escaping: values go in verbatim; `test_nothing_is_escaped` says so.
- Null Interpolation, Context Miss Interpolation, Dotted Names - Broken Chains, Broken Chain Resolution,
  Context Precedence, never single keys (all interpolations of nothing): an error here, see `MISSES`.
- Implicit Iterators at root level: the root is the inputs, always an object; refused when names are resolved.
- Partials - Failed Lookup: an error. Recursion: refused. Standalone Indentation: its value tag is a triple one, so
  it is here with two braces. Names of partials start with an underscore here.
"""

from __future__ import annotations

import pytest

from playhead.errors import MissingInput, PromptSyntax
from playhead.prompts.parse import parse
from playhead.prompts.source import Source

CHAIN = {"a": {"b": {"c": {"d": {"e": {"name": "Phil"}}}}}}
DEEP = {"a": {"one": 1}, "b": {"two": 2}, "c": {"three": 3, "d": {"four": 4, "five": 5}}}
DEEP_TEMPLATE = """{{#a}}
{{one}}
{{#b}}
{{one}}{{two}}{{one}}
{{#c}}
{{one}}{{two}}{{three}}{{two}}{{one}}
{{#d}}
{{one}}{{two}}{{three}}{{four}}{{three}}{{two}}{{one}}
{{#five}}
{{one}}{{two}}{{three}}{{four}}{{five}}{{four}}{{three}}{{two}}{{one}}
{{one}}{{two}}{{three}}{{four}}{{.}}6{{.}}{{four}}{{three}}{{two}}{{one}}
{{one}}{{two}}{{three}}{{four}}{{five}}{{four}}{{three}}{{two}}{{one}}
{{/five}}
{{one}}{{two}}{{three}}{{four}}{{three}}{{two}}{{one}}
{{/d}}
{{one}}{{two}}{{three}}{{two}}{{one}}
{{/c}}
{{one}}{{two}}{{one}}
{{/b}}
{{one}}
{{/a}}
"""
DEEP_TEXT = "1\n121\n12321\n1234321\n123454321\n12345654321\n123454321\n1234321\n12321\n121\n1\n"
TOPS = {
    "tops": [
        {
            "tname": {"upper": "A", "lower": "a"},
            "middles": [{"mname": "1", "bottoms": [{"bname": "x"}, {"bname": "y"}]}],
        }
    ]
}
TOPS_TEMPLATE = (
    "{{#tops}}{{#middles}}{{tname.lower}}{{mname}}."
    "{{#bottoms}}{{tname.upper}}{{mname}}{{bname}}.{{/bottoms}}{{/middles}}{{/tops}}"
)

INTERPOLATION = [
    ("no interpolation", {}, "Hello from {Mustache}!\n", "Hello from {Mustache}!\n"),
    ("basic", {"subject": "world"}, "Hello, {{subject}}!\n", "Hello, world!\n"),
    (
        "no re-interpolation",
        {"template": "{{planet}}", "planet": "Earth"},
        "{{template}}: {{planet}}",
        "{{planet}}: Earth",
    ),
    ("integer", {"mph": 85}, '"{{mph}} miles an hour!"', '"85 miles an hour!"'),
    ("decimal", {"power": 1.210}, '"{{power}} jiggawatts!"', '"1.21 jiggawatts!"'),
    (
        "dotted basic",
        {"person": {"name": "Joe"}},
        '"{{person.name}}" == "{{#person}}{{name}}{{/person}}"',
        '"Joe" == "Joe"',
    ),
    ("dotted arbitrary depth", CHAIN, '"{{a.b.c.d.e.name}}" == "Phil"', '"Phil" == "Phil"'),
    (
        "dotted initial resolution",
        CHAIN | {"b": {"c": {"d": {"e": {"name": "Wrong"}}}}},
        '"{{#a}}{{b.c.d.e.name}}{{/a}}" == "Phil"',
        '"Phil" == "Phil"',
    ),
    ("dotted no masking", {"a.b": "c", "a": {"b": "d"}}, "{{a.b}}", "d"),
    ("surrounding whitespace", {"string": "---"}, "| {{string}} |", "| --- |"),
    ("standalone", {"string": "---"}, "  {{string}}\n", "  ---\n"),
    ("padding", {"string": "---"}, "|{{ string }}|", "|---|"),
]

ON, OFF = {"boolean": True}, {"boolean": False}
SECTIONS = [
    ("truthy", ON, '"{{#boolean}}This should be rendered.{{/boolean}}"', '"This should be rendered."'),
    ("falsey", OFF, '"{{#boolean}}This should not be rendered.{{/boolean}}"', '""'),
    ("null is falsey", {"null": None}, '"{{#null}}This should not be rendered.{{/null}}"', '""'),
    ("context", {"context": {"name": "Joe"}}, '"{{#context}}Hi {{name}}.{{/context}}"', '"Hi Joe."'),
    (
        "parent contexts",
        {"a": "foo", "b": "wrong", "sec": {"b": "bar"}, "c": {"d": "baz"}},
        '"{{#sec}}{{a}}, {{b}}, {{c.d}}{{/sec}}"',
        '"foo, bar, baz"',
    ),
    ("variable test", {"foo": "bar"}, '"{{#foo}}{{.}} is {{foo}}{{/foo}}"', '"bar is bar"'),
    ("list contexts", TOPS, TOPS_TEMPLATE, "a1.A1x.A1y."),
    ("deeply nested contexts", DEEP, DEEP_TEMPLATE, DEEP_TEXT),
    ("list", {"list": [{"item": 1}, {"item": 2}, {"item": 3}]}, '"{{#list}}{{item}}{{/list}}"', '"123"'),
    ("empty list", {"list": []}, '"{{#list}}Yay lists!{{/list}}"', '""'),
    (
        "doubled",
        {"bool": True, "two": "second"},
        "{{#bool}}\n* first\n{{/bool}}\n* {{two}}\n{{#bool}}\n* third\n{{/bool}}\n",
        "* first\n* second\n* third\n",
    ),
    ("nested truthy", {"bool": True}, "| A {{#bool}}B {{#bool}}C{{/bool}} D{{/bool}} E |", "| A B C D E |"),
    ("nested falsey", {"bool": False}, "| A {{#bool}}B {{#bool}}C{{/bool}} D{{/bool}} E |", "| A  E |"),
    ("context misses", {}, "[{{#missing}}Found key 'missing'!{{/missing}}]", "[]"),
    ("iterator string", {"list": ["a", "b", "c", "d", "e"]}, '"{{#list}}({{.}}){{/list}}"', '"(a)(b)(c)(d)(e)"'),
    ("iterator integer", {"list": [1, 2, 3, 4, 5]}, '"{{#list}}({{.}}){{/list}}"', '"(1)(2)(3)(4)(5)"'),
    ("iterator decimal", {"list": [1.10, 2.20, 3.30]}, '"{{#list}}({{.}}){{/list}}"', '"(1.1)(2.2)(3.3)"'),
    (
        "iterator array",
        {"list": [[1, 2, 3], ["a", "b", "c"]]},
        '"{{#list}}({{#.}}{{.}}{{/.}}){{/list}}"',
        '"(123)(abc)"',
    ),
    ("dotted truthy", {"a": {"b": {"c": True}}}, '"{{#a.b.c}}Here{{/a.b.c}}" == "Here"', '"Here" == "Here"'),
    ("dotted falsey", {"a": {"b": {"c": False}}}, '"{{#a.b.c}}Here{{/a.b.c}}" == ""', '"" == ""'),
    ("dotted broken chains", {"a": {}}, '"{{#a.b.c}}Here{{/a.b.c}}" == ""', '"" == ""'),
    ("surrounding whitespace", ON, " | {{#boolean}}\t|\t{{/boolean}} | \n", " | \t|\t | \n"),
    (
        "internal whitespace",
        ON,
        " | {{#boolean}} {{! Important Whitespace }}\n {{/boolean}} | \n",
        " |  \n  | \n",
    ),
    (
        "indented inline",
        ON,
        " {{#boolean}}YES{{/boolean}}\n {{#boolean}}GOOD{{/boolean}}\n",
        " YES\n GOOD\n",
    ),
    ("standalone lines", ON, "| This Is\n{{#boolean}}\n|\n{{/boolean}}\n| A Line\n", "| This Is\n|\n| A Line\n"),
    (
        "indented standalone lines",
        ON,
        "| This Is\n  {{#boolean}}\n|\n  {{/boolean}}\n| A Line\n",
        "| This Is\n|\n| A Line\n",
    ),
    ("standalone line endings", ON, "|\r\n{{#boolean}}\r\n{{/boolean}}\r\n|", "|\r\n|"),
    ("standalone without previous line", ON, "  {{#boolean}}\n#{{/boolean}}\n/", "#\n/"),
    ("standalone without newline", ON, "#{{#boolean}}\n/\n  {{/boolean}}", "#\n/\n"),
    ("padding", ON, "|{{# boolean }}={{/ boolean }}|", "|=|"),
]

INVERTED = [
    ("falsey", OFF, '"{{^boolean}}This should be rendered.{{/boolean}}"', '"This should be rendered."'),
    ("truthy", ON, '"{{^boolean}}This should not be rendered.{{/boolean}}"', '""'),
    ("null is falsey", {"null": None}, '"{{^null}}This should be rendered.{{/null}}"', '"This should be rendered."'),
    ("context", {"context": {"name": "Joe"}}, '"{{^context}}Hi {{name}}.{{/context}}"', '""'),
    ("list", {"list": [{"n": 1}, {"n": 2}, {"n": 3}]}, '"{{^list}}{{n}}{{/list}}"', '""'),
    ("empty list", {"list": []}, '"{{^list}}Yay lists!{{/list}}"', '"Yay lists!"'),
    (
        "doubled",
        {"bool": False, "two": "second"},
        "{{^bool}}\n* first\n{{/bool}}\n* {{two}}\n{{^bool}}\n* third\n{{/bool}}\n",
        "* first\n* second\n* third\n",
    ),
    ("nested falsey", {"bool": False}, "| A {{^bool}}B {{^bool}}C{{/bool}} D{{/bool}} E |", "| A B C D E |"),
    ("nested truthy", {"bool": True}, "| A {{^bool}}B {{^bool}}C{{/bool}} D{{/bool}} E |", "| A  E |"),
    ("context misses", {}, "[{{^missing}}Cannot find key 'missing'!{{/missing}}]", "[Cannot find key 'missing'!]"),
    ("dotted truthy", {"a": {"b": {"c": True}}}, '"{{^a.b.c}}Not Here{{/a.b.c}}" == ""', '"" == ""'),
    (
        "dotted falsey",
        {"a": {"b": {"c": False}}},
        '"{{^a.b.c}}Not Here{{/a.b.c}}" == "Not Here"',
        '"Not Here" == "Not Here"',
    ),
    (
        "dotted broken chains",
        {"a": {}},
        '"{{^a.b.c}}Not Here{{/a.b.c}}" == "Not Here"',
        '"Not Here" == "Not Here"',
    ),
    ("surrounding whitespace", OFF, " | {{^boolean}}\t|\t{{/boolean}} | \n", " | \t|\t | \n"),
    (
        "internal whitespace",
        OFF,
        " | {{^boolean}} {{! Important Whitespace }}\n {{/boolean}} | \n",
        " |  \n  | \n",
    ),
    ("indented inline", OFF, " {{^boolean}}NO{{/boolean}}\n {{^boolean}}WAY{{/boolean}}\n", " NO\n WAY\n"),
    ("standalone lines", OFF, "| This Is\n{{^boolean}}\n|\n{{/boolean}}\n| A Line\n", "| This Is\n|\n| A Line\n"),
    (
        "standalone indented lines",
        OFF,
        "| This Is\n  {{^boolean}}\n|\n  {{/boolean}}\n| A Line\n",
        "| This Is\n|\n| A Line\n",
    ),
    ("standalone line endings", OFF, "|\r\n{{^boolean}}\r\n{{/boolean}}\r\n|", "|\r\n|"),
    ("standalone without previous line", OFF, "  {{^boolean}}\n^{{/boolean}}\n/", "^\n/"),
    ("standalone without newline", OFF, "^{{^boolean}}\n/\n  {{/boolean}}", "^\n/\n"),
    ("padding", OFF, "|{{^ boolean }}={{/ boolean }}|", "|=|"),
]

COMMENTS = [
    ("inline", {}, "12345{{! Comment Block! }}67890", "1234567890"),
    ("multiline", {}, "12345{{!\n  This is a\n  multi-line comment...\n}}67890\n", "1234567890\n"),
    ("standalone", {}, "Begin.\n{{! Comment Block! }}\nEnd.\n", "Begin.\nEnd.\n"),
    ("indented standalone", {}, "Begin.\n  {{! Indented Comment Block! }}\nEnd.\n", "Begin.\nEnd.\n"),
    ("standalone line endings", {}, "|\r\n{{! Standalone Comment }}\r\n|", "|\r\n|"),
    ("standalone without previous line", {}, "  {{! I'm Still Standalone }}\n!", "!"),
    ("standalone without newline", {}, "!\n  {{! I'm Still Standalone }}", "!\n"),
    ("multiline standalone", {}, "Begin.\n{{!\nSomething's going on here...\n}}\nEnd.\n", "Begin.\nEnd.\n"),
    ("indented multiline standalone", {}, "Begin.\n  {{!\n    Something's going on\n  }}\nEnd.\n", "Begin.\nEnd.\n"),
    ("indented inline", {}, "  12 {{! 34 }}\n", "  12 \n"),
    ("surrounding whitespace", {}, "12345 {{! Comment Block! }} 67890", "12345  67890"),
    (
        "variable name collision",
        {"! comment": 1, "! comment ": 2, "!comment": 3, "comment": 4},
        "comments never show: >{{! comment }}<",
        "comments never show: ><",
    ),
]

PARTIALS = [
    ("basic", {}, '"{{>_text}}"', {"_text": "from partial"}, '"from partial"'),
    ("context", {"text": "content"}, '"{{>_partial}}"', {"_partial": "*{{text}}*"}, '"*content*"'),
    (
        "nested",
        {"a": "hello", "b": "world"},
        "{{>_outer}}",
        {"_outer": "*{{a}} {{>_inner}}*", "_inner": "{{b}}!"},
        "*hello world!*",
    ),
    ("surrounding whitespace", {}, "| {{>_partial}} |", {"_partial": "\t|\t"}, "| \t|\t |"),
    ("inline indentation", {"data": "|"}, "  {{data}}  {{> _partial}}\n", {"_partial": ">\n>"}, "  |  >\n>\n"),
    ("standalone line endings", {}, "|\r\n{{>_partial}}\r\n|", {"_partial": ">"}, "|\r\n>|"),
    ("standalone without previous line", {}, "  {{>_partial}}\n>", {"_partial": ">\n>"}, "  >\n  >>"),
    ("standalone without newline", {}, ">\n  {{>_partial}}", {"_partial": ">\n>"}, ">\n  >\n  >"),
    (
        "standalone indentation",
        {"content": "<\n->"},
        "\\\n {{>_partial}}\n/\n",
        {"_partial": "|\n{{content}}\n|\n"},
        "\\\n |\n <\n->\n |\n/\n",
    ),
    ("padding", {}, "|{{> _partial }}|", {"_partial": "[]"}, "|[]|"),
]

MISSES = [
    ("null", {"cannot": None}, "I ({{cannot}}) be seen!"),
    ("context miss", {}, "I ({{cannot}}) be seen!"),
    ("dotted broken chain", {"a": {}}, '"{{a.b.c}}" == ""'),
    ("dotted broken chain resolution", {"a": {"b": {}}, "c": {"name": "Jim"}}, '"{{a.b.c.name}}" == ""'),
    ("dotted context precedence", {"a": {"b": {}}, "b": {"c": "ERROR"}}, "{{#a}}{{b.c}}{{/a}}"),
    ("dotted names are never single keys", {"a.b": "c"}, "{{a.b}}"),
]


def _ids(cases: list) -> list[str]:
    return [case[0] for case in cases]


@pytest.mark.parametrize(("_", "data", "template", "expected"), INTERPOLATION, ids=_ids(INTERPOLATION))
def test_interpolation(_: str, data: dict, template: str, expected: str) -> None:
    assert parse(template).render(data) == expected


@pytest.mark.parametrize(("_", "data", "template", "expected"), SECTIONS, ids=_ids(SECTIONS))
def test_sections(_: str, data: dict, template: str, expected: str) -> None:
    assert parse(template).render(data) == expected


@pytest.mark.parametrize(("_", "data", "template", "expected"), INVERTED, ids=_ids(INVERTED))
def test_inverted_sections(_: str, data: dict, template: str, expected: str) -> None:
    assert parse(template).render(data) == expected


@pytest.mark.parametrize(("_", "data", "template", "expected"), COMMENTS, ids=_ids(COMMENTS))
def test_comments(_: str, data: dict, template: str, expected: str) -> None:
    assert parse(template).render(data) == expected


@pytest.mark.parametrize(("_", "data", "template", "partials", "expected"), PARTIALS, ids=_ids(PARTIALS))
def test_partials(_: str, data: dict, template: str, partials: dict, expected: str) -> None:
    assert parse(template, {name: Source(text, name) for name, text in partials.items()}).render(data) == expected


@pytest.mark.parametrize(("_", "data", "template"), MISSES, ids=_ids(MISSES))
def test_where_the_specification_prints_nothing_a_value_is_missed(_: str, data: dict, template: str) -> None:
    with pytest.raises(MissingInput):
        parse(template).render(data)


def test_nothing_is_escaped() -> None:
    assert parse("{{#list}}({{.}}){{/list}}").render({"list": ["&", '"', "<", ">"]}) == '(&)(")(<)(>)'


def test_a_partial_that_is_not_there_is_an_error() -> None:
    with pytest.raises(PromptSyntax, match="no partial _text"):
        parse('"{{>_text}}"')


def test_a_partial_within_itself_is_refused() -> None:
    with pytest.raises(PromptSyntax, match="contains itself"):
        parse("{{>_node}}", {"_node": Source("{{content}}<{{#nodes}}{{>_node}}{{/nodes}}>", "_node.md")})
