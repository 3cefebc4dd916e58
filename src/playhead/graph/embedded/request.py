"""What did the caller send: which rules, which examples, which request?

The examples are the user/assistant pairs after the system text whose user text is written like the request's and whose
answer has the form asked for; other pairs are the conversation so far.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

JSON: TypeAlias = Any

_LABEL = re.compile(r"^([^\W\d_][^\n:]{0,40}):(?=\s|$)", re.MULTILINE)


@dataclass(frozen=True)
class Example:
    """One worked example: what the user text was and what was answered; `calls` if the answer was tool calls."""

    user: str
    output: JSON
    calls: tuple[tuple[str, Mapping[str, JSON]], ...] = ()


@dataclass(frozen=True)
class Request:
    """What the model goes by. `results` are the tool results after the user's text."""

    system: str
    examples: tuple[Example, ...]
    user: str
    results: tuple[str, ...] = ()

    @property
    def known(self) -> str:
        """All the request states as fact, apart from its user text."""
        return "\n".join((self.system, *self.results))


def read_request(messages: Sequence[BaseMessage], *, structured: bool) -> Request:
    """The messages as this model understands them; `structured` if the answer asked for is JSON."""
    last = max((place for place, one in enumerate(messages) if isinstance(one, HumanMessage)), default=-1)
    user = messages[last].text if last >= 0 else ""
    return Request(
        system="\n".join(one.text for one in messages if isinstance(one, SystemMessage)),
        examples=tuple(_examples(messages[: max(last, 0)], user, structured=structured)),
        user=user,
        results=tuple(one.text for one in messages[last + 1 :] if isinstance(one, ToolMessage)),
    )


def _examples(messages: Sequence[BaseMessage], user: str, *, structured: bool) -> list[Example]:
    found: list[Example] = []
    labels = _labels(user)
    for asked, answered in itertools.pairwise(messages):
        if not (isinstance(asked, HumanMessage) and isinstance(answered, AIMessage)):
            continue
        if labels and not labels & _labels(asked.text):
            continue
        calls = tuple((call["name"], call["args"]) for call in answered.tool_calls)
        output = _parsed(answered.text) if structured and not calls else answered.text
        if calls or output is not None:
            found.append(Example(asked.text, output, calls))
    return found


@lru_cache(maxsize=4096)
def _labels(text: str) -> frozenset[str]:
    return frozenset(found[1].lower() for found in _LABEL.finditer(text))


def _parsed(text: str) -> JSON:
    """The JSON of an example's answer, or None if it is none."""
    try:
        return json.loads(text)
    except ValueError:
        return None
