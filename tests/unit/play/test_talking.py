"""What came of a graph that brings no application of its own."""

from __future__ import annotations

from typing import Any

import pytest

from playhead.play import MessagesApplication
from playhead.play.talking import came_of

outcome = MessagesApplication(None).outcome


@pytest.mark.parametrize(
    ("state", "reply"),
    [
        ({"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}, "Hello"),
        ({"topic": "oak", "sent": True}, '{"topic": "oak", "sent": true}'),
        ("echo: x", "echo: x"),
        (["a", "b"], '["a", "b"]'),
    ],
)
def test_a_reply_is_what_was_said_or_all_that_the_graph_gave(state: Any, reply: str) -> None:
    assert came_of(state, outcome)["reply"] == reply


def test_a_graph_that_said_nothing_was_silent() -> None:
    assert came_of({"messages": [{"role": "user", "content": "Thanks!"}]}, outcome)["outcome"] == "silent"


def test_one_that_waits_says_what_it_asks() -> None:
    assert came_of({"__interrupt__": ["May I?"]}, outcome)["reason"] == "it asks May I?"
