"""Does a message say that somebody is in danger now?

Read by code first, so that a cry for help is met the same way every time and on a provider's bad day too. By kinds of
danger (`danger_orders`), each put together from who or what and from what makes it present: brakes that failed while
somebody drives, not brakes to be bled. Where no kind fits, two things that tell of danger add up. What is told as long
past ("last year", "ago") or laughed about is left to the model, but never a wish to die.
"""

from __future__ import annotations

import re
from typing import Final

from agents.messaging import danger_orders as orders
from agents.messaging.danger_orders import DANGER


def _any_of(kinds: tuple[str, ...]) -> re.Pattern[str]:
    """The orders, `~3` in them being up to three words or phrases of the same sentence."""
    return DANGER.pattern(*(re.sub(r"~(\d)", r"<^.|?>{0,\1}?", kind) for kind in kinds))


_SELF_HARM: Final = _any_of(orders.SELF_HARM)
_BODY: Final = _any_of(orders.BODY)
_PLACE: Final = _any_of(orders.PLACE)
_ACCIDENT: Final = _any_of(orders.ACCIDENT)
_DANGERS: Final = (_BODY, _PLACE, _any_of(orders.ROAD), _ACCIDENT, _any_of(orders.HARM), _any_of(orders.HELP))
_TELLING: Final = tuple(DANGER.pattern(each) for each in orders.TELLING)
_CALLING: Final = DANGER.pattern(*orders.CALLING)
_PRICES: Final = DANGER.pattern("<price>")
_REPAIRS: Final = DANGER.pattern("<repair>")
_LAUGHED: Final = re.compile(r"\b(?:haha\w*|lol|jk|kidding|lmao|hehe|rofl|joking)\b")
_SMALL: Final = re.compile(r"\b(?:a bit|slightly|a little bit)\b")
_PAST: Final = re.compile(
    r"\b(?:last|previous) (?:week|month|year|summer|winter|spring|fall|autumn|time)\b|\b(?:years?|months?|weeks?) ago\b"
    r"|\bhistory\b|(?<!since )\byesterday\b|\bhealed\b|\bnobody hurt\b"
)
_PRESENT: Final = re.compile(r"\b(?:now|just|still)\b")


def danger(text: str) -> str:
    """The words that tell of danger now, in lower case and without shorthand, or nothing."""
    reading = DANGER.read(text)
    found = _SELF_HARM.search(reading.roles)
    if found is None:
        said = " ".join(reading.phrases)
        if _LAUGHED.search(said) or (_PAST.search(said) and not _PRESENT.search(said)):
            return ""
        found = next((match for kind in _kinds(reading.roles, said) if (match := kind.search(reading.roles))), None)
        if found is None and _adds_up(reading.roles):
            return said.strip(" .,?")
    return reading.said(*found.span()).strip(" .,?") if found else ""


def _kinds(roles: str, said: str) -> list[re.Pattern[str]]:
    """The kinds of danger that the message may tell of: not of one that it only asks the price or the repair for."""
    harmless = {_PLACE: _SMALL.search(said), _BODY: _PRICES.search(roles), _ACCIDENT: _REPAIRS.search(roles)}
    return [kind for kind in _DANGERS if not harmless.get(kind)]


def _adds_up(roles: str) -> bool:
    """Do two things that tell of danger stand in the message, or one and a call for help, in whatever order?"""
    telling = sum(bool(each.search(roles)) for each in _TELLING)
    return telling > 1 or bool(telling and _CALLING.search(roles))
