"""What happens when a customer's messages are played to an agent, one after the other?

Each conversation is a thread of its own, each message an event with an id of its own. What goes wrong in one
conversation is that conversation's outcome, and the others go on; only a recording that cannot be written stops them
all.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from playhead.deck import Deck
from playhead.errors import StoreError, exit_code_of
from playhead.play.conversations import Conversation, Turn
from playhead.play.talking import came_of, close_resources, world_path
from playhead.records import Application


@dataclass(frozen=True, slots=True)
class Played:
    """One customer's message and what came of it.

    `conversation` is its name on this recording, `thread` the thread it was played in. `reply` is None for silence;
    `seconds` is the run's duration, `exit_code` what a command ends with for this turn.
    """

    conversation: str
    thread: str
    turn: int
    text: str
    reply: str | None
    outcome: str
    reason: str
    seconds: float
    label: int | None = None
    exit_code: int = 0


class Player:
    """An application, recorded, with its world open. Use it as a context manager, or `close()` it."""

    def __init__(self, deck: Deck, application: Application, name: str) -> None:
        self.application = application
        self.world = world_path(deck.store.location, deck.config.root)
        self.renamed: dict[str, str] = {}
        self.resources = application.resources(self.world)
        self._graph = deck.record(application.graph, name, resources=self.resources)
        self._taken = set(deck.threads())

    def __enter__(self) -> Player:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the application's world."""
        close_resources(self.resources)

    def name_thread(self, wanted: str) -> str:
        """A thread for a conversation of this id: where that is on the recording already, `~2`, `~3`, … are added."""
        name, number = wanted, 1
        while name in self._taken:
            number += 1
            name = f"{wanted}~{number}"
        self._taken.add(name)
        if name != wanted:
            self.renamed[wanted] = name
        return name

    def say(
        self, text: str, *, thread: str, message_id: str, at: datetime, business: str | None = None, **more: Any
    ) -> dict[str, Any]:
        """Hand one message to the agent: `{"reply", "outcome", "reason"}`. Raises what the graph raises."""
        given = self.application.incoming(text, thread=thread, business=business, message_id=message_id, at=at, **more)
        facts = {"customer": thread, "business": business or given.get("business")}
        state = self._graph.invoke(
            given,
            {
                "configurable": {"thread_id": thread, "event": message_id},
                "metadata": {name: value for name, value in facts.items() if isinstance(value, str)},
            },
        )
        return came_of(state, self.application.outcome)

    def play(self, conversations: Iterable[Conversation], *, as_recorded: bool = False) -> Iterator[Played]:
        """Play the customers' turns of each conversation in order; one result a turn, as they come.

        A turn that raises is a result, too, and ends its conversation. With `as_recorded` each message is judged on its
        own: a thread `NAME.1`, `NAME.2`, … begins with what was really said before it. Raises `StoreError`.

        One after the other: with the embedded model everything is Python, and two threads took twice the CPU of one.
        """
        for conversation in conversations:
            name = self.name_thread(conversation.id)
            for number, turn in enumerate(conversation.turns, 1):
                thread = self.name_thread(f"{name}.{number}") if as_recorded else name
                more = {"history": turn.before} if as_recorded else {}
                played = self._turn(turn, name, thread, number, conversation.business, f"{thread}/{number}", **more)
                yield played
                if played.outcome == "failed" and not as_recorded:
                    break

    def reply_to(self, text: str, thread: str, business: str | None = None) -> Played:
        """Hand over one message that comes now. Raises `StoreError`."""
        turn = Turn(text, datetime.now(UTC), None, ())
        return self._turn(turn, thread, thread, 0, business, f"{thread}/{secrets.token_hex(4)}")

    def _turn(
        self, turn: Turn, conversation: str, thread: str, number: int, business: str | None, message: str, **more: Any
    ) -> Played:
        clock, code = time.perf_counter(), 0
        try:
            came = self.say(turn.text, thread=thread, message_id=message, at=turn.at, business=business, **more)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001  one conversation's failure is a result; the others go on
            code = exit_code_of(error)
            came = {"reply": None, "outcome": "failed", "reason": f"{type(error).__name__}: {error}"}
        seconds = round(time.perf_counter() - clock, 4)
        told = (came["reply"], came["outcome"], came["reason"])
        return Played(conversation, thread, number, turn.text, *told, seconds, turn.label, code)
