"""A shop to talk to: the agent, recorded, on a fresh calendar, with the embedded model or one of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import playhead
from agents.messaging import application, graph

ROOT = Path(__file__).parents[2]
PROMPTS = ROOT / "prompts" / "messaging"
MONDAY = datetime(2026, 6, 8, 14, 5, tzinfo=UTC)  # 10:05 in the shop


class Shop:
    """One customer's conversation with the bike shop; `say` gives what came of the messages."""

    def __init__(self, deck: Any, resources: dict[str, Any]) -> None:
        self.deck, self.resources = deck, resources
        self.agent = deck.record(graph, name="messaging", resources=resources)
        self.at = MONDAY
        self.count = 0
        self.state: dict[str, Any] = {}

    def say(self, *texts: str, thread: str = "ana", **given: Any) -> dict[str, Any]:
        """Sends the messages as one batch, a minute after the last. `history`: a conversation up to here; `carried`:
        channels as an earlier run left them; other names go into the graph's input."""
        self.at += timedelta(minutes=1)
        batch = []
        for text in texts:
            self.count += 1
            batch.append({"id": f"m{self.count}", "text": text, "at": self.at.isoformat()})
        return self.deliver(batch, thread=thread, **given)

    def deliver(self, batch: list[dict[str, Any]], *, thread: str = "ana", **given: Any) -> dict[str, Any]:
        """Sends a batch as it stands."""
        history, carried = given.pop("history", None), given.pop("carried", {})
        message = application.incoming(
            "", thread=thread, business="bike-shop", message_id="", at=self.at, history=history
        )
        config = {"configurable": {"thread_id": thread}}
        self.state = self.agent.invoke({**message, **carried, "batch": batch, **given}, config)
        return application.outcome(self.state)

    def resume(self, answer: Any, thread: str = "ana") -> dict[str, Any]:
        """A person's answer to what the run waits for."""
        self.state = self.deck.resume(thread, graph, answer=answer, resources=self.resources)
        return application.outcome(self.state)

    def sent(self, thread: str = "ana") -> list[str]:
        """The texts in the outbox."""
        return [row["text"] for row in self.resources["outbox"].sent(thread)]

    def bookings(self, customer: str = "ana") -> list[dict[str, Any]]:
        """The customer's standing bookings."""
        found: list[dict[str, Any]] = self.resources["calendar"].find(customer, "bike-shop")
        return found


@pytest.fixture
def open_shop(tmp_path: Path) -> Iterator[Callable[..., Shop]]:
    """`open_shop(models=…)`: a shop of its own."""
    opened: list[Any] = []

    def open_one(models: dict[str, Any] | None = None) -> Shop:
        number = len(opened)
        resources = application.resources(tmp_path / f"shop{number}.db")
        deck = playhead.open(tmp_path / f"runs{number}.db", prompts=PROMPTS, models=models, synchronous="OFF")
        opened.extend([deck, *resources.values()])
        return Shop(deck, resources)

    yield open_one
    for each in opened:
        each.close()


@pytest.fixture
def shop(open_shop: Callable[..., Shop]) -> Shop:
    """A shop that answers with the embedded model."""
    return open_shop()
