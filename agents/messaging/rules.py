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

from agents.messaging import phrases, pricing
from agents.messaging.availability import end_to_utc
from agents.messaging.business import QuietHours
from agents.messaging.claims import unsupported_claims
from agents.messaging.danger import danger
from agents.messaging.leaving import ALONE, BACK, alone, wishes_to_leave

__all__ = [
    "Risk", "agrees_to_more", "asks_for_person", "asks_if_ai", "cap_reached", "danger", "is_quiet", "opts_in",
    "opts_out", "promises", "quiet_until", "risk", "unsupported_claims",
]  # fmt: skip

RiskKind = Literal["emergency", "legal", "abuse", "injection", "finance"]

RISKS: tuple[tuple[RiskKind, re.Pattern[str]], ...] = (  # gravest first, after danger
    ("legal", phrases.LEGAL),
    ("abuse", phrases.ABUSE),
    ("injection", phrases.INJECTION),
    ("finance", phrases.FINANCE),
)


class Risk(BaseModel):
    """A message that a rule takes out of the ordinary path; `words` are the customer's own that decided it."""

    model_config = ConfigDict(frozen=True)

    kind: RiskKind
    words: str


def opts_out(text: str) -> bool:
    """Does the message end consent: an opt-out word alone, or the wish in plain language?"""
    return alone(text) in ALONE or wishes_to_leave(text)


def opts_in(text: str) -> bool:
    """START or UNSTOP alone in the message."""
    return alone(text) in BACK


def risk(text: str) -> Risk | None:
    """The gravest risk that a rule sees in the message, or None. A danger's words are lower case and spelled out."""
    in_danger = danger(text)
    if in_danger:
        return Risk(kind="emergency", words=in_danger)
    for kind, pattern in RISKS:
        found = pattern.search(text)
        if found:
            return Risk(kind=kind, words=found.group().strip())
    return None


def asks_if_ai(text: str) -> bool:
    """Does the customer want to know whether a machine writes?"""
    return bool(phrases.ASKS_IF_AI.search(text))


def asks_for_person(text: str) -> bool:
    """Does the customer want a person instead?"""
    return bool(phrases.ASKS_FOR_PERSON.search(text))


def promises(reply: str, known: str = "") -> list[str]:
    """The words of a reply that give or bind more than the known facts do, in order.

    A word is known with its neighbour: facts that speak of "free parking" allow no "free repair".
    """
    facts = _words(known)
    return [found.group() for found in phrases.PROMISES.finditer(reply) if _with_neighbour(found) not in facts]


def agrees_to_more(message: str, reply: str, known: str) -> bool:
    """Does the reply begin with a yes to a message that wants what no fact gives?"""
    wanted = promises(message, known) or pricing.bargains(message)
    return bool(wanted and phrases.ASSENT.search(reply))


def is_quiet(now: datetime, zone: str, quiet: QuietHours) -> bool:
    """Is it quiet time where the recipient is? Raises ZoneInfoNotFoundError for an unknown zone."""
    local = now.astimezone(ZoneInfo(zone)).time()
    if quiet.begins <= quiet.ends:
        return quiet.begins <= local < quiet.ends
    return local >= quiet.begins or local < quiet.ends


def quiet_until(now: datetime, zone: str, quiet: QuietHours) -> datetime:
    """When the recipient may be written to: `now` itself, or the end of the quiet hours (aware). Hours that end where
    the clock shows a time twice end with the second."""
    if not is_quiet(now, zone, quiet):
        return now
    local = now.astimezone(ZoneInfo(zone))
    day = local.date() + timedelta(days=int(local.time() >= quiet.ends))
    return end_to_utc(day, quiet.ends, ZoneInfo(zone)).astimezone(ZoneInfo(zone))


def cap_reached(sent_at: Sequence[datetime | str | None], now: datetime, cap: int) -> bool:
    """Have `cap` messages gone to the thread in the last 24 hours? A message without a time counts."""
    since = now - timedelta(hours=24)
    times = [datetime.fromisoformat(at) if isinstance(at, str) else at for at in sent_at]
    return sum(at is None or at > since for at in times) >= cap


def _with_neighbour(found: re.Match[str]) -> str:
    """The found words with the next one of the sentence, or the one before where none follows."""
    after = re.match(r"\W{0,2}?\s*[\w-]+", re.split(r"[.!?;]", found.string[found.end() :])[0])
    before = re.search(r"[\w-]+\W*$", found.string[: found.start()])
    both = found.group() + after.group() if after else (before.group() if before else "") + found.group()
    return _words(both)


def _words(text: str) -> str:
    """The text's words alone, with a space around each."""
    return f" {' '.join(re.findall(r'[a-z0-9]+', text.lower()))} "
