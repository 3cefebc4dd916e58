"""What may be passed to a prompt, and does this value fit?

Inputs are declared as JSON Schema properties with three words of ours: `required` (true unless said otherwise),
`untrusted` (a customer wrote it) and `type: messages` (a conversation). Schemas never load anything: `$ref` is refused,
so that no prompt file can make the agent fetch an address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeAlias

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, best_match

JSON: TypeAlias = Any
Fit: TypeAlias = Callable[[JSON], str | None]

ROLES: dict[str, Literal["user", "assistant"]] = {
    "user": "user",
    "customer": "user",
    "assistant": "assistant",
    "business": "assistant",
}
_ANNOTATIONS = {"type", "title", "description", "examples", "default", "$comment"}
_PLAIN: dict[str, tuple[type, ...]] = {"string": (str,), "boolean": (bool,), "object": (dict,), "array": (list,)}


TYPES = ("string", "number", "integer", "boolean", "array", "object", "null")


def schema_problem(schema: JSON) -> str | None:
    """Why `schema` is no JSON Schema that prompts can use, or None."""
    if not isinstance(schema, dict):
        return "it must be a JSON Schema, written as a mapping"
    for keyword, value in _keywords(schema):
        if keyword in ("$ref", "$dynamicRef"):
            return "it uses $ref; write the schema out in its place"
        patterns = [value] if keyword == "pattern" else value if keyword == "patternProperties" else []
        for pattern in patterns if isinstance(patterns, list | dict) else []:
            if problem := pattern_problem(pattern):
                return problem
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as wrong:
        if list(wrong.path)[-1:] == ["type"]:
            return f"{_at(wrong.path)}{_short(repr(wrong.instance))} is no type; there are {', '.join(TYPES)}"
        return f"{_at(wrong.path)}{_short(wrong.message)}"
    return None


def pattern_problem(pattern: JSON) -> str | None:
    """Why `pattern` is not a regular expression of Python's, or None."""
    try:
        re.compile(pattern)
    except (re.error, TypeError, OverflowError, RecursionError) as problem:
        return f"the pattern {_short(repr(pattern))} is not a regular expression ({_short(str(problem))})"
    return None


def _keywords(node: JSON) -> Iterator[tuple[str, JSON]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield key, value
            yield from _keywords(value)
    elif isinstance(node, list):
        for value in node:
            yield from _keywords(value)


def fit(schema: Mapping[str, JSON]) -> Fit:
    """A function that says why a value does not fit `schema`, or None. Compiled once, called often."""
    kind = schema.get("type")
    if isinstance(kind, str) and kind in _PLAIN and not schema.keys() - _ANNOTATIONS:
        types = _PLAIN[kind]
        return lambda value: None if isinstance(value, types) else f"{_short(repr(value))} is not of type {kind!r}"
    validator = Draft202012Validator(dict(schema))

    def check(value: JSON) -> str | None:
        if validator.is_valid(value):
            return None
        problem = best_match(validator.iter_errors(value))
        return f"{_at(problem.absolute_path)}{_short(problem.message)}" if problem else None

    return check


def _messages_fit(value: JSON) -> str | None:
    if not isinstance(value, list):
        return "a conversation must be a list of messages"
    for index, message in enumerate(value):
        if not isinstance(message, Mapping) or not isinstance(message.get("content"), str):
            return f"message {index} must have a role and a content that is text"
        if message.get("role") not in ROLES:
            return f"message {index} has the role {message.get('role')!r}; known are {', '.join(ROLES)}"
    return None


def _at(path: Any) -> str:
    place = ".".join(str(part) for part in path)
    return f"{place}: " if place else ""


def _short(message: str) -> str:
    return message if len(message) <= 160 else message[:100] + " … " + message[-50:]


@dataclass(frozen=True)
class InputSpec:
    """One declared input. `schema` is plain JSON Schema, without our own words."""

    name: str
    schema: Mapping[str, JSON]
    required: bool = True
    untrusted: bool = False
    line: int = 0

    @property
    def is_messages(self) -> bool:
        """Whether it is a conversation: a list of `{"role", "content"}`."""
        return self.schema.get("type") == "messages"

    @property
    def from_customer(self) -> bool:
        """Whether a customer wrote some of it."""
        return self.untrusted or self.is_messages

    @property
    def examples(self) -> list[JSON]:
        """The example values that the declaration gives."""
        return list(self.schema.get("examples") or [])

    @cached_property
    def misfit(self) -> Fit:
        """Says why a value does not fit, or None."""
        return _messages_fit if self.is_messages else fit(self.schema)
