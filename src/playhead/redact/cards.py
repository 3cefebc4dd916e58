"""Which numbers are payment cards', and where do they stand among others?"""

from __future__ import annotations

import re
import sys
from array import array
from collections.abc import Iterator
from typing import Final

ISSUED: Final = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[0-8]\d{14}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}|"
    r"2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|6\d{15,18}"
)
"""Lengths and first digits that card issuers use (ISO/IEC 7812)."""

LABELLED: Final = re.compile(
    r"(?:\bid|order|tracking|invoice|parcel|shipment|ticket|booking|case|serial|imei|\bref(?:erence)?)s?"
    r"\W{0,3}(?:number|num|no|nr|id|code)?\W{0,3}$",
    re.IGNORECASE,
)
"""What a number is called right before it stands: this one is no card's, unless it is written as cards are."""

BEYOND_CARDS: Final = 10**16  # whole numbers of more than 16 digits, which are no text, are ids and hashes
BELOW_CARDS: Final = 10**12
NUMBERS: Final = {"i8": "q", "u8": "Q", "f8": "d"}  # of numpy, and of Python's `array`


def passes_luhn(digits: str) -> bool:
    """The checksum of card numbers (ISO/IEC 7812-1 annex B)."""
    total = 0
    for index, digit in enumerate(reversed(digits)):
        number = int(digit) * (1 + index % 2)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def is_barcode(digits: str) -> bool:
    """Are these digits what stands on a product (EAN-13)? A card has as many only where it is some decades old."""
    return len(digits) == 13 and sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(digits)) % 10 == 0


def is_card_number(digits: str) -> bool:
    """Could these digits be a payment card's number?"""
    return ISSUED.fullmatch(digits) is not None and passes_luhn(digits) and not is_barcode(digits)


def is_card_value(number: int | float) -> bool:
    """The same of a number that is no text, whatever its sign."""
    whole = int(abs(number)) if BELOW_CARDS <= abs(number) < BEYOND_CARDS else 0
    return whole == abs(number) and is_card_number(str(whole))


def hide_cards(run: re.Match[str]) -> str:
    """The run of numbers with each card number in it replaced: an expiry date or another number may stand beside it."""
    numbers = [number.span() for number in re.compile(r"\d+").finditer(run.string, *run.span())]
    if [end - start for start, end in numbers] == [8, 4, 4, 4, 12]:  # a UUID without letters
        return run[0]
    out, done, first = "", run.start(), 0
    while first < len(numbers):
        start = numbers[first][0]
        end, first = next(_cards_at(run.string, numbers, first), (start, first + 1))
        if end > start:
            out += run.string[done:start] + "[redacted card number]"
            done = end
    return out + run.string[done : run.end()]


def _cards_at(text: str, numbers: list[tuple[int, int]], first: int) -> Iterator[tuple[int, int]]:
    """Where card numbers that begin with this number end, and which number is next; the longest comes first.

    A card's digits are in groups of four and more (only the last may be shorter), or each on its own.
    """
    start = numbers[first][0]
    for last in range(min(first + 19, len(numbers)) - 1, first - 1, -1):
        sizes = {after - before for before, after in numbers[first:last]}
        end = numbers[last][1]
        grouped = min(sizes) >= 4 or sizes == {1} if sizes else not LABELLED.search(text[max(0, start - 30) : start])
        if grouped and is_card_number(_digits(text[start:end])):
            yield end, last + 1


def _digits(text: str) -> str:
    """The digits in it, those of full width and of other scripts as ours."""
    digits = re.sub(r"\D", "", text)
    return digits if digits.isascii() else "".join([str(int(digit)) for digit in digits])


def without_cards(content: bytes, order: str, code: str) -> bytes:
    """Numbers side by side, zero for each that is a card's."""
    values = array(code, content)
    is_swapped = order == (">" if sys.byteorder == "little" else "<")
    if is_swapped:
        values.byteswap()
    if max(values, default=0) < BELOW_CARDS and min(values, default=0) > -BELOW_CARDS:
        return content
    for at, value in enumerate(values):
        if is_card_value(value):
            values[at] = 0
    if is_swapped:
        values.byteswap()
    return values.tobytes()
