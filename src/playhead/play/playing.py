"""What happens when a customer's messages are played to an agent, one after the other?

Each conversation is a thread of its own, each message an event with an id of its own. What goes wrong in one
conversation is that conversation's outcome, and the others go on; only a recording that cannot be written stops them
all.
"""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from types import TracebackType
from typing import Any, Final

from playhead.deck import Deck
from playhead.errors import RunNotFound, StoreError, exit_code_of
from playhead.play.conversations import Conversation, Turn
from playhead.play.talking import came_of, close_resources, world_path
from playhead.records import Application

CUT_OFF: Final = ("running", "cancelled")
"""How a run stands that was killed, or stopped by Ctrl-C."""


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
        self._begun: list[str] = []
        self.resources = application.resources(self.world)
        self._deck = deck
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

    def name_chat(self) -> str:
        """A thread for a new talk: the first of `chat-1`, `chat-2`, … that is not on the recording.

        No `~2`: what is called so was made from another conversation.
        """
        name = next(name for number in itertools.count(1) if (name := f"chat-{number}") not in self._taken)
        self._taken.add(name)
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

    def play(
        self, conversations: Iterable[Conversation], *, as_recorded: bool = False, resume: str | None = None
    ) -> Iterator[Played]:
        """Play the customers' turns of each conversation in order; one result a turn, as they come.

        A turn that raises is a result, too, and ends its conversation. With `as_recorded` each message is judged on its
        own: a thread `NAME.1`, `NAME.2`, … begins with what was really said before it. With `resume`, the name under
        which the first conversation was played before, its turns that ended stay as they are, and one that was cut off
        goes on. Raises `StoreError`, and `RunNotFound` where nothing is recorded under that name.

        One after the other: with the embedded model everything is Python, and two threads took twice the CPU of one.
        """
        if resume is not None and not self.is_recorded(resume):
            raise RunNotFound(resume, self._taken)
        return self._each(conversations, resume, as_recorded=as_recorded)

    def _each(
        self, conversations: Iterable[Conversation], resume: str | None, *, as_recorded: bool
    ) -> Iterator[Played]:
        for conversation in conversations:
            name = resume or self.name_thread(conversation.id)
            self._begun.append(name)
            yield from self._conversation(conversation, name, as_recorded=as_recorded, earlier=resume is not None)
            resume = None

    def _conversation(
        self, conversation: Conversation, name: str, *, as_recorded: bool, earlier: bool
    ) -> Iterator[Played]:
        """The turns of one conversation. Where some were played `earlier`, those that ended are passed over."""
        for number, turn in enumerate(conversation.turns, 1):
            thread = f"{name}.{number}" if as_recorded else name
            if as_recorded and not earlier:
                thread = self.name_thread(thread)
            message = f"{thread}/{number}"
            before = [run.status for run in self._deck.runs(thread) if run.cause == message] if earlier else []
            if before and before[-1] not in CUT_OFF:
                outcome: str = before[-1]
            else:
                more = {"history": turn.before} if as_recorded else {}
                anew = self._handing_over(turn, thread, conversation.business, message, **more)
                played = _played(partial(self._go_on, thread) if before else anew, turn, name, thread, number)
                outcome = played.outcome
                yield played
            if outcome == "failed" and not as_recorded:
                return

    @property
    def stopped_at(self) -> str | None:
        """The name of the conversation to `resume`: the newest that was begun and has something recorded."""
        return next((name for name in reversed(self._begun) if self.is_recorded(name)), None)

    def is_cut_off(self, thread: str) -> bool:
        """Was the last run of a conversation stopped, so that it can be gone on with?"""
        runs = self._deck.runs(thread)
        return bool(runs) and runs[-1].status in CUT_OFF

    def is_recorded(self, name: str) -> bool:
        """Is anything recorded of a conversation that was played under this name?"""
        return any(self._deck.runs(thread) for thread in (name, f"{name}.1"))

    def reply_to(self, text: str, thread: str, business: str | None = None) -> Played:
        """Hand over one message that comes now. Raises `StoreError`."""
        turn = Turn(text, datetime.now(UTC), None, ())
        return _played(
            self._handing_over(turn, thread, business, f"{thread}/{secrets.token_hex(4)}"), turn, thread, thread, 0
        )

    def _handing_over(
        self, turn: Turn, thread: str, business: str | None, message: str, **more: Any
    ) -> Callable[[], dict[str, Any]]:
        return partial(self.say, turn.text, thread=thread, message_id=message, at=turn.at, business=business, **more)

    def _go_on(self, thread: str) -> dict[str, Any]:
        """Go on with the run of a conversation that was cut off."""
        state = self._deck.resume(thread, self.application.graph, resources=self.resources)
        return came_of(state, self.application.outcome)


def _played(hand_over: Callable[[], dict[str, Any]], turn: Turn, name: str, thread: str, number: int) -> Played:
    clock, code = time.perf_counter(), 0
    try:
        came = hand_over()
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001  one conversation's failure is a result; the others go on
        code = exit_code_of(error)
        came = {"reply": None, "outcome": "failed", "reason": f"{type(error).__name__}: {error}"}
    seconds = round(time.perf_counter() - clock, 4)
    told = (came["reply"], came["outcome"], came["reason"])
    return Played(name, thread, number, turn.text, *told, seconds, turn.label, code)
