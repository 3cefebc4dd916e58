"""How is a text that a stranger wrote shown, so that it can do nothing to the terminal it is shown on?

Control characters would move the cursor, rename the window or hide a line; marks of writing direction would reorder
what is read. Each is shown as a visible sign instead. Nothing here is ever read as markup.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from math import isfinite
from typing import Any, Final

CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# In JSON, what json.dumps leaves as it is although a terminal would obey it.
UNSEEN: Final = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    """The text with every control character replaced by a sign for it; tabs and line ends stay."""
    return CONTROL.sub(_sign, text.replace("\r\n", "\n"))


def _sign(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)  # ␛ for escape, ␇ for bell: the Control Pictures block
    return "␡" if code == 0x7F else f"<U+{code:04X}>"


def one_line(text: str) -> str:
    """The text on one line, made visible."""
    return visible(" ".join(text.split()))


def as_json(value: Any, indent: int | None = None) -> str:
    """JSON that is safe to show: text as it is, control characters escaped; what JSON has no number for as its name."""
    try:
        text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    except ValueError:
        text = json.dumps(_named(value), ensure_ascii=False, indent=indent, allow_nan=False)
    return UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _named(value: Any) -> Any:
    """The value with "NaN", "Infinity" and "-Infinity" for the numbers of these names, which are none in JSON."""
    if isinstance(value, float) and not isfinite(value):
        return json.dumps(value)
    if isinstance(value, dict):
        return {name: _named(each) for name, each in value.items()}
    return [_named(each) for each in value] if isinstance(value, list | tuple) else value


def laid_out(value: Any, room: int = 88) -> str:
    """JSON for people: what fits into `room` characters is on one line, what does not is opened one level further."""
    whole = json.dumps(value, ensure_ascii=False)
    if len(whole) <= room or not isinstance(value, dict | list):
        return whole
    if isinstance(value, dict):
        rows = [f"{json.dumps(name, ensure_ascii=False)}: {laid_out(each, room - 2)}" for name, each in value.items()]
    else:
        rows = [laid_out(each, room - 2) for each in value]
    inside = ",\n".join(rows).replace("\n", "\n  ")
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}\n  {inside}\n{closing}"


def moment(seconds: float) -> str:
    """A moment (Unix seconds) in local time: `22 Nov 2026 16:57`."""
    return datetime.fromtimestamp(seconds).astimezone().strftime("%-d %b %Y %H:%M") if seconds else ""


def day(seconds: float) -> str:
    """The same, without the year where it is this year: `22 Nov 16:57`."""
    this_year = datetime.now().astimezone().strftime(" %Y ")
    return moment(seconds).replace(this_year, " ")


def count(number: int, one: str, many: str = "") -> str:
    """`1 run`, `1,204 runs`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
