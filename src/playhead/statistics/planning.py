"""How many conversations does a clear answer take, and how small a difference will so many show?

Both are one formula, Connor's for paired yes/no, read in two directions: before a run it says what can be seen at
all, after an unclear one what it would take. They are plans, not tests: normal approximations from a guessed spread.
"""

from __future__ import annotations

import math
from typing import Final

from playhead.statistics.paired import NORMAL

MOST: Final = 10**18  # conversations

ALPHA: Final = 0.05
"""How likely a verdict may be clear though nothing changed."""
POWER: Final = 0.8
"""How likely a difference as large as planned for is to be shown."""
WORTH: Final = 0.05
"""The smallest difference worth knowing, as a share, where nobody says otherwise."""
DISCORDANCE: Final = 0.2
"""The share of conversations whose yes/no result changes either way, before anybody has seen it."""


def detectable(n: int, discordance: float = DISCORDANCE, *, alpha: float = ALPHA, power: float = POWER) -> float | None:
    """The smallest difference of shares that `n` conversations will show with this power: say it before the run.

    `discordance` is the share of conversations expected to change their result either way. None where even all of
    them changing the same way would not be shown. It is Connor's formula (see `needed`) solved for the difference,
    normal as that is: below some fifty conversations the exact test sees a little less. Of several checks, each has
    `alpha / checks`.
    """
    za, zb = NORMAL.inv_cdf(1 - alpha / 2), NORMAL.inv_cdf(power)
    inside = n - za**2 + zb**2
    if inside < 0 or n * discordance < fewest(alpha):
        return None
    found = math.sqrt(discordance) * (za * math.sqrt(n) + zb * math.sqrt(inside)) / (n + zb**2)
    return found if found <= discordance else None


def detectable_number(n: int, deviation: float, *, alpha: float = ALPHA, power: float = POWER) -> float | None:
    """The same for a number whose differences have this standard deviation (Chow, Shao & Wang 2008); its unit."""
    reach = NORMAL.inv_cdf(1 - alpha / 2) + NORMAL.inv_cdf(power)
    return reach * deviation / math.sqrt(n) if n >= fewest(alpha) else None


def needed(difference: float, square: float, *, alpha: float = ALPHA, power: float = POWER) -> int:
    """How many conversations show a mean `difference` with this power, in all.

    `square` is the mean of the squared differences; for one yes/no in a conversation that is the discordance. Connor
    1987 (Biometrics 43:207), which says for yes/no what holds for any test by signs: spread about 0 if nothing
    changed, about the difference if it did. The exact test wants up to a tenth more. Raises `ValueError` for a
    difference of 0, which no number of conversations shows, and for a square smaller than any spread allows. Gives no
    more than `MOST`, beyond which the number says nothing more.
    """
    if not difference or square < difference**2:
        raise ValueError(f"No number of conversations shows {difference} with a mean square of {square}.")
    za, zb = NORMAL.inv_cdf(1 - alpha / 2), NORMAL.inv_cdf(power)
    root = (za * math.sqrt(square) + zb * math.sqrt(square - difference**2)) / difference
    return max(math.ceil(min(abs(root), math.sqrt(MOST)) ** 2), fewest(alpha))


def fewest(alpha: float = ALPHA) -> int:
    """With how many conversations, all changing the same way, a test by signs is clear at the earliest."""
    return 1 + math.ceil(math.log2(1 / alpha))
