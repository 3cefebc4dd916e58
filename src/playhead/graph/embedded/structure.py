"""How is a structured output filled, and which of its texts do people read?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from playhead.graph.embedded.filling import Filling
from playhead.graph.embedded.fitting import Schema, fitted, nullable, resolved

JSON: TypeAlias = Any
Path: TypeAlias = tuple[str | int, ...]

_READ_BY_PEOPLE: Final = ("reply", "text", "message")
_FEWEST_WORDS: Final = 3
_TEXT_LOST: Final = 5  # an answer without its text is worse than one without a few fields


@dataclass(frozen=True)
class Text:
    """A string in a structured output: where it stands, what it says, how long it may be."""

    path: Path
    written: str
    max_length: int | None


def people_read(output: JSON, schema: Schema, asked: str) -> Text | None:
    """The text that people read: reply, text or message, else the longest string of three words or more.

    Fixed choices are no texts, and what only repeats words of the request `asked` is a quotation.
    """
    found = list(_strings(output, schema, schema, ()))
    for name in _READ_BY_PEOPLE:
        for text in found:
            if text.path and text.path[-1] == name:
                return text
    own = [text for text in found if text.written not in asked and len(text.written.split()) >= _FEWEST_WORDS]
    return max(own, key=lambda text: len(text.written), default=None)


def _strings(value: JSON, schema: JSON, root: Schema, path: Path) -> Iterator[Text]:
    plain = resolved(schema, root)
    if isinstance(value, str) and "enum" not in plain and "const" not in plain:
        yield Text(path, value, plain.get("maxLength"))
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from _strings(one, plain.get("properties", {}).get(name, {}), root, (*path, name))
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from _strings(one, plain.get("items", {}), root, (*path, place))


def with_text(value: JSON, path: Path, change: Callable[[str], str]) -> JSON:
    """The value with the text at `path` changed."""
    if not path:
        return change(value)
    step, rest = path[0], path[1:]
    if isinstance(value, list):
        return [with_text(one, rest, change) if place == step else one for place, one in enumerate(value)]
    return {name: with_text(one, rest, change) if name == step else one for name, one in value.items()}


@dataclass(frozen=True)
class Structure:
    """Fills a structured output; `text` is where its text for people stands."""

    filling: Filling
    root: Schema
    text: Path | None

    def filled(self, value: JSON, schema: JSON, path: Path = ()) -> JSON:
        """The value for this request; None where it cannot be filled. Fixed choices and booleans are decisions."""
        plain = resolved(schema, self.root)
        if "enum" in plain or "const" in plain or isinstance(value, bool):
            return value
        if isinstance(value, Mapping):
            return self._object(value, plain, path)
        if isinstance(value, list):
            return self._list(value, plain, path)
        if isinstance(value, (int, float)):
            return self.filling.number(value)
        if isinstance(value, str):
            return self._people_text(value) if path == self.text else self.filling.leaf(value)
        return value

    def _people_text(self, written: str) -> str:
        text = self.filling.text(written)
        if written and not text:
            self.filling.lost += _TEXT_LOST
        return text

    def _list(self, value: list[JSON], plain: Schema, path: Path) -> list[JSON]:
        """The items that can be filled; one that speaks of more than the request has is no loss beside others."""
        made: list[JSON] = []
        surplus = 0
        for place, one in enumerate(value):
            before = self.filling.lost
            new = self.filled(one, plain.get("items", {}), (*path, place))
            if new is not None or one is None:
                made.append(new)
            else:
                surplus += self.filling.lost - before
        if made:
            self.filling.lost -= surplus
        return made

    def _object(self, value: Mapping[str, JSON], plain: Schema, path: Path) -> dict[str, JSON]:
        made: dict[str, JSON] = {}
        for name, one in value.items():
            schema = plain.get("properties", {}).get(name, {})
            filled = self.filled(one, schema, (*path, name))
            if filled is not None or one is None or nullable(schema, self.root):
                made[name] = filled
            elif name in plain.get("required", ()):
                made[name] = fitted(None, schema, self.root)
        return made
