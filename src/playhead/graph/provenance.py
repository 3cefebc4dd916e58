"""Which prompt file did a model call's request come from?

`ask` says so for the calls it makes itself. Messages that `prompt` gave to a node's own code are remembered by what
they say, and found again in the request: nothing is put on the messages, so nothing of ours reaches the model or the
graph's state.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeAlias

from langchain_core.messages import BaseMessage

Said: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """The prompt a model call is made from, the inputs it was rendered with, and which attempt the call is."""

    prompt: Mapping[str, Any]
    inputs: Mapping[str, Any]
    attempt: int = 1


ASKING: ContextVar[Asked | None] = ContextVar("playhead_asking", default=None)
"""What `ask` is about to ask."""


class Renderings:
    """The messages that `prompt` gave out in one run."""

    def __init__(self) -> None:
        self._by_first: dict[Said, list[tuple[list[Said], Asked]]] = {}
        self._lock = threading.Lock()

    def remember(self, messages: Sequence[BaseMessage], asked: Asked) -> None:
        """These messages were rendered from that prompt."""
        said = [_said(message) for message in messages]
        with self._lock:
            self._by_first.setdefault(said[0], []).append((said, asked))

    def find(self, messages: Sequence[BaseMessage]) -> Asked | None:
        """The prompt whose messages all stand in these, in order: the longest, then the newest."""
        if not self._by_first:
            return None
        request = [_said(message) for message in messages]
        best: tuple[int, Asked] | None = None
        for place, first in enumerate(request):
            for said, asked in self._by_first.get(first, ()):
                if (best is None or len(said) >= best[0]) and _stands_in(said, request[place:]):
                    best = (len(said), asked)
        return best[1] if best else None


def _said(message: BaseMessage) -> Said:
    return message.type, str(message.text)


def _stands_in(said: list[Said], request: list[Said]) -> bool:
    rest = iter(request)
    return all(line in rest for line in said)
