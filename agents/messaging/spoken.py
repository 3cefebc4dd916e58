"""What did the customer say about a day and a time, before anybody knows what it means?

A table of patterns, tried in order; what one has read is taken out of the text, so that nothing is read twice. The
result names no date and needs no clock: "next Friday" stays "next Friday" until `times.resolve` puts it beside the
recorded now. What no pattern could read is kept in `unread`, because a time half understood is worse than a question.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator

from agents.messaging.spoken_words import DAY, MONTHS, ORDINAL, WEEKDAY, normal_words
from agents.messaging.spoken_words import MONTH as MONTH_NAME

Fields = dict[str, Any]


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

    @field_validator("*", mode="before")
    @classmethod
    def _nothing_said(cls, value: Any) -> Any:
        """Models write "" or "none" where nothing was said."""
        return None if isinstance(value, str) and value.strip().lower() in ("none", "null", "n/a") else value

    def names_day(self) -> bool:
        """Was anything said about the day?"""
        values = self.model_dump(include=set(DAY_FIELDS))
        return any(value not in (None, "", (), False) for value in values.values())

    def names_time(self) -> bool:
        """Was anything said about the time of day?"""
        return any((self.time, self.after, self.before, self.part_of_day, self.in_minutes is not None))


DAY_FIELDS = (
    "day", "which", "week", "date", "month", "portion", "in_days", "in_weeks",
    "after_day", "before_day", "from_day", "to_day", "not_days",
)  # fmt: skip
TIME_FIELDS = ("time", "around", "after", "before", "part_of_day", "in_minutes")

PARTS = (
    r"first thing|early morning|late morning|morning|lunch ?time|lunch|early afternoon|late afternoon|afternoon"
    r"|after work|early evening|late evening|evening|night|end of (?:the )?day|close of business"
)
CLOCK = r"<\d{1,2}:\d\d\??>"
BARE = rf"(?:{CLOCK}|\d{{1,2}}(?!\d|:|<|st|nd|rd|th| (?:days?|weeks?|hours?|minutes?|months?)))"
DAY_SAID = (
    rf"(?:the )?{ORDINAL}(?: of)? (?:{MONTH_NAME})|(?:{MONTH_NAME}) (?:the )?(?:{ORDINAL}|\d{{1,2}})(?!\d)"
    rf"|the {ORDINAL}|{ORDINAL}|\d{{1,2}} (?:{MONTH_NAME})|(?:next |this )?(?:{WEEKDAY})|tomorrow|today"
)


def parse_when(text: str) -> Constraints:
    """What code can read of a phrase such as "fri after work" or "half past 10 in the morning"."""
    words = normal_words(text)
    pieces = [piece for piece in re.split(r"\bor\b", words) if piece.strip()]
    read = [_read(piece) for piece in pieces]
    if len(read) < 2 or not all(each.names_day() or each.names_time() for each in read):
        return _read(words)
    return _alternatives(read)


def clock_said(text: str) -> str | None:
    """The time of day in a phrase, as "17:30" or "5:30?", or None."""
    said = parse_when(text)
    return said.time or said.after or said.before


def _alternatives(read: list[Constraints]) -> Constraints:
    """Each alternative with what it leaves to its neighbours: "Friday at 3 or 4", "Monday or Tuesday at 3"."""
    filled = [each.model_dump() for each in read]
    for index, fields in enumerate(filled):
        if not read[index].names_day() and index:
            fields.update({name: filled[index - 1][name] for name in DAY_FIELDS})
        following = next((each for each in read[index + 1 :] if each.names_time()), None)
        if not read[index].names_time() and following is not None:
            fields.update({name: getattr(following, name) for name in TIME_FIELDS})
    months = [each.date[:3] for each in read if each.date and re.fullmatch(r"\d\d-\d\d", each.date)]
    for fields in filled:  # "the 7th or 8th of March": one month for both
        if months and fields["date"] and fields["date"].isdigit() and not fields["month"]:
            fields["date"] = f"{months[0]}{int(fields['date']):02d}"
    return Constraints(alternatives=tuple(Constraints.model_validate(fields) for fields in filled))


def _read(piece: str) -> Constraints:
    """One alternative: every pattern of the table in turn, each taking out what it reads."""
    fields: Fields = {}
    text = f" {piece} "
    for pattern, reading in (*_DAY_BOUNDS, *_DATES):
        text = _take(pattern, reading, text, fields)
    text = _with_clocks(text)
    for pattern, reading in (*_TIMES, *_DAYS):
        text = _take(pattern, reading, text, fields)
    fields["unread"] = _left_over(text)
    return Constraints.model_validate(fields)


def _take(pattern: re.Pattern[str], reading: Callable[[re.Match[str]], Fields], text: str, fields: Fields) -> str:
    """Reads the pattern's first occurrence into `fields`, unless what it says is known; days excluded may be many."""
    found = pattern.search(text)
    while found:
        said = reading(found)
        if "not_days" in said:
            fields["not_days"] = (*fields.get("not_days", ()), *said["not_days"])
        elif any(fields.get(name, value) != value for name, value in said.items()):
            return text
        fields.update({**said, "not_days": fields.get("not_days", ())})
        text = f"{text[: found.start()]} · {text[found.end() :]}"
        found = pattern.search(text) if "not_days" in said else None
    return text


def _left_over(text: str) -> str:
    words = re.findall(r"[<>?\w:/'.-]*\w[<>?\w:/'.-]*", text)
    return " ".join(word for word in words if word not in _FILLERS)


_FILLERS = frozenset(
    """a about an and any anytime are at available be bring by can come could day do does fine for free from good have
    how i i'd i'm if in is it just let's like looking make maybe me my of ok okay on one open our perhaps please possible
    prefer preferably say slot some sometime suit suits that that's the then there think thinking time to try up us want
    we well what whenever will with work works would you your yeah yes appointment book see hi hello hey thanks get""".split()
)

# ── the clock ────────────────────────────────────────────────────────────────────────────────────────────────


def _with_clocks(text: str) -> str:
    """The text with every time of day that can be told as such written `<17:30>`, or `<5:30?>`."""
    for pattern, put in _CLOCKS:
        text = pattern.sub(put, text)
    return text


def _clock(hour: int, minute: int, half: str = "", typed: str = "") -> str:
    """A token; `half`: "am", "pm" or nothing; `typed`: the hour's digits, whose leading zero means a 24-hour clock."""
    if hour > 23 or minute > 59 or (half and hour > 12 and half != "pm"):
        return f"{typed or hour}:{minute:02d}"  # no time of day: left unread
    if half and hour <= 12:
        return f"<{hour % 12 + (12 if half == 'pm' else 0):02d}:{minute:02d}>"
    if hour == 0 or hour >= 12 or typed.startswith("0"):  # nobody says 12:30 for half past midnight
        return f"<{hour:02d}:{minute:02d}>"
    return f"<{hour}:{minute:02d}?>"


def _past(found: re.Match[str]) -> str:
    minutes = {"half": 30, "quarter": 15}.get(found["minutes"]) or int(found["minutes"])
    hour = int(found["hour"])
    if found["side"] in ("to", "till", "til", "of", "before"):
        hour, minutes = (hour - 1 if hour > 1 else 12), 60 - minutes
    return _clock(hour, minutes, found["half"] or "")


def _digits(found: re.Match[str]) -> str:
    return _clock(int(found["hour"]), int(found["minute"] or 0), found["half"] or "", found["hour"])


def _digits_24(found: re.Match[str]) -> str:
    return f"<{found['hour']}:{found['minute']}>"


def _hour_range(found: re.Match[str]) -> str:
    first = _clock(int(found["first"]), int(found["minute"] or 0), "", found["first"])
    return f"between {first} and {found['last']}"


_HALF = r"(?: ?(?P<half>am|pm)\b)?"
_CLOCKS: tuple[tuple[re.Pattern[str], Any], ...] = tuple(
    (re.compile(pattern), put)
    for pattern, put in (
        (rf"\b(?P<first>\d{{1,2}})(?::(?P<minute>\d\d))? ?(?:-|–) ?(?P<last>\d{{1,2}}(?::\d\d)?)(?= ?(?:am|pm)|\b(?![-/]))",
         _hour_range),
        (rf"\b(?P<minutes>half|quarter|\d{{1,2}}(?= minutes)|5|10|20|25)(?: minutes)? (?P<side>past|after|to|till|til|of|before) "
         rf"(?P<hour>\d{{1,2}})(?! ?:)\b(?: ?oclock)?{_HALF}", _past),
        (rf"\b(?P<minutes>half) (?P<side>)(?P<hour>\d{{1,2}})\b{_HALF}", _past),
        (rf"(?<![\d:/<.-])(?P<hour>\d{{1,2}})(?:[:.h]| (?=[0-5][05]\b(?! (?:days|weeks|minutes))))(?P<minute>[0-5]\d)(?![\d/.>?-]){_HALF}",
         _digits),
        (r"(?<![\d:/<.-])(?P<hour>\d{1,2})(?P<minute>) ?(?P<half>am|pm)\b", _digits),
        (r"(?<![\d:/<.-])(?P<hour>[01]?\d|2[0-3])(?P<minute>[0-5][05]) ?(?P<half>am|pm|hrs|hours|h)\b",
         lambda found: _clock(int(found["hour"]), int(found["minute"]), found["half"] if found["half"] in "am pm" else "", found["hour"])),
        (r"(?<![\d:/<.-])(?P<hour>\d{1,2})(?P<minute>)(?P<half>) ?oclock\b", _digits),
        (r"(?P<lead>\bat )(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5][05])\b", lambda found: found["lead"] + _digits_24(found)),
        (r"\b(?:12 )?(?:noon|midday)\b", "<12:00>"),
        (rf"(?P<lead>\b(?:{PARTS})(?: at| around| about)? )(?P<hour>\d{{1,2}})\b(?![:/]| (?:days|weeks))",
         lambda found: found["lead"] + _clock(int(found["hour"]), 0)),
        (r"(?<![\d:/<.-])\b(?P<hour>\d{1,2})(?= (?:in the|at|this|tomorrow|today) (?:morning|afternoon|evening|night)\b| ?ish\b)",
         lambda found: _clock(int(found["hour"]), 0)),
        (r"(?<![\d:/<.-])\b(?P<hour>\d{1,2})(?= tonight\b)", lambda found: _clock(int(found["hour"]), 0)),
        (rf"(?P<lead>\b(?:at|@|by|after|before|around|about|until|till|til|past|than|from|between|{CLOCK} (?:and|to|until)) )"
         r"(?P<hour>\d{1,2})\b(?![:/]|\d| (?:days?|weeks?|hours?|minutes?|months?|people|bikes?|cars?))",
         lambda found: found["lead"] + _clock(int(found["hour"]), 0)),
        (r"(?P<lead><\d{1,2}:\d\d\??> (?:and|to|until|till) )(?P<hour>\d{1,2})\b(?![:/])",
         lambda found: found["lead"] + _clock(int(found["hour"]), 0)),
        (r"(?P<lead>\b(?:today|tomorrow) )(?P<hour>\d{1,2})\b(?![:/]| \w)", lambda found: found["lead"] + _clock(int(found["hour"]), 0)),
        (r"^ +(?P<hour>\d{1,2}) +$", lambda found: f" {_clock(int(found['hour']), 0)} "),
    )
)  # fmt: skip


def _bare(text: str) -> str:
    return text.strip("<>")


# ── the table ────────────────────────────────────────────────────────────────────────────────────────────────


def _table(*rows: tuple[str, Callable[[re.Match[str]], Fields]]) -> tuple[tuple[re.Pattern[str], Any], ...]:
    return tuple((re.compile(pattern), reading) for pattern, reading in rows)


def _month_day(found: re.Match[str]) -> Fields:
    month, day = MONTHS.index(found["month"]) + 1, int(re.sub(r"\D", "", found["day"]))
    year = found["year"]
    return {"date": f"{int(year) + (2000 if len(year) == 2 else 0)}-{month:02d}-{day:02d}" if year
            else f"{month:02d}-{day:02d}"}  # fmt: skip


def _count(text: str) -> int:
    return {"a": 1, "an": 1, "couple": 2, "half": 0}.get(text) or int(text)


_DAY_BOUNDS = _table(
    (rf"\b(?:not|except|but not|but|can't (?:do|make)|cannot (?:do|make)|other than|can't) (?:on )?(?:this )?(?P<day>{WEEKDAY})s?\b",
     lambda found: {"not_days": (found["day"],)}),
    (rf"\b(?:from |between )?(?P<first>{DAY_SAID}) ?(?:-|–|to|until|till|through|thru|and) ?(?P<last>{DAY_SAID})\b",
     lambda found: {"from_day": found["first"], "to_day": found["last"]}),
    (rf"(?<!day )(?<!days )(?<!week )(?<!weeks )\b(?:any ?time |any day )?after (?P<day>{DAY_SAID})\b", lambda found: {"after_day": found["day"]}),
    (rf"(?<!week )(?<!weeks )\b(?:from|starting) (?P<day>{DAY_SAID})(?: on(?:wards?)?)?\b", lambda found: {"from_day": found["day"]}),
    (rf"\b(?:any ?time |any day )?before (?P<day>{DAY_SAID})\b", lambda found: {"before_day": found["day"]}),
    (rf"\b(?:by|until|till|no later than) (?P<day>{DAY_SAID})\b", lambda found: {"to_day": found["day"]}),
)  # fmt: skip

_DATES = _table(
    (r"\bweek of\b", lambda _: {"portion": "week"}),
    (r"\b(?P<date>\d{4}-\d\d-\d\d)(?:t| |\b)", lambda found: {"date": found["date"]}),
    (rf"\b(?P<month>{MONTH_NAME}) (?:the )?(?P<day>\d{{1,2}}(?:st|nd|rd|th)?)(?! ?(?:am|pm|oclock|:)|\d)(?: (?P<year>20\d\d))?\b",
     _month_day),
    (rf"\b(?:the )?(?P<day>\d{{1,2}}(?:st|nd|rd|th)?)(?: of)? (?P<month>{MONTH_NAME})\b(?: (?P<year>20\d\d))?", _month_day),
    (r"(?<![\d/])(?P<date>\d{1,2}/\d{1,2}(?:/(?:20)?\d\d)?)(?![\d/])", lambda found: {"date": found["date"]}),
    (r"\b(?:the )?(?P<day>\d{1,2})(?:st|nd|rd|th)? (?:of |in )?(?:the )?(?P<month>this|next|current|coming|same) month\b",
     lambda found: {"date": str(int(found["day"])), "month": "next" if found["month"] in ("next", "coming") else "this"}),
    (r"\b(?:the )?(?P<day>\d{1,2})(?:st|nd|rd|th)\b(?: of)?(?: the month)?", lambda found: {"date": str(int(found["day"]))}),
    (r"\bon the (?P<day>\d{1,2})\b(?! ?(?:am|pm|oclock|:))", lambda found: {"date": str(int(found["day"]))}),
)  # fmt: skip

_TIMES = _table(
    (rf"\b(?:between|from) (?P<first>{CLOCK}) ?(?:and|to|until|till|til|-) ?(?P<last>{CLOCK})",
     lambda found: {"after": _bare(found["first"]), "before": _bare(found["last"])}),
    (rf"(?P<first>{CLOCK}) ?(?:to|until|till|til|-|–) ?(?P<last>{CLOCK})",
     lambda found: {"after": _bare(found["first"]), "before": _bare(found["last"])}),
    (rf"\b(?:not before|no earlier than|not earlier than|any ?time (?:after|from)|after|past|later than|from|starting(?: at)?) (?P<time>{CLOCK})"
     r"(?: on(?:wards?)?\b)?", lambda found: {"after": _bare(found["time"])}),
    (rf"(?P<time>{CLOCK}) (?:and|&)? ?(?:later|after|onwards?|on)\b", lambda found: {"after": _bare(found["time"])}),
    (rf"\b(?:not after|no later than|not later than|any ?time before|before|by|until|till|til|earlier than) (?P<time>{CLOCK})",
     lambda found: {"before": _bare(found["time"])}),
    (rf"(?P<time>{CLOCK}) (?:and|&)? ?(?:earlier|before)\b", lambda found: {"before": _bare(found["time"])}),
    (rf"\b(?:around|about|roughly|approximately|approx|near|close to) (?P<time>{CLOCK})(?: ?(?:ish|so)\b)?",
     lambda found: {"time": _bare(found["time"]), "around": True}),
    (rf"(?P<time>{CLOCK}) ?(?:ish\b|so\b|give take)", lambda found: {"time": _bare(found["time"]), "around": True}),
    (rf"(?P<time>{CLOCK})", lambda found: {"time": _bare(found["time"])}),
    (r"\bin (?P<count>an?|half an|\d+) (?P<unit>hour|minute)s?\b",
     lambda found: {"in_minutes": 30 if found["count"] == "half an"
                    else _count(found["count"]) * (60 if found["unit"] == "hour" else 1)}),
    (r"\btonight\b", lambda _: {"day": "today", "part_of_day": "night"}),
    (r"\bthis (?P<part>morning|afternoon|evening)\b", lambda found: {"day": "today", "part_of_day": found["part"]}),
    (rf"\b(?:in the |at |during |the )?(?P<part>{PARTS})s?\b",
     lambda found: {"part_of_day": re.sub(r" the day$", " day", found["part"])}),
)  # fmt: skip

_DAYS = _table(
    (rf"\b(?P<count>an?|\d+) weeks? (?:from|after|on) (?P<day>{DAY})\b",
     lambda found: {"in_weeks": _count(found["count"]), "day": found["day"], "which": "coming"}),
    (rf"\b(?P<day>{DAY}) week\b", lambda found: {"in_weeks": 1, "day": found["day"], "which": "coming"}),
    (r"\b(?:in|within) (?P<count>an?|\d+|a couple of) (?P<unit>day|week)s?(?: time)?\b",
     lambda found: {f"in_{found['unit']}s": 2 if "couple" in found["count"] else _count(found["count"])}),
    (r"\b(?P<count>an?|\d+) (?P<unit>day|week)s? from (?:now|today)\b",
     lambda found: {f"in_{found['unit']}s": _count(found["count"])}),
    (r"\b(?:the )?day after tomorrow\b", lambda _: {"day": "day after tomorrow"}),
    (r"\b(?:later )?today\b", lambda _: {"day": "today"}),
    (r"\btomorrow\b", lambda _: {"day": "tomorrow"}),
    (rf"\b(?P<day>{DAY})s? (?:of |in )?(?P<week>this|next|the coming|the following) week\b",
     lambda found: {"day": found["day"], "week": int(found["week"] != "this")}),
    (rf"\b(?P<week>this|next) week(?:'s)? (?:on |· ?)?(?P<day>{DAY})s?\b",
     lambda found: {"day": found["day"], "week": int(found["week"] != "this")}),
    (rf"\b(?P<day>{DAY}) after next\b", lambda found: {"day": found["day"], "which": "after next"}),
    (rf"\b(?P<which>this|next|the coming|this coming|coming|the following) (?P<day>{DAY})s?\b",
     lambda found: {"day": found["day"],
                    "which": "coming" if "coming" in found["which"] else found["which"].removeprefix("the ")}),
    (rf"\b(?P<day>{DAY})s?\b", lambda found: {"day": found["day"]}),
    (r"\b(?P<portion>early|beginning of|start of|mid|middle of|late|later|end of|the end of) ?(?=(?:this|next|the) (?:week|month)\b)",
     lambda found: {"portion": _portion(found["portion"])}),
    (r"\bweek after next\b", lambda _: {"week": 2}),
    (r"\b(?P<week>this|next|the|the coming|coming|the following) week\b",
     lambda found: {"week": int(found["week"] not in ("this", "the"))}),
    (r"\b(?P<month>this|next|the) month\b", lambda found: {"month": "next" if found["month"] == "next" else "this"}),
    (rf"\b(?P<portion>early|beginning of|start of|mid|middle of|late|end of)? ?(?:in )?(?P<month>{MONTH_NAME})\b(?! \d)",
     lambda found: {"month": found["month"], **({"portion": _portion(found["portion"])} if found["portion"] else {})}),
    (r"\b(?:asap|as soon as (?:possible|you can)|soonest|earliest|right away|right now|immediately|first available|next available)\b",
     lambda _: {"soon": True}),
)  # fmt: skip


def _portion(said: str) -> str:
    if said.startswith(("early", "beginning", "start")):
        return "early"
    return "middle" if said.startswith("mid") else "late"
