"""Could there be a secret in these bytes at all?

Values arrive as msgpack; a scan of the raw bytes finds the rare hit, and only then is the value taken apart. Substring
search is what makes the scan cheap.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import ormsgpack

from playhead.redact.cards import is_card_value
from playhead.redact.encoded import OF_TEXT

# One search is for several needles: what need not be told apart is folded into one first.
ALIKE: Final = (
    *(("pPrRS", "s"), ("uUO", "o"), ("_", "-"), *((letter, letter.lower()) for letter in "ADEFGHKLMNQTVWXYZ")),
    # What stands between what a secret is called and the secret: in JSON, in a header, and msgpack's marks of texts.
    ("\"'\\:= \xb0\xb1\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xbb\xbc\xbd\xbe\xbf\xd9\xda\xdb", "="),
    # Msgpack's marks of numbers, and of the short texts that begin what an array is made of; and what is next to them.
    *(("\xa3\xa4\xa5\xd3\xcb", "\xcf"), ("<>bBC\xff", "\0")),
)
FOLD: Final = bytes.maketrans(
    "".join(several for several, _ in ALIKE).encode("latin-1"),
    "".join(one * len(several) for several, one in ALIKE).encode("latin-1"),
)
ANYWHERE: Final = (
    b"xox",
    b"bearer",
    b"PRIVATE KEY",
    b"://",
    b"passw",
    b"passphr",
    b"pwd",
    b"secret",
    b"token=",
    b"\xcf\0",
)
NEEDLES: Final = tuple([needle.translate(FOLD) for needle in ANYWHERE])
MARK: Final = NEEDLES[-1]
BEFORE_KEYS: Final = (
    *(b"sk-", b"gho_", b"ghp_", b"AKIA", b"ASIA", b"pat_", b"AIza", b"eyJ"),
    *(b"key=", b"rization=", b"ookie="),
)
IN_LONG_NAMES: Final = tuple([needle.translate(FOLD) for needle in BEFORE_KEYS])
IN_LONG_WORDS: Final = re.compile(
    rb"_(?:(?<=(?:npm|sec|_v1|pat|pss|pca|ppa|sv2|ntn|lsa|igd)_)|(?<=(?:hf|r8)_)|(?<=c[ks]_)(?=[\da-f]{8})|"
    rb"(?<=(?:lin_api|po_live|po_test)_))|"
    rb"-(?:(?<=(?:ypi|xai|plx|key|app|api|sib|SPX|MAK|atp|csp)-)|(?<=pat-[a-z][a-z]\d-)|[Kk][Ee][Yy]\b)|"
    rb"=(?<=[Kk][Ee][Yy]=)| (?<=asic )|"
    rb"\.(?:(?<=(?:hv[sbr]|a29|ack)\.)|(?<=SG\.)|(?<=pat.{14}\.)|[\w-]{6}\.)|:AA|SK[\da-f]{8}|dapi[\da-f]{8}|ATATT|EAA|%2[Dd]"
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


def suspect(data: bytes, declared: Iterable[bytes]) -> bool:
    """Is it worth looking? Whatever is no secret may be suspected, but no secret may be missed."""
    folded = data.translate(FOLD)
    for needle in NEEDLES:  # a plain loop: this runs for every value recorded
        if needle in folded and (needle is not MARK or _suspect_number(data)):
            return True
    for value in declared:
        if value in data:
            return True
    if LONG_NUMBER in data.translate(AS_ZEROS, BETWEEN):
        return True
    return LONG in data.translate(AS_NAMES) and _suspect_name(data, folded)


def _suspect_name(data: bytes, folded: bytes) -> bool:
    for needle in IN_LONG_NAMES:
        if needle in folded:
            return True
    words = data.translate(AS_WORDS)
    return LONG in words and (IN_LONG_WORDS.search(data) is not None or _suspect_word(data, words))


def _suspect_word(data: bytes, words: bytes) -> bool:
    """Is one of the long words a text in base64?"""
    at = words.find(LONG)
    while at >= 0:
        end = words.find(b".", at)
        if OF_TEXT.search(data, at, end if end >= 0 else len(data)):
            return True
        at = words.find(LONG, end) if end >= 0 else -1
    return False


def _suspect_number(data: bytes) -> bool:
    return OF_ARRAY.search(data) is not None or any(
        is_card_value(ormsgpack.unpackb(found[1])) for found in NUMBER.finditer(data)
    )
