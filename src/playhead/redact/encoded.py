"""Which texts stand in base64, and how is one written again without its secrets?

A Kubernetes secret, a header of Basic, an attachment: what is a text when it is decoded is read as one, and where it
holds a secret it is encoded again, in the same alphabet, so that all else in it stays. Bytes that are no text stay.
"""

from __future__ import annotations

import re
import string
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Final

ALPHABET: Final = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
FOR_ADDRESSES: Final = str.maketrans("+/", "-_")
FROM_ADDRESSES: Final = str.maketrans("-_", "+/")
STANDS: Final = re.compile(r"(?:(?<=\\[nrtbf])|(?<![A-Za-z0-9+/_\\-]))[A-Za-z0-9+/_-]{20,}+={0,2}")


def _of(bit: int) -> str:
    """The characters whose number has not this bit: ASCII has none of the eighth, whatever stands there."""
    return re.escape("".join(letter for number, letter in enumerate(ALPHABET) if not number & bit))


OF_TEXT: Final = re.compile(rf"(?:[{_of(32)}][{_of(8)}][{_of(2)}][A-Za-z0-9+/_-]){{5}}".encode())
"""Fifteen characters of ASCII in base64, wherever among the groups of four they begin."""


def written_again(run: re.Match[str], clean: Callable[[str], str]) -> str:
    """The run of base64 with the text in it cleaned; as it is where it is no text, or nothing is to be cleaned."""
    body = run[0].rstrip("=")
    try:
        text = b64decode(body.translate(FROM_ADDRESSES) + "=" * (-len(body) % 4)).decode()
    except ValueError:
        return run[0]
    if (found := clean(text)) == text:
        return run[0]
    made = b64encode(found.encode()).decode()
    made = made if body != run[0] or not len(body) % 4 else made.rstrip("=")
    return made.translate(FOR_ADDRESSES) if {*"-_"} & {*body} else made
