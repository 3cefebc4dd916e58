"""Which words say which part of a day and a time?

The table of patterns that `spoken` tries in order, bounds before what they bound and dates before the numbers in them.
Each row is a pattern and the fields that it fills; a new way to say a time is one more row.
"""

from __future__ import annotations

import re
from typing import Any

from agents.messaging.constraints import UNCLEAR
from agents.messaging.spoken_clock import CLOCK, PARTS, patterns
from agents.messaging.spoken_words import DAY, EXCLUDED, MONTH, MONTHS, NOT, ORDINAL, WEEKDAY

Fields = dict[str, Any]

_MONTHS_ALONE = "|".join([*(name for name in MONTHS if name not in ("may", "march")), "(?<=in )may", "(?<=in )march",
                         "(?<=of )may", "(?<=of )march"])  # fmt: skip
_EVENTS = (
    "wedding|anniversary|birthday|party|race|trip|proposal|engagement|ceremony|flight|holiday"
    "|met|bought it|got it|ordered it|married|proposed|engaged|born|crashed|broke|happened|since"
)
_DAY_SAID = (
    rf"(?:the )?{ORDINAL}(?: of)? (?:{MONTH})|(?:{MONTH}) (?:the )?(?:{ORDINAL}|\d{{1,2}})(?!\d)"
    rf"|the {ORDINAL}|{ORDINAL}|\d{{1,2}} (?:{MONTH})|(?:next |this )?(?:{WEEKDAY})|tomorrow|today"
)


def _bare(text: str) -> str:
    return text.strip("<>")


def _month_day(found: re.Match[str]) -> Fields:
    month, day = MONTHS.index(found["month"]) + 1, int(re.sub(r"\D", "", found["day"]))
    year = found["year"]
    return {"date": f"{int(year) + (2000 if len(year) == 2 else 0)}-{month:02d}-{day:02d}" if year
            else f"{month:02d}-{day:02d}"}  # fmt: skip


def _day_range(found: re.Match[str]) -> Fields:
    """From and to; a month said once holds for both: "10th to 12th of April"."""
    days = [found["first"], found["last"]]
    month = re.search(rf"\b(?:{MONTH})\b", " ".join(days))
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

DAY_BOUNDS = patterns(
    # "not Friday at 3" says nothing of the rest of Friday, and "around the 20th" nothing of the 20th
    (rf"\b(?:(?:{NOT}) {EXCLUDED} (?:(?:at |@ ?)?\d|(?:in the )?(?:{PARTS}))"
     rf"|(?:around|about|roughly) (?:the )?(?:{ORDINAL}|(?:{MONTH}) \d))",
     lambda _: {"date": UNCLEAR}),
    (rf"\b(?:{NOT}) (?P<days>{EXCLUDED}(?: nor {EXCLUDED})*)\b",
     lambda found: {"not_days": tuple(re.findall(rf"{DAY}|today|tomorrow", found["days"]))}),
    (rf"\b(?:not before|no earlier than|not earlier than|earliest) (?P<day>{_DAY_SAID})\b",
     lambda found: {"from_day": found["day"]}),
    (rf"\b(?:not after|not later than) (?P<day>{_DAY_SAID})\b", lambda found: {"to_day": found["day"]}),
    # a day on which something else is or was
    (rf"\b(?:{_EVENTS})(?:'s| is| was| will be)?(?: on| in)?(?: a)? (?:{_DAY_SAID})\b", lambda _: {"date": UNCLEAR}),
    (rf"(?<!\d )(?<!(?:st|nd|rd|th|of) )\b(?:from |between )?(?P<first>(?:{MONTH}) \d{{1,2}}) ?"
     r"(?:-|–|to|until|till|through|thru) ?"
     r"(?P<last>\d{1,2})(?! ?(?:am|pm|:|oclock)|\d)", _day_range),
    (rf"\b(?:from |(?P<between>between ))?(?:the )?(?P<first>\d{{1,2}}(?:st|nd|rd|th)?) ?(?:{_THROUGH}) ?"
     rf"(?P<last>(?:the )?\d{{1,2}}(?: of)? (?:{MONTH}))\b", _day_range),
    (rf"\b(?:from |(?P<between>between ))?(?P<first>{_DAY_SAID}) ?(?:{_THROUGH}) ?(?P<last>{_DAY_SAID})\b",
     _day_range),
    (rf"(?<!day )(?<!days )(?<!week )(?<!weeks )\b(?:any ?time |any day )?after (?P<day>{_DAY_SAID})\b",
     lambda found: {"after_day": found["day"]}),
    (rf"(?<!day )(?<!days )(?<!week )(?<!weeks )\b(?:from|starting) (?P<day>{_DAY_SAID})(?: on(?:wards?)?)?\b",
     lambda found: {"from_day": found["day"]}),
    (rf"\b(?:any ?time |any day )?before (?P<day>{_DAY_SAID})\b", lambda found: {"before_day": found["day"]}),
    (rf"\b(?:by|until|till|no later than) (?P<day>{_DAY_SAID})\b", lambda found: {"to_day": found["day"]}),
)  # fmt: skip

DATES = patterns(
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
     rf"(?P<month>{MONTH})\b(?: (?P<year>20\d\d))?",
     _month_day),
    (rf"\b(?P<month>{MONTH}) (?:the )?(?P<day>\d{{1,2}}(?:st|nd|rd|th)?)(?! ?(?:am|pm|oclock|:)|\d)"
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

TIMES = patterns(
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

DAYS = patterns(
    (rf"\bin (?P<count>an?|\d+) weeks?(?: time)? on (?P<day>{DAY})\b",
     lambda found: {"in_weeks": _count(found["count"]), "day": found["day"]}),
    (rf"\b(?P<count>an?|\d+) weeks? (?:from|after|on) (?P<day>{DAY})\b",
     lambda found: {"in_weeks": _count(found["count"]), "day": found["day"], "which": "coming"}),
    (r"\b(?P<count>an?|\d+) weeks? (?:from |after )?(?P<day>today|tomorrow)\b",
     lambda found: {"in_days": 7 * _count(found["count"]) + int(found["day"] == "tomorrow")}),
    (rf"\b(?P<day>{DAY}) week\b", lambda found: {"in_weeks": 1, "day": found["day"], "which": "coming"}),
    (r"\b(?:in|within) (?P<count>an?|\d+|a couple of) (?P<unit>day|week)s?(?: time)?(?: from (?:now|today))?\b",
     lambda found: {f"in_{found['unit']}s": 2 if "couple" in found["count"] else _count(found["count"])}),
    (r"(?<!for )\b(?P<count>an?|\d+) (?P<unit>day|week)s? from (?:now|today)\b",
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
     rf"(?P<month>{_MONTHS_ALONE})\b(?! \d)",
     lambda found: {"month": found["month"], **({"portion": _portion(found["portion"])} if found["portion"] else {})}),
    (r"\b(?:asap|as soon as (?:possible|you can)|soonest|earliest|right away|right now|immediately|first available"
     r"|next available)\b",
     lambda _: {"soon": True}),
)  # fmt: skip


def _portion(said: str) -> str:
    if said.startswith(("early", "beginning", "start")):
        return "early"
    return "middle" if said.startswith("mid") else "late"
