"""What does a replay say of a question it is about to ask, and who lets it pass?

A replay of one run asks at once. A backtest has a desk that every question goes by: an answer that was paid for once is
handed out again, the rest waits for its turn, or is turned away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from playhead.records import Call
from playhead.store.answers import Answer


@dataclass(frozen=True, slots=True)
class Question:
    """A model call that the recording does not answer. `name` tells it from every other of a backtest.

    `run` is the recorded run of the conversation `thread` that is played ("" where none is), `characters` is how long
    its messages are, `recorded` the call that stood in its place.
    """

    name: str
    thread: str
    run: str
    model: str
    characters: int
    recorded: Call | None


class Desk(Protocol):
    """Where the questions of a backtest go by. Its methods are called from many threads at once."""

    def kept(self, question: Question) -> Answer | None:
        """What it was answered before, in this experiment."""

    def before(self, question: Question) -> None:
        """It is to be asked now. May wait; an error of ours ends the replay that asks."""

    def after(self, question: Question, row: Mapping[str, Any]) -> None:
        """It was answered, or failed: the call's row, with its response as a part."""
