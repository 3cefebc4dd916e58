"""Which passage of the business's knowledge answers this question, if any does?

Words, weighted by how rare they are in the business's own passages, with endings taken off. A question's score is the
share of its weight that a passage covers; below the cut nothing is found, and the agent says that it will check instead
of guessing. No model and no index: a business has a dozen passages.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from agents.messaging.business import Business, Passage

CUT = 0.4  # below this share of the question, a passage is about something else

STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """a about actually all also am an and any anything are as at be been before but by can could did do does doing
        dont for from get give go going got had has have having hello hey hi how i id if ill im in is it its ive just
        know let like little many may me might mine more much must my need no not now of off ok on one or our out over
        please quick question re really right say see should so some someone something sort still such sure take tell
        thank thanks that the their them then there these they thing things this those to too try up us use very wanna
        want was way we well were what whats when where which while who why will with wonder wondering would yes yet
        you your yours""",
    )
)


def search(business: Business, query: str, k: int = 3) -> list[Passage]:
    """The `k` passages that best answer the query, best first; empty when none is about it."""
    texts = [f"{each.title} {each.title} {' '.join(each.words)} {each.text}" for each in business.passages]
    return [business.passages[index] for index, _ in ranked(query, texts, CUT)[:k]]


def ranked(query: str, texts: Sequence[str], cut: float) -> list[tuple[int, float]]:
    """`(index, score)` of the texts that cover at least `cut` of the query's weight, best first, ties by index."""
    bags = [word_stems(text) for text in texts]
    weights = {word: _weight(word, bags) for word in word_stems(query)}
    total = sum(weights.values())
    scored = []
    for index, bag in enumerate(bags):
        share = sum(weight for word, weight in weights.items() if word in bag) / total if total else 0.0
        often = sum(min(bag[word], 3) for word in weights if word in bag)
        if share >= cut:
            scored.append((index, share + often / 1000))  # how often only decides between equals
    return sorted(scored, key=lambda pair: (-pair[1], pair[0]))


def word_stems(text: str) -> dict[str, int]:
    """The content words of a text without their endings, with how often each stands there."""
    plain = re.sub(r"['’]|(?<=\b[a-z])-(?=[a-z])", "", text.lower())  # "what's" is a word, and so is "e-bike"
    return _counted(tuple(re.findall(r"[^\W_]+", plain)))


def stem(word: str) -> str:
    """A word without plural, past and -ing endings: enough to let "repairs", "repaired" and "repairing" meet."""
    for ending, least, put in (("ies", 5, "y"), ("ing", 6, ""), ("ed", 5, ""), ("es", 5, ""), ("s", 4, "")):
        if word.endswith(ending) and len(word) >= least and not word.endswith("ss"):
            word = word[: -len(ending)] + put
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aelos":
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


@lru_cache(maxsize=4096)
def _counted(words: tuple[str, ...]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for word in words:
        if word not in STOP_WORDS and (len(word) > 1 or word.isdigit()):
            counts[stem(word)] = counts.get(stem(word), 0) + 1
    return counts


def _weight(word: str, bags: Iterable[dict[str, int]]) -> float:
    """Rare words weigh more; a word that no passage has weighs most, so that it pulls the share down."""
    bags = list(bags)
    return math.log(1 + len(bags) / (0.5 + sum(word in bag for bag in bags)))
