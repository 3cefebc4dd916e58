"""What does a user text tell: which facts under which labels, and what message last?

Lines `Label: value` and `Label:` with `- item` lines below it. The message's label ends the facts: whatever
a customer writes after it is her message, even where it looks like a label.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from playhead.graph.embedded.spans import WHEN, spans
from playhead.nearest import deciding_label, rank

_LABEL = re.compile(r"([^\W\d_][^\n:]{0,40}):(?:\s+(.*))?$")
_ITEM = re.compile(r"\s*[-*•]\s+(.*)")
_KEYED = re.compile(r"\[[\w./:\-]{1,40}\]")
# Each word is followed by exactly one space or by what ends the entry: no two ways to read it, so no backtracking.
_ENTRY = r"[^\s,.!?\d]+(?: [^\s,.!?\d]+){0,3}"
_COMMA_LIST = re.compile(rf"{_ENTRY}(?:, {_ENTRY})+")
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")
_MESSAGE_LABELS: Final = ("message", "customer")


@dataclass(frozen=True)
class Facts:
    """`values` by label (lower case; "" for what stands before any label), and the `message`; never changed."""

    values: dict[str, tuple[str, ...]]
    message: str

    @property
    def labels(self) -> frozenset[str]:
        """The labels that have a value."""
        return frozenset(self.values) | ({"\n"} if self.message else set())

    def matched(self, label: str, *, chosen: bool) -> tuple[str, ...]:
        """The label's values in the order in which two requests' values answer each other.

        A list stands in its own order; one to choose from stands by likeness to the message, so that the item which
        answers an example's message is exchanged for the one which answers this message.
        """
        items = self.elements(label)
        return _by_likeness(items, self.message) if chosen else items

    def elements(self, label: str) -> tuple[str, ...]:
        """The label's values; "red, blue" on one line counts as a list as well."""
        values = self.values.get(label, ())
        if len(values) == 1 and _COMMA_LIST.fullmatch(values[0]):
            return tuple(values[0].split(", "))
        return values

    def is_choice(self, label: str) -> bool:
        """Does the message choose from this list: passages with [ids], or things it names? Times are only ordered."""
        items = self.elements(label)
        if len(items) < 2 or any(span.start == 0 and span.kind in WHEN for item in items for span in spans(item)):
            return all(_KEYED.match(item) for item in items)
        said = self.message.lower()
        return all(_KEYED.match(item) for item in items) or any(
            word in said for item in items for word in _LONG_WORD.findall(item.split(":")[0].lower())
        )


@lru_cache(maxsize=8192)
def _by_likeness(items: tuple[str, ...], message: str) -> tuple[str, ...]:
    return tuple(items[index] for index, _ in rank(message, items)) if len(items) > 1 else items


def message_label(text: str, examples: Sequence[str]) -> str | None:
    """The label of the customer's message: the usual name if there is one, else the last label the examples know."""
    labels = [found[1].lower() for line in text.splitlines() if (found := _LABEL.match(line))]
    usual = next((label for label in labels if label in _MESSAGE_LABELS), None)
    return usual or deciding_label(text, examples) or (labels[-1] if labels else None)


@lru_cache(maxsize=4096)
def read_facts(text: str, message_label: str | None, last_label: str | None = None) -> Facts:
    """The facts of a user text; without a label for the message, text that no label claims is the message.

    `last_label` is a label of the prompt's own below the message: its last line ends the message.
    """
    values: dict[str, list[str]] = {}
    label, lines = "", text.splitlines()
    for number, line in enumerate(lines):
        if found := _LABEL.match(line):
            label = found[1].strip().lower()
            if label == message_label:
                rest = _above(last_label, lines[number + 1 :]) if last_label != message_label else lines[number + 1 :]
                return Facts(_filled(values), "\n".join([found[2] or "", *rest]).strip())
            if found[2]:
                values.setdefault(label, []).append(found[2].strip())
        elif item := _ITEM.match(line):
            values.setdefault(label, []).append(item[1].strip())
        elif line.strip():
            known = values.setdefault(label, [])
            known[-1:] = [f"{known[-1]}\n{line.strip()}" if known else line.strip()]
    message = "\n".join(values.pop("", ())) if message_label is None else ""
    return Facts(_filled(values), message)


def _above(label: str | None, lines: list[str]) -> list[str]:
    """The lines before the last one of this label; all, if there is none."""
    found = [place for place, line in enumerate(lines) if (one := _LABEL.match(line)) and one[1].lower() == label]
    return lines[: found[-1]] if found else lines


def _filled(values: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {label: tuple(items) for label, items in values.items()}
