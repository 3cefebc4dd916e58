"""Which words must never reach the disk, and what stands in their place?

Keys, tokens, passwords and card numbers are replaced before a value is hashed, so that not even their hash is stored.
The placeholder says only the kind (`[redacted api key]`): it is the same for every secret of that kind, so equal texts
stay equal and nothing can be guessed from it. Names, which must not become one, are told apart by a mark that takes as
long to guess as a password. Apart from these, nothing is altered: what cannot be told from an order's number or from
ordinary words is left, a password in a sentence, say.

Values arrive as msgpack bytes; a scan of the raw bytes finds the rare hit, and only then is the value taken apart.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote

import ormsgpack

from playhead.codec import IN_MSGPACK

# Every repetition is bounded or possessive: a customer's text may not be able to make these slow.
ESCAPED: Final = r"(?<=\\[nrtbf])|(?<=\\u[\da-fA-F]{4})"  # JSON in a text: the letter before is the end of an escape
BEGINS: Final = rf"(?:{ESCAPED}|(?<![A-Za-z0-9_]))"  # a letter of another script may stand before
WORD: Final = "[A-Za-z0-9_-]"
SERVICE_KEYS: Final = (
    *(r"whsec_[A-Za-z0-9+/]{24,}=*", rf"pypi-Ag{WORD}{{50,}}", r"npm_[A-Za-z0-9]{30,}", r"hf_[A-Za-z0-9]{30,}"),
    *(rf"SG\.{WORD}{{16,32}}\.{WORD}{{32,}}", r"gsk_[A-Za-z0-9]{32,}", rf"xai-{WORD}{{40,}}"),
    *(r"pplx-[A-Za-z0-9]{32,}", r"do[opr]_v1_[\da-f]{64}", r"shp(?:at|ss|ca|pa)_[\da-fA-F]{32}"),
    *(r"lsv2_(?:pt|sk)_[\da-f]{32}_[\da-f]{10}", rf"hv[sbr]\.{WORD}{{24,}}", r"(?:SK|key-)[\da-f]{32}\b"),
    *(rf"\d{{8,10}}:AA{WORD}{{32,33}}(?!{WORD})", rf"[MNO]{WORD}{{23,27}}\.{WORD}{{6}}\.{WORD}{{27,}}"),
    *(r"c[ks]_[\da-f]{40}\b", rf"sq0(?:atp|csp)-{WORD}{{22,}}", r"shippo_(?:live|test)_[\da-f]{40}\b"),
    *(r"pat-[a-z]{2}\d-[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b", r"xkeysib-[\da-f]{64}-[A-Za-z0-9]{16}\b"),
    *(r"pat[A-Za-z0-9]{14}\.[\da-f]{64}\b", r"(?:secret|ntn)_[A-Za-z0-9]{43,}", r"lin_api_[A-Za-z0-9]{40}"),
    *(rf"GOCSPX-{WORD}{{28}}", rf"ATATT3x{WORD}{{100,}}", r"glsa_[A-Za-z0-9]{32}_[\da-f]{8}\b"),
)
SLACK: Final = r"xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-\d-[A-Za-z0-9-]{20,}"
SLACK_HOOK: Final = r"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9/]{20,}"
GROUPED: Final = (
    r"(?<!\d[\t\n\u00a0\u2009\u202f\u2011\u2013./])(?<!\d  )"
    r"\d{4}(?P<gap>[\t\n\u00a0\u2009\u202f\u2011\u2013./]|\r\n|  )(?:(?:\d{4}(?P=gap)){2}\d{4}|\d{6}(?P=gap)\d{5})"
    r"(?!(?P=gap)\d)"
)
"""A card's own groups and no others, because what stands between them stands between other numbers, too."""

ON_CARD: Final = "|".join(rf"(?<={card}{mark})" for card in ("[Cc]ard", "CARD") for mark in ("", "[_#:=]", " #"))
SHAPES: Final = {
    "api key": rf"(?:(?:{ESCAPED}|(?<![A-Za-z]))sk(?:-|%2[Dd])|{BEGINS}(?:sk_|[pr]k[-_]))"
    r"(?=(?:[\w-]|%2[Dd]){0,200}?(?:\d|[A-Za-z]{16}))(?:[A-Za-z0-9_-]|%2[Dd]){16,}",
    "aws key": BEGINS + r"(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    "github token": BEGINS + r"(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{40,})",
    "gitlab token": BEGINS + r"glpat-[A-Za-z0-9_-]{20,}",
    "slack token": rf"{BEGINS}(?:{SLACK})|{SLACK_HOOK}",
    "google key": rf"{BEGINS}(?:AIza{WORD}{{35}}|ya29\.{WORD}{{20,}})",
    "service key": rf"{BEGINS}(?:{'|'.join(SERVICE_KEYS)})",
    "token": BEGINS + r"eyJ[A-Za-z0-9_-]{8,4000}+\.eyJ[A-Za-z0-9_-]{8,}+\.[A-Za-z0-9_-]{8,}",
    "bearer token": BEGINS + r"(?:[Bb]earer|BEARER)(?:\s|\\[nrt])++(?=\S{24}|\S{0,24}?\d)[A-Za-z0-9._~+/-]{16,}=*",
    "private key": r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    r"(?:[\s\S]{0,10000}?-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----|[A-Za-z0-9+/=\\\s]{40,})",
    "password in address": BEGINS + r"[A-Za-z][A-Za-z0-9+.-]{1,20}+://[^/\s:@]{0,200}+:[^@\s/]{1,200}+@",
    # A run of numbers that stands alone: not in a word or an id, not behind a decimal point.
    "card number": rf"(?:{ESCAPED}|(?<![\w#+])(?<!\d[. ])(?<!\w-))(?:{GROUPED}|\d+(?:[ -]\d+)*)"
    rf"(?!\w|\.\d|-[\da-fA-F])|(?:{ON_CARD})\d{{13,19}}+(?!\d)",
}

NAMED: Final = r"(?i:pass(?:word|wd)|pwd)"
QUOTE: Final = r"\\{0,3}[\"']"
VALUE: Final = r"[^\s&;,\"'`<>(){}\[\]$*\\|]"
NO_PAGE: Final = r"(?<!page)(?<!Page)(?<!page_)(?<!next)(?<!next_)"
LABELLED_SECRETS: Final = (
    # Unquoted, it needs more than letters: `password=settings.password` is a program's text.
    ("password", rf"({NAMED}=)(?={VALUE}{{0,60}}?[\d!@#%^~?:/+]){VALUE}{{6,400}}+"),
    ("password", rf"((?:{NAMED}|(?i:secret))\s?=\s?({QUOTE}))(?![\[<$%{{*])[^\s\"'\\]{{6,200}}+(?=\2)"),
    ("secret", rf"({NO_PAGE}(?i:secret|token)=)(?={VALUE}{{0,60}}?\d){VALUE}{{8,400}}+"),
    (
        "api key",
        r"((?i:api[_-]?key)=|(?i:x-api-key)\W{1,6})"
        rf"(?=[A-Za-z0-9]{{16}})(?={VALUE}{{0,60}}?\d){VALUE}{{16,400}}+",
    ),
    ("secret", r"((?i:secret_?access_?key)\W{1,6})[A-Za-z0-9/+]{30,}+=*"),
    ("secret", r"((?i:account_?key|shared_?access_?key)=)[A-Za-z0-9/+]{40,}+=*"),
    (
        "password",
        r"((?:(?i:authorization)\W{1,8}|\A)[Bb]asic\s{1,4})(?=[A-Za-z+/]{0,200}(?:[\d=]|(?<=[a-z])[A-Z]))"
        r"[A-Za-z0-9+/]{12,}+=*",
    ),
)
"""Secrets that only the words before them tell; these stay."""

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
# One search is for several of them: what need not be told apart is folded into one first.
ALIKE: Final = (
    *(("pPrRS", "s"), ("uUO", "o"), ("_", "-"), *((letter, letter.lower()) for letter in "ADEFGHKLMNQTVWXYZ")),
    # Msgpack's marks of numbers, and of the short texts that begin what an array is made of; and what is next to them.
    *(("\xa3\xa4\xa5\xd3\xcb", "\xcf"), ("<>bBC\xff", "\0")),
)
FOLD: Final = bytes.maketrans(
    "".join(several for several, _ in ALIKE).encode("latin-1"),
    "".join(one * len(several) for several, one in ALIKE).encode("latin-1"),
)
ANYWHERE: Final = (b"xox", b"bearer", b"PRIVATE KEY", b"://", b"passw", b"pwd", b"secret", b"token=", b"\xcf\0")
NEEDLES: Final = tuple([needle.translate(FOLD) for needle in ANYWHERE])
MARK: Final = NEEDLES[-1]
BEFORE_KEYS: Final = (b"sk-", b"gho_", b"ghp_", b"AKIA", b"ASIA", b"pat_", b"AIza", b"eyJ")
IN_LONG_NAMES: Final = tuple([needle.translate(FOLD) for needle in BEFORE_KEYS])
IN_LONG_WORDS: Final = re.compile(
    rb"_(?:(?<=(?:npm|sec|_v1|pat|pss|pca|ppa|sv2|ntn|lsa)_)|(?<=hf_)|(?<=c[ks]_)(?=[\da-f]{8})|"
    rb"(?<=(?:lin_api|po_live|po_test)_))|"
    rb"-(?:(?<=(?:ypi|xai|plx|key|app|sib|SPX|atp|csp)-)|(?<=pat-[a-z][a-z]\d-)|[Kk][Ee][Yy]\b)|"
    rb"=(?<=[Kk][Ee][Yy]=)| (?<=asic )|"
    rb"\.(?:(?<=(?:hv[sbr]|a29|ack)\.)|(?<=SG\.)|(?<=pat.{14}\.)|[\w-]{6}\.)|:AA|SK[\da-f]{8}|ATATT|%2[Dd]"
)
AS_NAMES: Final = bytes(ord("x") if re.match("[A-Za-z0-9_-]", chr(byte)) else ord(".") for byte in range(256))
AS_WORDS: Final = bytes(ord("x") if re.match("[A-Za-z0-9]", chr(byte)) else ord(".") for byte in range(256))
LONG: Final = b"x" * 16  # what people write has hardly a word as long, and only ids, keys and a program's names are
SHORTEST: Final = 9  # bytes: a secret of eight characters and the byte that says so
WIDE: Final = "０１２３４５６７８９".encode()[2::3]  # what digits of full width end with
AS_ZEROS: Final = bytes(ord("0") if byte in b"0123456789" + WIDE else ord(".") for byte in range(256))
BETWEEN: Final = (
    b" -./\t\n\r\xc2\xa0\xe2\x80\x89\xaf\xef\xbc"  # a card's digits; what dashes and wide digits begin with
)
LONG_NUMBER: Final = b"0" * 13  # what is left of one: a table and a search are ten times as fast as an expression
OF_ARRAY: Final = re.compile(rb"[\xa3-\xa5][<>](?:[iuf]8|U\d)")
NUMBER: Final = re.compile(  # in msgpack, and below the next
    rb"(?=(\xcf\x00[\x00-\x23].{6}|\xd3\xff[\xdc-\xff].{6}|\xcb[\x42\x43].{7}))", re.DOTALL
)
BEYOND_CARDS: Final = 10**16  # whole numbers of more than 16 digits, which are no text, are ids and hashes
BELOW_CARDS: Final = 10**12
NUMBERS: Final = {"i8": "q", "u8": "Q", "f8": "d"}  # of numpy, and of Python's `array`
ARRAY: Final = 6  # LangGraph's extension for arrays of numpy, whose bytes must keep their number


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


def _is_card_value(number: int | float) -> bool:
    """The same of a number that is no text, whatever its sign."""
    whole = int(abs(number)) if BELOW_CARDS <= abs(number) < BEYOND_CARDS else 0
    return whole == abs(number) and is_card_number(str(whole))


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
        if grouped and is_card_number(_digits(text[start:end])):
            yield end, last + 1


def _digits(text: str) -> str:
    """The digits in it, those of full width and of other scripts as ours."""
    digits = re.sub(r"\D", "", text)
    return digits if digits.isascii() else "".join([str(int(digit)) for digit in digits])


def _replacement(kind: str) -> Callable[[re.Match[str]], str]:
    return _hide_cards if kind == "card number" else lambda _: f"[redacted {kind}]"


def _labelled_replacement(kind: str) -> Callable[[re.Match[str]], str]:
    return lambda found: f"{found[1]}[redacted {kind}]"


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
        self._rules += [(re.compile(shape), _labelled_replacement(kind)) for kind, shape in LABELLED_SECRETS]
        self._declared = tuple(value.encode(errors="surrogateescape") for value in exact)
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
        folded = data.translate(FOLD)
        for needle in NEEDLES:  # a plain loop: this runs for every value recorded
            if needle in folded and (needle is not MARK or self._suspect_number(data)):
                return True
        for value in self._declared:
            if value in data:
                return True
        if LONG_NUMBER in data.translate(AS_ZEROS, BETWEEN):
            return True
        return LONG in data.translate(AS_NAMES) and self._suspect_name(data, folded)

    @staticmethod
    def _suspect_name(data: bytes, folded: bytes) -> bool:
        for needle in IN_LONG_NAMES:
            if needle in folded:
                return True
        return LONG in data.translate(AS_WORDS) and IN_LONG_WORDS.search(data) is not None

    @staticmethod
    def _suspect_number(data: bytes) -> bool:
        return OF_ARRAY.search(data) is not None or any(
            _is_card_value(ormsgpack.unpackb(found[1])) for found in NUMBER.finditer(data)
        )

    def _walk(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, bytes):
            return self.raw(value)
        if type(value) in (int, float) and _is_card_value(value):
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
        form, *others, content = ormsgpack.unpackb(data)
        order, kind, size = form[0], form[1], form[2:]
        if kind == "U" and size != "0":
            coding = "utf-32-be" if order == ">" else "utf-32-le"
            made = self._texts(content.decode(coding, "surrogatepass"), int(size)).encode(coding, "surrogatepass")
        elif kind in "iufcmM" and size != "1":  # numbers and times, in which there is no text
            code = NUMBERS.get(form[1:])
            return data if code is None else ormsgpack.packb([form, *others, _without_cards(content, order, code)])
        else:
            made = self._fitting(content.decode("latin-1")).encode("latin-1")  # a character a byte
        return ormsgpack.packb([form, *others, made])

    def _texts(self, text: str, size: int) -> str:
        """Texts of one size, side by side."""
        return "".join([self._fitting(text[at : at + size]) for at in range(0, len(text), size)])

    def _fitting(self, text: str) -> str:
        for rule, replace in self._rules:
            text = rule.sub(lambda found, made=replace: _fitted(made(found), len(found[0])), text)  # type: ignore[misc]
        return text


def _without_cards(content: bytes, order: str, code: str) -> bytes:
    """Numbers side by side, zero for each that is a card's."""
    values = array(code, content)
    is_swapped = order == (">" if sys.byteorder == "little" else "<")
    if is_swapped:
        values.byteswap()
    if max(values, default=0) < BELOW_CARDS and min(values, default=0) > -BELOW_CARDS:
        return content
    for at, value in enumerate(values):
        if _is_card_value(value):
            values[at] = 0
    if is_swapped:
        values.byteswap()
    return values.tobytes()


def _fitted(text: str, size: int) -> str:
    return text[:size].ljust(size)
