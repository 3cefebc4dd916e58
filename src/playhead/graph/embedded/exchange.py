"""What stands in this request where the example's request had that?

Labels tie two requests together: a value of the example's is exchanged for this request's value under the same label,
whole, by its parts, or by the spans in it; spans of the example's message for the same kind of span of this message.
What the example has and this request has not is exchanged for nothing, and the text around it must go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import zip_longest
from typing import Final

from playhead.graph.embedded.facts import Facts
from playhead.graph.embedded.spans import Span, spans

_PARTS = re.compile(r"\s*[:;|,–—()]\s*|\s-\s")
_HEAD = re.compile(r"\s*[:–—(]\s+|\s+[–—(]")
_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")
_ID = re.compile(r"^\[[\w./:\-]{1,40}\]\s*")
_EMPTY_WORDS: Final = frozenset(
    ["yes", "no", "none", "true", "false", "unknown", "not", "and", "the", "you", "our", "your"]
)

Source = tuple[str, int]
"""Where a value stands: label and place in its list; the message is ("\\n", 0)."""


@dataclass
class Exchange:
    """`words`: lower-case text of the example to its counterpart. `by_key`: span key to (where it stood, counterpart).

    A counterpart None means: this request has nothing there. `surplus` are the places past the end of a list that
    this request has too, only shorter.
    """

    words: dict[str, str | None] = field(default_factory=dict)
    by_key: dict[tuple[str, str], list[tuple[Source, Span | None]]] = field(default_factory=dict)
    surplus: set[Source] = field(default_factory=set)
    surplus_words: set[str] = field(default_factory=set)

    def add_words(self, old: str, new: str | None) -> None:
        if _tells(old):
            self.words.setdefault(old.lower(), new)

    def add_spans(self, source: Source, old: str, new: str) -> None:
        """The k-th span of each kind of `old` against the k-th of that kind of `new`."""
        others: dict[str, list[Span]] = {}
        for span in spans(new):
            others.setdefault(span.key[0], []).append(span)
        used: dict[str, int] = {}
        for span in spans(old):
            kind = span.key[0]
            place = used[kind] = used.get(kind, -1) + 1
            same = others.get(kind, [])
            counterpart = same[place] if place < len(same) else None
            if span.kind == "name":
                self.add_words(span.text, counterpart.text if counterpart else None)
            else:
                self.by_key.setdefault(span.key, []).append((source, counterpart))


def exchange(example: Facts, request: Facts) -> Exchange:
    """How to say of `request` what was said of `example`: facts count before the message, whole values before parts."""
    made = Exchange()
    pairs = list(_pairs(example, request))
    for source, old, new in pairs:
        if not new and source[1] > 0 and request.values.get(source[0]):
            made.surplus.add(source)
            made.surplus_words |= {old.lower(), _ID.sub("", old).lower()} - made.words.keys()
        made.add_words(old, new or None)
        if _ID.match(old):
            made.add_words(_ID.sub("", old), _ID.sub("", new) or None)
    for source, old, new in pairs:
        for left, right in _parts(old, new):
            made.add_words(left, right)
        made.add_spans(source, old, new)
    made.add_spans(("\n", 0), example.message, request.message)
    return made


def _pairs(example: Facts, request: Facts) -> Iterator[tuple[Source, str, str]]:
    for label in example.values:
        chosen = example.is_choice(label)
        olds, news = example.matched(label, chosen=chosen), request.matched(label, chosen=chosen)
        whole = example.values[label], request.values.get(label, ("",))
        if olds != whole[0] and len(whole[0]) == 1:
            yield (label, 0), whole[0][0], whole[1][0]
        for place, (old, new) in enumerate(zip_longest(olds, news[: len(olds)], fillvalue="")):
            yield (label, place), old, new


@lru_cache(maxsize=8192)
def _parts(old: str, new: str) -> tuple[tuple[str, str | None], ...]:
    """Corresponding parts: those between colons, commas and dashes if both have as many; sentences in their order."""
    old, new = _ID.sub("", old), _ID.sub("", new)
    found: list[tuple[str, str | None]] = []
    sentences = _SENTENCES.split(old), _SENTENCES.split(new) if new else []
    if len(sentences[0]) > 1:
        found += [(left, right or None) for left, right in zip_longest(sentences[0], sentences[1][: len(sentences[0])])]
    if (left := _HEAD.split(old, 1))[1:] and (right := _HEAD.split(new, 1))[1:]:
        found += [(one.rstrip(")"), other.rstrip(")") or None) for one, other in zip(left, right, strict=True)]
    left_parts, right_parts = _PARTS.split(old), _PARTS.split(new)
    if not old.endswith((".", "!", "?")) and 1 < len(left_parts) == len(right_parts):
        found += [(left, right or None) for left, right in zip(left_parts, right_parts, strict=True)]
    return tuple(found)


def _tells(text: str) -> bool:
    """Is this text a fact if an answer repeats it? A bare "yes" or "no" is not."""
    return len(text) > 2 and text.lower() not in _EMPTY_WORDS
