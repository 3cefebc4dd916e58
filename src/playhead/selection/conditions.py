"""Which conversations does somebody want? What is written at a shell, read into conditions.

`outcome=lost` is equality, `outcome!=lost` its opposite, `reason~price` finds a text within, whatever its case. A fact
that is no text is compared as it is written in JSON: `stars=4`, `paid=true`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, cast

from playhead.errors import BadInput, nearest_name
from playhead.records import RUN_STATUSES

Sign = Literal["=", "!=", "~"]

ORIGIN: Final = "origin_thread"
"""In the metadata of forks and replays: the conversation they were made of."""

OF_THE_RUN: Final = ("thread", "graph", "status", "prompt", ORIGIN)
"""Names that mean something of any run, and so cannot be a label's. `prompt`: those its calls were made from."""

WRITTEN: Final = re.compile(r"([^=~]*?)(!=|=|~)(.*)", re.DOTALL)
AGO: Final = re.compile(r"(\d{1,6})([hdw])")
HOURS: Final = {"h": 1, "d": 24, "w": 24 * 7}


@dataclass(frozen=True, slots=True)
class Condition:
    """What a fact must be."""

    name: str
    sign: Sign
    value: str

    def met(self, texts: Iterable[str]) -> bool:
        """Do these values of the fact, as texts, meet it? None of them may be what `!=` names."""
        if self.sign == "~":
            wanted = self.value.casefold()
            return any(wanted in text.casefold() for text in texts)
        return (self.value in texts) == (self.sign == "=")


@dataclass(frozen=True, slots=True)
class Selection:
    """What is wanted: conditions, a time that a run must have started in (Unix seconds, `until` excluded), how many.

    Of those that match, the newest `limit`; of these `sample`, spread evenly over time, `by` a fact in groups as equal
    as can be. `whole`: conversations are judged and taken as a whole; otherwise runs are, each on its own.
    """

    where: tuple[Condition, ...] = ()
    since: float | None = None
    until: float | None = None
    sample: int | None = None
    by: str | None = None
    limit: int | None = None
    seed: int = 0
    whole: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """The facts it speaks of."""
        return tuple(dict.fromkeys([*(condition.name for condition in self.where), *([self.by] if self.by else [])]))


def selection_of(
    where: Sequence[str] = (),
    *,
    since: str | None = None,
    until: str | None = None,
    sample: int | None = None,
    by: str | None = None,
    limit: int | None = None,
    seed: int = 0,
    whole: bool = True,
    now: float,
) -> Selection:
    """A selection as it is written at a shell, `now` (Unix seconds) being the moment. Raises `BadInput`."""
    if by is not None and sample is None:
        raise BadInput("--by", "it says how to draw a sample, and none is asked for.", "Add --sample N.")
    if by in ("prompt", "thread"):
        raise BadInput("--by", f"{by!r} makes no groups.", "Name a fact that a conversation has one of.")
    for option, number in (("--sample", sample), ("--limit", limit)):
        if number is not None and number < 1:
            raise BadInput(option, f"{number} is no number of conversations.", "Give 1 or more.")
    begin = None if since is None else moment_of("--since", since, now)
    end = None if until is None else moment_of("--until", until, now, last=True)
    if begin is not None and end is not None and begin >= end:
        raise BadInput("--until", f"{until!r} is not after --since {since!r}.", "Nothing lies between: change one.")
    return Selection(tuple(map(condition_of, where)), begin, end, sample, by, limit, seed, whole)


def condition_of(written: str) -> Condition:
    """One `--where`. Raises `BadInput`."""
    found = WRITTEN.fullmatch(written)
    if found is None or not found[1].strip():
        raise BadInput(
            "--where",
            f"{written!r} is no condition.",
            "Write name=value, name!=value, or name~text for a text within it.",
        )
    name, sign, value = found[1].strip(), found[2], found[3]
    if name == "status" and sign != "~" and value not in RUN_STATUSES:
        problem = f"no run ends as {value!r}.{nearest_name(value, RUN_STATUSES)}"
        raise BadInput("--where", problem, f"There are: {', '.join(sorted(RUN_STATUSES))}.")
    return Condition(name, cast("Sign", sign), value)


def moment_of(option: str, written: str, now: float, *, last: bool = False) -> float:
    """A moment as Unix seconds: `12h`, `30d`, `2w` ago, or a date or time in ISO 8601, local where it says no zone.

    A date means its beginning, or where it is the `last` one its end. Raises `BadInput`.
    """
    if ago := AGO.fullmatch(written.strip()):
        return now - int(ago[1]) * HOURS[ago[2]] * 3600
    try:
        found = datetime.fromisoformat(written.strip())
        if last and len(written.strip()) <= len("2026-10-01"):
            found += timedelta(days=1)
        return (found if found.tzinfo else found.astimezone()).timestamp()
    except (ValueError, OverflowError) as error:
        raise BadInput(
            option, f"{written!r} is no moment.", "Write 12h, 30d or 2w (ago), or a date: 2026-10-01, 2026-10-01T14:30."
        ) from error


def text_of(value: Any) -> str:
    """A fact's value as the text that conditions are compared with."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
