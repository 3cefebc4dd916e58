"""How does a template with {{tags}} become text, without a value ever being read as a template?

A small part of Mustache and nothing else: values, sections, inverted sections, comments, partials. The template is
parsed once, before any value is known; filling it only walks the parsed nodes, so nothing a customer writes can become
a tag. Values go in as they are: no HTML escaping, no attribute access, only the keys of JSON objects.

What differs from the Mustache specification: a value that is missing or null is an error rather than an empty string,
and 0 counts as a value. Empty, and so false for a section, are: absent, null, false, "", [] and {}.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from playhead.errors import MissingInput, WrongInput
from playhead.prompts.finding import Place

JSON: TypeAlias = Any
Name: TypeAlias = tuple[str, ...]  # ("customer", "first_name"); () is {{.}}


@dataclass(frozen=True, slots=True)
class Text:
    """Words of the template itself."""

    text: str


@dataclass(frozen=True, slots=True)
class Value:
    """`{{name}}`"""

    name: Name
    place: Place


@dataclass(frozen=True, slots=True)
class Section:
    """`{{#name}}…{{/name}}`, or with `{{^name}}` inverted."""

    name: Name
    place: Place
    inverted: bool
    body: tuple[Node, ...]


Node: TypeAlias = Text | Value | Section


class Piece(NamedTuple):
    """A stretch of filled text: the template's own words, or a value that went in verbatim."""

    text: str
    is_value: bool


class _Missing:
    """No value of that name anywhere: other than null, which is a value found and refused."""


_MISSING = _Missing()


def spelled(name: Name) -> str:
    """The name as it stands in a tag."""
    return ".".join(name) or "."


@dataclass(frozen=True, slots=True)
class Template:
    """Parsed text, ready to be filled any number of times from any thread."""

    nodes: tuple[Node, ...]
    partials: frozenset[str] = frozenset()  # the names of those that went into it

    def render(self, values: JSON, prompt: str = "") -> str:
        """The text with `values` (a JSON object) in it. Raises `MissingInput` and `WrongInput` naming `prompt`."""
        return "".join(piece.text for piece in self.pieces(values, prompt))

    def pieces(self, values: JSON, prompt: str = "") -> list[Piece]:
        """Like `render`, in order and in parts, so that template and values can still be told apart."""
        return list(_fill(self.nodes, (values,), prompt))


def _fill(nodes: tuple[Node, ...], stack: tuple[JSON, ...], prompt: str) -> Iterator[Piece]:
    for node in nodes:
        if isinstance(node, Text):
            yield Piece(node.text, False)
        elif isinstance(node, Value):
            yield Piece(_as_text(_look_up(stack, node.name), node.name, stack, prompt), True)
        else:
            yield from _fill_section(node, stack, prompt)


def _fill_section(section: Section, stack: tuple[JSON, ...], prompt: str) -> Iterator[Piece]:
    value = _look_up(stack, section.name)
    if _is_empty(value):
        if section.inverted:
            yield from _fill(section.body, stack, prompt)
    elif not section.inverted:
        for item in value if isinstance(value, list) else (value,):
            yield from _fill(section.body, (*stack, item), prompt)


def _is_empty(value: JSON) -> bool:
    return value is _MISSING or value is None or value is False or value in ("", [], {})


def _look_up(stack: tuple[JSON, ...], name: Name) -> JSON:
    if not name:
        return stack[-1]
    for context in reversed(stack):
        if isinstance(context, Mapping) and name[0] in context:
            value = context[name[0]]
            break
    else:
        return _MISSING
    for part in name[1:]:
        if not isinstance(value, Mapping) or part not in value:
            return _MISSING
        value = value[part]
    return value


def _as_text(value: JSON, name: Name, stack: tuple[JSON, ...], prompt: str) -> str:
    if isinstance(value, str):
        return value
    if value is _MISSING or value is None:
        given = [key for context in stack if isinstance(context, dict) for key in context]
        raise MissingInput(prompt, spelled(name), given)
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as problem:
        raise WrongInput(prompt, spelled(name), f"it is not JSON data ({problem})") from None
