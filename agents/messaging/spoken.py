"""What did the customer say about a day and a time, before anybody knows what it means?

A table of patterns, tried in order; what one has read is taken out of the text, so that nothing is read twice. The
result names no date and needs no clock: "next Friday" stays "next Friday" until `times.resolve` puts it beside the
recorded now. What no pattern could read is kept in `unread`, because a time half understood is worse than a question.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from agents.messaging.spoken_clock import CLOCK, PARTS, patterns, with_clocks
from agents.messaging.spoken_left import READ, doubts, left_over
from agents.messaging.spoken_words import DAY, EXCLUDED, MONTHS, NOT, ORDINAL, WEEKDAY, WEEKDAYS, normal_words
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

MONTHS_ALONE = "|".join([*(name for name in MONTHS if name not in ("may", "march")), "(?<=in )may", "(?<=in )march",
                         "(?<=of )may", "(?<=of )march"])  # fmt: skip
_EVENTS = (
    "wedding|anniversary|birthday|party|race|trip|proposal|engagement|ceremony|flight|holiday"
    "|met|bought it|got it|ordered it|married|proposed|engaged|born|crashed|broke|happened|since"
)
UNCLEAR = "?"  # a day that was named, but not so that code could tell which
DAY_SAID = (
    rf"(?:the )?{ORDINAL}(?: of)? (?:{MONTH_NAME})|(?:{MONTH_NAME}) (?:the )?(?:{ORDINAL}|\d{{1,2}})(?!\d)"
    rf"|the {ORDINAL}|{ORDINAL}|\d{{1,2}} (?:{MONTH_NAME})|(?:next |this )?(?:{WEEKDAY})|tomorrow|today"
)


def parse_when(text: str) -> Constraints:
    """What code can read of a phrase such as "fri after work" or "half past 10 in the morning"."""
    words = _wish(normal_words(text))
    pieces = [piece for piece in re.split(r"\bor\b", words) if piece.strip()]
    read = [_read(piece) for piece in pieces]
    for index in range(1, len(read)):  # "Oct 2 or 5" is no time of day
        if pieces[index].strip().isdigit() and read[index - 1].date and not read[index - 1].names_time():
            read[index] = Constraints(date=UNCLEAR)
    if len(read) < 2 or not all(each.names_day() or each.names_time() for each in read):
        return _read(words)
    return _alternatives(read, pieces)


_MOVED = re.compile(
    r"\b(?:move|moved|change|changed|reschedul\w+|switch|swap|push|shift|bring)\b.* to (?!see|come|get|a )"
)
_REPLACED = re.compile(r"\b(?:instead of|rather than) ")


def _wish(words: str) -> str:
    """What is wanted, without what it replaces: "move it from Friday to Monday", "3 pm instead of 4 pm"."""
    moved = _MOVED.search(words)
    if moved and (_read(words[moved.end() :]).names_day() or _read(words[moved.end() :]).names_time()):
        return words[moved.end() :]
    kept = _REPLACED.split(words, maxsplit=1)[0]
    return kept if kept.strip() else words


def parse_standing(text: str) -> Constraints:
    """What is said of an appointment that stands: of "move my Friday one to Monday" the Friday, not the wish."""
    words = normal_words(text)
    moved, replaced = _MOVED.search(words), _REPLACED.search(words)
    return _read(words[replaced.end() :] if replaced else words[: moved.end() - len(" to ")] if moved else words)


def clock_said(text: str) -> str | None:
    """The time of day in a phrase, as "17:30" or "5:30?", or None."""
    said = parse_when(text)
    return said.time or said.after or said.before


def _alternatives(read: list[Constraints], pieces: list[str]) -> Constraints:
    """Each alternative with what it leaves to its neighbours: "Friday at 3 or 4", "3 or 4 on Friday"."""
    filled = [each.model_dump() for each in read]
    for index, fields in enumerate(filled):
        if not read[index].names_day():
            dated = (
                filled[index - 1] if index else next((each.model_dump() for each in read if each.names_day()), fields)
            )
            fields.update({name: dated[name] for name in DAY_FIELDS})
        elif index and _only_a_weekday(read[index]):  # "next week Monday or Tuesday"
            fields.update({name: filled[index - 1][name] for name in ("week", "which", "in_weeks")})
        timed = next((each for each in read[index + 1 :] if each.names_time()), None)
        if timed is None and index and re.search(rf"\b(?:{DAY}|today|tomorrow)$", pieces[index - 1].strip()):
            timed = read[index - 1]  # "3 pm on Tuesday or Wednesday"
        if not read[index].names_time() and timed is not None:
            fields.update({name: getattr(timed, name) for name in TIME_FIELDS})
    months = [each.date[:3] for each in read if each.date and re.fullmatch(r"\d\d-\d\d", each.date)]
    for fields in filled:  # "the 7th or 8th of March": one month for both
        if months and fields["date"] and fields["date"].isdigit() and not fields["month"]:
            fields["date"] = f"{months[0]}{int(fields['date']):02d}"
    return Constraints(alternatives=tuple(Constraints.model_validate(fields) for fields in filled))


def _only_a_weekday(read: Constraints) -> bool:
    return {name for name in DAY_FIELDS if getattr(read, name) not in (None, ())} == {"day"} and read.day in WEEKDAYS


def _read(piece: str) -> Constraints:
    """One alternative: every pattern of the table in turn, each taking out what it reads."""
    fields: Fields = {}
    text = f" {piece} "
    for pattern, reading in (*_DAY_BOUNDS, *_DATES):
        text = _take(pattern, reading, text, fields)
    text = with_clocks(text)
    for pattern, reading in (*_TIMES, *_DAYS):
        text = _take(pattern, reading, text, fields)
    timed = any(fields.get(name) for name in ("time", "after", "before"))
    fields["unread"] = f"{left_over(text, timed)} {doubts(piece)}".strip()
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
        text = f"{text[: found.start()]} {READ} {text[found.end() :]}"
        found = pattern.search(text) if "not_days" in said else None
    return text


def _bare(text: str) -> str:
    return text.strip("<>")


# ── the table ────────────────────────────────────────────────────────────────────────────────────────────────


def _month_day(found: re.Match[str]) -> Fields:
    month, day = MONTHS.index(found["month"]) + 1, int(re.sub(r"\D", "", found["day"]))
    year = found["year"]
    return {"date": f"{int(year) + (2000 if len(year) == 2 else 0)}-{month:02d}-{day:02d}" if year
            else f"{month:02d}-{day:02d}"}  # fmt: skip


def _day_range(found: re.Match[str]) -> Fields:
    """From and to; a month said once holds for both: "10th to 12th of April"."""
    days = [found["first"], found["last"]]
    month = re.search(rf"\b(?:{MONTH_NAME})\b", " ".join(days))
    for index, day in enumerate(days):
        if month and re.fullmatch(rf"(?:the )?(?:{ORDINAL}|\d{{1,2}})", day):
            days[index] = f"{day} of {month.group()}"
    return {"from_day": days[0], "to_day": days[1]}


def _count(text: str) -> int:
    return 1 if text in ("a", "an") else int(text)


def _from_now(found: re.Match[str]) -> Fields:
    minutes = 60 if found["unit"] == "hour" else 1
    return {"in_minutes": 30 if found["count"] == "half an" else _count(found["count"]) * minutes}


_THROUGH = "-|–|to|until|till|through|thru|(?(between)and|to)"  # "the 5th and 7th" are two days

_DAY_BOUNDS = patterns(
    # "not Friday at 3" says nothing of the rest of Friday, and "around the 20th" nothing of the 20th
    (rf"\b(?:(?:{NOT}) {EXCLUDED} (?:(?:at |@ ?)?\d|(?:in the )?(?:{PARTS}))"
     rf"|(?:around|about|roughly) (?:the )?(?:{ORDINAL}|(?:{MONTH_NAME}) \d))",
     lambda _: {"date": UNCLEAR}),
    (rf"\b(?:{NOT}) (?P<days>{EXCLUDED}(?: nor {EXCLUDED})*)\b",
     lambda found: {"not_days": tuple(re.findall(rf"{DAY}|today|tomorrow", found["days"]))}),
    (rf"\b(?:not before|no earlier than|not earlier than|earliest) (?P<day>{DAY_SAID})\b",
     lambda found: {"from_day": found["day"]}),
    (rf"\b(?:not after|not later than) (?P<day>{DAY_SAID})\b", lambda found: {"to_day": found["day"]}),
    # a day on which something else is or was
    (rf"\b(?:{_EVENTS})(?:'s| is| was| will be)?(?: on| in)?(?: a)? (?:{DAY_SAID})\b", lambda _: {"date": UNCLEAR}),
    (rf"(?<!\d )(?<!(?:st|nd|rd|th|of) )\b(?:from |between )?(?P<first>(?:{MONTH_NAME}) \d{{1,2}}) ?"
     r"(?:-|–|to|until|till|through|thru) ?"
     r"(?P<last>\d{1,2})(?! ?(?:am|pm|:|oclock)|\d)", _day_range),
    (rf"\b(?:from |(?P<between>between ))?(?:the )?(?P<first>\d{{1,2}}(?:st|nd|rd|th)?) ?(?:{_THROUGH}) ?"
     rf"(?P<last>(?:the )?\d{{1,2}}(?: of)? (?:{MONTH_NAME}))\b", _day_range),
    (rf"\b(?:from |(?P<between>between ))?(?P<first>{DAY_SAID}) ?(?:{_THROUGH}) ?(?P<last>{DAY_SAID})\b",
     _day_range),
    (rf"(?<!day )(?<!days )(?<!week )(?<!weeks )\b(?:any ?time |any day )?after (?P<day>{DAY_SAID})\b",
     lambda found: {"after_day": found["day"]}),
    (rf"(?<!day )(?<!days )(?<!week )(?<!weeks )\b(?:from|starting) (?P<day>{DAY_SAID})(?: on(?:wards?)?)?\b",
     lambda found: {"from_day": found["day"]}),
    (rf"\b(?:any ?time |any day )?before (?P<day>{DAY_SAID})\b", lambda found: {"before_day": found["day"]}),
    (rf"\b(?:by|until|till|no later than) (?P<day>{DAY_SAID})\b", lambda found: {"to_day": found["day"]}),
)  # fmt: skip

_DATES = patterns(
    # "the second week of April", "last Friday": no single date that code could name
    (rf"\b(?:the )?(?:{ORDINAL}|first|second|third|fourth|last) (?:week|weekend|{WEEKDAY})\b",
     lambda _: {"date": UNCLEAR}),
    (r"\b(?:in|during|this|next|after|before|over) (?:the )?(?:summer|winter|spring|autumn|fall|holidays?)\b",
     lambda _: {"date": UNCLEAR}),
    (r"\b(?:yesterday|christmas|easter|thanksgiving|new year(?:'s)?|labor day|memorial day|bank holiday)\b",
     lambda _: {"date": UNCLEAR}),
    (r"\bweek of\b", lambda _: {"portion": "week"}),
    (r"\b(?P<date>\d{4}-\d\d-\d\d)(?:t| |\b)", lambda found: {"date": found["date"]}),
    (rf"(?<!at )(?<!after )(?<!before )(?<!@)\b(?:the )?(?P<day>\d{{1,2}}(?:st|nd|rd|th)?)(?: of)? "
     rf"(?P<month>{MONTH_NAME})\b(?: (?P<year>20\d\d))?",
     _month_day),
    (rf"\b(?P<month>{MONTH_NAME}) (?:the )?(?P<day>\d{{1,2}}(?:st|nd|rd|th)?)(?! ?(?:am|pm|oclock|:)|\d)"
     r"(?: (?P<year>20\d\d))?\b",
     _month_day),
    (r"(?<![\d/])(?P<date>\d{1,2}/\d{1,2}(?:/(?:20)?\d\d)?)(?![\d/])", lambda found: {"date": found["date"]}),
    (r"\b(?:the )?(?P<day>\d{1,2})(?:st|nd|rd|th)? (?:of |in )?(?:the )?"
     r"(?P<month>this|next|current|coming|same) month\b",
     lambda found: {"date": str(int(found["day"])),
                    "month": "next" if found["month"] in ("next", "coming") else "this"}),
    (r"\b(?:the )?(?P<day>\d{1,2})(?:st|nd|rd|th)\b(?: of)?(?: the month)?",
     lambda found: {"date": str(int(found["day"]))}),
    (r"\bon the (?P<day>\d{1,2})\b(?! ?(?:am|pm|oclock|:))", lambda found: {"date": str(int(found["day"]))}),
)  # fmt: skip

_TIMES = patterns(
    (rf"\b(?:between|from) (?P<first>{CLOCK}) ?(?:and|to|until|till|til|-) ?(?P<last>{CLOCK})",
     lambda found: {"after": _bare(found["first"]), "before": _bare(found["last"])}),
    (rf"(?P<first>{CLOCK}) ?(?:to|until|till|til|-|–) ?(?P<last>{CLOCK})",
     lambda found: {"after": _bare(found["first"]), "before": _bare(found["last"])}),
    (r"\b(?:not before|not until|no earlier than|not earlier than|any ?time (?:after|from)|after|from"
     r"|(?<!the )(?<!this )past|(?<!no )(?<!not )later than"
     rf"|starting(?: at)?) (?P<time>{CLOCK})(?: on(?:wards?)?\b)?", lambda found: {"after": _bare(found["time"])}),
    (rf"(?P<time>{CLOCK})[^<>]{{0,30}}? after (?:that|then)\b", lambda found: {"after": _bare(found["time"])}),
    (rf"(?P<time>{CLOCK}) (?:and|&)? ?(?:later|after|onwards?)\b", lambda found: {"after": _bare(found["time"])}),
    (r"\b(?:not after|no later than|not later than|any ?time before|before|by|until|till|til|earlier than) "
     rf"(?P<time>{CLOCK})",
     lambda found: {"before": _bare(found["time"])}),
    (rf"(?P<time>{CLOCK}) (?:and|&)? ?(?:earlier|before)\b", lambda found: {"before": _bare(found["time"])}),
    (rf"\b(?:around|about|roughly|approximately|approx|near|close to) (?P<time>{CLOCK})(?: ?ish\b)?",
     lambda found: {"time": _bare(found["time"]), "around": True}),
    (rf"(?P<time>{CLOCK}) ?(?:ish\b|give take|approx(?:imately)?\b|roughly|thereabouts)",
     lambda found: {"time": _bare(found["time"]), "around": True}),
    (rf"(?P<time>{CLOCK})", lambda found: {"time": _bare(found["time"])}),
    (r"\bin (?P<count>an?|half an|\d+) (?P<unit>hour|minute)s?\b", _from_now),
    (r"\b(?P<count>an?|half an|\d+) (?P<unit>hour|minute)s? from now\b", _from_now),
    (r"\btonight\b", lambda _: {"day": "today", "part_of_day": "night"}),
    (r"\bthis (?P<part>morning|afternoon|evening)\b", lambda found: {"day": "today", "part_of_day": found["part"]}),
    (r"\b(?:by|until|till|before) lunch(?: ?time)?\b", lambda _: {"part_of_day": "before lunch"}),
    (rf"\b(?<!\d )(?:in the |at |during |the )?(?P<part>{PARTS})s?\b",
     lambda found: {"part_of_day": re.sub(r" the day$", " day", found["part"]).replace("-", " ")}),
    (r"(?:(?<=day )|(?<=tomorrow ))(?:in the )?(?P<half>am|pm)\b", lambda found: {"part_of_day": found["half"]}),
    (rf"(?<!running )(?<!be )\b(?P<end>early|late) (?:on )?(?=(?:{DAY}|today|tomorrow)\b)",
     lambda found: {"part_of_day": found["end"]}),
    (r"(?:(?<=day )|(?<=tomorrow ))(?P<end>early|late)\b", lambda found: {"part_of_day": found["end"]}),
)  # fmt: skip

_DAYS = patterns(
    (rf"\bin (?P<count>an?|\d+) weeks?(?: time)? on (?P<day>{DAY})\b",
     lambda found: {"in_weeks": _count(found["count"]), "day": found["day"]}),
    (rf"\b(?P<count>an?|\d+) weeks? (?:from|after|on) (?P<day>{DAY})\b",
     lambda found: {"in_weeks": _count(found["count"]), "day": found["day"], "which": "coming"}),
    (r"\b(?P<count>an?|\d+) weeks? (?:from |after )?(?P<day>today|tomorrow)\b",
     lambda found: {"in_days": 7 * _count(found["count"]) + int(found["day"] == "tomorrow")}),
    (rf"\b(?P<day>{DAY}) week\b", lambda found: {"in_weeks": 1, "day": found["day"], "which": "coming"}),
    (r"\b(?:in|within) (?P<count>an?|\d+|a couple of) (?P<unit>day|week)s?(?: time)?(?: from (?:now|today))?\b",
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
    (r"\b(?P<portion>early|beginning of|start of|mid|middle of|late|later|end of|the end of) ?"
     r"(?=(?:this|next|the) (?:week|month)\b)",
     lambda found: {"portion": _portion(found["portion"])}),
    (r"\bweek after next\b", lambda _: {"week": 2}),
    (r"\b(?P<week>this|next|the|the coming|coming|the following) week\b",
     lambda found: {"week": int(found["week"] not in ("this", "the"))}),
    (r"\b(?P<month>this|next|the) month\b", lambda found: {"month": "next" if found["month"] == "next" else "this"}),
    (r"\b(?P<portion>early|beginning of|start of|mid|middle of|late|end of)? ?(?:in |this )?"
     rf"(?P<month>{MONTHS_ALONE})\b(?! \d)",
     lambda found: {"month": found["month"], **({"portion": _portion(found["portion"])} if found["portion"] else {})}),
    (r"\b(?:asap|as soon as (?:possible|you can)|soonest|earliest|right away|right now|immediately|first available"
     r"|next available)\b",
     lambda _: {"soon": True}),
)  # fmt: skip


def _portion(said: str) -> str:
    if said.startswith(("early", "beginning", "start")):
        return "early"
    return "middle" if said.startswith("mid") else "late"
