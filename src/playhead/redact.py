"""Which words must never reach the disk, and what stands in their place?

Keys, tokens and card numbers are replaced before a value is hashed, so that not even their hash is stored. The
placeholder says only the kind (`[redacted api key]`): it is the same for every secret of that kind, so equal texts stay
equal and nothing can be guessed from it. Apart from these, nothing is altered.

Values arrive as msgpack bytes; a scan of the raw bytes finds the rare hit, and only then is the value taken apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

import ormsgpack

SHAPES: Final = {
    "api key": r"\b(?:sk|pk|rk)[-_](?:live|test|proj|ant|or|svcacct)?[-_]?[A-Za-z0-9_-]{16,}",
    "aws key": r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    "github token": r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{40,})",
    "gitlab token": r"\bglpat-[A-Za-z0-9_-]{20,}",
    "slack token": r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}",
    "google key": r"\bAIza[A-Za-z0-9_-]{35}",
    "token": r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",
    "bearer token": r"(?i:\bbearer\s+)[A-Za-z0-9._~+/-]{16,}=*",
    "private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----",
    "password in address": r"\b[a-z][a-z0-9+.-]*://[^/\s:@]+:[^@\s/]+@",
    "card number": r"(?<![\d-])(?:\d[ -]?){12,18}\d(?![\d-])",
}

# A value is only taken apart if one of these stands in its raw bytes: substring search is what makes the scan cheap.
NEEDLES: Final = (
    *(b"sk-", b"sk_", b"pk-", b"pk_", b"rk-", b"rk_", b"AKIA", b"ASIA", b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_"),
    *(b"github_pat_", b"glpat-", b"xox", b"AIza", b"eyJ", b"earer ", b"EARER ", b"PRIVATE KEY-----", b"://"),
)
SHORTEST: Final = 9  # bytes: a secret of eight characters and the byte that says so
LONG_NUMBER: Final = re.compile(rb"\d(?:[ -]?\d){12}")


def passes_luhn(digits: str) -> bool:
    """The checksum of card numbers (ISO/IEC 7812-1 annex B)."""
    total = 0
    for index, digit in enumerate(reversed(digits)):
        number = int(digit) * (1 + index % 2)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def _replacement(kind: str) -> Callable[[re.Match[str]], str]:
    def replace(match: re.Match[str]) -> str:
        if kind == "card number":
            digits = re.sub(r"\D", "", match[0])
            if digits[0] not in "23456" or not passes_luhn(digits):
                return match[0]
        return f"[redacted {kind}]"

    return replace


class Redactor:
    """Replaces secrets in text and in packed values.

    `declared` are exact secret values (an API key read from the environment, say); shorter than 8 characters are
    refused as too likely to be ordinary words.
    """

    def __init__(self, declared: Iterable[str] = ()) -> None:
        exact = sorted({value for value in declared if len(value) >= 8}, key=len, reverse=True)
        self._rules = [(re.compile(re.escape(value)), lambda _: "[redacted secret]") for value in exact]
        self._rules += [(re.compile(shape), _replacement(kind)) for kind, shape in SHAPES.items()]
        self._needles = (*NEEDLES, *(value.encode() for value in exact))

    def text(self, text: str) -> str:
        """The text with every secret replaced."""
        for rule, replace in self._rules:
            text = rule.sub(replace, text)
        return text

    def packed(self, data: bytes) -> bytes:
        """The msgpack bytes with every string in them redacted, extension payloads included."""
        if len(data) < SHORTEST or not self._suspect(data):
            return data
        return ormsgpack.packb(self._walk(ormsgpack.unpackb(data, ext_hook=self._extension)))

    def _suspect(self, data: bytes) -> bool:
        for needle in self._needles:  # a plain loop: this runs for every value recorded
            if needle in data:
                return True
        return LONG_NUMBER.search(data) is not None

    def _walk(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self._walk(element) for element in value]
        if isinstance(value, dict):
            return {self._walk(key): self._walk(element) for key, element in value.items()}
        return value

    def _extension(self, tag: int, data: bytes) -> ormsgpack.Ext:
        try:
            return ormsgpack.Ext(tag, self.packed(data))
        except ValueError:  # an extension that holds raw bytes, not msgpack
            return ormsgpack.Ext(tag, data)
