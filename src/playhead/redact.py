"""Which words must never reach the disk, and what stands in their place?

Keys, tokens and card numbers are replaced before a value is hashed, so that not even their hash is stored. The
placeholder says only the kind (`[redacted api key]`): it is the same for every secret of that kind, so equal texts stay
equal and nothing can be guessed from it. Names, which must not become one, are told apart by a mark that takes as long
to guess as a password. Apart from these, nothing is altered.

Values arrive as msgpack bytes; a scan of the raw bytes finds the rare hit, and only then is the value taken apart.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote

import ormsgpack

from playhead.codec import IN_MSGPACK

# Every repetition is bounded or possessive: a customer's text may not be able to make these slow.
ESCAPED: Final = r"(?<=\\[nrtbf])|(?<=\\u[\da-fA-F]{4})"  # JSON in a text: the letter before is the end of an escape
BEGINS: Final = rf"(?:{ESCAPED}|\b)"
SHAPES: Final = {
    "api key": BEGINS + r"(?:sk|pk|rk)[-_](?=[\w-]{0,200}?(?:\d|[A-Za-z]{16}))[A-Za-z0-9_-]{16,}",
    "aws key": BEGINS + r"(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    "github token": BEGINS + r"(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{40,})",
    "gitlab token": BEGINS + r"glpat-[A-Za-z0-9_-]{20,}",
    "slack token": BEGINS + r"xox[abeoprs]-[A-Za-z0-9-]{10,}",
    "google key": BEGINS + r"AIza[A-Za-z0-9_-]{35}",
    "token": BEGINS + r"eyJ[A-Za-z0-9_-]{8,4000}+\.eyJ[A-Za-z0-9_-]{8,}+\.[A-Za-z0-9_-]{8,}",
    "bearer token": BEGINS + r"(?:[Bb]earer|BEARER)(?:\s|\\[nrt])++(?=\S{24}|\S{0,24}?\d)[A-Za-z0-9._~+/-]{16,}=*",
    "private key": r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----"
    r"(?:[\s\S]{0,10000}?-----END [A-Z ]{0,40}PRIVATE KEY-----|[A-Za-z0-9+/=\\\s]{40,})",
    "password in address": BEGINS + r"[A-Za-z][A-Za-z0-9+.-]{1,20}+://[^/\s:@]{0,200}+:[^@\s/]{1,200}+@",
    # A run of numbers that stands alone: not in a word or an id, not behind a decimal point.
    "card number": rf"(?:{ESCAPED}|(?<![\w#+])(?<!\d[. ])(?<!\w-))\d+(?:[ -]\d+)*(?!\w|\.\d|-[\da-fA-F])",
}
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

# A value is only taken apart if one of these stands in its raw bytes: substring search is what makes the scan cheap.
NEEDLES: Final = (
    *(b"sk-", b"sk_", b"pk-", b"pk_", b"rk-", b"rk_", b"AKIA", b"ASIA", b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_"),
    *(b"github_pat_", b"glpat-", b"xox", b"AIza", b"eyJ", b"earer", b"EARER", b"PRIVATE KEY-----", b"://"),
)
SHORTEST: Final = 9  # bytes: a secret of eight characters and the byte that says so
AS_ZEROS: Final = bytes(ord("0") if chr(byte) in "0123456789" else ord(".") for byte in range(256))
LONG_NUMBER: Final = b"0" * 13  # what is left of one: a table and a search are ten times as fast as an expression
INTEGER: Final = re.compile(rb"(?=\xcf(\x00[\x00-\x23].{6}))", re.DOTALL)  # in msgpack, and below the next
BEYOND_CARDS: Final = 10**16  # whole numbers of more than 16 digits, which are no text, are ids and hashes
ARRAY: Final = 6  # LangGraph's extension for arrays of numpy, whose bytes must keep their number


def passes_luhn(digits: str) -> bool:
    """The checksum of card numbers (ISO/IEC 7812-1 annex B)."""
    total = 0
    for index, digit in enumerate(reversed(digits)):
        number = int(digit) * (1 + index % 2)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def is_card_number(digits: str) -> bool:
    """Could these digits be a payment card's number?"""
    return ISSUED.fullmatch(digits) is not None and passes_luhn(digits)


def _hide_cards(run: re.Match[str]) -> str:
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
        if grouped and is_card_number(re.sub(r"\D", "", text[start:end])):
            yield end, last + 1


def _replacement(kind: str) -> Callable[[re.Match[str]], str]:
    return _hide_cards if kind == "card number" else lambda _: f"[redacted {kind}]"


def _forms(secret: str) -> set[str]:
    """A secret as it stands in text, in JSON, in what Python prints, and in an address."""
    plain, ascii_only = json.dumps(secret, ensure_ascii=False)[1:-1], json.dumps(secret)[1:-1]
    return {secret, plain, ascii_only, repr(secret)[1:-1], quote(secret, safe="", errors="surrogateescape")}


NAMES: Final = 4096  # kept at hand


@lru_cache(maxsize=1024)
def _mark(name: str) -> str:
    """What tells a name from others that hold a secret of the same kind, and takes a guesser long to try."""
    return hashlib.scrypt(name.encode(errors="surrogateescape"), salt=b"playhead", n=2**14, r=8, p=1, dklen=6).hex()


class Redactor:
    """Replaces secrets in text, in bytes and in packed values.

    `declared` are exact secret values (an API key read from the environment, say); shorter than 8 characters are
    refused as too likely to be ordinary words.
    """

    def __init__(self, declared: Iterable[str] = ()) -> None:
        forms = {form for value in declared if len(value) >= 8 for form in _forms(value)}
        exact = sorted(forms, key=lambda form: (-len(form), form))
        self._rules = [(re.compile(re.escape(value)), lambda _: "[redacted secret]") for value in exact]
        self._rules += [(re.compile(shape), _replacement(kind)) for kind, shape in SHAPES.items()]
        self._needles = (*NEEDLES, *(value.encode(errors="surrogateescape") for value in exact))
        self._names: dict[str, str] = {}

    def text(self, text: str) -> str:
        """The text with every secret replaced."""
        for rule, replace in self._rules:
            text = rule.sub(replace, text)
        return text

    def name(self, name: str) -> str:
        """A name with every secret in it replaced; two names stay two, and what was made of one stays as it is."""
        if (found := self._names.get(name)) is None:  # a conversation's is asked for with everything that is saved
            if len(self._names) >= NAMES:
                self._names.clear()
            found = self._names[name] = self._clean_name(name)
        return found

    def _clean_name(self, name: str) -> str:
        if not self._suspect(name.encode(errors="surrogatepass")) or (clean := self.text(name)) == name:
            return name
        return f"{clean}#{_mark(name)}"

    def leaf(self, kind: int, data: bytes) -> bytes:
        """The bytes of a leaf of this kind, redacted."""
        return self.packed(data) if kind in IN_MSGPACK else self.raw(data)

    def raw(self, data: bytes) -> bytes:
        """Bytes with every secret in their text replaced."""
        if len(data) < SHORTEST - 1 or not self._suspect(data):
            return data
        return self.text(data.decode(errors="surrogateescape")).encode(errors="surrogateescape")

    def packed(self, data: bytes) -> bytes:
        """The msgpack bytes with every text, bytes and number in them redacted, extension payloads included."""
        if len(data) < SHORTEST or not self._suspect(data):
            return data
        value = ormsgpack.unpackb(data, ext_hook=self._extension, option=ormsgpack.OPT_NON_STR_KEYS)
        return ormsgpack.packb(self._walk(value), option=ormsgpack.OPT_NON_STR_KEYS)

    def _suspect(self, data: bytes) -> bool:
        for needle in self._needles:  # a plain loop: this runs for every value recorded
            if needle in data:
                return True
        if LONG_NUMBER in data.translate(AS_ZEROS, b" -"):
            return True
        return b"\xcf\x00" in data and any(
            is_card_number(str(int.from_bytes(found[1], "big"))) for found in INTEGER.finditer(data)
        )

    def _walk(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, bytes):
            return self.raw(value)
        if type(value) is int and value < BEYOND_CARDS and is_card_number(str(value)):
            return "[redacted card number]"
        if isinstance(value, list | tuple):  # as a key, a list is a tuple
            return type(value)(self._walk(element) for element in value)
        if isinstance(value, dict):
            return self._mapping(value)
        return value

    def _mapping(self, value: dict[Any, Any]) -> dict[Any, Any]:
        """Keys that become the same are counted, so that nothing that stands under one is lost."""
        made: dict[Any, Any] = {}
        for name, element in value.items():
            key = clean = self._walk(name)
            while key in made:
                key = f"{clean} {len(made) + 1}"
            made[key] = self._walk(element)
        return made

    def _extension(self, tag: int, data: bytes) -> ormsgpack.Ext:
        try:
            return ormsgpack.Ext(tag, self._array(data) if tag == ARRAY else self.packed(data))
        except ValueError:  # an extension that holds raw bytes, not msgpack
            return ormsgpack.Ext(tag, self.raw(data))

    def _array(self, data: bytes) -> bytes:
        *form, content = ormsgpack.unpackb(data)
        text = content.decode("latin-1")  # a character a byte
        for rule, replace in self._rules:
            text = rule.sub(lambda found, made=replace: _fitted(made(found), len(found[0])), text)  # type: ignore[misc]
        return ormsgpack.packb([*form, text.encode("latin-1")])


def _fitted(text: str, size: int) -> str:
    return text[:size].ljust(size)
