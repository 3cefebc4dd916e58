"""Which tags does a template hold, and what is wrong with those that are not allowed?

The grammar is small on purpose: a prompt is read aloud and edited by people who do not program. Anything else that
other template languages know (filters, expressions, three braces, changed delimiters) is refused with its line, and so
is what could hurt: names with underscores in front, partials outside the folder or inside themselves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from playhead.errors import PromptSyntax, nearest_name
from playhead.prompts.finding import Place
from playhead.prompts.source import Source
from playhead.prompts.tags import Name, Node, Section, Template, Text, Value, spelled

MAX_DEPTH = 24  # sections and partials within each other
MAX_TAG = 200  # characters
MAX_EXPANDED = 512 * 1024  # characters of a template once its partials are in
PARTIAL_NAME = re.compile(r"_[A-Za-z0-9][A-Za-z0-9_-]*")

_REST_OF_LINE = re.compile(r"[ \t]*(?:\r?\n|\Z)")
_SMART_QUOTES = re.compile("[“”„‟‘’‚‛«»‹›]")
_FOREIGN = {
    "{": "Write two braces: values are never escaped, so {{name}} is enough.",
    "&": "Write {{name}}: values are never escaped.",
    "=": "The tags are always {{ and }}.",
    "<": "Use a partial: {{> _name}}.",
    "$": "Use a partial: {{> _name}}.",
    "*": "Names cannot be computed.",
    "%": "Use {{#name}}…{{/name}} for a part that shows only if name is not empty.",
}


class _Tag(NamedTuple):
    kind: str  # "", "#", "^", "/", "!" or ">"
    name: str
    place: Place
    indent: str | None  # what stood before a tag alone on its line; None if it is not alone


@dataclass
class _Open:
    tag: _Tag
    name: Name
    nodes: list[Node] = field(default_factory=list)


def parse(text: str, partials: Mapping[str, Source] | None = None, place: Place | None = None) -> Template:
    """Parse `text`, whose first line stands at `place`; `partials` maps names (`_voice`) to files.

    Raises `PromptSyntax` with the line of the first tag that is not allowed.
    """
    parser = _Parser(partials or {})
    nodes = tuple(parser.parse(text, place or Place("template", 1), ()))
    return Template(nodes, frozenset(parser.used))


class _Parser:
    def __init__(self, partials: Mapping[str, Source]) -> None:
        self.partials = partials
        self.used: set[str] = set()
        self.expanded = 0

    def parse(self, text: str, place: Place, trail: tuple[str, ...]) -> list[Node]:
        """The nodes of one text; `trail` names the partials we are inside of."""
        self.expanded += len(text)
        if self.expanded > MAX_EXPANDED:
            raise bad_tag(place, "The partials make this prompt endlessly long.", "Use fewer partials.", "bad-partial")
        open_: list[_Open] = [_Open(_Tag("", "", place, None), ())]
        for part in _split(text, place):
            if isinstance(part, str):
                open_[-1].nodes.append(Text(part))
            elif part.kind in ("#", "^"):
                open_.append(_Open(part, tag_name(part.name, part.place)))
                if len(open_) + len(trail) > MAX_DEPTH:
                    raise bad_tag(part.place, f"Sections are nested more than {MAX_DEPTH} deep.", "Take some out.")
            elif part.kind == "/":
                _close(open_, part)
            elif part.kind == ">":
                open_[-1].nodes.extend(self._partial(part, trail))
            elif part.kind == "":
                open_[-1].nodes.append(Value(tag_name(part.name, part.place), part.place))
        if len(open_) > 1:
            tag = open_[-1].tag
            raise bad_tag(
                tag.place,
                f"The section {{{{{tag.kind}{tag.name}}}}} is never closed.",
                f"Close it with {{{{/{tag.name}}}}}.",
            )
        return open_[0].nodes

    def _partial(self, tag: _Tag, trail: tuple[str, ...]) -> list[Node]:
        name = tag.name
        if not PARTIAL_NAME.fullmatch(name):
            raise bad_tag(
                tag.place,
                f"{name!r} is not the name of a partial.",
                "A partial is a file of this folder whose name starts with an underscore: {{> _voice}} for _voice.md.",
                "bad-partial",
            )
        if name in trail or len(trail) > MAX_DEPTH:
            raise bad_tag(tag.place, f"The partial {name} contains itself.", "Take the tag out.", "bad-partial")
        if name not in self.partials:
            known = nearest_name(name, self.partials)
            raise bad_tag(
                tag.place, f"There is no partial {name}.md in the folder.{known}", "Correct the name.", "bad-partial"
            )
        self.used.add(name)
        source = self.partials[name]
        text = source.text
        if tag.indent is None:
            text = text.removesuffix("\n")  # a file ends with a newline; in the midst of a line that one is not meant
        elif tag.indent:
            text = re.sub(r"(?m)^(?=[^\r\n])", lambda _: tag.indent or "", text)
        return self.parse(text, Place(source.path, 1), (*trail, name))


def _close(open_: list[_Open], tag: _Tag) -> None:
    name = tag_name(tag.name, tag.place)
    if len(open_) == 1:
        raise bad_tag(tag.place, f"{{{{/{tag.name}}}}} closes nothing.", f"Open it before with {{{{#{tag.name}}}}}.")
    opened = open_.pop()
    if name != opened.name:
        raise bad_tag(
            tag.place,
            f"{{{{/{tag.name}}}}} stands where {spelled(opened.name)!r} of line {opened.tag.place.line} must close.",
            f"Write {{{{/{spelled(opened.name)}}}}}.",
        )
    open_[-1].nodes.append(Section(name, opened.tag.place, opened.tag.kind == "^", tuple(opened.nodes)))


def _split(text: str, place: Place) -> list[str | _Tag]:
    """Text and tags in order. A section, comment or partial tag alone on its line takes the line with it."""
    parts: list[str | _Tag] = []
    position = line_start = 0
    line = place.line
    while (start := text.find("{{", position)) >= 0:
        line += text.count("\n", position, start)
        line_start = max(line_start, text.rfind("\n", position, start) + 1)
        kind, name, end = _read_tag(text, start, Place(place.path, line))
        indent, begin, after = None, start, end
        if kind and position <= line_start and not (before := text[line_start:start]).strip(" \t"):
            rest = _REST_OF_LINE.match(text, end)
            if rest:
                indent, begin, after = before, line_start, rest.end()
        if begin > position:
            parts.append(text[position:begin])
        parts.append(_Tag(kind, name, Place(place.path, line), indent))
        line += text.count("\n", start, after)
        line_start = max(line_start, text.rfind("\n", start, after) + 1)
        position = after
    if position < len(text):
        parts.append(text[position:])
    return parts


def _read_tag(text: str, start: int, place: Place) -> tuple[str, str, int]:
    """Kind, name and end of the tag that opens at `start`."""
    kind = text[start + 2 : start + 3]
    end = text.find("}}", start + 2)
    if end < 0 or (kind != "!" and text.find("\n", start, end) >= 0):
        raise bad_tag(
            place,
            f"The tag {text[start : start + 30].splitlines()[0]!r} is not closed on its line.",
            "Close it with }}.",
        )
    if kind != "!" and end - start > MAX_TAG:
        raise bad_tag(
            place, f"The tag {text[start : start + 30]!r}… is too long.", "Between the braces stands one name."
        )
    if kind in _FOREIGN:
        raise bad_tag(place, f"{text[start : end + 2]!r} is not a tag that prompts know.", _FOREIGN[kind])
    if kind and kind in "#^/!>":
        return kind, text[start + 3 : end].strip(), end + 2
    return "", text[start + 2 : end].strip(), end + 2


def tag_name(text: str, place: Place) -> Name:
    """The parts of a dotted name. Raises `PromptSyntax` for anything that is not one."""
    if text == ".":
        return ()
    if _SMART_QUOTES.search(text):
        raise bad_tag(place, f"The tag {text!r} holds typographic quotes.", "Write the bare name.", "smart-quotes")
    parts = tuple(text.split("."))
    if any(part.startswith("_") for part in parts):
        raise bad_tag(place, f"{text!r} starts with an underscore.", "Names of inputs start with a letter.")
    if not all(part.isidentifier() for part in parts):
        raise bad_tag(
            place,
            f"{text[:60]!r} is not a name.",
            "Between the braces stands one name: letters, digits and underscores, with dots between the parts.",
        )
    return parts


def bad_tag(place: Place, problem: str, remedy: str, rule: str = "bad-tag") -> PromptSyntax:
    """The error for a tag, to be raised."""
    return PromptSyntax(place.path, place.line, problem, remedy, rule)
