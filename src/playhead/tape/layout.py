"""How is a tape laid out for people? What fits on a line is on one; what does not is opened one level further."""

from __future__ import annotations

import json
import re
from typing import Any, Final

WIDEST: Final = 110
# What json.dumps leaves as it is although an editor or a terminal would obey it, or hide it.
UNSEEN: Final = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def laid_out(value: Any) -> str:
    """The value as JSON; text stays text, but no character of it does anything to who looks at it."""
    return UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", _laid_out(value))


def _laid_out(value: Any) -> str:
    if isinstance(value, dict):
        rows = [f"{json.dumps(name, ensure_ascii=False)}: {_laid_out(each)}" for name, each in value.items()]
        opening, closing = "{}"
    elif isinstance(value, list):
        rows = [_laid_out(each) for each in value]
        opening, closing = "[]"
    else:
        return json.dumps(value, ensure_ascii=False)
    if sum(len(row) + 2 for row in rows) <= WIDEST and not any("\n" in row for row in rows):
        return f"{opening}{', '.join(rows)}{closing}"
    inside = ",\n".join(rows).replace("\n", "\n ")
    return f"{opening}\n {inside}\n{closing}"
