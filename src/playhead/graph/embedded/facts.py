"""What does a user text tell: which facts under which labels, and what message last?

Lines `Label: value` and `Label:` with `- item` lines below it. The deciding label (the newest message's) ends the
facts: whatever a customer writes after it is her message, even where it looks like a label.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from playhead.nearest import deciding_label, rank

_LABEL = re.compile(r"([^\W\d_][^\n:]{0,40}):(?:\s+(.*))?$")
_ITEM = re.compile(r"\s*[-*•]\s+(.*)")
_KEYED = re.compile(r"\[[\w./:\-]{1,40}\]")
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

    def matched(self, label: str) -> tuple[str, ...]:
        """The label's values in the order in which two requests' values answer each other.

        A list stands in its own order. Items that begin with an [id] are passages to choose from: they stand by
        likeness to the message, so that the one which answers an example's message is exchanged for the one which
        answers this message.
        """
        return _matched(self.values.get(label, ()), self.message)


@lru_cache(maxsize=8192)
def _matched(items: tuple[str, ...], message: str) -> tuple[str, ...]:
    if len(items) < 2 or not all(_KEYED.match(item) for item in items):
        return items
    return tuple(items[index] for index, _ in rank(message, items))


def message_label(text: str, examples: Sequence[str]) -> str | None:
    """The label of the newest message: the last the examples know; without examples the usual one, else the last."""
    if examples:
        return deciding_label(text, examples)
    labels = [found[1].lower() for line in text.splitlines() if (found := _LABEL.match(line))]
    return next((label for label in labels if label in _MESSAGE_LABELS), labels[-1] if labels else None)


@lru_cache(maxsize=4096)
def read_facts(text: str, message_label: str | None) -> Facts:
    """The facts of a user text; without a label for the message, text that no label claims is the message."""
    values: dict[str, list[str]] = {}
    label, lines = "", text.splitlines()
    for number, line in enumerate(lines):
        if found := _LABEL.match(line):
            label = found[1].strip().lower()
            if label == message_label:
                message = "\n".join([found[2] or "", *lines[number + 1 :]]).strip()
                return Facts(_filled(values), message)
            if found[2]:
                values.setdefault(label, []).append(found[2].strip())
        elif item := _ITEM.match(line):
            values.setdefault(label, []).append(item[1].strip())
        elif line.strip():
            known = values.setdefault(label, [])
            known[-1:] = [f"{known[-1]}\n{line.strip()}" if known else line.strip()]
    message = "\n".join(values.pop("", ())) if message_label is None else ""
    return Facts(_filled(values), message)


def _filled(values: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {label: tuple(items) for label, items in values.items()}
