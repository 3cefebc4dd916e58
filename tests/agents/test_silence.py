"""Silence: on thanks and goodbyes when nothing is open, never on anything that waits for us."""

from __future__ import annotations

from typing import Any

import pytest

from agents.messaging.nodes import closing
from agents.messaging.nodes.ending import must_answer

DONE = "Your tune-up is booked for Friday 12 June at 10:00."


@pytest.mark.parametrize(
    ("ours", "waits_for"),
    [
        ("Your bike is ready.", closing.NONE),
        ("Anything else I can help with?", closing.MORE),
        ("Shall I book it?", closing.QUESTION),
        ("Please tell me your name.", closing.QUESTION),
        ("Let me check that for you.", closing.PROMISE),
        ("You're welcome, have a nice day!", closing.GOODBYE),
        ("", closing.NONE),
    ],
)
def test_what_our_last_message_waits_for(ours: str, waits_for: str) -> None:
    assert closing.open_question(ours) == waits_for


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("Thanks!", ["thanks"]),
        ("ok bye", ["goodbye", "content"]),
        ("No, that's all", ["says it is all", "no"]),
        ("👍", ["only a sign"]),
        ("My chain broke", []),
    ],
)
def test_the_signs_that_close(message: str, found: list[str]) -> None:
    assert closing.signs(message) == found


@pytest.mark.parametrize(
    "message",
    [
        "Thanks - and do you have it in blue?",
        "Thanks, I'd like another one",
        "Great, book it",
        "ok, please call me",
        "Thank you. What time do you open",
        "Perfect, one more thing",
    ],
)
def test_thanks_with_a_wish_must_be_answered(message: str) -> None:
    assert must_answer(closing.NONE, message)


@pytest.mark.parametrize(
    "message",
    [
        "Thanks for your help!",
        "That's all I need, thank you",
        "I can't wait, bye!",
        "No, I don't need anything else",
        "👍",
    ],
)
def test_courtesies_may_be_met_with_silence(message: str) -> None:
    assert must_answer(closing.MORE, message) == ""


@pytest.mark.parametrize("message", ["ok", "no", "thanks", "perfect", "👍"])
@pytest.mark.parametrize("waits_for", [closing.QUESTION, closing.PROMISE])
def test_an_open_question_is_never_left_open(message: str, waits_for: str) -> None:
    assert must_answer(waits_for, message)


def test_a_goodbye_closes_even_an_open_question() -> None:
    assert must_answer(closing.QUESTION, "Never mind, goodbye") == ""


@pytest.mark.parametrize("message", ["Thanks!", "ok", "bye", "👍", "Perfect, thank you so much for your help"])
def test_the_agent_is_silent_when_nothing_is_open(shop: Any, message: str) -> None:
    result = shop.say(message, history=[{"role": "business", "text": DONE}])
    assert (result["outcome"], result["reply"]) == ("silent", None)
    assert result["reason"]
    assert shop.sent() == []


def test_ok_to_a_choice_is_met_with_the_choice_again(shop: Any) -> None:
    offered = shop.say("Can I bring the bike in for a tune-up on Thursday?")["reply"]
    result = shop.say("ok")
    assert result["outcome"] == "answered"
    assert result["reply"] == offered


def test_yes_to_one_offered_time_books_it(shop: Any) -> None:
    offer = {"business": "bike-shop", "service": "tune-up", "resource": "maya", "resource_name": "Maya",
             "start": "2026-06-12T15:00:00+00:00", "end": "2026-06-12T16:00:00+00:00",
             "said": "Friday 12 June at 11:00"}  # fmt: skip
    pending = {"action": "book", "service": "tune-up", "offers": [offer], "booking": None, "constraints": {}}
    ours = {"role": "business", "text": "I have Friday 12 June at 11:00. Shall I book it?"}
    assert shop.say("ok", carried={"history": [ours], "pending": pending})["outcome"] == "booked"
    assert len(shop.bookings()) == 1


def test_a_silent_turn_asks_four_models_at_most(shop: Any) -> None:
    shop.say("Thanks!", history=[{"role": "business", "text": DONE}])
    run = shop.deck.runs(thread="ana")[-1]
    assert sum(call.kind == "model" for step in run.steps for call in step.calls) == 4


def test_a_message_days_after_the_end_reopens_the_conversation(shop: Any) -> None:
    shop.say("Are you open on Sunday?")
    assert shop.say("Thanks, bye")["outcome"] == "silent"
    assert shop.say("Do you have parking?")["outcome"] == "answered"
