"""How does the header of a prompt file become plain JSON data, each value with the line it stands on?

ruamel.yaml only splits the text into events; the data is put together here, out of strings, numbers, booleans, nulls,
lists and mappings, by the core schema of YAML 1.2 (so `no` is a word and 2026-01-05 is text). With no constructor there
is nothing a tag could call; anchors, aliases, tags, doubled keys and deep nesting are refused as they come by, before
they can cost time or memory.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from playhead.errors import PromptSyntax
from playhead.prompts.finding import Place

JSON: TypeAlias = Any
Path: TypeAlias = tuple[str | int, ...]

MAX_HEADER = 64 * 1024  # bytes
MAX_DEPTH = 20
MAX_EVENTS = 15_000

_NULLS = {"", "~", "null", "Null", "NULL"}
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]{1,19}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]{1,3})?")


@dataclass(frozen=True)
class Header:
    """The data of a header and the line of each of its keys and items."""

    data: dict[str, JSON]
    lines: dict[Path, int]
    first: Place

    def place(self, *path: str | int) -> Place:
        """Where the value at `path` stands, or the closest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return Place(self.first.path, self.lines.get(path, self.first.line))


@dataclass
class _Open:
    data: dict[str, JSON] | list[JSON]
    path: Path
    key: str | None = None


@dataclass
class _Builder:
    first: Place
    open_: list[_Open] = field(default_factory=list)
    lines: dict[Path, int] = field(default_factory=dict)
    root: JSON = None

    def event(self, event: Event) -> None:
        line = self.first.line + event.start_mark.line
        if isinstance(event, AliasEvent) or (isinstance(event, NodeEvent) and event.anchor):
            raise self.bad(line, "Anchors (&) and aliases (*) are not allowed in a header.", "Write the value out.")
        if isinstance(event, ScalarEvent | SequenceStartEvent | MappingStartEvent) and event.tag:
            raise self.bad(line, "Tags (!) are not allowed in a header.", "Take the tag out.")
        if isinstance(event, ScalarEvent):
            self.scalar(event, line)
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            if len(self.open_) >= MAX_DEPTH:
                raise self.bad(line, f"The header is nested more than {MAX_DEPTH} deep.", "Make it flatter.")
            data: dict[str, JSON] | list[JSON] = {} if isinstance(event, MappingStartEvent) else []
            self.open_.append(_Open(data, self.put(data, line)))
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self.open_.pop()

    def scalar(self, event: ScalarEvent, line: int) -> None:
        text = _whole(event.value)
        if text is None or "\0" in text:
            raise self.bad(line, "A value holds a character that is not text.", "Take it out.")
        parent = self.open_[-1] if self.open_ else None
        if parent and isinstance(parent.data, dict) and parent.key is None:
            if text in parent.data:
                raise self.bad(line, f"The key {text!r} stands here twice.", "Keep one of the two.")
            parent.key = text
            self.lines[(*parent.path, text)] = line
            return
        self.put(_plain(text) if event.implicit[0] else text, line)

    def put(self, value: JSON, line: int) -> Path:
        if not self.open_:
            self.root = value
            return ()
        parent = self.open_[-1]
        if isinstance(parent.data, list):
            parent.data.append(value)
            path: Path = (*parent.path, len(parent.data) - 1)
            self.lines[path] = line
            return path
        if parent.key is None:
            raise self.bad(line, "A key of a mapping must be a word.", "Put quotes around it, or take it out.")
        path = (*parent.path, parent.key)
        parent.data[parent.key], parent.key = value, None
        return path

    def bad(self, line: int, problem: str, remedy: str) -> PromptSyntax:
        return PromptSyntax(self.first.path, line, problem, remedy, "bad-yaml")


def _whole(text: str) -> str | None:
    """The text with surrogate pairs, as JSON escapes emoji, put together; None if half a pair is left."""
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        return None


def _plain(text: str) -> JSON:
    """An unquoted scalar, by the core schema of YAML 1.2."""
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) and math.isfinite(float(text)) else text


def parse_header(text: str, first: Place) -> Header:
    """The header's data; `first` is the place of its first line. Raises `PromptSyntax` naming the line."""
    builder = _Builder(first)
    if len(text.encode()) > MAX_HEADER:
        raise builder.bad(first.line, "The header is longer than 64 KB.", "Keep fewer examples.")
    documents = 0
    try:
        for count, event in enumerate(YAML(typ="safe", pure=True).parse(text)):
            documents += isinstance(event, DocumentStartEvent)
            if count > MAX_EVENTS or documents > 1:
                raise builder.bad(first.line, "The header holds too much.", "Keep one document with fewer values.")
            builder.event(event)
    except MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        line = first.line + (mark.line if mark else 0)
        raise builder.bad(line, f"The header is not YAML: {problem.problem or problem.context}.", _REMEDY) from None
    except (YAMLError, ValueError) as problem:
        raise builder.bad(first.line, f"The header is not YAML: {problem}.", _REMEDY) from None
    if not isinstance(builder.root, dict):
        raise builder.bad(first.line, "The header must be lines of `key: value`.", _REMEDY)
    return Header(builder.root, builder.lines, first)


_REMEDY = "Look for a missing quote, a tab, or a colon inside an unquoted text; put such text in quotes."
