"""What was said about a day and a time, as plain fields that name no date and need no clock.

They stand between the words and the calendar: code fills them from words (`spoken`), a model may fill them too, and
`times.resolve` puts them beside the recorded now.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

UNCLEAR = "?"  # a day that was named, but not so that code could tell which


class Constraints(BaseModel):
    """What was said about when. All fields are optional and plain, so that a model may fill them too.

    Times are "17:30", or "5:30?" when it was not said which half of the day; `after` and `before` bound the beginning
    of the appointment. Days are "today", "tomorrow", "day after tomorrow", a weekday, "weekend" or "weekday".
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    day: str | None = None
    which: str | None = None  # the word before the day: "this", "next"; "coming" for the first one from now
    week: int | None = None  # calendar weeks from this one: 0 this week, 1 next week
    date: str | None = None  # "2019-03-08", "03-08" without a year, "8" the day of a month, "3/4" as it stands
    month: str | None = None  # "this", "next", "march"
    portion: str | None = None  # of the week or month: "early", "middle", "late"; "week": the week around the date
    in_days: int | None = None
    in_weeks: int | None = None
    in_minutes: int | None = None
    part_of_day: str | None = None
    time: str | None = None
    around: bool = False  # the time was said roughly
    after: str | None = None
    before: str | None = None
    after_day: str | None = None  # bounds in days, themselves as said: "friday", "the 12th"
    before_day: str | None = None
    from_day: str | None = None
    to_day: str | None = None
    not_days: tuple[str, ...] = ()
    soon: bool = False
    alternatives: tuple[Constraints, ...] = ()
    unread: str = ""

    @model_validator(mode="before")
    @classmethod
    def _nothing_said(cls, fields: Any) -> Any:
        """Models write null, "" or "none" where nothing was said, and capitals anywhere."""
        if not isinstance(fields, dict):
            return fields
        plain = {name: _lowered(value) if name != "unread" else value for name, value in fields.items()}
        return {name: value for name, value in plain.items() if value not in (None, "", "none", "null", "n/a")}

    def names_day(self) -> bool:
        """Was anything said about the day?"""
        values = self.model_dump(include=set(DAY_FIELDS))
        return any(value not in (None, "", (), False) for value in values.values())

    def names_time(self) -> bool:
        """Was anything said about the time of day?"""
        return any((self.names_clock(), self.part_of_day, self.in_minutes is not None))

    def names_only_bounds(self) -> bool:
        """Was it only said which days it may be, or may not be?"""
        bounds = (self.from_day, self.to_day, self.after_day, self.before_day, self.not_days)
        return any(bounds) and not any((self.day, self.date, self.week is not None, self.month))

    def names_clock(self) -> bool:
        """Was an hour named?"""
        return any((self.time, self.after, self.before))


def _lowered(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(_lowered(each) for each in value)
    return value.strip().lower() if isinstance(value, str) else value


DAY_FIELDS = (
    "day", "which", "week", "date", "month", "portion", "in_days", "in_weeks",
    "after_day", "before_day", "from_day", "to_day", "not_days",
)  # fmt: skip
TIME_FIELDS = ("time", "around", "after", "before", "part_of_day", "in_minutes")
