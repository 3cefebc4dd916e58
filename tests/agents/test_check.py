"""What code finds wrong with a draft before any model reads it."""

from __future__ import annotations

from typing import Any

import pytest

from agents.messaging.nodes.check import faults


def state(message: str, reply: str, **facts: Any) -> Any:
    return {
        "business": "bike-shop",
        "message": message,
        "draft": {"reply": reply, "tries": 1},
        "facts": facts,
        "case": "",
    }


@pytest.mark.parametrize(
    "message",
    ["Hi, my gears keep slipping. Can I bring the bike in?", "Is there a hotel named Home from Home?"],
)
def test_a_reply_that_says_the_question_back_is_not_sent(message: str) -> None:
    assert faults(state(message, f"{message.upper()} ")) == ["the reply says the customer's own words back"]


def test_a_short_message_may_stand_in_the_reply() -> None:
    assert faults(state("on Thursday", "Shall I look for a time on Thursday?")) == []
