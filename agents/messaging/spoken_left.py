"""What is left unread of a phrase, and could it change what was read?

Nobody can list every way of naming a time, but a way that is unknown leaves traces: a number, an ordinal, a word of
comparison or a time zone that stays unread right beside what was read. Such a trace makes the whole doubtful, and what
is doubtful is asked about. "I need 4 tires, Thursday at 9" leaves a 4 that touches nothing; "Friday 23 at 4" one that
does.
"""

from __future__ import annotations

import re

from agents.messaging.spoken_clock import CLOCK
from agents.messaging.spoken_words import MONTH, MONTHS, ORDINAL_WORDS, WEEKDAY, WEEKDAYS

READ = "·"  # stands where something was read and taken out
DOUBT = "?"  # ends an unread word that may change what was read


def left_over(text: str, timed: bool) -> str:
    """The unread words that may matter. `timed`: a time of day was read, so that a bare number is a count."""
    text = re.sub(r"\s+", " ", text)
    text = text if timed else _BARE.sub(rf"\g<0>{DOUBT}", text)
    words = re.findall(r"[<>?\w:/'.-]*\w[<>?\w:/'.-]*", text)
    return " ".join([word for word in words if word not in FILLERS] + _found(_BESIDE, text))


def doubts(words: str) -> str:
    """What `spoken` would read as less than it says: "the day before Friday" is not any time before Friday."""
    return " ".join(_found(_AHEAD, words))


def half_read(unread: str, timed: bool) -> bool:
    """Is something about time among it? `timed`: a time was read that a bound need not be about."""
    words = _TIME_WORDS.search(unread) or (not timed and _BOUND_WORDS.search(unread))
    return bool(words or DOUBT in unread or re.fullmatch(r"[\d\W]*\d[\d\W]*", unread))


def _found(patterns: tuple[re.Pattern[str], ...], text: str) -> list[str]:
    return [f"{found['doubt']}{DOUBT}" for found in (pattern.search(text) for pattern in patterns) if found]


_TIME_WORDS = re.compile(
    rf"\b(?:{'|'.join(WEEKDAYS)}|{'|'.join(name for name in MONTHS if name not in ('may', 'march'))}|today|tomorrow"
    r"|weeks?|weekend|months?|years?|days?|hours?|midnight|yesterday|last|ago|\d+(?:st|nd|rd|th)|\d+[:/.]\d+"
    r"|(?:mornings?|afternoons?|evenings?|nights?|noon|lunch)(?!-)|usual|same|later|pm|noonish|away|abroad|busy|holidays?|vacation|unavailable|travel\w*)\b"
)
_BOUND_WORDS = re.compile(r"\b(?:after|before|until|till|since|except|early|earlier|late|not|neither|every|each|mid)\b")

# "Friday 14", "10 to 5 on Saturday": a number beside a day, and no time, may be the time
_BARE = re.compile(
    rf"{READ}\s+(?:at )?\d{{1,4}}(?=\s*(?:$|{READ}|to\b|-|and\b|till\b|until\b))"
    rf"|(?<= )\d{{1,4}}(?=\s+(?:on |for )?\s*{READ})"
    # "3 max", "at exactly 3"; "2 bikes" is a count
    rf"|{READ} (?!for\b)(?:[a-z/]+ ){{0,3}}\d{{1,2}}(?:\+|ish)?(?= |$)(?! (?!plus)[a-z]+s\b)"
)

FILLERS = frozenset(
    re.findall(
        r"\S+",
        """a about an and any anytime are at available be bring by can come could day do does fine for free from good
        have how i i'd i'm if in is it just let's like looking make maybe me my of ok okay on one open our perhaps
        please possible prefer preferably say slot some sometime suit suits that that's the then there think
        thinking time to try up us want we well what whenever will with work works would you your yeah yes
        appointment book see hi hello hey thanks get""",
    )
)


# ── words that change the day or the time they stand beside ──────────────────────────────────────────────────

_LINKS = r"(?:(?:of|as|the|a|an|in|at|on|from|to|till|until|by|around|and|between|-|–) )*"
_NUMBER = r"(?:[/:.-]?\d[\d:/.-]*(?:h|hrs?|ish|am|pm)?|thousand|hundred|sixty|seventy|eighty|ninety)"
_GOES_ON = "at|on|in|of|to|till|until|by|from|and|or|am|pm|ad|hundred|thousand|sixty|seventy|eighty|ninety"
_ORDER = (
    r"next|last|past|previous|prior|following|every|each|everyday|daily|weekly|monthly|alternate|other|beginning|end|mid|middle"
    r"|half|quarters?|closest|nearest|after|before|between|than|within|since|through|except|minus|plus|under|early|late"
    rf"|latest|earlier|later|{ORDINAL_WORDS}"
)
_AFTERWARDS = (
    r"after|before|past|onwards?|earlier|later|latest|last|minus|plus|every|each|everyday|daily|weekly|fortnightly"
    r"|monthly|half|and a half|(?:first|second|1st|2nd) half|through"
)
_ZONE = (
    r"gmt|utc|zulu|bst|ist|cest|cet|eest|eet|[ecmp][sd]?t|ak[sd]t|hst|aes?t|aedt|nz[sd]t|jst|hkt|sgt"
    r"|(?:eastern|pacific|central|mountain)(?: (?:standard|daylight))?(?: time)?"
)
_REFUSAL = r"don't|dont|doesn't|doesnt|can't|cannot|won't|unable|isn't|isnt|never|not|neither"
_CORRECTION = r"no|wait|actually|sorry|rather|scratch that|i mean|or maybe|maybe|make it|make that|better"
_ELSEWHERE = (  # a day or an hour that stands in another calendar
    r"xmas|halloween|hann?uk+ah|diwali|eid|ramadan|passover|juneteenth|kwanzaa|mardi gras|ides|payday"
    r"|dawn|dusk|sunrise|sunset|daybreak|breakfast|brunch|tea ?time|dinner ?time|supper|bedtime|closing(?: time)?"
    r"|(?:at|after|before) opening|opening time|at the (?:very )?latest|ish|(?!this|days)[a-z]{3,}(?:'s|s|s') day"
)
_FOREIGN = (  # a day in another language
    "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|demain|lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado"
    "|domingo|hoy|ma[nñ]ana|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|morgen|heute|uhr"
    "|luned[iì]|marted[iì]|mercoled[iì]|gioved[iì]|venerd[iì]|sabato|domenica|domani|amanh[aã]"
)
_OF_THE_YEAR = (  # before a weekday
    "black|cyber|ash|whit|trinity|covenant|mothering|pentecost|advent|super|fat|clean|shrove|maundy|palm|easter|holy"
    "|pancake|boxing|giving|bowl|holiday|orthodox|small business"
)
A_DAY = "any|some|all|same|the|that|which|what|this|whole|one|a|good|other|work|each|nice|great|lovely|of|by|per"
_A_TIME = "any|some|this|that|good|best|your|local|our|next|same|first|a|the|what|which|of|no"
_SOME_OF = "any|some|all|whole|most|part|kind|sort|instead|out|because|one|either|both|week|chance|think|thinking"

_BESIDE = tuple(
    re.compile(pattern)
    for pattern in (
        # a number: "on 15 · ", "· 1995", "2019- · -1"; "· 2 bikes" is a count
        rf"(?<= )(?<!order )(?<!number )(?<!size )(?<!model )(?<!invoice )(?P<doubt>{_NUMBER}) {_LINKS}{READ}",
        rf"{READ} {_LINKS}(?P<doubt>{_NUMBER})(?= *(?:$|{READ}| (?:{_GOES_ON})\b))",
        rf"{READ} {_LINKS}(?P<doubt>[/:-]\d[\d/:-]*|\d+(?:h|hrs?|ish|st|nd|rd|th)\b)",
        rf"(?<!\d )\b(?P<doubt>minutes) {READ}",
        rf"(?<!for )(?<!a )(?P<doubt>\b\d+ minutes?) {_LINKS}{READ}",
        rf"{READ} (?P<doubt>\d+ minutes?(?! \w)|and \d+ minutes?)",
        # an order, a comparison, a fraction
        rf"\b(?P<doubt>{_ORDER}) {_LINKS}{READ}",
        rf"\b(?P<doubt>this|these|those|same|now (?:and|to|till|until|through)) {READ}",
        rf"{READ} (?:and |or |maybe )*(?P<doubt>{_AFTERWARDS})\b",
        rf"\b(?P<doubt>(?:half|quarter|\d+) (?:past|to|of))\b(?= *(?:$|{READ}|\d))",
        rf"{READ} (?:but |then |rather |or )?(?:the )?(?P<doubt>(?:next|following|other)(?: one)?|one after)(?= *$)",
        rf"\b(?P<doubt>may|march) (?:(?:to|until|till|through|-) )?{READ}",
        # another zone
        rf"{READ} (?:{READ} |on |in |at )*(?P<doubt>{_ZONE}|[ap]m)\b",
        r"\b(?P<doubt>time ?zone)\b",
        # a day in letters that no spelling knows: "f 10am", "wendsday 3"; Tom may be a name, or tomorrow
        rf"\b(?P<doubt>tom|mo|mony|tu|th|thrs?|thrus|fr?|sa|su|(?!every|some)[a-z']{{2,8}}day) {_LINKS}{READ}",
        # a day named by something else: "halloween at · ", "race day · ", "night of measures · ", "third day of · "
        rf"\b(?P<doubt>{_ELSEWHERE}|{_FOREIGN})\b",
        rf"\b(?!(?:{A_DAY})\b)(?P<doubt>[a-z]+(?:'s)? day) {_LINKS}{READ}",
        rf"{READ} (?!(?:{_A_TIME})\b)(?P<doubt>[a-z]+ time)(?= *$)",
        rf"\b(?!(?:{_SOME_OF})\b)(?P<doubt>[a-z]+ of) (?:the )?{READ}",
        rf"{READ} (?P<doubt>of (?!course\b)[a-z]+)",
        r"\b(?P<doubt>(?:when|as|after|before|until|till) (?:you|u|they|the shop) (?:open|close))",
        # a refusal or a correction
        rf"(?<!why )(?<!if )\b(?P<doubt>{_REFUSAL})(?! (?:wait|mind|worry|need|have to|too)\b)"
        rf"(?: [a-z']+){{0,3}} {READ}",
        rf"{READ} (?P<doubt>(?:is|does)(?:n'?t| not)|is (?:no|bad|out|full)|never)\b",
        rf"{READ} (?:[a-z']+ )?(?:{_CORRECTION}) (?:[a-z']+ )?(?P<doubt>\d{{1,2}})\b(?! [a-z])",
    )
)

_POINT = rf"(?:{CLOCK}|\d|noon|midday|lunch|work|school|the \d|{WEEKDAY}|{MONTH}|tomorrow)"
_AHEAD = tuple(
    re.compile(pattern)
    for pattern in (
        # a distance from a point is no bound: "just before 5", "an hour after 3", "the day before Friday"
        r"\b(?P<doubt>(?:just|shortly|right|straight|immediately|soon|hours?|(?<!any )days?|nights?|weeks?)"
        rf" (?:before|past|prior to)) {_POINT}",
        rf"\b(?P<doubt>(?:just|shortly|right|straight|immediately|soon|minutes?|hours?) (?:after|from)) {_POINT}",
        # what goes on is no single appointment
        r"(?<!week )(?<!weeks )\b(?P<doubt>(?:from|starting)) (?:on )?(?:this |next )?"
        rf"(?:{WEEKDAY}|tomorrow|today) at \d",
        r"\b(?P<doubt>within)(?: (?:the )?(?:next|coming))? (?:an?|few|\d+) (?:days?|weeks?|months?)\b",
        rf"\b(?P<doubt>(?:{_OF_THE_YEAR}) (?:{WEEKDAY}|weekend))\b",
        r"(?:^|[.!?,;] ?|\b(?:on|this|next|for|before|after|by|until|the|please) )(?P<doubt>good friday)\b",
        r"\d ?(?:[ap]m)? (?P<doubt>(?:my|their) time)\b",
        rf"\d ?(?:[ap]m|[:.]\d\d) (?!(?:{_A_TIME})\b)(?P<doubt>[a-z]+ time)\b(?! slot)",
    )
)
