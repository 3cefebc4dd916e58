"""Does a reply say a number, a time or a price that its facts do not?

A model that writes well also invents well. Everything countable in a reply is taken out, brought to one form ("5:30 pm"
is "17:30", "three" is "3") and looked for in the facts, which are what the tools returned and never what the customer
said: a customer's "so it's $50?" must not become our price.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from agents.messaging.spoken_words import MONTHS

_SMALL = """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty""".split()  # noqa: SIM905 - words are read more easily than quotes
_TENS = ["thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred"]
WORDS = (
    {word: number for number, word in enumerate(_SMALL, start=2)}
    | {word: 10 * number for number, word in enumerate(_TENS, start=3)}
    | {"thousand": 1000}
)

_MONTH = "|".join(
    name[:3] + (f"(?:{name[3:]})?" if name[3:] else "") for name in MONTHS if name not in ("may", "march")
)
_MONTH = rf"(?:{_MONTH}|may|mar(?:ch)?)"
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)day"
_TIME = (
    r"(?<![\d:.,/$£€])(?:(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?!\d)(?:\s*(?P<half>[ap])\.?m\b)?"
    r"|(?P<bare>1[0-2]|0?[1-9])\s*(?P<bare_half>[ap])\.?m\b|\b(?P<word>noon|midday|midnight)\b)"
)
_PRICE = (
    r"(?P<sign>[$£€])\s?(?P<amount>\d[\d,]*(?:\.\d+)?)(?P<thousand>k\b)?"
    r"|\b(?P<plain>\d[\d,]*(?:\.\d+)?)\s?(?:dollars?|bucks|pounds?(?! (?:of|per|weight))|quid|euros?|usd|gbp|eur)\b"
)
_BEFORE_AN_HOUR = "|".join(
    rf"(?<=\b{word} )" for word in ("at", "by", "from", "until", "till", "before", "after", "around")
)
_HOUR_SAID = (
    rf"(?:{_BEFORE_AN_HOUR})(?:1[0-2]|[1-9]|\b(?:{'|'.join(WORDS)})\b)(?![\d:.,/]*\d|\s?%)"
    r"(?!\s(?:to|or|minutes?|hours?|days?|weeks?|months?|years?|working|miles?)\b)"
)
_CLAIM = re.compile(
    rf"(?P<iso>\d{{4}}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?)|(?P<price>{_PRICE})|(?P<time>{_TIME})"
    rf"|(?P<date>\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{_MONTH})\b"
    rf"|\b(?P<month_first>{_MONTH}) (?P<day_after>\d{{1,2}})(?:st|nd|rd|th)?(?!\d))"
    rf"|(?P<weekday>\b{_WEEKDAY})|(?P<tomorrow>\btomorrow\b)"
    rf"|(?P<hour_said>{_HOUR_SAID})|(?P<number>\d[\d,]*(?:\.\d+)?(?:\s?%)?|\b(?:{'|'.join(WORDS)})\b)",
    re.IGNORECASE,
)


_UNIT = re.compile(
    r"dollars?|d[óo]lares|bucks?|euros?|pounds?|quid|cents?|percent|pct|minutes?|mins?"
    r"|hours?|hrs?|days?|weeks?|months?|years?|off|or|and|to|is|for|if|please|instead|more|less|max|tops|total|each|today|now",
    re.IGNORECASE,
)


class Claim(NamedTuple):
    """One countable thing that a text says: `kind`, its one form `value`, and its words and place in the text."""

    kind: str
    value: str
    words: str
    start: int
    end: int


def unsupported_claims(reply: str, facts: Sequence[str], message: str = "") -> list[str]:
    """The words of the reply for every number, time, day or price that no fact has, in order; empty when all hold.

    A day and a time joined by "at" must stand together in one fact. `facts` are texts as they may be said (local
    times); timestamps with an offset in them count for nothing. Of the customer's own `message` only what they count
    or name may be repeated ("your two bikes", "on Thursday"), no price, time or term.
    """
    known: set[tuple[str, str]] = set()
    for fact in facts:
        read = list(claims(fact))
        known |= {(claim.kind, claim.value) for claim in read}
        known |= {("pair", pair) for pair in _pairs_of_fact(read)}
    theirs = _counted(message)
    text = re.sub(r"(?m)^\s*\d+[.)]\s", "", reply)  # the numbers of a list
    said = list(claims(text))
    days = {("weekday", claim.value) for claim in claims(message) if claim.kind == "weekday"}
    missing = [claim for claim in said if not _supported(claim, known | days) and _thing(claim, text) not in theirs]
    for day, at in _joined(said, text):
        if day not in missing and at not in missing and _supported(at, known) and not _pair_known(day, at, known):
            missing.append(at._replace(words=text[day.start : at.end], start=day.start))
    return [claim.words for claim in sorted(missing, key=lambda claim: claim.start)]


def claims(text: str) -> Iterator[Claim]:
    """Everything countable in a text, in order."""
    for found in _CLAIM.finditer(text):
        for kind, value in _values(found):
            yield Claim(kind, value, found.group().strip(), found.start(), found.end())


def _values(found: re.Match[str]) -> list[tuple[str, str]]:
    """Kind and one form of what was found; nothing for a timestamp, which is not for saying."""
    forms: dict[str, Callable[[re.Match[str]], str]] = {
        "price": _amount,
        "time": _clock,
        "date": _date,
        "weekday": lambda _: found.group().lower()[:3],
        "tomorrow": lambda _: "tomorrow",
        "hour_said": lambda _: f"{int(_plain(found.group().lower())):02d}:00",
        "number": lambda _: _plain(found.group().lower()),
    }
    return [("time" if kind == "hour_said" else kind, form(found)) for kind, form in forms.items() if found[kind]]


def _amount(found: re.Match[str]) -> str:
    amount = float((found["amount"] or found["plain"]).replace(",", "")) * (1000 if found["thousand"] else 1)
    return f"{amount:.2f}"


def _date(found: re.Match[str]) -> str:
    day, month = found["day"] or found["day_after"], found["month"] or found["month_first"]
    return f"{int(day)} {month.lower()[:3]}"


def _clock(found: re.Match[str]) -> str:
    """ "17:30"; "5:30?" when the half of the day is not said."""
    if found["word"]:
        return "00:00" if found["word"].lower() == "midnight" else "12:00"
    hour, minute = int(found["hour"] or found["bare"]), int(found["minute"] or 0)
    half = (found["half"] or found["bare_half"] or "").lower()
    if half:
        return f"{hour % 12 + (12 if half == 'p' else 0):02d}:{minute:02d}"
    return f"{hour:02d}:{minute:02d}"


def _plain(number: str) -> str:
    if number in WORDS:
        return str(WORDS[number])
    percent = "%" if "%" in number else ""
    digits = number.rstrip("% ").replace(",", "").rstrip(".")
    if digits.startswith("0") or "." not in digits:
        return digits + percent  # a leading zero belongs to a telephone number
    return f"{float(digits):g}{percent}"


def _counted(message: str) -> set[tuple[str, str]]:
    """The things that the customer counts or names by a number, each with it: ("2", "bikes")."""
    things = {_thing(claim, message) for claim in claims(message)}
    return {(number, word) for number, word in things if number.isdecimal() and not _UNIT.fullmatch(word)}


def _thing(claim: Claim, text: str) -> tuple[str, str]:
    """A plain number and the word behind it; nothing where either is missing."""
    after = re.match(r"[\s-]+([A-Za-z]\w*)", text[claim.end :])
    return (claim.value, after[1].lower()) if claim.kind == "number" and after else ("", "")


def _supported(claim: Claim, known: set[tuple[str, str]]) -> bool:
    if (claim.kind, claim.value) in known:
        return True
    if claim.kind == "time":
        return _other_half(claim) is not None and ("time", _other_half(claim)) in known
    if claim.kind == "number":  # "the 8th" for a fact that says 8 March
        return any(kind == "date" and value.split()[0] == claim.value for kind, value in known)
    return False


def _other_half(claim: Claim) -> str | None:
    """ "5:30" without a half may be 17:30; "5:30 am" and "17:30" may not be anything else."""
    hour, minute = claim.value.split(":")
    unmarked = not re.search(r"[ap]\.?m|noon|mid", claim.words, re.IGNORECASE)
    return f"{int(hour) + 12}:{minute}" if unmarked and 1 <= int(hour) < 12 and claim.words[0] != "0" else None


def _joined(said: Sequence[Claim], text: str) -> Iterator[tuple[Claim, Claim]]:
    """Each day with the time that "at" joins to it: "Friday 8 March at 17:30"."""
    for index, at in enumerate(said):
        if at.kind != "time" or not index or said[index - 1].kind not in ("weekday", "date"):
            continue
        if re.fullmatch(r",?\s+at\s+", text[said[index - 1].end : at.start], re.IGNORECASE):
            yield said[index - 1], at


def _pairs_of_fact(read: Iterable[Claim]) -> Iterator[str]:
    """Every time of a fact with the days named before it and after the time before: "Friday 8 March: 10:00, 10:30"."""
    days: list[str] = []
    fresh = True
    for claim in read:
        if claim.kind in ("weekday", "date"):
            days = [claim.value] if fresh else [*days, claim.value]
            fresh = False
        elif claim.kind == "time":
            yield from (f"{day} {claim.value}" for day in days)
            fresh = True


def _pair_known(day: Claim, at: Claim, known: set[tuple[str, str]]) -> bool:
    times = [at.value, _other_half(at)]
    return any(("pair", f"{day.value} {each}") in known for each in times if each)
