"""How does text with the one character that PostgreSQL has no place for, U+0000, get there and back?

Everything else is kept as it is. The two characters that stand for it sort where it would.
"""

from __future__ import annotations

from typing import Any, Final

import psycopg
from psycopg.types import numeric, string


def whole(text: str) -> str:
    """Text without the character U+0000, which PostgreSQL cannot keep, that sorts as the text given does."""
    return text.replace("\x01", "\x01\x02").replace("\0", "\x01\x01") if "\0" in text or "\x01" in text else text


def as_given(text: str) -> str:
    """The text that `whole` was given."""
    return text.replace("\x01\x01", "\0").replace("\x01\x02", "\x01") if "\x01" in text else text


class Text(string.StrDumperUnknown):
    """A parameter."""

    def dump(self, obj: str) -> Any:
        """As `whole`."""
        return super().dump(whole(obj))


class TextInList(string.StrBinaryDumper):
    """An element of a parameter that is a list."""

    def dump(self, obj: str) -> Any:
        """As `whole`."""
        return super().dump(whole(obj))


class TextFound(string.TextBinaryLoader):
    """A column of a row."""

    def load(self, data: Any) -> Any:
        """As `as_given`."""
        return as_given(str(data, "utf-8"))


ADAPTERS: Final = psycopg.adapt.AdaptersMap(psycopg.adapters)
ADAPTERS.register_dumper(int, numeric.Int8Dumper)  # of one width, so that a statement is prepared once
ADAPTERS.register_dumper(int, numeric.Int8BinaryDumper)
ADAPTERS.register_dumper(str, TextInList)
ADAPTERS.register_dumper(str, Text)  # the last one counts where both would do
ADAPTERS.register_loader("text", TextFound)
