"""What in a message can close a conversation, and what asks for more?

The model decides whether a conversation is over, but silence needs evidence that code can point at: a word that
closes, and no word that asks. Everything here reads the text alone, so the same message always gives the same signs.
"""

from __future__ import annotations

import re
from typing import Final

NONE: Final = "no"
MORE: Final = "offer of more help"
QUESTION: Final = "yes"
PROMISE: Final = "we are looking"
GOODBYE: Final = "we said goodbye"

_MORE = re.compile(
    r"\b(any ?thing|something|what|how|any) ?(more|else)\b|\belse\b[^.?!]*\b(help|need|do for|assist|like"
    r"|today|want|can)"
    r"|\b(further|more) (help|assistance|questions?)\b|\bother (questions|way|thing)"
    r"|\b(will|would|is) (that|this) be? ?(be )?(all|it|everything)\b|\bneed any (further|more|other)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(please (confirm|give|tell|provide|specify|enter|choose|say|send)|could you|can you|may i have|let me know"
    r"|sounds? good to you|would you like|do you want|shall i|should i|want me to)\b",
    re.IGNORECASE,
)
_FAREWELL = re.compile(
    r"\b(good ?bye|bye|have a (great|nice|good|wonderful|lovely)|take care|see you|enjoy your"
    r"|you('| a)re (very |most )?welcome|glad (to|i could)|my pleasure|good (night|day))\b",
    re.IGNORECASE,
)
_LOOKING = re.compile(
    r"\b((one|a|just a) (moment|second|sec|minute)|please wait|hold on|let me (check|look|see|find|search|ask)"
    r"|(i('| wi)ll|i('| a)m) (check|look|search|find|ask|get back)\w*|(checking|searching) (now|for))\b",
    re.IGNORECASE,
)

_SIGNS: Final = {
    "thanks": r"thank\w*|thanx|thx|tks|ty|cheers|appreciate\w*|grateful\w*|gracias|danke|merci|bedankt"
    r"|grazie|obrigad\w",
    "goodbye": r"(good ?)?bye+|cya|see (you|ya)|take care|good ?night|have an? \w+|later|ciao|tsch(ü|ue)ss"
    r"|adi(o|ó)s|tot ziens"
    r"|(you|same) (too|to you)|gotta go|(have|got) to go|call back|never ?mind",
    "says it is all": r"that('?s| is| was|'?ll be| will be| would be)? ?(just )?(about )?(be )?(all|it|everything)"
    r"|all (set|done|good)|nothing( else| more| i guess)?|(covers|wraps) (it|everything|that|up)|no more|not a thing"
    r"|(i'?m|i am|we'?re) (good|done|fine|okay|ok)|(all|everything|what) (that )?i (will )?(need|want)\w*"
    r"|(don'?t|do not|won'?t|will not) (need|want|require) (anything|any)|no need|not (now|right now|yet"
    r"|today|at (the|this) (moment|time))",
    "no": r"^(no+|nope|nah|none|negative|not really|not that)",
    "content": r"^\W*(ok\w*|k|great|perfect\w*|awesome|cool|got it|excellent|yay+|nice|wonderful|super|fine"
    r"|good|lovely|alright"
    r"|sure|brilliant|fantastic|amazing|sweet|sounds (good|great|fine)|will do|understood|haha\w*|lol|wow"
    r"|yes+|yeah|yep)\b",
}
_SIGN_PATTERNS: Final = {
    name: re.compile(rf"\b({body})\b" if body[0] != "^" else body, re.I) for name, body in _SIGNS.items()
}
_WORD = re.compile(r"[^\W_]")

_COURTESY = re.compile(
    r"(that('?s| is| was)? ?)?(all|everything|what) (that )?(i|we) (will )?(need|want|wanted|needed"
    r"|asked for)( (for|to) \w+)?"
    r"|(don'?t|do not|didn'?t|no need|won'?t|nothing)( even)? (to |i )?(need|want|require)?[^.,!?]*"
    r"|thank\w*( (you|u|ya))?( (so|very) much| a (lot|million|bunch))?( again)? ?for (your|the|all|helping"
    r"|everything|being)[^.,!?]*"
    r"|(can'?t|cannot) (wait|thank|think|complain)|(don'?t|not) know what i('d| would)"
    r"|what would i do without|how (nice|kind|great)"
    r"|(i )?(really )?appreciate[^.,!?]*|i('d| would) like to (thank|say)[^.,!?]*|what a[^.,!?]*|help me (a lot|out)",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"\?|\b(can|could|would|will|may|do|does|did|is|are|should|shall) (you|i|we|u|it|there|they|the)\b"
    r"|\bi('d| would| will)? (also |really |just |still |now )?(need|want|like|prefer|wish|require)\b"
    r"|\bi'?d\b|\bi('| wi)?ll (take|have|go with)\b"
    r"|\b(looking for|interested in|how about|what about|let'?s|let me|please|pls|also|next|instead|wait"
    r"|hold on|actually|another|one more|but)\b"
    r"|(^|[.,!;]\s*|\b(and|then|so|now|just) )(book|find|show|tell|send|give|check|make|change|move|cancel"
    r"|reserve|schedule|add|try"
    r"|get|put|remind|order|call|set|search|look|what|when|where|how|which|who|why|confirm|proceed|continue"
    r"|go ahead|remove|update)\b",
    re.IGNORECASE,
)


def open_question(last_message: str) -> str:
    """Which answer our last message waits for: one of NONE, MORE, QUESTION, PROMISE, GOODBYE."""
    tail = last_message.strip()[-160:]
    if (_MORE.search(tail) and "?" in tail) or _MORE.search(tail[-60:]):
        return MORE
    if "?" in tail[-60:] or _ASKS.search(tail):
        return QUESTION
    if _FAREWELL.search(tail):
        return GOODBYE
    return PROMISE if _LOOKING.search(tail) else NONE


def signs(message: str) -> list[str]:
    """What in the message closes: "thanks", "goodbye", "says it is all", "no", "content", "only a sign"; maybe none."""
    if not _WORD.search(message):
        return ["only a sign"] if message.strip() and "?" not in message else []
    return [name for name, pattern in _SIGN_PATTERNS.items() if pattern.search(message.strip())]


def asks(message: str) -> bool:
    """Whether the message asks or orders something beside its courtesies."""
    return bool(_REQUEST.search(_COURTESY.sub(" ", message)))
