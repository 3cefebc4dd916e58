"""Which moments did the customer mean, and where must we ask instead of guessing?

Two halves. `parse_when` (in `spoken`) reads words without a clock; `resolve` here puts what was said beside the
recorded now, the business's zone and its hours. Whatever has two honest readings ("next Friday" on a Wednesday, "at 5"
with hours covering both, "3/4") becomes a question: an appointment on the wrong day costs more than one message. So
does a time that the clock skips; one that it shows twice is offered as two.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from agents.messaging.availability import local_to_utc
from agents.messaging.business import Week
from agents.messaging.constraints import Constraints
from agents.messaging.dates import Ambiguous, days_meant, refuse_unread, say_day
from agents.messaging.spoken import clock_said, parse_when

__all__ = ["Constraints", "Resolution", "Window", "clock_said", "parse_when", "resolve", "say", "say_day"]

MIDNIGHT, LAST_MINUTE = 0, 24 * 60

# Parts of the day in local minutes, as bounds on when an appointment begins.
PARTS = {
    "first thing": (0, 600), "early morning": (0, 540), "late morning": (600, 720), "morning": (0, 720),
    "mid morning": (570, 690), "midmorning": (570, 690), "mid afternoon": (840, 960), "midafternoon": (840, 960),
    "before lunch": (0, 720), "after lunch": (780, 1080), "early": (0, 720), "late": (900, 1440), "am": (0, 720),
    "pm": (720, 1440),
    "lunch": (690, 840), "lunchtime": (690, 840), "lunch time": (690, 840), "noon": (690, 840),
    "early afternoon": (720, 900), "late afternoon": (900, 1080), "afternoon": (720, 1080), "after work": (1020, 1440),
    "early evening": (1020, 1140), "evening": (1020, 1440), "late evening": (1140, 1440), "night": (1080, 1440),
    "end of day": (960, 1440), "close of business": (960, 1440),
}  # fmt: skip

Minutes = tuple[int, int]  # from, to (exclusive), minutes of the local day


class Window(BaseModel):
    """The appointment begins at or after `start` and before `end` (aware, UTC). `exact`: that minute was asked for."""

    model_config = ConfigDict(frozen=True)

    start: datetime
    end: datetime
    exact: bool = False


class Resolution(BaseModel):
    """Either windows, earliest first, or a question (`ask`, with the readings as `options` in words)."""

    model_config = ConfigDict(frozen=True)

    windows: tuple[Window, ...] = ()
    ask: str | None = None
    options: tuple[str, ...] = ()


def resolve(constraints: Constraints, now: datetime, zone: str, hours: Week | None = None) -> Resolution:
    """What the constraints mean at `now` in `zone` (an IANA name). `hours` settle which half of the day "at 5" means;
    without them both stay possible. With nothing said about the day, the next fourteen days are meant."""
    where = ZoneInfo(zone)
    local = now.astimezone(where)
    try:
        windows: list[Window] = []
        for each in constraints.alternatives or (constraints,):
            windows += _windows(_read_again(each), local, where, hours)
    except Ambiguous as question:
        return Resolution(ask=str(question), options=question.options)
    return Resolution(windows=tuple(sorted(set(windows), key=lambda window: (window.start, window.end))))


def say(when: datetime, zone: str) -> str:
    """A time read back in full: "Friday 8 March at 17:30". In an hour that comes twice, with its zone."""
    local = when.astimezone(ZoneInfo(zone))
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{say_day(local.date())} at {local:%H:%M}{f' ({local.tzname()})' if twice else ''}"


def _windows(constraints: Constraints, local: datetime, zone: ZoneInfo, hours: Week | None) -> list[Window]:
    """The windows of one alternative that are not past; raises Ambiguous."""
    refuse_unread(constraints)
    _refuse_mixed(constraints)
    if constraints.in_minutes is not None:
        start = local.astimezone(UTC) + timedelta(minutes=constraints.in_minutes)
        return [Window(start=start, end=start + timedelta(hours=1))]
    days, certain = days_meant(constraints, local.date())
    on_days = {day: _on_day(constraints, day, local, zone, hours, only=len(days) == 1) for day in days}
    if not certain:
        open_days = [day for day, windows in on_days.items() if windows and _open_yet(day, local, hours)]
        if len(open_days) > 1:
            raise Ambiguous.between([say_day(day) for day in open_days])
        return [window for day in open_days for window in on_days[day]]
    windows = [window for windows in on_days.values() for window in windows]
    if not windows:
        raise Ambiguous("That time has already passed. Which day and time would suit you?")
    return windows


def _refuse_mixed(said: Constraints) -> None:
    """Asks where two things were said that together name no moment: "by Friday, 3 pm", "May 5 pm", "3, after 4"."""
    elsewhere = said.names_clock() or (said.names_day() and said.day != "today")
    if said.in_minutes is not None and elsewhere:
        raise Ambiguous("I am not sure when you mean. Which day and time would suit you?")
    if said.time and (said.after or said.before or said.soon):  # "3 pm at the earliest" too
        raise Ambiguous("You name more than one time. Which one would suit you?")
    if said.names_clock() and said.month and not (said.date or said.day):
        raise Ambiguous("Which day of the month do you mean?")
    if said.time and said.names_only_bounds():
        raise Ambiguous("Which day do you mean, and at what time?")


def _on_day(
    constraints: Constraints, day: date, local: datetime, zone: ZoneInfo, hours: Week | None, only: bool
) -> list[Window]:
    """The stretch of one local date that is meant; none when it is over already. `only`: no other day is meant."""
    earliest = local.hour * 60 + local.minute if day == local.date() else -1
    begins, ends = _minutes(constraints, day, earliest, hours)
    now = local.astimezone(UTC)
    if ends == begins + 1:
        return _exact(day, begins, now, zone, only)
    start, end = _instant(day, begins, zone), _instant(day, ends, zone)
    return [Window(start=max(start, now), end=end)] if end > now and end > start else []


def _exact(day: date, minute: int, now: datetime, zone: ZoneInfo, only: bool) -> list[Window]:
    """That minute of the clock. One that comes twice is both, neither of them exact, so that the customer chooses; one
    that the clock skips is asked about, or, where other days are meant too, left out."""
    at = time(minute // 60, minute % 60)
    runs = {local_to_utc(day, at, zone, fold) for fold in (0, 1)}
    if any(run.astimezone(zone).time() != at for run in runs):
        if not only:
            return []
        raise Ambiguous(f"The clocks change on {say_day(day)}, so {at:%H:%M} does not come. Which time would suit you?")
    ahead = sorted(run for run in runs if run >= now)
    return [Window(start=run, end=run + timedelta(minutes=1), exact=len(ahead) == 1) for run in ahead]


def _minutes(constraints: Constraints, day: date, earliest: int, hours: Week | None) -> Minutes:
    """From and to in minutes of the day; raises Ambiguous when the half of the day is not clear."""
    part = _part(constraints.part_of_day, day, hours)
    if constraints.time:
        options = _allowed(_halves(constraints.time, constraints.part_of_day), day, earliest, hours)
        minute = _only(options)
        if not _agrees(minute, constraints.part_of_day or ""):
            raise Ambiguous(f"Do you mean {_say_minute(minute)}, or another time of the day?")
        return (max(minute - 60, 0), min(minute + 61, LAST_MINUTE)) if constraints.around else (minute, minute + 1)
    after = _halves(constraints.after, constraints.part_of_day) if constraints.after else []
    before = _halves(constraints.before, constraints.part_of_day) if constraints.before else []
    if after and before:
        begins, ends = _only_range(after, before, day, earliest, hours)
        return begins, ends
    if after:
        begins = _only(_allowed(after, day, earliest, hours))
        return begins, part[1] if begins < part[1] else LAST_MINUTE
    if before:
        ends = _only(_allowed(before, day, earliest, hours, closing=True))
        return part[0] if part[0] < ends else MIDNIGHT, ends
    return part


def _agrees(minute: int, part: str) -> bool:
    """Is that a time of the part of the day named beside it? "Friday morning at 4 pm" is not."""
    if "morning" in part:
        return minute <= 13 * 60
    if "afternoon" in part:
        return 11 * 60 <= minute <= 19 * 60
    if part == "night":
        return minute >= 5 * 60  # "tonight at 2" is tomorrow by the calendar
    return "evening" not in part or minute >= 15 * 60 + 30


def _halves(said: str, part: str | None) -> list[int]:
    """The minutes of the day that "17:30" or "5:30?" can mean, given the part of the day that was named."""
    hour, minute = (int(number) for number in said.rstrip("?").split(":"))
    if part == "night" and hour == 12:
        return [minute]
    if len(said) == 5 and not said.endswith("?"):
        return [hour * 60 + minute]
    morning, evening = hour % 12 * 60 + minute, (hour % 12 + 12) * 60 + minute
    if part is None or part == "first thing":
        return [morning, evening]
    if "morning" in part or part in ("am", "early") or (part == "night" and hour < 5):
        return [morning]
    return [evening]


def _allowed(options: Sequence[int], day: date, earliest: int, hours: Week | None, closing: bool = False) -> list[int]:
    """The options that can be meant: later than now, and within the hours as far as that leaves any."""
    if len(options) < 2:
        return list(options)
    coming = [minute for minute in options if minute > earliest] or list(options)
    if hours is None:
        return coming
    for some in (coming, options):  # "at 11", said at noon, is past rather than at night, when nobody is there
        for spans in (_spans(hours, day, 1), _spans(hours, day, 7)):  # this day's hours, else those of any day
            inside = [minute for minute in some if _within(minute, spans, closing)]
            if inside:
                return inside
    return coming


def _within(minute: int, spans: Sequence[Minutes], closing: bool) -> bool:
    return any(opens <= minute < closes or (closing and minute == closes) for opens, closes in spans)


def _spans(hours: Week, day: date, days: int) -> list[Minutes]:
    """The openings of so many days in minutes of the day."""
    openings = [each for ahead in range(days) for each in hours.on(day + timedelta(days=ahead))]
    return [(_of_day(each.opens), _of_day(each.closes)) for each in openings]


def _part(name: str | None, day: date, hours: Week | None) -> Minutes:
    """The bounds of a part of the day; "first thing" and "end of day" depend on the hours."""
    spans = _spans(hours, day, 1) if hours else []
    if spans and name == "first thing":
        return MIDNIGHT, spans[0][0] + 61
    if spans and name in ("end of day", "close of business"):
        return max(spans[-1][1] - 120, MIDNIGHT), LAST_MINUTE
    return PARTS.get(name or "", (MIDNIGHT, LAST_MINUTE))


def _only_range(
    after: Sequence[int], before: Sequence[int], day: date, earliest: int, hours: Week | None
) -> tuple[int, int]:
    """From and to, each with its nearest partner: "2 to 4pm" is two hours long, not fourteen."""
    if len(before) == 1:
        earlier = [minute for minute in after if minute < before[0]]
        return (max(earlier) if earlier else _only(after)), before[0]
    begins = _only(_allowed(after, day, earliest, hours))
    later = [minute for minute in before if minute > begins]
    return begins, min(later) if later else LAST_MINUTE


def _only(options: Sequence[int]) -> int:
    if len(set(options)) == 1:
        return options[0]
    raise Ambiguous.between([_say_minute(minute) for minute in options])


def _open_yet(day: date, local: datetime, hours: Week | None) -> bool:
    """Can anything still happen on this day? Only today can be over before midnight."""
    if day != local.date() or hours is None:
        return True
    return any(each.closes > local.time() for each in hours.on(day))


def _read_again(constraints: Constraints) -> Constraints:
    """A model may have put "fri" or "5pm" where plain values belong: read such values as what was said."""
    updates: dict[str, object] = {}
    for name in ("time", "after", "before"):
        said = getattr(constraints, name)
        if said and not _is_clock(said):
            read = clock_said(said)
            if read is None:
                raise Ambiguous(f'I am not sure which time you mean by "{said}". Which time would suit you?')
            updates[name] = read
    return constraints.model_copy(update=updates)


def _is_clock(said: str) -> bool:
    hour, _, minute = said.rstrip("?").partition(":")
    return hour.isdigit() and minute.isdigit() and len(minute) == 2 and int(hour) < 24 and int(minute) < 60


def _instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """A minute of a local date in UTC; minute 1440 is the next midnight."""
    ahead, minute = divmod(minute, LAST_MINUTE)
    return local_to_utc(day + timedelta(days=ahead), time(minute // 60, minute % 60), zone)


def _of_day(at: time) -> int:
    return at.hour * 60 + at.minute


def _say_minute(minute: int) -> str:
    """ "5 in the morning", "5:30 in the afternoon"."""
    hour, rest = divmod(minute, 60)
    part = "morning" if hour < 12 else "afternoon" if hour < 17 else "evening"
    return f"{hour % 12 or 12}{f':{rest:02d}' if rest else ''} in the {part}"
