"""A shop whose agent can be met at every crossing: each time that it is about to touch its database.

Whatever others do to a conversation (a person who takes over, the customer's STOP by another way, a colleague at the
same calendar) they do in the database: so around each reading and each transaction of the agent every order of events
can be had, one at a time and the same on every run. There the process may die, too.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import playhead
from agents.messaging import application, graph
from agents.messaging.calendar import Calendar
from agents.messaging.database import AgentDatabase
from agents.messaging.notes import Notes
from agents.messaging.optouts import OptOuts
from agents.messaging.outbox import Outbox
from tests.agents.conftest import MONDAY, PROMPTS


class Crossings:
    """Counts crossings, and does at the numbered ones what was planned there."""

    def __init__(self) -> None:
        self.count = 0
        self.plan: Mapping[int, Callable[[], None]] = {}
        self._lock = threading.RLock()

    def expect(self, plan: Mapping[int, Callable[[], None]]) -> None:
        """From now on: this at the first, that at the fourth."""
        self.count, self.plan = 0, dict(plan)

    def reach(self) -> None:
        """One more."""
        with self._lock:
            self.count += 1
            self.plan.get(self.count, lambda: None)()


class WatchedDatabase(AgentDatabase):
    """The agent's database, with a crossing before each reading, and before and after each transaction."""

    def __init__(self, path: Path, crossings: Crossings) -> None:
        super().__init__(path)
        self.crossings = crossings

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        self.crossings.reach()
        with super().transaction() as connection:
            yield connection
        self.crossings.reach()

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        self.crossings.reach()
        return super().rows(sql, parameters)


class WatchedShop:
    """The bike shop in a folder; everybody but the agent has a connection of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.crossings = Crossings()
        database = WatchedDatabase(folder / "agent.db", self.crossings)
        self.resources = {
            "calendar": Calendar(database), "outbox": Outbox(database), "optouts": OptOuts(database),
            "notes": Notes(database),
        }  # fmt: skip
        self.others = OptOuts(AgentDatabase(folder / "agent.db"))
        self.deck = playhead.open(folder / "runs.db", prompts=PROMPTS, synchronous="OFF")
        self.agent = self.deck.record(graph, name="messaging", resources=self.resources)

    def deliver(self, batch: list[dict[str, Any]], thread: str) -> dict[str, Any]:
        """One batch of messages to the agent; gives the state that the run leaves."""
        at = MONDAY + timedelta(minutes=int(batch[-1]["id"].lstrip("m")))
        for each in batch:
            each.setdefault("at", at.isoformat())
        given = application.incoming("", thread=thread, business="bike-shop", message_id="", at=at)
        config = {"configurable": {"thread_id": thread, "event": batch[-1]["id"]}}
        state: dict[str, Any] = self.agent.invoke({**given, "batch": batch}, config)
        return state

    def resume(self, thread: str) -> dict[str, Any]:
        """Go on with a run that was cut off."""
        state: dict[str, Any] = self.deck.resume(thread, graph, resources=self.resources)
        return state

    def query(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """What is in the agent's database, past every crossing."""
        with closing(sqlite3.connect(self.folder / "agent.db")) as connection:
            return connection.execute(sql, parameters).fetchall()

    def sent(self, thread: str) -> list[str]:
        """The texts that went out to the thread, in order."""
        sql = "SELECT text FROM outbox WHERE thread = ? AND refused IS NULL ORDER BY id"
        return [text for (text,) in self.query(sql, thread)]

    def copy(self, folder: Path) -> None:
        """What a process that dies now leaves on the disk: what was committed, and nothing of what was not."""
        folder.mkdir(parents=True)
        for name in ("runs.db", "agent.db"):
            with closing(sqlite3.connect(self.folder / name)) as here, closing(sqlite3.connect(folder / name)) as there:
                here.backup(there)

    def close(self) -> None:
        """Lets go of the files."""
        self.deck.close()
        self.others.close()
        for each in self.resources.values():
            each.close()
