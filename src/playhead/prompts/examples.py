"""Which worked examples go into a request, and in what form?

The nearest ones, by the words of the prompt's own user block: what the model will read is what is compared. They stand
with the nearest last, right before the question, where it weighs most; `all` keeps the order of the file. Everything
about an example is rendered when the prompt is loaded, so that a request only pays for the comparison.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias, TypedDict

from playhead import nearest

JSON: TypeAlias = Any


class Message(TypedDict):
    """One message of a request, as every provider takes it."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str


class WorkedExamples:
    """The examples of one prompt: `questions` rendered by its user block, `answers` as the model should write them."""

    def __init__(self, questions: Sequence[str], answers: Sequence[str], few_shot: int | Literal["all"]) -> None:
        self._questions = list(questions)
        self._pairs: list[tuple[Message, Message]] = [
            ({"role": "user", "content": question}, {"role": "assistant", "content": answer})
            for question, answer in zip(questions, answers, strict=True)
        ]
        self._few_shot = few_shot

    def nearest(self, question: str) -> list[Message]:
        """The messages to put before `question`: as many pairs as `few_shot` says, the nearest last."""
        order = list(range(len(self._pairs)))
        if self._few_shot != "all":
            best = nearest.rank(question, self._questions)[: self._few_shot] if self._few_shot else []
            order = [index for index, _ in reversed(best)]
        return [message.copy() for index in order for message in self._pairs[index]]


def answer_text(output: JSON, schema: Mapping[str, JSON] | None) -> str:
    """An example's output as the model should write it: compact JSON, keys in the schema's order; or the text."""
    if schema is None:
        return str(output)
    return json.dumps(_ordered(output, schema), ensure_ascii=False, separators=(",", ":"))


def _ordered(value: JSON, schema: JSON) -> JSON:
    schema = schema if isinstance(schema, Mapping) else {}
    if isinstance(value, list):
        return [_ordered(item, schema.get("items")) for item in value]
    if not isinstance(value, Mapping):
        return value
    properties = schema.get("properties", {})
    declared = [key for key in properties if key in value]
    return {key: _ordered(value[key], properties.get(key)) for key in declared + sorted(value.keys() - set(declared))}
