"""Which prices may be said for this question?

Only rows of the business's table, as they stand there: nothing is added up, rounded or lowered here, and a row that
may not be said is named so that a person takes over. A question for a discount finds no price at all.
"""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict

from agents.messaging.business import Business, PriceRow
from agents.messaging.knowledge import ranked

CUT = 0.3

BARGAINING = re.compile(
    r"\b(discount|cheaper|knock (?:off|\S+ off)|come down|lower (?:the |your )?price|best price|lowest|"
    r"price match|match (?:the|that|their|this) (?:price|offer)|beat (?:that|their|this|the) (?:price|offer)|"
    r"can you do (?:it |this |that )?(?:for|better)|would you take|do (?:it )?for [$£€]?\d|negotia\w+|haggle|"
    r"best (?:you can do|deal|offer)|final offer|out the door|\botd\b|% off|percent off|coupon|promo code)",
    re.IGNORECASE,
)


class Quote(BaseModel):
    """What the table says to a question: rows that may be said, rows only a person may speak about, and whether the
    customer is bargaining (then `rows` is empty: we never negotiate)."""

    model_config = ConfigDict(frozen=True)

    rows: tuple[PriceRow, ...] = ()
    for_a_person: tuple[PriceRow, ...] = ()
    bargaining: bool = False


def quote(business: Business, question: str, k: int = 3) -> Quote:
    """The `k` best rows of the price table for a question."""
    texts = [f"{row.item} {' '.join(row.words)} {row.note}" for row in business.prices]
    found = [business.prices[index] for index, _ in ranked(_without_price_words(question), texts, CUT)[:k]]
    withheld = tuple(row for row in found if not row.may_be_said)
    if bargains(question):
        return Quote(for_a_person=withheld, bargaining=True)
    return Quote(rows=tuple(row for row in found if row.may_be_said), for_a_person=withheld)


def said_price(row: PriceRow, currency: str) -> str:
    """A row as it may be said: `Flat repair: $20 (includes a standard tube)`. Raises ValueError if it may not."""
    if not row.may_be_said:
        raise ValueError(f"the price of {row.item!r} is for a person to say")
    note = f" ({row.note})" if row.note else ""
    return f"{row.item}: {_amounts(row, currency)}{note}"


def bargains(text: str) -> bool:
    """Does the customer ask for less than the price?"""
    return bool(BARGAINING.search(text))


def _amounts(row: PriceRow, currency: str) -> str:
    if row.low is None or row.high is None:
        return "no fixed price"
    low, high = (f"{currency}{amount:,.0f}" if amount == int(amount) else f"{currency}{amount:,.2f}"
                 for amount in (row.low, row.high))  # fmt: skip
    return low if low == high else f"{low} to {high}"


def _without_price_words(question: str) -> str:
    """The question without the words that any price question has."""
    return re.sub(r"\b(how much|price[sd]?|pricing|cost\w*|charge\w*|quote\w*|run me|expensive|pay)\b", " ",
                  question, flags=re.IGNORECASE)  # fmt: skip
