"""Which words of a message speak for a grave reading of it?

A hand-off takes the agent out of a conversation, so a model's "complaint" or "wants a person" must be able to point at
a word. The lists are broad on purpose: they decide nothing, they only say that the reading is possible at all.
"""

from __future__ import annotations

import re
from typing import Final

_FAMILIES: Final = {
    "danger": r"smok\w*|smell\w*|gas|hurt\w*|bleed\w*|blood|burn\w*|fire|flames?|fell|fallen"
    r"|crash\w*|accident|dizzy|faint\w*"
    r"|swallow\w*|stuck|trapped|poison\w*|unconscious|explod\w*|breath\w*|ambulance|die|dying|kill\w*"
    r"|suicid\w*|live any ?more|danger\w*|injur\w*|broke (my|his|her)",
    "law": r"lawyers?|attorneys?|solicitor|court|su(e|ing)|fraud|legal\w*|lawsuit|laws?|report you"
    r"|compensation|consumer"
    r"|data protection|gdpr|police|claims?|contract|liab\w*|rights",
    "insult": r"idiots?|stupid|dumb|disgust\w*|shut (up|your)|hate you|scum|thie(f|ves)|liars?"
    r"|crooks?|scam\w*|damn|f\*+|fuck\w*|shit\w*"
    r"|bitch\w*|ass(hole)?s?|sexy|nude|naked|watch out|where you live|go (back|to hell)|morons?"
    r"|trash|useless|pathetic",
    "orders": r"ignore|pretend|you are now|act as|system|rules?|prompts?|instructions?|repeat"
    r"|word for word|developers?|admin"
    r"|policy|approved|override|forget (all|every|what)|reveal|role ?play|from now on",
    "money": r"credit|loans?|rates?|financ\w*|instal\w*|mortgage|bank|apr|interest|lease|leasing"
    r"|down payment|monthly",
    "person": r"person|people|humans?|someone|somebody|anyone|agents?|managers?|owner|boss|staff"
    r"|colleague|representative"
    r"|operator|team|call|phone|ring|real|employee|mechanic|jeweller|salesman",
    "trouble": r"broken?|bad\w*|wrong\w*|unhappy|not happy|angry|disappoint\w*|scratch\w*|late"
    r"|wait\w*|never|nobody|no ?one"
    r"|ridiculous|awful|terrible|horrible|worst|worse|damag\w*|again|charged|overcharg\w*|lost"
    r"|missing|rude|still|fault\w*"
    r"|refund|complain\w*|unacceptable|wtf|hell|fed up|poor|fail\w*|ruined|sick of|third time|joke|what is wrong",
    "machine": r"robots?|bots?|chat ?bots?|machine|ai|a\.i\.|human|person|computer|automat\w*|real"
    r"|gpt|talking to|who are you",
}
_PATTERNS: Final = {name: re.compile(rf"\b({words})\b", re.IGNORECASE) for name, words in _FAMILIES.items()}
RISKS: Final = ("danger", "law", "insult", "orders", "money")


def hints(message: str) -> list[str]:
    """The families of risk words that the message holds; maybe none."""
    return [name for name in RISKS if _PATTERNS[name].search(message)]


def speaks_for(family: str, message: str) -> bool:
    """Whether a word of the family is in the message; for "trouble", shouting counts too."""
    shouts = family == "trouble" and ("!!" in message or (message.isupper() and len(message.split()) > 2))
    return shouts or bool(_PATTERNS[family].search(message))
