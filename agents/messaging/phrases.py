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
    "(?:i|we) (?:can )?(?:promise|confirm)",
    "confirmed",
    "promised",
    "definitely will",
    "100(?: )?%",
    "for sure",
    "no matter what",
    "legally",
    "risk[- ]free",
    "lifetime",
    "unconditional(?:ly)?",
    "i can assure",
    "rest assured",
    "will (?:only )?(?:be (?:ready|done|finished|fixed)|take only)",
    "(?:will|would) never",
    "always",
    # giving away
    r"(?<!not\x20)(?<!feel\x20)free(?! (?:on|at|times?|slots?|then))",
    "(?:for|costs?|pays?|pay you|owe us) nothing",
    "on (?:the house|us|me)",
    "complimentary",
    "gratis",
    "(?:without|no|not) charged?",
    "half(?: the)?[- ](?:price|off)",
    "percent",
    "discount(?:s|ed)?",
    "(?:price|amount|money|dollars|%|knock|knocked|take|took) off",
    "off (?:the|your|our) (?:price|bill|tune|next|first)",
    "lowest",
    "cheap(?:er|est)",
    "(?:lower|reduced?|special|better|best|fixed|old|agreed) (?:price|rate|offer|deal)",
    "(?:parts|tax|delivery|labou?r) (?:are |is )?included",
    "coupon",
    "vouchers?",
    "(?:use|with) (?:the |this )?code",
    "cash[- ]?back",
    "waiv(?:e|ed|ing)",
    "refund(?:s|ed)?",
    "compensat(?:e|ed|ion)",
    "reimburs(?:e|ed|ement)",
    "throw(?:n|ing)? in",
    r"(?:credit|loan|application|financing) (?:is|has been|was) (?:\w+ )?approved",
    "instal+ments?",
    "credited",
    "deal",
    "agreed",
    "(?:is|are|it's) yours",
    "honou?r",
    "(?:will|can|do|always|we'll|i'll|gladly) (?:match|beat)",
    "(?:will|we'll|can|gladly) (?:cover|pay)",
    "we (?:cover|pay)",
    "pay (?:the difference|whatever|what you)",
    "our (?:fault|mistake)",
    "we (?:damaged|broke|admit|accept (?:liability|responsibility))",
    "liab(?:le|ility)",
    # money in words
    r"(?<!\d\x20)(?<!\d)(?:dollars?|d[óo]lares|euros?|bucks?|quid|tenner|fiver|grand|cents?)",
)

ASSENT = re.compile(
    r"^\W*(?:yes|yep|yeah|sure|ok|okay|of course|absolutely|certainly|no problem|fine|done|consider it done"
    r"|you are right|you're right|will do|correct|exactly|right)\b",
    re.IGNORECASE,
)
