"""How are the words for days, months and numbers spelled the one way the patterns know?

People write "tmrw", "weds", "five o"clock" and "the second of MArch"; the table in `spoken` should not have to. Only
spelling is settled here, never meaning.
"""

from __future__ import annotations

import difflib
import re

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
          "november", "december")  # fmt: skip
WEEKDAY = "|".join(WEEKDAYS)
DAY = f"{WEEKDAY}|weekend|weekday"
MONTH = "|".join(MONTHS)
ORDINAL = r"\d{1,2}(?:st|nd|rd|th)"

_UNITS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
          "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")  # fmt: skip
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50}
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
             "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
             "twentieth")  # fmt: skip

_SPELLINGS = {
    "mon": "monday", "tue": "tuesday", "tues": "tuesday", "wed": "wednesday", "weds": "wednesday",
    "thu": "thursday", "thur": "thursday", "thurs": "thursday", "fri": "friday", "sat": "saturday", "sun": "sunday",
    "jan": "january", "feb": "february", "mar": "march", "apr": "april", "jun": "june", "jul": "july",
    "aug": "august", "sep": "september", "sept": "september", "oct": "october", "nov": "november", "dec": "december",
    "tmrw": "tomorrow", "tmw": "tomorrow", "tmr": "tomorrow", "tomo": "tomorrow", "tommorow": "tomorrow",
    "tommorrow": "tomorrow", "tomorow": "tomorrow", "2moro": "tomorrow", "2morrow": "tomorrow", "tomorrows": "tomorrow",
    "2day": "today", "2nite": "tonight", "tonite": "tonight", "2night": "tonight", "overmorrow": "day after tomorrow",
    "wk": "week", "nxt": "next", "aft": "afternoon", "arvo": "afternoon", "afternoons": "afternoon", "morn": "morning",
    "mornings": "morning", "eve": "evening", "evenings": "evening", "hrs": "hours", "hr": "hour", "mins": "minutes",
    "min": "minutes", "wkend": "weekend", "weekends": "weekend", "weekdays": "weekday", "cant": "can't",
}  # fmt: skip
_NAMES = (*WEEKDAYS, *(name for name in MONTHS if len(name) > 6), "tomorrow")
_COUNTED = "(?:thing|available|slot|opening|appointment|one|half|week|visit|time)"  # "the first one" is no date
_NEGATIONS = "not|won't|wont|can't|cannot|don't|dont|isn't|never"
_NOT_BEFORE_SAT = ("i", "he", "she", "it", "we", "they", "have", "has", "had", "just", "been", "the")


def normal_words(text: str) -> str:
    """The text in lower case with one spelling for each day, month and number; list commas between days become "or"."""
    text = re.sub(r"[’‘`´“”\"]", "'", text.lower())
    text = re.sub(r"\bo ?' ?clock\b|\boclock\b|\bo clock\b", "oclock", text)
    text = re.sub(r"(?<![a-z])([ap])\. ?m\b\.?", r"\1m", text)
    text = re.sub(r"(?<=\d)([ap])\b", r"\1m", text)
    text = re.sub(r"(?<=\d)(?:o'?clock|oclock)", " oclock", text)
    text = re.sub(r"[a-z0-9']*[a-z][a-z0-9']*", lambda found: _spelled(found, text), text)
    text = _numbers(text)
    text = re.sub(rf"\b({WEEKDAY}) ?(?:,|/|&) ?(?:and |or )?(?={WEEKDAY})", r"\1 or ", text)
    text = re.sub(rf"(?<!between )\b({WEEKDAY}) and (?={WEEKDAY})", r"\1 or ", text)
    text = re.sub(r"\btomorrow or (?:the )?day after(?! tomorrow)", "tomorrow or day after tomorrow", text)
    # "won't be there until 4": not before four
    text = re.sub(rf"\b({_NEGATIONS})((?: [a-z']+){{1,6}}?) (?:until|till|before)\b", r"\1\2 after", text)
    text = re.sub(r"\bor so\b", "so", text)
    text = re.sub(r"\bor (later|after|onwards?|earlier|before)\b", r"\1", text)
    text = re.sub(r"\bday or two\b", "few days", text)
    return re.sub(r"\s+", " ", re.sub(r"[,;!?()*]|\.(?!\d)", " ", text)).strip()


def _spelled(found: re.Match[str], text: str) -> str:
    word = found.group()
    before = text[: found.start()].rsplit(maxsplit=1)[-1:]
    if word in ("sat", "sun") and before and before[0] in _NOT_BEFORE_SAT:
        return word
    if word in _SPELLINGS:
        return _SPELLINGS[word]
    plain = word.removesuffix("'s")
    if plain in _NAMES:
        return plain
    if len(word) >= 6 and word.isalpha():
        near = difflib.get_close_matches(word, _NAMES, n=1, cutoff=0.84)
        return near[0] if near and word[0] == near[0][0] else word
    return word


def _numbers(text: str) -> str:
    """Number words as digits: "five thirty" → "5 30", "the twenty first of march" → "the 21st of march"."""
    tens, units, ordinals = "|".join(_TENS), "|".join(_UNITS[:9]), "|".join(_ORDINALS[:9])
    text = re.sub(rf"\b({tens})[ -]({ordinals})\b",
                  lambda found: _ordinal(_TENS[found[1]] + _ORDINALS.index(found[2]) + 1), text)  # fmt: skip
    text = re.sub(rf"\b({tens})[ -]({units})\b",
                  lambda found: str(_TENS[found[1]] + _UNITS.index(found[2]) + 1), text)  # fmt: skip
    text = re.sub(r"\bthirtieth\b", "30th", text)
    names = "|".join(_ORDINALS)  # "I first need to know" is no date; "the first", "March first" and "first of" are
    dates = rf"\b(the|{MONTH}) ({names})\b(?! {_COUNTED})|(\b)({names})(?= of\b)|(^)({names})$"
    return re.sub(rf"\b({'|'.join(_UNITS)})\b", lambda found: str(_UNITS.index(found[1]) + 1),
                  re.sub(rf"\b({'|'.join(_TENS)})\b", lambda found: str(_TENS[found[1]]),
                         re.sub(dates, _dated, text)))  # fmt: skip


def _dated(found: re.Match[str]) -> str:
    before, name = (each for each in found.groups() if each is not None)
    return f"{before} {_ordinal(_ORDINALS.index(name) + 1)}".strip()


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number not in (11, 12, 13) else "th"
    return f"{number}{ending}"
