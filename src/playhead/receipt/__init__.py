"""What does a replay with changes cost, before it is made and after?

It stands on the ground floor because a `Replay` carries its receipt. Who plans a replay says which calls are certain
and which may follow; here they become figures, and words.
"""

from playhead.receipt.figures import (
    Amount,
    Followed,
    Planned,
    Price,
    Prices,
    Receipt,
    Share,
    Spent,
    missing_prices,
)
from playhead.receipt.reckoning import receipt

__all__ = [
    "Amount",
    "Followed",
    "Planned",
    "Price",
    "Prices",
    "Receipt",
    "Share",
    "Spent",
    "missing_prices",
    "receipt",
]
