"""By which words does a customer's message give its meaning away to code?

Only meanings that must never be missed for want of a model: threats, tricks, the wish for a person. Consent and
danger have rooms of their own. One phrase a line, so that adding one is one line. What needs reading between the
lines is left to the models.
"""

from __future__ import annotations

import re


def any_of(*phrases: str) -> re.Pattern[str]:
    """One pattern of whole words from several; a space stands for any white space, ' for any apostrophe or none."""
    joined = "|".join(phrases).replace("'", "['’]?").replace(" ", r"\s+")
    return re.compile(rf"(?<![a-z])(?:{joined})(?![a-z])", re.IGNORECASE)


LEGAL = any_of(
    "my (?:lawyer|attorney|solicitor)",
    "(?:lawyer|attorney|solicitor)s? will",
    "su(?:e|ing) (?:you|your|the shop)",
    "will sue",
    "see you in court",
    "small claims",
    "legal action",
    "take (?:you|this) to court",
    "lawsuit",
    "press charges",
    "consumer (?:protection|rights)",
    "trading standards",
    "better business bureau",
    "bbb",
    "attorney general",
    "report you to",
    "gdpr",
    "data protection",
    "charge ?back",
    "cease and desist",
)
ABUSE = any_of(
    "f+[u*]+c*k+ (?:you|off|u)",
    "go to hell",
    "screw you",
    "piss off",
    "shut up",
    "kill you",
    "hurt you",
    "burn (?:your|the) (?:shop|place) down",
    r"(?:you|you're|ur|u)(?: \w+){0,4} (?:idiots?|morons?|scammers?|thieves|crooks|scum|liars?|assholes?|bastards?)",
    r"(?:you|you're|you are|ur|u r)(?: \w+){0,2} (?:stupid|useless|pathetic|bitch(?:es)?)",
)
INJECTION = any_of(
    "(?:ignore|forget|disregard|override)(?: all| any| your| the| previous| prior| above| my| of| these)*"
    " (?:instructions?|rules?|prompts?|guidelines?|programming)",
    "system prompt",
    "initial prompt",
    "you are now (?:an?|the|in|my|free)",
    "pretend (?:to be|you are|you're|that)",
    "act as (?:an?|if)",
    "(?:developer|jailbreak|dan) mode",
    "jailbreak",
    "(?:show|print|reveal|repeat|tell me|what are) (?:me )?your (?:instructions|prompt|rules)",
    r"<\W*(?:system|instructions?)\W*>",
    r"(?:system|assistant)\s?:",
)
FINANCE = any_of(
    "credit (?:score|check|report|history|application)",
    "(?:bad|no|poor|good) credit",
    "financ(?:e|ing|ed)",
    "loans?",
    "apr",
    "interest rates?",
    "monthly payments?",
    "down payment",
    "leas(?:e|ing)",
    r"co-?sign\w*",
    r"pre-?approv\w+",
    "bankruptcy",
    "repossess(?:ed|ion)",
    "instal+ments?",
    "klarna",
    "afterpay",
    "social security",
)

_MACHINE = r"(?:ai|a\.i\.?|(?:chat ?)?bot|robot|machine|computer|automated|language model|chatgpt)"
_HUMAN = "(?:(?:real|actual|live|human)(?: person| human| being| one)?|person)"
_TALKING = "(?:talking|speaking|chatting|texting|writing|messaging)"
_ADVERBS = "(?: just| really| actually| even| all| some kind of| an?)*"
ASKS_IF_AI = any_of(
    rf"(?:are|r) (?:you|u)(?: guys)?{_ADVERBS} (?:{_MACHINE}|{_HUMAN})",
    rf"(?:is|was) (?:this|it|that){_ADVERBS} (?:{_MACHINE}|(?:real|actual|live) (?:person|human)|human)",
    rf"(?:am i|is this){_ADVERBS} {_TALKING} (?:to|with)(?: an?| the)? (?:{_MACHINE}|{_HUMAN}|human)",
    rf"(?:you're|you are|this is){_ADVERBS} {_MACHINE}(?=\W*(?:\?|right|aren't|isn't|huh))",
    "bot or (?:an? )?(?:human|person|real)",
    "(?:human|person) or (?:an? )?(?:bot|robot|ai|machine)",
)

_REAL = "(?:an? |the |your |some )?(?:real |actual |live |human )*"
_STAFF = (
    "(?:person|human|human being|someone|somebody|agent|manager|owner|boss|representative|rep|operator|staff|colleague"
    "|supervisor|employee|mechanic|salesperson|salesman|advisor)"
)
ASKS_FOR_PERSON = any_of(
    rf"(?:talk|speak|chat)(?: directly)? (?:to|with) {_REAL}{_STAFF}",
    rf"(?:connect|transfer|put|pass|switch) (?:me|us)(?: through| over| on)? (?:to|with) {_REAL}{_STAFF}",
    rf"(?:get|give) me {_REAL}{_STAFF}",
    rf"(?:want|need|like|prefer) {_REAL}(?:person|human|manager|representative|operator|supervisor)",
    "(?:can|could|will|would) (?:someone|somebody|you|anyone)(?: please)? (?:call|ring|phone) me",
    "please (?:call|ring|phone) me",
    "(?:call|ring|phone) me back",
    "(?:real|actual|live) (?:person|human),? (?:please|pls|now)",
    r"^\W*(?:human|agent|representative|operator|manager)(?: please)?(?=\W*$)",
)

PROMISES = any_of(
    "guarante(?:e|es|ed)",
    "binding",
    "(?:i|we) promise",
    "promised",
    "definitely will",
    "100 ?%",
    "for sure",
    "no matter what",
    "lowest price",
    "best price",
    "we(?:'ll| will) match",
    "refund you",
    "full refund",
    "legally",
    "risk[- ]free",
    "lifetime",
    "unconditional(?:ly)?",
    "i can assure",
    "rest assured",
)
