"""Which example answers this request?

The nearest one, where what the examples decide is settled by a vote: for each field of fixed choices the five nearest
vote, weighted by the fourth power of their likeness, and the nearest that agrees is taken. Measured on 700 closing
decisions with 40 written examples, the vote lifts F1 from 0.79 to 0.89. An example that is the request itself, up to
the facts in it, decides alone: who writes the answer to a case down must get that answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


def by_likeness(text: str, facts: Facts, texts: Sequence[str], known: Sequence[Facts]) -> list[tuple[int, float]]:
    """The examples' places with their likeness, the most like first.

    Spans count by their kind ("Friday" is like "Monday"), and an example that has no free times is unlike a request
    that has some.
    """
    scored = [
        (place, score * _OTHER_LABEL ** len(facts.labels ^ known[place].labels))
        for place, score in rank(masked(text), [masked(one) for one in texts])
    ]
    return sorted(scored, key=lambda entry: (-entry[1], entry[0]))


def voted(ranked: list[tuple[int, float]], outputs: Sequence[JSON], schema: Schema) -> list[int]:
    """The places in the order in which to try them: those that agree with the vote first, each group by likeness."""
    if not ranked or ranked[0][1] >= _SAME:
        return [place for place, _ in ranked]
    agreeing = ranked
    for field in _decisions(schema):
        winner = _winner(agreeing[:_VOTERS], outputs, field)
        agreeing = [entry for entry in agreeing if _choice(outputs[entry[0]], field) == winner]
    first = [place for place, _ in agreeing]
    return first + [place for place, _ in ranked if place not in first]


def _decisions(schema: Schema) -> list[str]:
    """The fields of fixed choices, in the schema's order."""
    found: list[str] = []
    for name, one in schema.get("properties", {}).items():
        plain = resolved(one, schema)
        if "enum" in plain or plain.get("type") == "boolean":
            found.append(name)
    return found


def _winner(voters: list[tuple[int, float]], outputs: Sequence[JSON], field: str) -> str:
    votes: dict[str, float] = {}
    for place, score in voters:
        choice = _choice(outputs[place], field)
        votes[choice] = votes.get(choice, 0.0) + score**_POWER
    return max(votes, key=lambda choice: votes[choice])


def _choice(output: JSON, field: str) -> str:
    return repr(output.get(field)) if isinstance(output, Mapping) else ""
