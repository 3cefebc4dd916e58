"""At which hour, in the words people use?

Every time of day in a phrase is written as one token, `<17:30>`, or `<5:30?>` where nobody said which half of the day.
With that done the patterns of `spoken` need to know a single form. A bare number becomes an hour only beside a word
that makes it one: "at 5", "evening 5", "after 5"; "2 bikes" and "3 days" stay what they are.
"""

from __future__ import annotations

import re
from typing import Any

from agents.messaging.spoken_words import WEEKDAY

CLOCK = r"<\d{1,2}:\d\d\??>"
PARTS = (
    r"first thing|early morning|mid[ -]?morning|late morning|morning|after lunch|lunch ?time|lunch"
    r"|early afternoon|mid[ -]?afternoon|late afternoon|afternoon"
    r"|after work|early evening|late evening|evening|night|end of (?:the )?day|close of business"
)


def patterns(*rows: tuple[str, Any]) -> tuple[tuple[re.Pattern[str], Any], ...]:
    """A table of patterns, compiled, each with what to do where it is found."""
    return tuple((re.compile(pattern), put) for pattern, put in rows)


def with_clocks(text: str) -> str:
    """The text with every time of day that can be told as such written `<17:30>`, or `<5:30?>`."""
    for pattern, put in _CLOCKS:
        text = pattern.sub(put, text)
    return re.sub(r"\b(?:between|from) between\b", "between", text)


def _clock(hour: int, minute: int, half: str = "", typed: str = "") -> str:
    """A token; `half`: "am", "pm" or nothing; `typed`: the hour's digits, whose leading zero means a 24-hour clock."""
    if hour > 23 or minute > 59 or (half and hour > 12 and half != "pm"):
        return f"{typed or hour}:{minute:02d}"  # no time of day: left unread
    if half == "am" and hour == 12:
        return "12am?"  # midnight by the book, noon in many a message: left unread
    if half and hour <= 12:
        return f"<{hour % 12 + (12 if half == 'pm' else 0):02d}:{minute:02d}>"
    if hour == 0 or hour >= 12 or typed.startswith("0"):  # nobody says 12:30 for half past midnight
        return f"<{hour:02d}:{minute:02d}>"
    return f"<{hour}:{minute:02d}?>"


def _past(found: re.Match[str]) -> str:
    minutes = {"half": 30, "quarter": 15}.get(found["minutes"]) or int(found["minutes"])
    hour = int(found["hour"])
    if found["side"] in ("to", "till", "til", "of", "before"):
        if found["minutes"] == "half":
            return f"{found.group()}?"  # half past the one or the other
        hour, minutes = (hour - 1 if hour > 1 else 12), 60 - minutes
    return _clock(hour, minutes, found["half"] or "")


def _digits(found: re.Match[str]) -> str:
    return _clock(int(found["hour"]), int(found["minute"] or 0), found["half"] or "", found["hour"])


def _led(found: re.Match[str]) -> str:
    """A bare hour after the word that makes it one."""
    return found.groupdict().get("lead", "") + _clock(int(found["hour"]), 0, "", found["hour"])


def _hour_range(found: re.Match[str]) -> str:
    """ "10-12" are hours; "4-22" may be the 22nd of April and stays unread, unless a day is named beside it."""
    far = [hour for hour in (found["first"], found["last"]) if hour.isdigit() and int(hour) > 12]
    if far and not found["minute"] and not re.search(_DAY_NAMED, found.string):
        return f"{found.group()}?"
    first = _clock(int(found["first"]), int(found["minute"] or 0), "", found["first"])
    return f"between {first} and {found['last']}"


def _hours_to(found: re.Match[str]) -> str:
    """ "10 to 12" are hours; "10 to 5" may be ten minutes to five, and stays unread."""
    first, last = int(found["first"]), int(found["last"])
    return f"between {_clock(first, 0)} and {last}" if first < last else found.group()


_DAY_NAMED = rf"\b(?:{WEEKDAY}|today|tomorrow|tonight)\b|·"
_HALF = r"(?: ?(?P<half>am|pm)\b)?"
_START = r"(?<![a-z\d:/<.-])"  # not inside another number, a date or a clock already found
_HOUR = rf"{_START}(?P<hour>\d{{1,2}})"
_DOT = r"(?<!on \d)(?<!on \d\d)\.(?=[0-5][05])"  # "19.03" and "on 12.10" are dates
_NO_COUNT = r"(?![:/]|-?\d| (?:days?|weeks?|hours?|minutes?|months?|people|bikes?|cars?|rings?))"


_CLOCKS = patterns(
    # "2-4pm", "10:30-12"
    (rf"{_START}(?P<first>\d{{1,2}})(?::(?P<minute>\d\d))? ?(?:-|–) ?"
     r"(?P<last>\d{1,2}(?::\d\d)?)(?= ?(?:am|pm)|\b(?![-/]))", _hour_range),
    (rf"{_START}(?P<first>\d{{1,2}}) to (?P<last>\d{{1,2}})(?=\b|am|pm){_NO_COUNT}", _hours_to),
    # "half past ten", "20 minutes to 5"; "10 to 5" alone may be a stretch of hours
    (r"\b(?P<minutes>half|quarter|\d{1,2}(?= minutes)|5|20|25)(?: minutes)? "
     rf"(?P<side>past|after|to|till|til|of|before) (?P<hour>\d{{1,2}})(?! ?:|\d)(?: ?oclock)?{_HALF}", _past),
    (rf"{_START}(?P<minutes>[1-5]?\d) (?P<side>past) (?P<hour>\d{{1,2}})(?! ?:|\d){_HALF}", _past),
    (rf"\b(?P<minutes>half) (?P<side>)(?P<hour>\d{{1,2}})\b{_HALF}", _past),
    # "10:30", "10.30", "10h30", "10 30"
    (rf"{_HOUR}(?:[:h]|{_DOT}| (?=[0-5][05]\b(?! (?:days|weeks|minutes))))(?P<minute>[0-5]\d)(?![\d/.>?-]){_HALF}"
     r"(?: hours\b)?", _digits),
    (rf"{_HOUR}(?P<minute>) ?(?P<half>am|pm)\b", _digits),
    # "1030am", "1730 hours", "at 1730"
    (r"(?<![\d:/<.-])(?P<hour>1?\d)(?P<minute>[0-5][05]) ?(?P<half>am|pm)\b", _digits),
    (r"\b(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5][05]) ?(?:hours|h)\b", r"<\g<hour>:\g<minute>>"),
    (r"\b(?P<lead>at )(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5][05])\b", r"\g<lead><\g<hour>:\g<minute>>"),
    (rf"{_HOUR}(?P<minute>)(?P<half>) (?:oclock|sharp|on the (?:dot|nose))\b", _digits),
    (r"\b(?:12 )?(?:noon|midday)\b", "<12:00>"),
    # a bare number beside a word that makes it an hour: "evening 5", "5 in the evening", "at 5", "tomorrow 5"
    (rf"(?P<lead>\b(?:{PARTS})(?: at| around| about)? )(?P<hour>\d{{1,2}})\b(?![:/]| (?:days|weeks))", _led),
    (rf"{_HOUR}(?= (?:and |& )?(?:later|onwards?)\b)", _led),
    (rf"{_HOUR}(?= (?:in the|at|this|tomorrow|today) (?:morning|afternoon|evening|night)\b| ?ish\b| tonight\b)", _led),
    (r"(?P<lead>(?<!the )(?<!this )\b(?:at|by|after|before|around|about|until|till|til|past|than|from|between) |@ ?)"
     rf"(?P<hour>\d{{1,2}})\b{_NO_COUNT}", _led),
    (r"(?P<lead><\d{1,2}:\d\d\??> (?:and|to|until|till) )(?P<hour>\d{1,2})\b(?![:/])", _led),
    (r"(?P<lead>\b(?:today|tomorrow) )(?P<hour>\d{1,2})\b(?![:/]| \w)", _led),
    (r"^(?P<lead> +)(?P<hour>\d{1,2})(?= +$| (?:today|tomorrow)\b)", _led),
)  # fmt: skip
