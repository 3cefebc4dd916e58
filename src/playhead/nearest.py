"""Which written examples are most like this text, and how like?

Examples teach a model by being near the case at hand, so "near" must mean "asks for the same decision". Function
words, negations and question marks decide that ("no thanks" ends a talk, "no" answers a question): none is dropped
and rarity weighs little, because in short messages the commonest words carry the decision. Words carry the meaning,
pairs of words the order, runs of three letters (in what decides) forgive typing errors. Words that hardly any
candidate has count together as one feature, "says something of its own": a message full of new matter is like the
examples full of their own matter, and not like "thanks" because both hold a "you".

Texts may be written as lines `Label: value`. The value of the last label both sides know (the newest message, by
custom) decides four fifths of the score, the lines around it the rest. Pure and deterministic: the same texts give
the same order on every machine.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_FOCUS_SHARE: Final = 0.8  # of the score; the rest is the context's. 0.5 loses 6 points of F1 on closing messages
_WORD, _PAIR, _LETTERS = 1.0, 1.0, 0.2  # weight of a word, of two neighbours, of three letters
_IDF_FLOOR: Final = 8.0  # the higher, the less a rare word outweighs a common one
_OWN, _OWN_POWER, _OWN_TEXTS = 0.7, 0.7, 2  # words in at most two candidates weigh together 0.7 * count ** 0.7
_FEW: Final = 16  # as many candidates are scored without an index

_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+|[?!]|[^\w\s.,;:'\"()\-]")
_LABEL = re.compile(r"^([^\W\d_][^\n:]{0,40}):(?=\s|$)", re.MULTILINE)


def rank(query: str, candidates: Sequence[str]) -> list[tuple[int, float]]:
    """Every candidate as (index, score), most like the query first.

    Scores are 0..1 (1: the same text up to case, spacing and the digits of numbers); ties keep the candidates' order.
    """
    if not candidates:
        return []
    label = deciding_label(query, candidates)
    focus, context = _split(query, label)
    pairs = [_split(candidate, label) for candidate in candidates]
    scores = _scores(focus, tuple(pair[0] for pair in pairs), letters=True)
    if context or any(pair[1] for pair in pairs):
        around = _scores(context, tuple(pair[1] for pair in pairs), letters=False)
        scores = [_FOCUS_SHARE * a + (1 - _FOCUS_SHARE) * b for a, b in zip(scores, around, strict=True)]
    scored = [(index, min(1.0, round(score, 6))) for index, score in enumerate(scores)]
    return sorted(scored, key=lambda entry: (-entry[1], entry[0]))


def deciding_label(query: str, candidates: Sequence[str]) -> str | None:
    """The last label (lower case) of the query that a candidate has too: a customer may write "Address: …" herself."""
    known = {label for candidate in candidates for label in _labels(candidate)}
    return next((label for label in reversed(_labels(query)) if label in known), None)


@lru_cache(maxsize=4096)
def _labels(text: str) -> dict[str, tuple[int, int]]:
    """Label, lower case, to the start of its first line and of its value there, in the text's order."""
    labels: dict[str, tuple[int, int]] = {}
    for found in _LABEL.finditer(text):
        labels.setdefault(found[1].lower(), (found.start(), found.end()))
    return labels


def _split(text: str, label: str | None) -> tuple[str, str]:
    """(what decides, what stands before it); without the label all of the text decides."""
    if label is None or label not in _labels(text):
        return text, ""
    line, value = _labels(text)[label]
    return text[value:], text[:line]


@dataclass(frozen=True, slots=True)
class _Features:
    """`weights` by feature, and which of the features are whole `words`."""

    weights: dict[str, float]
    words: tuple[str, ...]


@lru_cache(maxsize=4096)
def _features(text: str, *, letters: bool) -> _Features:
    words = [_stem(word) for word in _TOKEN.findall(text.lower().replace("’", "'"))]
    weights: dict[str, float] = {}
    for word in words:
        weights[word] = weights.get(word, 0.0) + _WORD
    distinct = tuple(weights)
    edged = ["<", *words, ">"] if words else []
    for left, right in itertools.pairwise(edged):
        weights[f"{left} {right}"] = weights.get(f"{left} {right}", 0.0) + _PAIR
    for marked in [f"<{word}>" for word in words if letters]:
        for start in range(len(marked) - 2):
            run = "#" + marked[start : start + 3]
            weights[run] = weights.get(run, 0.0) + _LETTERS
    return _Features(weights, distinct)


def _stem(word: str) -> str:
    """ "thanks" as "thank", "times" as "time", every number as 0."""
    if word.isdigit():
        return "0"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


class _Weighing:
    """How much each feature counts among these candidates."""

    def __init__(self, candidates: Sequence[_Features]) -> None:
        self.found: Counter[str] = Counter()
        for one in candidates:
            self.found.update(one.weights.keys())
        # By the number of candidates that have the feature.
        self.idf = [math.log((len(candidates) + 1) / max(n, 1)) + _IDF_FLOOR for n in range(len(candidates) + 1)]

    def own(self, features: _Features) -> float:
        """The weight of "says something of its own"."""
        count = sum([self.found[word] <= _OWN_TEXTS for word in features.words])
        return _OWN * self.idf[0] * count**_OWN_POWER if count else 0.0

    def weighed(self, features: _Features) -> tuple[list[float], float]:
        """The features' weights in their order, without the own, and the length of the whole vector."""
        idf, found, own = self.idf, self.found, self.own(features)
        weights = [weight * idf[found[name]] for name, weight in features.weights.items()]
        return weights, math.sqrt(math.fsum([weight * weight for weight in weights]) + own * own) or 1.0


class _Index:
    """Many candidates' features turned round: feature to (candidate, weight). A query touches only what it shares."""

    def __init__(self, candidates: Sequence[_Features]) -> None:
        self.weighing = _Weighing(candidates)
        self.where: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        self.own: list[float] = []
        for position, one in enumerate(candidates):
            weights, length = self.weighing.weighed(one)
            self.own.append(self.weighing.own(one) / length)
            for name, weight in zip(one.weights, weights, strict=True):
                self.where[name].append((position, weight / length))

    def scores(self, query: _Features) -> list[float]:
        """Cosine of the query with each candidate."""
        weights, length = self.weighing.weighed(query)
        own = self.weighing.own(query)
        scores = [own * other for other in self.own]
        for name, weight in zip(query.weights, weights, strict=True):
            for position, other in self.where.get(name, ()):
                scores[position] += weight * other
        return [score / length for score in scores]


@lru_cache(maxsize=32)
def _index(texts: tuple[str, ...], *, letters: bool) -> _Index:
    return _Index([_features(text, letters=letters) for text in texts])


def _few_scores(query: _Features, candidates: Sequence[_Features]) -> list[float]:
    """The same without an index, which costs more than it saves where every query has candidates of its own."""
    weighing = _Weighing(candidates)
    weights, length = weighing.weighed(query)
    asked, own = dict(zip(query.weights, weights, strict=True)), weighing.own(query)
    idf, found = weighing.idf, weighing.found
    scores: list[float] = []
    for one in candidates:
        shared = [asked[name] * one.weights[name] * idf[found[name]] for name in asked if name in one.weights]
        scores.append((math.fsum(shared) + own * weighing.own(one)) / (length * weighing.weighed(one)[1]))
    return scores


def _scores(text: str, texts: tuple[str, ...], *, letters: bool) -> list[float]:
    """Cosine of the text with each of the texts; two empty ones are alike."""
    query = _features(text, letters=letters)
    if not query.words:
        return [0.0 if _features(one, letters=letters).words else 1.0 for one in texts]
    if len(texts) <= _FEW:
        return _few_scores(query, [_features(one, letters=letters) for one in texts])
    return _index(texts, letters=letters).scores(query)
