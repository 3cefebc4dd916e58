"""What may code decide alone, before and after any model speaks?

Consent, risk, quiet hours, the message cap, and whether a reply says more than its facts. These are the decisions that
must come out the same on every run and that nobody may talk the agent out of; where a rule and a model disagree, the
rule wins. Whether a conversation is over is not decided here: that takes reading, so a model does it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from agents.messaging.business import QuietHours
from agents.messaging.claims import unsupported_claims

__all__ = [
    "Risk", "asks_for_person", "asks_if_ai", "cap_reached", "is_quiet", "opts_in", "opts_out", "promises",
    "quiet_until", "risk", "unsupported_claims",
]  # fmt: skip

RiskKind = Literal["emergency", "legal", "abuse", "injection", "finance"]

OPT_OUT_WORDS = frozenset(
    ["stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out", "opt-out"]
)
OPT_IN_WORDS = frozenset(["start", "unstop"])

_MESSAGES = r"(?:text(?:s|ing|ed)?|messag(?:e|es|ing|ed)|contact(?:ing|ed)?|writ(?:e|ing)|bother(?:ing)?|spam(?:ming)?)"
OPT_OUT_PHRASES = re.compile(
    rf"\b(?:stop|quit|cease)\s+(?:(?:with\s+)?(?:the|these|all|your|sending|those)\s+)*(?:me\s+)?(?:any\s+more\s+|more\s+)?{_MESSAGES}"
    rf"|\b(?:do\s?n[o']?t|don’t|dont|never|no longer)\s+(?:ever\s+|you\s+)?(?:want\s+(?:to\s+(?:get|receive|hear)\s+)?(?:any\s+)?(?:more\s+)?(?:your\s+)?)?{_MESSAGES}\s*(?:me\b|from\s+you|again|any\s?more)"
    r"|\b(?:take|remove|get)\s+(?:me|my\s+(?:number|name|phone))\s+(?:off|from|out of)\b"
    r"|\b(?:delete|remove|lose)\s+my\s+(?:phone\s+)?number\b"
    r"|\bunsubscribe\s+me\b|\bopt(?:ing)?\s+(?:me\s+)?out\b|\bleave\s+me\s+alone\b"
    r"|\bno\s+more\s+(?:texts|messages|texting|messaging)\b"
    r"|\b(?:don'?t|don’t|do not)\s+want\s+(?:any\s+)?(?:more\s+)?(?:of\s+)?(?:your\s+|these\s+)?(?:texts|messages)\b"
    r"|\bplease\s+stop\s*[.!]*$",
    re.IGNORECASE,
)

_RISKS: tuple[tuple[RiskKind, str], ...] = (
    (
        "emergency",
        r"\b(?:(?:is|was|am|are|got|been|badly|someone|somebody)\s+(?:\w+\s+)?(?:hurt|injured|bleeding|unconscious|trapped)"
        r"|can'?t breathe|not breathing|on fire|caught fire|is burning|smoke (?:is )?coming|smoking battery|exploded"
        r"|gas leak|heart attack|ambulance|call(?:ing)? (?:911|999|112)|emergency"
        r"|(?:just )?(?:had|in) an? (?:bad |car |bike )?(?:accident|crash)|brakes? (?:just )?(?:failed|gave out|don'?t work)"
        r"|(?:want to|going to|gonna) (?:die|kill myself|hurt myself)|suicid\w+)\b",
    ),
    (
        "legal",
        r"\b(?:my (?:lawyer|attorney|solicitor)|(?:lawyer|attorney|solicitor)s? will|su(?:e|ing) you|will sue|see you in court"
        r"|small claims|legal action|take (?:you|this) to court|lawsuit|press charges|consumer protection|trading standards"
        r"|better business bureau|\bbbb\b|attorney general|report you to|gdpr|data protection|chargeback|cease and desist)\b",
    ),
    (
        "abuse",
        r"\b(?:f+u+c+k+ (?:you|off|u)|go to hell|(?:you(?:'re| are)?|ur|u) (?:\w+ ){0,3}(?:idiots?|morons?|stupid|scammers?|thieves|crooks|scum"
        r"|useless|pathetic|assholes?|bastards?|bitch(?:es)?)|screw you|piss off|shut up|kill you|hurt you|burn (?:your|the) (?:shop|place))\b",
    ),
    (
        "injection",
        r"(?:\b(?:ignore|forget|disregard|override)\s+(?:all\s+|any\s+|your\s+|the\s+|previous\s+|prior\s+|above\s+|my\s+|of\s+)*"
        r"(?:instructions?|rules?|prompts?|guidelines?|programming)\b"
        r"|\bsystem prompt\b|\b(?:show|print|reveal|repeat|tell me)\b.{0,30}\b(?:your (?:instructions|prompt|rules)|initial prompt)\b"
        r"|\byou are now\b|\bpretend (?:to be|you(?:'re| are))\b|\bact as (?:a|an|if)\b|\b(?:developer|jailbreak|dan) mode\b"
        r"|\bjailbreak\b|<\s*/?\s*(?:system|instructions?)\s*>|^\s*(?:system|assistant)\s*:)",
    ),
    (
        "finance",
        r"\b(?:credit (?:score|check|report|history|application)|(?:bad|no|poor) credit|financ(?:e|ing|ed)|loan|\bapr\b|interest rate"
        r"|monthly payments?|down payment|lease|leasing|co-?sign\w*|pre-?approv\w+|bankruptcy|repo(?:ssess\w*)?"
        r"|pay (?:in|by) (?:instal+ments?)|instal+ments?|klarna|affirm|afterpay|social security)\b",
    ),
)
RISKS = tuple((kind, re.compile(pattern, re.IGNORECASE | re.MULTILINE)) for kind, pattern in _RISKS)

ASKS_IF_AI = re.compile(
    r"\b(?:are|r|is)\s+(?:you|u|this|i)\s+(?:\w+\s+){0,3}?(?:an?\s+)?(?:ai|a\.i\.|bot|robot|chat\s?bot|machine|computer|automated|real(?:\s+person)?|human|"
    r"actual (?:person|human)|person)\b"
    r"|\b(?:am i|is this)\s+(?:\w+\s+){0,2}?(?:talking|speaking|chatting|texting)\s+(?:to|with)\s+(?:an?\s+)?(?:real\s+|actual\s+|live\s+)?(?:ai|bot|robot|chat\s?bot|machine|computer|human|person)\b"
    r"|\b(?:you|this)(?:'re| are| is|’re)\s+(?:an?\s+)(?:ai|bot|robot|chat\s?bot)\b.*\?|\bbot or (?:a )?(?:human|person|real)",
    re.IGNORECASE,
)
ASKS_FOR_PERSON = re.compile(
    r"\b(?:talk|speak|chat|get|connect|transfer|put|pass|switch|reach)\b[^.?!]{0,30}?\b(?:to|with|through|me)\s+(?:an?\s+|the\s+|your\s+|some\s?)?"
    r"(?:real\s+|actual\s+|live\s+|human\s+)?(?:person|human|someone|somebody|one real|agent|manager|owner|boss|representative|rep|operator|staff|colleague|mechanic|salesperson)\b"
    r"|\b(?:want|need|like|prefer|get me|give me)\s+(?:an?\s+|the\s+|your\s+)?(?:real\s+|actual\s+|live\s+)?(?:person|human|manager|representative|operator)\b"
    r"|\b(?:call|ring|phone)\s+me(?:\s+back)?\b|\b(?:real|actual|live)\s+(?:person|human)\s*(?:please|pls|now)"
    r"|^\W*(?:human|agent|representative|operator|manager)(?:\s+please)?\W*$",
    re.IGNORECASE,
)
PROMISES = re.compile(
    r"\b(?:guarantee[ds]?|guaranteed|binding|i promise|we promise|promised|definitely will|100 ?%|for sure|no matter what|free of charge for life"
    r"|lowest price|best price|we(?:'ll| will) match|refund you|full refund|legally|risk[- ]free|lifetime|unconditional\w*|i can assure|rest assured)\b",
    re.IGNORECASE,
)


class Risk(BaseModel):
    """A message that a rule takes out of the ordinary path; `words` are the customer's own that decided it."""

    model_config = ConfigDict(frozen=True)

    kind: RiskKind
    words: str


def opts_out(text: str) -> bool:
    """Does the message end consent: an opt-out word alone, or the wish in plain language?"""
    return _alone(text) in OPT_OUT_WORDS or bool(OPT_OUT_PHRASES.search(text))


def opts_in(text: str) -> bool:
    """START or UNSTOP alone in the message."""
    return _alone(text) in OPT_IN_WORDS


def risk(text: str) -> Risk | None:
    """The gravest risk that a rule sees in the message, or None."""
    for kind, pattern in RISKS:
        found = pattern.search(text)
        if found:
            return Risk(kind=kind, words=found.group().strip())
    return None


def asks_if_ai(text: str) -> bool:
    """Does the customer want to know whether a machine writes?"""
    return bool(ASKS_IF_AI.search(text))


def asks_for_person(text: str) -> bool:
    """Does the customer want a person instead?"""
    return bool(ASKS_FOR_PERSON.search(text))


def promises(reply: str) -> list[str]:
    """The words of a reply that bind the business to more than a fact, in order."""
    return [found.group() for found in PROMISES.finditer(reply)]


def is_quiet(now: datetime, zone: str, quiet: QuietHours) -> bool:
    """Is it quiet time where the recipient is? Raises ZoneInfoNotFoundError for an unknown zone."""
    local = now.astimezone(ZoneInfo(zone)).time()
    if quiet.begins <= quiet.ends:
        return quiet.begins <= local < quiet.ends
    return local >= quiet.begins or local < quiet.ends


def quiet_until(now: datetime, zone: str, quiet: QuietHours) -> datetime:
    """When the recipient may be written to: `now` itself, or the end of the quiet hours (aware, UTC offset of zone)."""
    if not is_quiet(now, zone, quiet):
        return now
    local = now.astimezone(ZoneInfo(zone))
    day = local.date() + timedelta(days=int(local.time() >= quiet.ends))
    return datetime.combine(day, quiet.ends, ZoneInfo(zone))


def cap_reached(sent_at: Sequence[datetime | str | None], now: datetime, cap: int) -> bool:
    """Have `cap` messages gone to the thread in the last 24 hours? A message without a time counts."""
    since = now - timedelta(hours=24)
    times = [datetime.fromisoformat(at) if isinstance(at, str) else at for at in sent_at]
    return sum(at is None or at > since for at in times) >= cap


def _alone(text: str) -> str:
    """The message in lower case without what stands around and between its words."""
    return " ".join(re.findall(r"[a-z]+(?:-[a-z]+)?", text.lower())) if not re.search(r"\d", text) else ""
