"""Does a text say a number that nobody gave it?

Amounts, times and other figures are compared by value, not by spelling: "10 am" is 10:00, "$1,200" is $1200. Amounts of
money must stand in the facts; other figures may also come from the customer's message ("two bikes, 2019").
"""

from __future__ import annotations

import re
from typing import Final

_MONEY = re.compile(
    r"(?:[$€£]|\b(?:usd|eur|gbp) ?)\s?(\d[\d.,]*)|(\d[\d.,]*)\s?(?:€|\b(?:dollars?|euros?|pounds?|usd|eur|bucks)\b)",
    re.I,
)
_TIME = re.compile(r"\b(\d{1,2})(?:[:.h](\d{2}))?\s?([ap])\.?m\b\.?|\b(\d{1,2}):(\d{2})\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d[\d,.]*")
_HALF_DAY: Final = 12


def unsupported(text: str, facts: str, message: str) -> list[str]:
    """Every figure of `text` that neither the facts nor (money apart) the message contain, as it is written."""
    money, times, numbers = _read(text)
    known_money, known_times, known_numbers = _read(facts)
    _, said_times, said_numbers = _read(message)
    allowed_times = set(known_times) | set(said_times)
    allowed = set(known_numbers) | set(said_numbers) | set(known_money)
    wrong = [written for value, written in money.items() if value not in set(known_money) | set(known_numbers)]
    wrong += [written for value, written in times.items() if value not in allowed_times]
    return wrong + [written for value, written in numbers.items() if value not in allowed]


def _read(text: str) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """(money, times, other numbers), each value → as written."""
    money = {_plain(found[1] or found[2]): found[0].strip(" .,") for found in _MONEY.finditer(text)}
    rest = _MONEY.sub(" ", text)
    times = {_clock(found): found[0].strip() for found in _TIME.finditer(rest)}
    rest = _TIME.sub(" ", rest)
    numbers = {_plain(found[0]): found[0].rstrip(".,") for found in _NUMBER.finditer(rest)}
    return money, times, numbers


def _plain(figure: str) -> str:
    digits = figure.rstrip(".,").replace(",", "")
    return digits.removesuffix(".00").lstrip("0") or "0"


def _clock(found: re.Match[str]) -> str:
    if found[4] is not None:
        return f"{int(found[4]):02d}:{found[5]}"
    hour = int(found[1]) % _HALF_DAY + (_HALF_DAY if found[3].lower() == "p" else 0)
    return f"{hour:02d}:{found[2] or '00'}"
