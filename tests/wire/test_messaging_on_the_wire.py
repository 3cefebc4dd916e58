"""The messaging agent, when its provider fails on the wire: a person takes over; no crash, and no message is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import playhead
from agents.messaging import application, graph
from playhead.deck import Deck
from playhead.graph import models
from tests.wire.conftest import Provider, completion, dropping, failure

PROMPTS = Path(__file__).parents[2] / "prompts" / "messaging"
WORDS = "Can I bring my bike in on Friday at 10?"
TROUBLES: dict[str, Any] = {
    "too many requests": failure(429, Retry_After="1"),
    "server error": failure(500),
    "wrong key": failure(401),
    "dropped connection": dropping,
    "silence": None,
    "malformed json": (200, {}, b'{"id": "x", "choi'),
    "no json": completion("Sure thing!"),
    "refusal": completion(None, refusal="I cannot help with that."),
    "cut off": completion('{"kind"', "length"),
}


@pytest.fixture
def resources(tmp_path: Path) -> Iterator[dict[str, Any]]:
    opened = application.resources(tmp_path / "shop.db")
    yield opened
    for each in opened.values():
        each.close()


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_person_takes_over_and_every_attempt_is_recorded(
    deck: Deck,
    provider: Provider,
    pauses: list[float],
    resources: dict[str, Any],
    trouble: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer = TROUBLES[trouble]
    provider.answers = [(lambda request: provider.released.wait(30)) if trouble == "silence" else answer]
    monkeypatch.setattr(models, "ATTEMPT_SECONDS", 0.05)
    with playhead.open(tmp_path / "talk.db", prompts=PROMPTS, models={"default": "openai:gpt-test"}) as talk:
        agent = talk.record(graph, "messaging", resources=resources)
        at = datetime(2026, 6, 8, 14, 5, tzinfo=UTC)
        given = application.incoming(WORDS, thread="c-1", business="bike-shop", message_id="m-1", at=at)
        state = agent.invoke(given, {"configurable": {"thread_id": "c-1", "event": "m-1"}})
        assert application.outcome(state)["outcome"] == "handed_off"
        assert WORDS in str(state)
        (run,) = talk.runs("c-1")
        assert run.status in ("done", "interrupted")
        asked = [call for call in run.calls if call.kind == "model"]
        assert asked
        assert len(asked) == len(provider.asked)
        assert {call.attempt for call in asked} <= {1, 2, 3, 4}
        assert all(call.prompt is not None for call in asked)
