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

ORDINAL_WORDS = "|".join(_ORDINALS)

_SPELLINGS = {
    "mon": "monday", "tue": "tuesday", "tues": "tuesday", "wed": "wednesday", "weds": "wednesday",
    "thu": "thursday", "thur": "thursday", "thurs": "thursday", "fri": "friday", "sat": "saturday", "sun": "sunday",
    "jan": "january", "feb": "february", "mar": "march", "apr": "april", "jun": "june", "jul": "july",
    "aug": "august", "sep": "september", "sept": "september", "oct": "october", "nov": "november", "dec": "december",
    "tmrw": "tomorrow", "tmw": "tomorrow", "tmr": "tomorrow", "tomo": "tomorrow", "tommorow": "tomorrow",
    "tommorrow": "tomorrow", "tomorow": "tomorrow", "2moro": "tomorrow", "2morrow": "tomorrow", "tomorrows": "tomorrow",
    "2day": "today", "2nite": "tonight", "tonite": "tonight", "2night": "tonight", "overmorrow": "day after tomorrow",
    "b4": "before", "eod": "end of day", "cob": "close of business", "eob": "close of business",
    "eow": "end of the week", "untill": "until", "wk": "week", "nxt": "next", "aft": "afternoon", "arvo": "afternoon",
    "afternoons": "afternoon", "morn": "morning", "mornings": "morning", "eve": "evening", "evenings": "evening",
    "hrs": "hours", "hr": "hour", "mins": "minutes", "min": "minutes", "wkend": "weekend",
    "weeknight": "weekday evening", "weeknights": "weekday evening", "weekends": "weekend", "weekdays": "weekday",
    "cant": "can't",
}  # fmt: skip
_NAMES = (*WEEKDAYS, *(name for name in MONTHS if len(name) > 6), "tomorrow")
_COUNTED = "(?:thing|available|slot|opening|appointment|one|half|week|visit|time)"  # "the first one" is no date
_BUSY = (
    "work|working|class|school|meetings?|shift|busy|away|abroad|booked|tied up|teaching|holiday|vacation|out of town"
    "|out of the country|travell?ing"
)
_DONE = "i(?:'m| am)? (?:finish|done|off|get off|clock off|knock off|get out|get home)(?: work| school| class)?"
NOT = (
    r"not|except(?: for)?|but not|other than|(?:any|every|all)(?:thing| ?day| ?time)? but"
    r"|can't(?: (?:do|make|come))?|cannot (?:do|make|come)"
)
EXCLUDED = rf"(?:on )?(?:this )?(?:{DAY}|today|tomorrow)s?"  # after NOT
_NEGATIONS = "not|won't|wont|can't|cannot|don't|dont|isn't|never"
_REFUSED = (  # said after a day, it takes the day away
    r"(?:does|do|is|are|will|would) not|(?:does|do|is|are|wo|would|ca)n'?t|cannot|(?:is|are|'s|will be) "
    r"(?:no|out|bad|impossible|full|off)|never (?:works?|suits?)"
)
_VERB_SAT = r"sat (?:there|down|outside|around|idle|unused|still|(?:in|on) (?:my|our|the (?!\d|morning|after|evening)))"
_NOT_BEFORE_SAT = ("i", "he", "she", "it", "we", "they", "have", "has", "had", "just", "been", "the")
_MONTHS_SHORT = "|".join(f"{name[:3]}(?:{name[3:]})?" if name[3:] else name for name in MONTHS)
_DAYS_SHORT = "mon|tues?|weds?|thu|thurs?|fri|sat|sun"
_AMOUNT = re.compile(  # "$10.30", "6.45 percent", "30,000 miles", "555 0115", "12 Elm Street" are no hours
    r"[$£€] ?\d[\d.,]*k?\b|\b\d[\d.,]*(?: ?%| ?(?:percent|per cent|dollars?|bucks|quid|euros?|pounds?|grand|miles?|kms?"
    r"|mm|cm|inch(?:es)?|lbs?|kg|psi|carats?|karats?|grams?|years? old)\b)"
    r"|\b24/7\b|(?:\(?\d{3}\)?[ -])?\b\d{3}[ -]\d{4}\b"
    r"|\b\d{1,5} (?:(?!at|on|in|by|to|for|and|or|near|from)[a-z]+ ){1,2}(?:street|st|road|rd|avenue|ave|lane|blvd)\b"
)
_GREETING = re.compile(  # wishes a morning, names none
    r"^(?:(?:hi|hey|hello|ok|oh)\W+(?:there\W+|all\W+)?)?(?:a )?(?:very )?"
    r"(?:good (?:morning|afternoon|evening|day|night)\b"
    r"|(?:morning|afternoon|evening)"
    r"(?=!|,? (?:all|team|guys|folks|there)\b|, (?:can|could|i|i'd|is|do|would|any|may|please)\b))"
)


def normal_words(text: str) -> str:
    """The text in lower case with one spelling for each day, month and number; list commas between days become "or"."""
    text = re.sub(r"[’‘`´“”\"]", "'", text.lower())
    text = _typed(_GREETING.sub("", _AMOUNT.sub("amount", text)))
    text = re.sub(r"\bwhy not\b", " ", re.sub(r"\b(what|how) about\b", r"\1", text))
    text = re.sub(r"\b(i|you|one|we|they|he|she|it) may\b", r"\1 might", text)
    text = re.sub(r"\b(?:a |one )?fortnight\b", "2 weeks", text)
    text = re.sub(r"\bweek (?:commencing|beginning|starting)(?: on)?\b|\bw/c\b", "week of", text)
    text = re.sub(r"\bi(?:'m| am)? work(?:ing)?(?= (?:on |all )?(?:mon|tue|wed|thu|fri|sat|sun|tom|tod))", "busy", text)
    text = re.sub(r"\bwed (?=(?:like|love|prefer|want|need|rather|be)\b)", "we'd ", text)
    text = re.sub(
        r"\b(come|coming|came|stop|drop|swing|pop|go|pass|stopping|dropping|swinging|popping) by\b", r"\1", text
    )
    # "Tuesdays at 9" is an hour of every Tuesday; "Tuesdays" alone are days to choose from
    text = re.sub(rf"\b({WEEKDAY})s (?=(?:at |@ ?)?\d)|(?<=\d)((?: ?[ap]m)? )(?:on )?({WEEKDAY})s\b",
                  lambda found: f"{found[2] or ''}every {found[1] or found[3]} ", text)  # fmt: skip
    text = re.sub(r"[a-z0-9']*[a-z][a-z0-9']*", lambda found: _spelled(found, text), text)
    text = re.sub(rf"\b({'|'.join(_UNITS)})ish\b", r"\1 ish", text)
    text = _one_turn(_numbers(text))
    return re.sub(r"\s+", " ", re.sub(r"[,;!?()*]|\.(?!\d)", " ", text)).strip()


def _typed(text: str) -> str:
    """The one way of typing a time: "3 p.m.", "3pm-ish", "~3pm", "15sep", "9, 10 or 11", "1pm-2pm"."""
    text = re.sub(rf"(?<=\d)({_MONTHS_SHORT})\b", r" \1", text)
    text = re.sub(rf"\b(at|{_DAYS_SHORT}|{WEEKDAY}|{_MONTHS_SHORT})(?=\d)", r"\1 ", text)
    text = re.sub(r"\b(?:o'?clock|oclock|hrs?) (?=[ap]m\b)", "", text)
    text = re.sub(r"\b(morning|afternoon|evening)ish\b", r"\1", re.sub(r"\bnoonish\b", "around noon", text))
    text = re.sub(r"\bthis night\b", "tonight", re.sub(r"\bthis (?=noon|midday|lunch)", "today ", text))
    text = re.sub(r"\bo ?' ?clock\b|\boclock\b|\bo clock\b", "oclock", text)
    text = re.sub(r"(?<![a-z])([ap])\. ?m\b\.?", r"\1m", text)
    text = re.sub(r"(?<=\d)([ap])\b", r"\1m", text)
    text = re.sub(r"(?<=\d) (?=(?:nd|rd|th)\b)", "", text)
    text = re.sub(r"(?<=\d)(?:o'?clock|oclock)", " oclock", text)
    text = re.sub(r"(?:-|(?<=\d)|(?<=\d[ap]m))ish\b", " ish", text)
    text = re.sub(r"(\d{1,2})((?:, ?\d{1,2})+),? (?:or|and) (?=\d)",
                  lambda found: found[1] + found[2].replace(",", " or ") + " or ", text)  # fmt: skip
    text = re.sub(r"(?<=\d),(?= \d{1,2}\b)", " ·", text)  # "at 9, 10" is not ten past nine
    text = re.sub(r"\bup (?:un)?til?l?\b|\bup to(?= (?:\d|noon|midday))", "until", text)
    text = re.sub(r"<3(?!\d|:| ?[ap]m)", " ", text)  # a heart
    text = re.sub(r"<(?= ?\d{1,2}(?::\d\d| ?[ap]m))", " before ", re.sub(r">(?= ?\d)", " after ", text))
    text = re.sub(r"[<>]", " ", re.sub(r"~(?= ?\d)", " around ", text))
    return re.sub(r"(?<=\d[ap]m) ?[-–] ?(?=\d)", " to ", re.sub(r"(?<=\d) ?& ?(?=\d)", " and ", text))


def _one_turn(text: str) -> str:
    """One turn of phrase for each that means the same: lists, refusals, bounds, roundings."""
    # "not Monday or Tuesday" takes away both; "not Monday, Tuesday" asks for the second
    text = re.sub(rf"\b(?:{NOT}) {EXCLUDED}(?:,? (?:or |and |nor )?{EXCLUDED})*,? (?:or|and|nor) {EXCLUDED}\b",
                  lambda found: re.sub(r",? (?:or|and|nor) |, ", " nor ", found.group()), text)  # fmt: skip
    text = re.sub(rf"(?<!not )(?<!except )(?<!can't )(?<!n't do )\b({WEEKDAY}) ?(?:,|/|&) ?(?:and |or )?(?={WEEKDAY})",
                  r"\1 or ", text)  # fmt: skip
    text = re.sub(rf"(?<!between )\b({WEEKDAY}|today|tomorrow) and (?={WEEKDAY}|tomorrow)", r"\1 or ", text)
    text = re.sub(rf"(?<!between )(?<!between the )\b({ORDINAL}) and (?=(?:the )?{ORDINAL})", r"\1 or ", text)
    text = re.sub(r"\btomorrow or (?:the )?day after(?! tomorrow)", "tomorrow or day after tomorrow", text)
    text = re.sub(rf"\b({DAY}|today|tomorrow)s? (?:{_REFUSED})\b", r"not \1 ·", text)
    # "won't be there until 4", "I work until 5": not before; "I finish at 5": after
    text = re.sub(r"\bnothing (?=before|after|until|till|earlier|later)", "not ", text)
    text = re.sub(rf"\b({_BUSY})((?: [a-z']+){{0,3}}?) (?:until|till)\b", r"\2 not before", text)
    text = re.sub(rf"\b{_DONE}(?: at| around| about| by)?(?= \d)", "after", text)
    text = re.sub(rf"\b({_NEGATIONS})((?: [a-z']+){{0,6}}?) (?:until|till|before)\b", r"\2 not before", text)
    text = re.sub(r"(?<=\d(?:st|nd|rd|th)) day of\b", " of", text)
    text = re.sub(r"\bby (.{1,24}?) at the latest\b", r"by \1", text)
    text = re.sub(r"\bend of business\b", "close of business", text)
    text = re.sub(r"\bthis (?:very )?day\b", "today", text)
    text = re.sub(r"\bor so\b", "ish", text)
    text = re.sub(rf"\bor (later|after|onwards?|earlier|before)\b(?! (?:\d|noon|midday|lunch|work|{DAY}|tomorrow))",
                  r"\1", text)  # fmt: skip
    return re.sub(r"\bday or 2\b", "few days", text)


def _spelled(found: re.Match[str], text: str) -> str:
    word = found.group()
    before = text[: found.start()].rsplit(maxsplit=1)[-1:]
    if word in ("sat", "sun") and before and before[0] in _NOT_BEFORE_SAT:
        return word
    if word == "sat" and re.match(_VERB_SAT, text[found.start() :]):
        return word
    plain = word.removesuffix("'s")
    return _SPELLINGS.get(word) or (plain if plain in _NAMES else _mistyped(word))


def _mistyped(word: str) -> str:
    """The name that the word was meant to be, else the word."""
    if len(word) > 3 and re.fullmatch(r"(?:2|t|to)m+o?r*o*[wz]?", word):  # "2moz", "tmoro"
        return "tomorrow"
    if len(word) < 5 or not word.isalpha():
        return word
    near = difflib.get_close_matches(word, _NAMES, n=1, cutoff=0.83)
    cut = [day for day in WEEKDAYS if day[:4] == word[:4] and difflib.SequenceMatcher(None, word, day).ratio() > 0.72]
    return next((name for name in (*near, *cut) if name[0] == word[0]), word)  # "wednes", "thursd"


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
