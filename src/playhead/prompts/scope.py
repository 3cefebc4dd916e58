"""Which declared input does each tag of a template stand for?

Answered from the declarations alone, before any value is known, so that a misspelt name is found when a file is saved
and not when a customer writes. Inside a section a name may belong to the section's item or to anything around it;
where a declaration leaves an object's keys open, nothing can be said and the name is let through.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from playhead.errors import nearest_name
from playhead.prompts.finding import Finding, Place, error
from playhead.prompts.inputs import InputSpec
from playhead.prompts.tags import Name, Node, Section, Template, Value, spelled

Schema: TypeAlias = Mapping[str, Any]
_MESSAGE: Schema = {"type": "object", "properties": {"role": {"type": "string"}, "content": {"type": "string"}}}
_OPEN: Schema = {}


@dataclass(frozen=True, slots=True)
class Use:
    """One tag that stands for `input`, or for a part of it."""

    input: str
    place: Place
    inserts: bool  # its value goes into the text; otherwise it only decides a section
    guarded: bool  # it stands in a section that shows only if the input is not empty


@dataclass(frozen=True, slots=True)
class _Frame:
    schema: Schema
    input: str


def _kind(schema: Schema) -> str:
    """`object`, `array`, the name of a plain type, or "" where the declaration leaves it open."""
    kind = schema.get("type")
    if isinstance(kind, list):
        kinds = [one for one in kind if one != "null"]
        kind = kinds[0] if len(kinds) == 1 else ""
    if kind == "messages":
        return "array"
    if kind is None:
        kind = "object" if "properties" in schema else "array" if "items" in schema else ""
    return str(kind)


def _items(schema: Schema) -> Schema:
    if schema.get("type") == "messages":
        return _MESSAGE
    return _schema(schema.get("items"))


def _properties(schema: Schema) -> Mapping[str, Schema] | None:
    """The declared parts of an object, or None where any may stand in it."""
    properties = schema.get("properties")
    return {key: _schema(part) for key, part in properties.items()} if isinstance(properties, Mapping) else None


def _schema(found: object) -> Schema:
    return found if isinstance(found, Mapping) else _OPEN  # JSON Schema also has true for "anything"


def uses(template: Template, inputs: Mapping[str, InputSpec]) -> tuple[list[Use], list[Finding]]:
    """Every use of an input in `template`, and a finding for every name that cannot be one."""
    walk = _Walk(inputs)
    walk.nodes(template.nodes, (), frozenset())
    return walk.uses, walk.findings


class _Walk:
    def __init__(self, inputs: Mapping[str, InputSpec]) -> None:
        self.inputs = inputs
        self.uses: list[Use] = []
        self.findings: list[Finding] = []

    def nodes(self, nodes: tuple[Node, ...], stack: tuple[_Frame, ...], shown: frozenset[str]) -> None:
        """`stack` is what the sections around have put on the context stack, `shown` which inputs they found filled."""
        for node in nodes:
            if isinstance(node, Value):
                self._resolve(node.name, node.place, stack, shown, inserts=True)
            elif isinstance(node, Section):
                self._section(node, stack, shown)

    def _section(self, section: Section, stack: tuple[_Frame, ...], shown: frozenset[str]) -> None:
        found = self._resolve(section.name, section.place, stack, shown, inserts=False)
        if section.inverted:
            self.nodes(section.body, stack, shown)
            return
        frame = found or _Frame(_OPEN, "")
        if _kind(frame.schema) in ("array", ""):
            frame = _Frame(_items(frame.schema), frame.input)
        self.nodes(section.body, (*stack, frame), shown | {frame.input})

    def _resolve(
        self, name: Name, place: Place, stack: tuple[_Frame, ...], shown: frozenset[str], *, inserts: bool
    ) -> _Frame | None:
        """What `name` stands for; None, with a finding, if it stands for nothing."""
        if not name and not stack:
            self._unknown(
                place, "{{.}} stands for the item of a section, and there is no section here.", "Name the input."
            )
            return None
        found = stack[-1] if not name else self._first(name[0], stack)
        if found is None:
            known = {*self.inputs, *(key for frame in stack for key in _properties(frame.schema) or ())}
            hint = nearest_name(name[0], known)
            self._unknown(
                place, f"{{{{{spelled(name)}}}}} is not declared.{hint}", "Declare it under inputs: or correct it."
            )
            return None
        if found.input:
            self.uses.append(Use(found.input, place, inserts, found.input in shown))
        return self._parts(name, found, place)

    def _first(self, part: str, stack: tuple[_Frame, ...]) -> _Frame | None:
        maybe: _Frame | None = None
        for frame in reversed(stack):
            properties = _properties(frame.schema)
            if properties is not None:
                if part in properties:
                    return _Frame(properties[part], frame.input)
            elif _kind(frame.schema) in ("object", "") and maybe is None:
                maybe = _Frame(_OPEN, frame.input)  # its keys are not declared: it may have this one
        if part in self.inputs:
            return _Frame(self.inputs[part].schema, part)
        return maybe

    def _parts(self, name: Name, found: _Frame, place: Place) -> _Frame | None:
        schema = found.schema
        for at, part in enumerate(name[1:], start=1):
            whole = spelled(name[:at])
            if _kind(schema) not in ("object", ""):
                self._unknown(
                    place, f"{whole!r} is of type {_kind(schema)} and has no part {part!r}.", "Take the dot out."
                )
                return None
            properties = _properties(schema)
            if properties is None:
                schema = _OPEN
            elif part in properties:
                schema = properties[part]
            else:
                hint = nearest_name(part, properties)
                self._unknown(
                    place, f"{whole!r} has no part {part!r}.{hint}", "Declare it under properties: or correct it."
                )
                return None
        return _Frame(schema, found.input)

    def _unknown(self, place: Place, message: str, remedy: str) -> None:
        self.findings.append(error(place, "not-declared", message, remedy))
