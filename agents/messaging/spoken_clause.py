"""Is a time that was read one that the customer wishes for, and is it all that the clause says of time?

A clause can name a time only to tell of it, refuse it, or make it depend on something: "on Monday I called", "Friday
is no use to me", "Friday unless it rains", "the sale ends in June". Nobody can list what people may say there, but what
kind of clause it is shows in a few small words: a negation, a past tense, a condition, something else that happens
then. And a word that is nearly one of time ("mornning", "thrus") may be one, as may any word right after a time that is
not known to say nothing of it. (Right before a time stands what is to be done then, which can be any word: "puncture
Friday at 10".) Where such a word is left unread in the clause of a time, the agent asks.
"""

from __future__ import annotations

import difflib
import re

from agents.messaging.spoken_left import A_DAY, DOUBT, FILLERS, READ
from agents.messaging.spoken_words import MONTHS, WEEKDAYS

_BREAK = re.compile(  # where one clause ends and another may begin; "3.30" and "9, 10" are no ends
    r"[.!?;\n()–—…]+(?!\d)|,(?! ?\d)|\s-+\s|\b(?:but|so|because|though)\b"
    r"|(?=\b(?:can|could|would|will|do|is|are) (?:i|we|you|u|ya|it|there|that)\b)|(?=\bhow about\b|\blet'?s\b)",
    re.IGNORECASE,
)

_FINITE = (  # the past of a verb and never its participle, whoever does it
    "was(?! (?:hoping|wondering|thinking|going|looking|planning|trying))"
    "|were|went|came|took|gave|saw|spoke|broke|fell|forgot|did|said|wrote|began"
)
_ENDING_IN_ED = r"(?!(?:need|feed|speed|seed|indeed|proceed|wanted|hoped|needed|wondered|preferred|liked)\b)[a-z]{2,}ed"
_PAST = rf"(?:{_FINITE}|had|got|told|bought|left|brought|made|paid|lost|found|sent|met|felt|heard|{_ENDING_IN_ED})"
_ONE = "i|we|you|u|he|she|it|they|someone|somebody|nobody|everybody|who|which"
_NO_EVENT = (  # before "is Friday": the day itself is spoken of
    "it|that|this|what|when|which|there|how|where|who|day|days|off|time|times|slot|appointment|one|best|earliest"
    "|choice|preference|option|availability|i|he|she|we|you|they"
)
_HAPPENS = (
    "runs?|lasts?|ends?|starts?|begins?|expires?|lands?|arrives?|departs?|leaves|finishes|closes|opens|lets out|gets"
)
_READY = (  # after "I'm"
    "free|available|good|ok|okay|fine|flexible|open|around|here|in|able|happy|looking|hoping|thinking|interested|coming"
    "|bringing|on|at|going|down|wondering|trying|wanting|needing|ready|sure|easy|just|also|still"
)
_A_PLACE = "the|your|our|my|a|an|any|all|least|some|which|what|about|this|that|around"  # after "at"
_ANY_WISH = (  # after "if"
    "you|u|ur|your|possible|poss|that|thats|that's|it's|its|ok|okay|any|i|we|available|free|there|convenient|needed"
    "|at all|only|someone|somebody"
)
_SUITS = "(?:works|work|suits|is (?:ok|okay|good|fine|free|open|possible|available|better)|at)"
_COUNTS_NOTHING = (  # what follows a number that is no count
    "(?= (?:for|at|on|and|or|if|then|is|works?|does|doesn't|will|would|please|pls|but|not|instead|ok|thanks"
    "|as|of|that|this|the|in|from|to|by|so|when|it|i|we|you|with|·)| *$)"
)

_ON = "(?:(?:on|in|at|from|till|until|the|this|next|only) )*"

_UNWISHED = tuple(
    re.compile(pattern)
    for pattern in (
        # a negation that no pattern has read; "no rush" and "can't wait" deny nothing of a time
        r"\b(?P<doubt>(?:no|not|never|none|nor|neither|cannot|unable|nope|without|[a-z]+n't"
        r"|(?:do|does|did|ca|wo|is|are|was|should|would|could)nt))\b"
        r"(?! (?:rush|hurry|worr(?:y|ies)|problem|pressure|matter|preference|wait|mind|need|have to|too)\b)",
        # the past: "on · I called", "the lady said · ", "came by · and nobody was there"
        rf"\b(?P<doubt>(?:{_ONE})(?:'ve|'d| have| had| has)?(?: (?:just|already|never|only|all))? {_PAST})\b",
        rf"\b(?P<doubt>{_FINITE})\b",
        rf"^(?P<doubt>(?:just |already )?{_PAST})\b",
        r"\b(?P<doubt>gone|says|ago)\b",
        # words that set a time against another
        r"\b(?P<doubt>than|since|beyond|despite|besides|excluding|usually|always|often|sometimes|normally|almost|nearly"
        r"|several|few|couple|another|others|again|previous|former|latter|twice|per|throughout|outside)\b",
        # which of several: "most · ", "the earliest · ", "eve of the · "
        rf"\b(?P<doubt>most|some|many|post|pre|earliest|soonest|eve(?: of)?(?: the)?) {READ}",
        # a guess, and what the time is said to be known by: "the · we spoke of", "· when school starts", "3 · or after"
        r"\b(?P<doubt>idk|dunno|unsure|forgot|forget|guess)\b",
        rf"(?P<doubt>\bthe) {READ} (?:with|my|we|i|you|that|where)\b",
        rf"{READ} (?P<doubt>when|whenever|as soon as|right as)\b",
        # what else happens then, and where the customer is: "the sale ends · ", "the party is · ", "I'm away · "
        rf"\b(?!(?:{_NO_EVENT})\b)(?P<doubt>[a-z]+(?:'s| is| are)) {_ON}{READ}",
        rf"\b(?P<doubt>{_HAPPENS})(?: [a-z]+){{0,2}} {_ON}{READ}",
        rf"\b(?P<doubt>(?:i'm|im|i am|we are|we're) (?!{_READY})[a-z]+)\b",
        rf"{READ} (?P<doubt>(?:is|'s|was) (?:my|our|his|her|the|a|an) [a-z]+)",
        r"\b(?P<doubt>(?:i'm|im|am|i'll be|we're|we'll be|are|be|is|he's|she's) (?:all |both )?(?:out|off|away|gone"
        r"|working|closed))\b",
        # the time that is to be changed, not the one that is wished for; a time to wait for
        r"\b(?P<doubt>mov(?:e|ing)|resched\w+|switch|swap|push|shift|chang(?:e|ing) (?:it|my|the|our))\b",
        rf"\b(?P<doubt>(?:give|gimme|wait|hold|keep)\b.*) {READ}",
        # a time or a place in letters that nothing knows: "· at tow", "· 15u"
        rf"{READ} (?P<doubt>at (?!(?:{_A_PLACE})\b)[a-z]+)",
        rf"{READ} (?P<doubt>\d+[a-z]\w*)(?= *$)",
    )
)
_CONDITION = re.compile(  # in whichever clause; "if you can", "if Friday works" are none
    r"\b(?P<doubt>unless|otherwise|or else|in case|depends|depending|provided|once|if"
    rf" (?!{_ANY_WISH}|{READ} {_SUITS})[^ ]+)"
)
_ANYWHERE = re.compile(  # of time, whatever stands around it
    r"\b(?P<doubt>next(?! (?:to|door|of)\b)|q[1-4]\b|\d+h\b|\w*\d[ap]m\b"
    r"|(?:before|after|afterwards|beforehand)$)"
)
_OF_TIME = (
    *WEEKDAYS, *(name for name in MONTHS if len(name) > 5), "thurs", "tues", "weds", "tomorrow", "today", "tonight",
    "morning", "afternoon", "evening", "night", "noon", "midday", "midnight", "before", "after", "until", "around",
    "between", "week", "weekend", "month", "hour",
)  # fmt: skip
_BEHIND = re.compile(rf"{READ} ([a-z][a-z'-]*)")
_KNOWN = FILLERS | frozenset(  # words that say nothing of a time that they stand behind
    re.findall(
        r"\S+",
        """'s all anyone anything anywhere around as be been both but chance change comes coming doing drop either else
        every everything fit fix get getting going got he help her here him his home hoping however i'll i've if
        ill im instead it's its lets love may might mine more much my need needs new next now off okay old only open
        opening openings or over own pick possibly probably pls plz quick ready really repair ride service session
        she show slots so someone spot still stop suggest sure swing take talk test than their them they thinking
        this those though thx ta today together too towards tune-up tuneup up use very visit wait wanting was way
        we're we'll went were when where which while who why wondering would yep yup you're your yours appt
        consultation cheers lol haha pm am p m not no never cannot can't don't won't isn't doesn't didn't
        works""",
    )
)
_ALIKE = frozenset(["tubes", "hours", "nights", "weekly", "monthly", "afters", "match", "house", "your", "four"])
_CORRECTED_TO = "^|(?:and|then|actually|no|wait|rather|sorry|better|it) "
_HOUR = rf"(?P<hour>\d{{1,4}}){_COUNTS_NOTHING}"
_AN_HOUR = re.compile(rf"(?:{_CORRECTED_TO}){_HOUR}")  # beside a time that was read: "3, actually 4 would do"
_MAYBE_AN_HOUR = re.compile(
    rf"(?:^|(?<!order)(?<!number)(?<!invoice)(?<!size) )(?P<hour>\d{{1,2}}:\w+|\d{{1,4}}{_COUNTS_NOTHING})"
)
_SOME_TIME = re.compile(  # where no time was read at all
    rf"\b(?P<doubt>now|\d+ (?:minutes?|hours?|days?|weeks?)|by a (?:day|week)|(?!(?:{A_DAY})\b)[a-z]+ day)\b"
)


def clauses(text: str) -> list[str]:
    """The clauses of a message, as they were written."""
    return [clause for clause in _BREAK.split(text) if clause.strip()]


def unwished(left: str, says_when: bool, timed: bool) -> str:
    """What in a clause makes the times of a message doubtful. `left`: its words, with READ for what was read.
    `says_when`, `timed`: a day or time, a time was read in the message, so that a number need not be one."""
    left = re.sub(r"\s+", " ", left).strip()
    patterns = (_ANYWHERE, _CONDITION if says_when else _SOME_TIME, *(_UNWISHED if READ in left else ()))
    doubts = [found["doubt"] for found in (pattern.search(left) for pattern in patterns) if found]
    doubts += [word for word in re.findall(r"[a-z]{4,}", left) if _nearly_of_time(word)]
    doubts += [word for word in _BEHIND.findall(left) if word not in _KNOWN]
    hour = (_AN_HOUR if timed else _MAYBE_AN_HOUR).search(left)
    return " ".join(f"{each}{DOUBT}" for each in (*doubts, *([hour["hour"]] if hour else [])))


def _nearly_of_time(word: str) -> bool:
    if word in _ALIKE:
        return False
    near = difflib.get_close_matches(word, [each for each in _OF_TIME if each[0] == word[0]], n=1, cutoff=0.8)
    return bool(near) and near[0] != word
