"""Which days did the customer mean?

The calendar half of `times.resolve`. Weeks begin on Monday. A day that has two honest readings raises Ambiguous with
both; one that has passed is asked about, never moved silently.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from datetime import date, timedelta

from agents.messaging.constraints import DAY_FIELDS, UNCLEAR, Constraints
from agents.messaging.spoken import parse_when
from agents.messaging.spoken_left import half_read
from agents.messaging.spoken_words import MONTHS, WEEKDAYS

DAYS_AHEAD = 14  # what "any time" means
FIXED = {"today": 0, "tomorrow": 1, "day after tomorrow": 2}
YEARS = 5  # a year named further ahead than this was not meant
FAR = 180  # a date without a year further ahead than this is asked about


class Ambiguous(Exception):
    """What was said has no single meaning; the text is the question to ask, `options` the readings."""

    def __init__(self, question: str, options: Sequence[str] = ()) -> None:
        self.options = tuple(options)
        super().__init__(question)

    @classmethod
    def between(cls, options: Sequence[str]) -> Ambiguous:
        """Asks which of the readings is meant."""
        distinct = list(dict.fromkeys(options))
        return cls(f"Do you mean {', '.join(distinct[:-1])} or {distinct[-1]}?", distinct)


def say_day(day: date) -> str:
    """ "Friday 8 March"."""
    return f"{WEEKDAYS[day.weekday()].capitalize()} {day.day} {MONTHS[day.month - 1].capitalize()}"


def days_meant(constraints: Constraints, today: date) -> tuple[list[date], bool]:
    """The days meant, earliest first, and whether all of them are (True) or one of them, nobody knows which (False).

    Raises Ambiguous for a day that cannot be told or has passed.
    """
    said = _plain(constraints)
    refuse_unread(said)
    if said.date == UNCLEAR:
        raise Ambiguous("Which date do you mean exactly?")
    _refuse_unused(said)
    if said.in_days is not None:
        return [_agreeing(said, today + timedelta(days=said.in_days), today)], True
    if said.date:
        return _around(said, _agreeing(said, _dates(said, today), today)), True
    if said.day:
        days, certain = _named_days(said, today)
    elif said.in_weeks is not None:
        days, certain = [today + timedelta(weeks=said.in_weeks)], True
    elif said.week is not None or said.month:
        days, certain = _span(said, today), True
    else:
        days, certain = [today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD)], True
    days = _bounded(said, days, today)
    if not days:
        raise Ambiguous("I could not tell which day you mean. Which day would suit you?")
    return days, certain or len(days) == 1


def _plain(constraints: Constraints) -> Constraints:
    """Day and date as the patterns give them, also where a model wrote "Fri" or "8 March"."""
    updates: dict[str, object] = {}
    for name in ("day", "date"):
        said = getattr(constraints, name)
        known = (*WEEKDAYS, *FIXED, "weekend", "weekday")
        if (
            not said
            or said in (*known, UNCLEAR)
            or re.fullmatch(r"\d{4}-\d\d-\d\d|\d\d-\d\d|\d{1,2}|\d{1,2}/\d{1,2}(/\d+)?", said)
        ):
            continue
        read = parse_when(said)
        if not read.names_day() or read.alternatives:
            raise Ambiguous(f'I am not sure which day you mean by "{said}". Which date would suit you?')
        updates[name] = None
        updates |= {each: getattr(read, each) for each in DAY_FIELDS if getattr(read, each) not in (None, ())}
    return constraints.model_copy(update=updates)


def refuse_unread(said: Constraints) -> None:
    """Better a question than half an answer."""
    if half_read(said.unread, bool(said.time)):
        raise Ambiguous("I am not sure I understood the day and time. Which day and time would suit you?")


def _refuse_unused(said: Constraints) -> None:
    """Each way of naming a day leaves no room for some others; nothing that was said is passed over in silence."""
    named = {name for name in DAY_FIELDS if getattr(said, name) not in (None, ())} - {"not_days"}
    bounds = {"from_day", "to_day", "after_day", "before_day"}
    if said.in_days is not None:
        allowed = {"in_days", "day"}
    elif said.date:
        allowed = {"date", "day", "which"} | ({"month"} if said.date.isdigit() else set())
        allowed |= {"portion"} if said.portion == "week" else set()
    elif said.day in FIXED:
        allowed = {"day", *bounds}
    elif said.day:
        allowed = {"day", "which", "week", "in_weeks", *bounds}
    else:
        either = ("month", "week", "in_weeks")
        allowed = named - (bounds if said.month else set()) - set([name for name in either if name in named][1:])
    if named - allowed:
        raise Ambiguous("I am not sure which day you mean. Which date would suit you?")


# ── a weekday by name ────────────────────────────────────────────────────────────────────────────────────────


def _named_days(said: Constraints, today: date) -> tuple[list[date], bool]:
    if said.day in FIXED:
        return [today + timedelta(days=FIXED[said.day])], True
    if said.day == "weekday":
        ahead = [today + timedelta(days=count) for count in range(DAYS_AHEAD)]
        return [day for day in ahead if day.weekday() < 5], True
    if said.day == "weekend":
        return _weekend(said, today), True
    options = _weekdays(said, today, WEEKDAYS.index(said.day or ""))
    if options[0] < today:
        raise Ambiguous(f"{say_day(options[0])} has passed. Do you mean {say_day(options[0] + timedelta(7))}?",
                        [say_day(options[0] + timedelta(7))])  # fmt: skip
    return options, len(options) == 1


def _weekdays(said: Constraints, today: date, weekday: int) -> list[date]:
    """The dates that the name of a weekday can mean, one when it is clear."""
    in_this_week = today + timedelta(days=weekday - today.weekday())
    coming = today + timedelta(days=(weekday - today.weekday()) % 7)
    later = coming if coming > today else coming + timedelta(7)
    if said.in_weeks is not None:
        first = {coming, later} if coming == today else {coming}
        options = {day + timedelta(weeks=said.in_weeks) for day in first}
        return sorted(options if said.which == "coming" else options | {in_this_week + timedelta(weeks=said.in_weeks)})
    if said.week is not None:
        return [in_this_week + timedelta(weeks=said.week)]
    if said.which == "next":
        return sorted({later, in_this_week + timedelta(7)})
    if said.which == "after next":
        return sorted({later + timedelta(7), in_this_week + timedelta(14)})
    if said.which in ("coming", "following"):
        return [later]
    return [coming, later] if coming == today else [coming]


def _weekend(said: Constraints, today: date) -> list[date]:
    saturday = today + timedelta(days=5 - today.weekday())
    if said.week is not None:
        saturday += timedelta(weeks=said.week)
    elif said.which == "next":
        if today.weekday() < 5:
            raise Ambiguous.between([f"the weekend of {say_day(saturday)}", f"of {say_day(saturday + timedelta(7))}"])
        saturday += timedelta(7)
    elif said.which == "after next":
        raise Ambiguous.between([f"the weekend of {say_day(saturday + timedelta(7 * ahead))}" for ahead in (1, 2)])
    return [day for day in (saturday, saturday + timedelta(1)) if day >= today]


# ── a date ───────────────────────────────────────────────────────────────────────────────────────────────────


def _dates(said: Constraints, today: date) -> date:
    text = said.date or ""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return _not_past(_real(int(text[:4]), int(text[5:7]), int(text[8:])), today)
    if "/" in text:
        return _slashed(text, today)
    if "-" in text:
        return _month_day(int(text[:2]), int(text[3:]), today)
    if said.month in MONTHS:
        return _month_day(MONTHS.index(said.month) + 1, int(text), today)
    year, month = _next_month(today) if said.month == "next" else (today.year, today.month)
    day = _real(year, month, int(text))
    if day < today:
        later = _real(*_next_month(today), int(text))
        raise Ambiguous(f"{say_day(day)} has passed. Do you mean {say_day(later)}?", [say_day(later)])
    return day


def _month_day(month: int, day: int, today: date) -> date:
    """A date without a year: this year's, or next year's when that is near."""
    if (month, day) == (2, 29) and not calendar.isleap(today.year):
        later = _real(today.year + 1, month, day)  # it comes next year, or not soon
        if (later - today).days <= FAR:
            return later
    this_year = _real(today.year, month, day)
    if this_year >= today:
        return this_year
    next_year = _real(today.year + 1, month, day)
    if (next_year - today).days <= FAR:
        return next_year
    raise Ambiguous(f"{say_day(this_year)} has passed. Which date do you mean?")


def _slashed(text: str, today: date) -> date:
    """ "3/4": month and day, or day and month; only clear when one of the two is no date."""
    first, second, *rest = (int(number) for number in text.split("/"))
    options = []
    for month, day in ((first, second), (second, first)):
        if 1 <= month <= 12 and 1 <= day <= 31:
            year = rest[0] + (2000 if rest[0] < 100 else 0) if rest else None
            options.append(_not_past(_real(year, month, day), today) if year and first == second
                           else _real(year or today.year, month, day))  # fmt: skip
    distinct = sorted(set(options))
    if not distinct:
        raise Ambiguous(f'I am not sure which date you mean by "{text}". Which day would suit you?')
    if len(distinct) > 1:
        raise Ambiguous.between([say_day(day) for day in distinct])
    return _not_past(distinct[0], today) if rest else _month_day(distinct[0].month, distinct[0].day, today)


def _real(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Ambiguous("That date does not exist. Which day would suit you?") from None


def _not_past(day: date, today: date) -> date:
    if day < today:
        raise Ambiguous(f"{say_day(day)} {day.year} has passed. Which day would suit you?")
    if day.year > today.year + YEARS:  # "10/31/74"
        raise Ambiguous(f"{say_day(day)} {day.year} is far away. Which day would suit you?")
    return day


def _next_month(today: date) -> tuple[int, int]:
    return (today.year + today.month // 12, today.month % 12 + 1)


def _agreeing(said: Constraints, day: date, today: date) -> date:
    """The date, if the weekday said beside it agrees."""
    named = {name: today + timedelta(days=ahead) for name, ahead in FIXED.items()}
    if said.day in WEEKDAYS and WEEKDAYS[day.weekday()] != said.day:
        meant = day + timedelta(days=(WEEKDAYS.index(said.day) - day.weekday() + 3) % 7 - 3)
        raise Ambiguous.between([say_day(day), say_day(meant)])
    if said.day in named and named[said.day] != day:
        raise Ambiguous.between([f"{said.day}, {say_day(named[said.day])},", say_day(day)])
    return day


def _around(said: Constraints, day: date) -> list[date]:
    """The day, or the week that it stands for ("the week of March 11")."""
    if said.portion != "week":
        return [day]
    if day.weekday() == 6:  # of the week that it ends or, for many, begins
        raise Ambiguous.between([f"the week before {say_day(day)}", "the one after it"])
    return [day + timedelta(days=count - day.weekday()) for count in range(7)]


# ── stretches of days ────────────────────────────────────────────────────────────────────────────────────────


def _span(said: Constraints, today: date) -> list[date]:
    """A week or a month, or its beginning, middle or end, from today on."""
    if said.month:
        year, month = today.year, today.month
        if said.month == "next":
            year, month = _next_month(today)
        elif said.month in MONTHS:
            month = MONTHS.index(said.month) + 1
            year += int(month < today.month)
            if (date(year, month, 1) - today).days > FAR and year > today.year:
                raise Ambiguous(f"{said.month.capitalize()} is over. Which month do you mean?")
        days = [date(year, month, day + 1) for day in range(calendar.monthrange(year, month)[1])]
        bounds = {"early": (0, 10), "middle": (10, 20), "late": (22, 31)}
    else:
        monday = today + timedelta(days=7 * (said.week or 0) - today.weekday())
        days = [monday + timedelta(days=count) for count in range(7)]
        bounds = {"early": (0, 2), "middle": (1, 4), "late": (3, 7)}
    first, last = bounds.get(said.portion or "", (0, 31))
    return [day for day in days[first:last] if day >= today]


def _bounded(said: Constraints, days: list[date], today: date) -> list[date]:
    """The days within what "after Friday", "by the 12th", "not Monday" leave."""
    first, last = date.min, date.max
    if said.from_day or said.after_day:
        first = _one(said.from_day or said.after_day or "", today, said.week) + timedelta(days=int(not said.from_day))
    if said.to_day or said.before_day:
        since = max(today, first) if said.week is None else today
        last = _one(said.to_day or said.before_day or "", since, said.week) - timedelta(days=int(not said.to_day))
    if first > today + timedelta(days=1) and not (said.day or said.date or said.week is not None):
        days = [first + timedelta(days=ahead) for ahead in range(DAYS_AHEAD)]
    return [day for day in days if first <= day <= last and not _excluded(said, day, today)]


def _excluded(said: Constraints, day: date, today: date) -> bool:
    names = {WEEKDAYS[day.weekday()], "weekend" if day.weekday() > 4 else "weekday"}
    names |= {name for name, ahead in FIXED.items() if day == today + timedelta(days=ahead)}
    return bool(names & set(said.not_days))


def _one(said: str, today: date, week: int | None) -> date:
    """The single day that a bound names, in the week said beside it."""
    read = parse_when(said)
    if week is not None and read.day in WEEKDAYS and read.week is None:
        read = read.model_copy(update={"week": week, "which": None})
    days, certain = days_meant(read, today)
    if not certain:
        raise Ambiguous.between([say_day(day) for day in days])
    return days[0]
