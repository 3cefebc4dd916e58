"""Which words of a text are facts of their own kind: days, times, dates, money, numbers, addresses, names?

An example's answer may be given for another request only if such words are exchanged for that request's. They are
recognised by form, never by meaning, so the recognisers serve any trade. A span's `value` is what it stands for, so
"Fri" and "Friday", "5 pm" and "17:00", "two" and "2" are found to be the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
NUMBER_WORDS: Final = (
    *("one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_KINDS: Final = {
    "email": r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    "id": r"\[[\w./:\-]{1,40}\]",
    "date": rf"\d{{4}}-\d\d-\d\d|\b\d{{1,2}}(?:st|nd|rd|th)?\.?\ (?:of\ )?{_MONTH}\b(?:,?\ \d{{4}}\b)?"
    rf"|\b{_MONTH}\ \d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\ \d{{4}}\b)?|\b\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}\b",
    "money": r"[$€£]\s?\d[\d,.]*\d|[$€£]\s?\d"
    r"|\b\d+(?:[.,]\d+)*\s?(?:€|\$|£|(?:eur|euros?|usd|dollars?|gbp|pounds?|chf)\b)",
    "clock": r"\b\d{1,2}(?:[:.]\d\d)?\s?(?:am\b|pm\b|a\.m\.|p\.m\.)|(?<![\d:])\d{1,2}:\d\d(?::\d\d)?(?!\d)"
    r"|\b\d{1,2}\so['’]clock\b|\bnoon\b|\bmidnight\b"
    rf"|\b(?:half\ past|quarter\ (?:past|to))\ (?:\d{{1,2}}|{'|'.join(NUMBER_WORDS)})\b",
    "phone": r"(?<!\w)\+?\(?\d[\d\ ()/\-]{6,}\d(?!\w)",
    "weekday": r"\b(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?s?\b",
    "day": r"\b(?:today|tonight|tomorrow|day\ after\ tomorrow|(?:this|next)\ (?:week|month|weekend)|weekends?)\b",
    "part": r"\b(?:mornings?|afternoons?|evenings?|lunch(?:time)?|after\ work|early|late)\b",
    "number": r"\w*\d\w*(?:[.,/:\-]\w*\d\w*)*%?",
    "count": rf"\b(?:{'|'.join(NUMBER_WORDS[1:])})\b",
}
_SPAN = re.compile("|".join(f"(?P<{kind}>{form})" for kind, form in _KINDS.items()), re.IGNORECASE)
_NAME = re.compile(r"(?<=[^\W\d_.!?][ ,]|[,:;] )[A-Z][a-zà-ÿ]+(?:[-'’ ][A-Z][a-zà-ÿ]+)*")
_NUMERIC: Final = frozenset({"number", "count", "money"})

STRICT: Final = frozenset({"email", "id", "date", "money", "clock", "phone", "weekday", "number", "count"})
WHEN: Final = frozenset({"date", "clock", "weekday", "day", "part"})


@dataclass(frozen=True, slots=True)
class Span:
    """`text` at `start`..`end` of its source, of a `kind`; spans of equal kind and `value` mean the same."""

    kind: str
    text: str
    start: int
    end: int
    value: str

    @property
    def key(self) -> tuple[str, str]:
        """What spans that mean the same share: numbers do across "2", "two" and "€2"."""
        return ("number" if self.kind in _NUMERIC else self.kind, self.value)


@lru_cache(maxsize=8192)
def spans(text: str) -> tuple[Span, ...]:
    """The spans of a text, in its order, none overlapping."""
    found = [_span(match.lastgroup or "", match[0], match.start()) for match in _SPAN.finditer(text)]
    taken = [(span.start, span.end) for span in found]
    for match in _NAME.finditer(text):
        if all(match.end() <= start or match.start() >= end for start, end in taken):
            found.append(Span("name", match[0], match.start(), match.end(), match[0].lower()))
    return tuple(sorted(found, key=lambda span: span.start))


def _span(kind: str, text: str, start: int) -> Span:
    return Span(kind, text, start, start + len(text), _value(kind, text.lower()))


def _value(kind: str, text: str) -> str:
    if kind == "weekday":
        return text[:3]
    if kind == "clock":
        return clock_time(text)
    if kind == "count":
        return str(NUMBER_WORDS.index(text) + 1)
    if kind == "id":
        return text[1:-1]
    if kind in _NUMERIC:
        return re.sub(r"(?<=\d)(?:st|nd|rd|th)$|[^\w.,/:\-]|,(?=\d{3}\b)", "", text).removesuffix(".00") or text
    return text.rstrip("s") if kind == "part" else text


def clock_time(text: str) -> str:
    """ "5 pm" as "17:00"; an hour that no clock shows stays as written."""
    if text in {"noon", "midnight"}:
        return "12:00" if text == "noon" else "00:00"
    if text.startswith(("half", "quarter")):
        return text
    numbers = re.findall(r"\d+", text)
    hour, minute = int(numbers[0]), int(numbers[1]) if len(numbers) > 1 else 0
    if "p" in text and hour < 12:
        hour += 12
    elif "a" in text and hour == 12:
        hour = 0
    return f"{hour:02d}:{minute:02d}"


def shaped_like(model: str, span: Span) -> str:
    """The span written in the form of `model`, a span of the same kind: "Friday" for "Tue" gives "Fri"."""
    if span.kind == "weekday":
        full = next(day for day in _DAYS if day.startswith(span.value))
        plural = model.lower().endswith("days")
        word = full + ("s" if plural else "") if "day" in model.lower() else full[: len(model)]
        return word.upper() if model.isupper() else word if model.islower() else word.capitalize()
    if span.kind == "clock" and re.fullmatch(r"\d\d:\d\d", model) and span.value[0].isdigit():
        return span.value
    if span.kind == "id" and not model.startswith("["):
        return span.value
    return span.text


@lru_cache(maxsize=8192)
def masked(text: str) -> str:
    """The text with every span replaced by the name of its kind: "Tuesday at 4 pm" is like "Friday at 10:00"."""
    pieces, at = [], 0
    for span in spans(text):
        pieces += [text[at : span.start], "0" if span.kind in _NUMERIC else span.kind]
        at = span.end
    return "".join(pieces) + text[at:]


_JOINT = re.compile(
    r"[\s,\-–]*(?:(?:on|at|in|the|and|or|by|to|till|until|from|between|around|after|before|any|next|this)\b\s*)*"
)
_LEAD = re.compile(r"\b(?:next|this|after|before|around|about|by|until|between|any)\s+$", re.IGNORECASE)


@lru_cache(maxsize=8192)
def when_runs(text: str) -> tuple[str, ...]:
    """The stretches that say when: neighbouring days, dates and times with the small words between them."""
    runs: list[tuple[int, int]] = []
    for span in spans(text):
        if span.kind not in WHEN and not (runs and span.kind in _NUMERIC and text[: span.start].endswith("at ")):
            continue
        if runs and _JOINT.fullmatch(text[runs[-1][1] : span.start].lower()):
            runs[-1] = (runs[-1][0], span.end)
        else:
            lead = _LEAD.search(text[: span.start])
            runs.append((lead.start() if lead else span.start, span.end))
    return tuple(text[start:end] for start, end in runs)
