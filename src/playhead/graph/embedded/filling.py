"""How does an example's sentence read when it speaks of this request?

Facts of the example are exchanged; a number, time, price, day or name of the example's that this request cannot supply
never stays: the sentence that holds it goes. An invented price is the worst mistake this model could make, a missing
sentence the smallest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from playhead.graph.embedded.exchange import Exchange, Source
from playhead.graph.embedded.facts import Facts
from playhead.graph.embedded.spans import STRICT, WHEN, Span, shaped_like, spans, when_runs
from playhead.graph.embedded.wording import sentences
from playhead.nearest import rank

_MISSING = "\x00"  # stands where a fact has no counterpart, until its sentence is dropped
_SURPLUS = "\x01"  # stands where the example names a third thing and this request has two
_SURPLUS_GROUP = re.compile(r"\x01(?:(?:,|\s|\bat\b|\bon\b|\bthe\b|\bfor\b)*\x01)*")
_LISTED = re.compile(
    r"(?:\s*[,;]\s*(?:\b(?:or|and)\b\s*)?|\s+(?:or|and)\s+|\n\s*[-*•]\s*)(?:\b(?:at|on|the)\b\s*)*\x01"
)
_CLAUSE_END = re.compile(r"[.!?;\n]+\s*|,\s+|\s+(?:and|but)\s+", re.IGNORECASE)
_SEPARATOR = re.compile(r"\b(?:or|and)\b|[,;/]")


@dataclass
class Filling:
    """Fills texts of one example for one request; `lost` counts what could not be filled."""

    example: Facts
    request: Facts
    exchange: Exchange
    supported: frozenset[tuple[str, str]]
    """Keys of the spans that the request itself holds."""
    lost: int = 0
    _clauses: set[str] = field(default_factory=set)

    def text(self, written: str) -> str:
        """A text people read, without the sentences that cannot be filled."""
        if quoted := self._quoted(written):
            return quoted
        filled = _without_surplus(self._exchanged(written, exact=False))
        if _MISSING not in filled:
            return filled
        self.lost += 1
        return _without_missing(filled)

    def leaf(self, written: str) -> str | None:
        """A string of a structured answer; None if it cannot be filled."""
        if counterpart := self.exchange.words.get(written.lower()):
            return self._one_of(counterpart, written)
        if quoted := self._quoted(written):
            return quoted
        if places := self.exchange.by_key.get(("id", written)):
            span = places[0][1]
            self.lost += span is None
            return span.value if span else None
        filled = _without_surplus(self._exchanged(written, exact=True))
        if _MISSING not in filled:
            return filled
        self.lost += 1
        return _without_missing(filled) or None

    def number(self, written: float) -> float | None:
        """A number: exchanged if the example's request said it, kept if it is a judgement of its own."""
        places = self.exchange.by_key.get(("number", f"{written:g}"))
        if not places:
            return written
        counterpart = places[0][1]
        try:
            value = float(counterpart.value) if counterpart else None
        except ValueError:
            value = None
        if value is None:
            self.lost += 1
            return None
        return int(value) if isinstance(written, int) and value.is_integer() else value

    def _one_of(self, counterpart: str, written: str) -> str:
        """Where the example had one thing and this request has several, the one the message is about."""
        several = counterpart.split(", ")
        if len(several) == 1 or ", " in written:
            return counterpart
        return several[rank(self.request.message, several)[0][0]]

    def _quoted(self, written: str) -> str | None:
        """The customer's words for the same thing, if `written` quotes the example's customer."""
        said, message = self.example.message, self.request.message
        if not message or len(written) < 3 or written.lower() not in said.lower():
            return None
        if written.lower() in message.lower():
            return written
        runs = when_runs(written)
        if runs and len(runs[0]) + 5 >= len(written):
            return self._when(written)
        if written.lower() == said.lower():
            return message
        return self._clause(written)

    def _clause(self, written: str) -> str | None:
        """The clause of the message most like `written`, each at most once while there are others."""
        clauses = [clause.strip() for clause in _CLAUSE_END.split(self.request.message) if clause.strip()]
        if len(written.split()) < 2 or not clauses:
            return None
        best = [clauses[index] for index, _ in rank(written, clauses)]
        clause = next((one for one in best if one not in self._clauses), best[0])
        self._clauses.add(clause)
        end = self.request.message.find(clause) + len(clause)
        return clause + self.request.message[end : end + 1] if written[-1] in ".!?" else clause.rstrip(".!?")

    def _when(self, written: str) -> str | None:
        """The stretch of this message that says when, in the place of the example's."""
        theirs, ours = when_runs(self.example.message), when_runs(self.request.message)
        place = next((place for place, run in enumerate(theirs) if run in written or written in run), 0)
        if not ours or spans(written)[0].text == written:
            return None
        return ours[min(place, len(ours) - 1)]

    def _exchanged(self, written: str, *, exact: bool) -> str:
        """`written` with the example's facts exchanged; _MISSING where there is no counterpart."""
        pieces: list[str] = []
        at = 0
        for start, end, new in _whole_words(written, self.exchange.words):
            missing = _SURPLUS if written[start:end].lower() in self.exchange.surplus_words else _MISSING
            pieces += [self._gap(written[at:start], exact=exact), missing if new is None else new]
            at = end
        pieces.append(self._gap(written[at:], exact=exact))
        return "".join(pieces)

    def _gap(self, written: str, *, exact: bool) -> str:
        """A stretch of the example's own wording: its spans exchanged, or marked if nothing supports them."""
        found = spans(written)
        if not found:
            return written
        chosen = _chosen(written, found, self.exchange)
        pieces, at = [], 0
        for place, span in enumerate(found):
            pieces += [written[at : span.start], self._replacement(span, chosen.get(place), written, exact=exact)]
            at = span.end
        return "".join(pieces) + written[at:]

    def _replacement(self, span: Span, place: tuple[Source, Span | None] | None, written: str, *, exact: bool) -> str:
        if place is not None:
            counterpart = place[1]
            if counterpart is None and place[0] in self.exchange.surplus:
                return _SURPLUS
            if counterpart is None:
                return _MISSING if span.kind in STRICT | WHEN else span.text
            alone = exact and span.text == written
            return shaped_like(span.text, counterpart) if alone or span.kind == "weekday" else counterpart.text
        if span.kind in STRICT and span.key not in self.supported:
            return _MISSING
        return span.text


def _whole_words(written: str, words: dict[str, str | None]) -> list[tuple[int, int, str | None]]:
    """Where the example's texts stand in `written`, longest first, none overlapping, in order."""
    lower, found = written.lower(), list[tuple[int, int, str | None]]()
    for old in sorted((old for old in words if old in lower), key=len, reverse=True):
        start = lower.find(old)
        while start >= 0:
            end = start + len(old)
            inside = (lower[start - 1 : start] + old[0]).isalnum() and start > 0
            inside = inside or ((old[-1] + lower[end : end + 1]).isalnum() and end < len(lower))
            if not inside and all(end <= left or start >= right for left, right, _ in found):
                found.append((start, end, words[old]))
            start = lower.find(old, end)
    return sorted(found, key=lambda place: place[:2])


def _chosen(written: str, found: tuple[Span, ...], exchange: Exchange) -> dict[int, tuple[Source, Span | None]]:
    """For each span its place in the example's request.

    "10:00" may stand in two of a list's items: it belongs to the item of the nearest span that stands in one only,
    and "or" or a comma between them puts them far apart.
    """
    options = {place: exchange.by_key[span.key] for place, span in enumerate(found) if span.key in exchange.by_key}
    sure = {place: entries[0] for place, entries in options.items() if len({source for source, _ in entries}) == 1}
    chosen = dict(sure)
    for place, entries in options.items():
        if place in sure:
            continue
        near = sorted(sure, key=lambda other: _distance(written, found[place], found[other]))
        sources = [sure[other][0] for other in near]
        chosen[place] = next((entry for source in sources for entry in entries if entry[0] == source), entries[0])
    return chosen


def _distance(written: str, one: Span, other: Span) -> int:
    between = written[one.end : other.start] if one.end <= other.start else written[other.end : one.start]
    return len(between) + 40 * len(_SEPARATOR.findall(between))


def _without_surplus(filled: str) -> str:
    """ "A, B or <surplus>" as "A, B"; a surplus that stands in no list is missing."""
    if _SURPLUS not in filled:
        return filled
    return _LISTED.sub("", _SURPLUS_GROUP.sub(_SURPLUS, filled)).replace(_SURPLUS, _MISSING)


def _without_missing(filled: str) -> str:
    """The sentences in which nothing is missing."""
    kept = [piece for piece in sentences(filled) if _MISSING not in piece]
    return "".join(kept).strip()
