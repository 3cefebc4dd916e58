"""Whole conversations through the recorded graph: what the customer reads and what is in the calendar must agree."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from agents.messaging import application
from agents.messaging.claims import unsupported_claims
from agents.messaging.nodes.route import route


class Broken(BaseChatModel):
    """A provider that is down, or that answers `text` to everything."""

    text: str = ""

    @property
    def _llm_type(self) -> str:
        return "broken"

    def _generate(self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> ChatResult:
        if not self.text:
            raise RuntimeError("the provider is down")
        return ChatResult(generations=[ChatGeneration(message=AIMessage(self.text))])


def planned(*intents: str, **state: Any) -> dict[str, Any]:
    """What `route` plans for these intents."""
    given: dict[str, Any] = {
        "message": "hello there",
        "risk": {"kind": "none"},
        "understood": {"intents": list(intents), "mood": "calm"},
        "ending": {"over": False, "why": ""},
        "open_question": "no",
        **state,
    }
    plan: dict[str, Any] = route(given)["plan"]  # type: ignore[arg-type]
    return plan


# ── the routing table ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("intents", "workers"),
    [
        (["book"], ["when", "qualify"]),
        (["move"], ["when"]),
        (["cancel"], ["when"]),
        (["question"], ["search"]),
        (["price"], ["offer"]),
        (["interest"], ["qualify"]),
        (["book", "question", "price"], ["when", "qualify", "search", "offer"]),
        (["greeting"], []),
    ],
)
def test_intents_choose_the_workers(intents: list[str], workers: list[str]) -> None:
    assert planned(*intents)["workers"] == workers


@pytest.mark.parametrize("kind", ["emergency", "legal", "abuse", "injection"])
def test_a_risk_outweighs_every_intent(kind: str) -> None:
    plan = planned("book", risk={"kind": kind}, ending={"over": True, "why": ""})
    assert (plan["to"], plan["reason"]) == ("brief", kind)


def test_asking_for_a_person_outweighs_a_booking() -> None:
    assert planned("book", "person")["reason"] == "asked for a person"


def test_an_angry_customer_goes_to_a_person() -> None:
    assert planned("question", understood={"intents": ["question"], "mood": "angry"})["reason"] == "angry"


def test_a_failed_reader_goes_to_a_person() -> None:
    plan = planned("thanks", failures=[{"node": "ending"}], ending={})
    assert (plan["to"], plan["reason"]) == ("brief", "provider failed")


def test_a_conversation_that_is_over_is_only_wrapped_up() -> None:
    assert planned("thanks", ending={"over": True, "why": "thanks"})["to"] == "wrap"


# ── appointments ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_booking_is_made_and_read_back_in_full(shop: Any) -> None:
    result = shop.say("Can I book a tune-up on Friday at 11?")
    assert result["outcome"] == "booked"
    assert "Friday 12 June at 11:00" in result["reply"]
    assert [row["start"] for row in shop.bookings()] == ["2026-06-12T15:00:00+00:00"]
    assert shop.sent() == [result["reply"]]


def test_asking_again_for_the_time_that_one_has_books_no_second_one(shop: Any) -> None:
    shop.say("Can I book a tune-up on Friday at 11?")
    result = shop.say("Can I book a tune-up on Friday at 11?")
    assert "you already have the Basic tune-up on Friday 12 June at 11:00" in result["reply"]
    assert len(shop.bookings()) == 1


def test_a_service_is_booked_only_by_words_that_mean_it(shop: Any) -> None:
    result = shop.say("Could you fit me in on Thursday at 10?")
    assert result["reply"].startswith("What would you like to book")
    assert shop.bookings() == []


def test_only_times_that_the_calendar_gave_are_offered(shop: Any) -> None:
    result = shop.say("Hi, can I bring the bike in for a tune-up on Thursday?")
    offers = shop.state["slots"]["offers"]
    assert result["outcome"] == "answered"
    assert len(offers) == 3
    assert all(each["said"] in result["reply"] for each in offers)
    assert shop.bookings() == []


def test_the_second_of_three_offers_is_booked(shop: Any) -> None:
    shop.say("Hi, can I bring the bike in for a tune-up on Thursday?")
    second = shop.state["slots"]["offers"][1]
    assert shop.say("The second one please")["outcome"] == "booked"
    assert shop.bookings()[0]["start"] == datetime.fromisoformat(second["start"]).isoformat()


def test_a_taken_time_is_said_to_be_taken_and_not_booked(shop: Any) -> None:
    for index, staff in enumerate(("maya", "theo")):
        at = ("2026-06-12T15:00:00+00:00", "2026-06-12T16:00:00+00:00")
        shop.resources["calendar"].book(f"k{index}", "bike-shop", "tune-up", staff, *at, "someone else")
    result = shop.say("Can I book a tune-up on Friday at 11?")
    assert result["outcome"] == "answered"
    assert "Friday 12 June at 11:00 is not free" in result["reply"]
    assert shop.bookings() == []


def test_a_time_that_goes_while_the_reply_is_prepared_is_answered_truthfully(
    shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    calendar = shop.resources["calendar"]
    booked = calendar.book

    def too_late(key: str, *args: Any, **kwargs: Any) -> Any:
        for index, staff in enumerate(("maya", "theo")):
            at = ("2026-06-12T15:00:00+00:00", "2026-06-12T16:00:00+00:00")
            booked(f"faster{index}", "bike-shop", "tune-up", staff, *at, "someone faster")
        return booked(key, *args, **kwargs)

    monkeypatch.setattr(calendar, "book", too_late)
    result = shop.say("Can I book a tune-up on Friday at 11?")
    assert result["outcome"] == "answered"
    assert "has just been taken" in result["reply"]
    assert "booked for" not in result["reply"]
    assert shop.bookings() == []


def test_two_readings_of_a_day_are_asked_about(shop: Any) -> None:
    result = shop.say("I'd like to book a tune-up next Friday at 11")
    assert result["reply"].endswith("Do you mean Friday 12 June or Friday 19 June?")
    assert shop.say("the 19th")["outcome"] == "booked"
    assert shop.bookings()[0]["start"] == "2026-06-19T15:00:00+00:00"


def test_an_appointment_is_moved_and_then_cancelled(shop: Any) -> None:
    shop.say("Can I book a tune-up on Friday at 11?")
    assert shop.say("Please move my appointment to Saturday at 10")["outcome"] == "moved"
    assert [row["start"] for row in shop.bookings()] == ["2026-06-13T14:00:00+00:00"]
    assert shop.say("cancel my appointment")["outcome"] == "cancelled"
    assert shop.bookings() == []


def test_a_cancellation_without_an_appointment_is_told_so(shop: Any) -> None:
    assert "cannot find an appointment" in shop.say("Please cancel my appointment")["reply"]


# ── batches ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_messages_that_arrive_together_get_one_answer(shop: Any) -> None:
    result = shop.say("How much is a tune-up?", "And do you have parking?")
    assert "$89" in result["reply"]
    assert "418 Mill Street" in result["reply"]
    assert len(shop.sent()) == 1


def test_a_message_delivered_twice_is_answered_once(shop: Any) -> None:
    message = [{"id": "m1", "text": "Are you open on Sunday?", "at": shop.at.isoformat()}]
    assert shop.deliver(message)["outcome"] == "answered"
    assert shop.deliver(message)["outcome"] == "silent"
    assert len(shop.sent()) == 1


# ── knowledge and prices ─────────────────────────────────────────────────────────────────────────────────────


def test_an_answer_names_the_passage_it_rests_on(shop: Any) -> None:
    assert "We are closed on Sunday" in shop.say("Are you open on Sunday?")["reply"]
    assert shop.state["draft"]["facts"] == ["hours/2"]


def test_a_question_without_knowledge_goes_to_a_person(shop: Any) -> None:
    result = shop.say("Do you repair unicycles?")
    assert (result["outcome"], result["reason"]) == ("handed_off", "no knowledge")


def test_a_price_that_only_a_person_may_say_goes_to_a_person(shop: Any) -> None:
    result = shop.say("What would it cost to repair a crack in my carbon frame?")
    assert (result["outcome"], result["reason"]) == ("handed_off", "price not in the table")
    assert "$" not in result["reply"]


def test_the_agent_never_negotiates(shop: Any) -> None:
    shop.say("How much is a tune-up?")
    assert shop.say("Can you do it for 50?")["reason"] == "the customer negotiates"


def test_an_ai_says_that_it_is_one(shop: Any) -> None:
    assert "AI" in shop.say("Are you a robot?")["reply"]


@pytest.mark.parametrize(
    ("reply", "wrong"),
    [
        ("It is $89.", []),
        ("It is $98.", ["$98"]),
        ("Come at 10 am.", []),
        ("Come at 11:00.", ["11:00"]),
        ("2 bikes", []),
    ],
)
def test_every_figure_of_a_reply_stands_in_the_facts(reply: str, wrong: list[str]) -> None:
    assert unsupported_claims(reply, ["Tune-up: $89. Free at 10:00."], "I have 2 bikes, is $98 ok?") == wrong


# ── people ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_after_a_hand_off_the_agent_is_silent_until_released(shop: Any) -> None:
    assert shop.say("Can I talk to a real person?")["outcome"] == "handed_off"
    assert shop.say("Are you open on Sunday?")["reason"] == "a person has the conversation"
    assert shop.state["ai_paused"]
    shop.resources["optouts"].release("ana")
    assert shop.say("Are you open on Sunday?")["outcome"] == "answered"


def test_an_emergency_gets_the_fixed_text_of_the_business(shop: Any) -> None:
    result = shop.say("There is smoke coming from my battery, it is on fire")
    assert result["reason"] == "emergency"
    assert result["reply"].startswith("If anyone is hurt or in danger, call 911 now.")


def test_the_same_words_a_third_time_go_to_a_person(shop: Any) -> None:
    for _ in range(2):
        shop.say("Are you open on Sunday?")
    assert shop.say("Are you open on Sunday?")["reason"] == "loop"


# ── consent ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("word", ["STOP", "unsubscribe", "Please stop texting me"])
def test_nothing_is_sent_after_an_opt_out(shop: Any, word: str) -> None:
    assert shop.say(word)["outcome"] == "opted_out"
    assert shop.say("Are you open on Sunday?")["outcome"] == "silent"
    assert shop.sent() == []


def test_start_alone_opts_in_again(shop: Any) -> None:
    shop.say("STOP")
    shop.say("START")
    assert shop.say("Are you open on Sunday?")["outcome"] == "answered"


def test_the_kill_switch_silences_the_agent(shop: Any) -> None:
    shop.resources["optouts"].halt("bike-shop")
    assert shop.say("Are you open on Sunday?")["reason"] == "the agent is switched off"


# ── providers ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("model", [Broken(), Broken(text="certainly!"), Broken(text='{"nonsense": 1}')])
def test_a_failing_provider_becomes_a_hand_off_with_a_holding_line(
    open_shop: Callable[..., Any], model: BaseChatModel
) -> None:
    shop = open_shop({"default": model})
    result = shop.say("Can I book a tune-up on Friday at 11?")
    assert (result["outcome"], result["reason"]) == ("handed_off", "provider failed")
    assert "colleague" in result["reply"]
    assert {each["node"] for each in shop.state["failures"]} >= {"understand", "ending"}


# ── approval ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_in_suggest_mode_nothing_is_sent_before_a_yes(shop: Any) -> None:
    shop.say("Are you open on Sunday?", mode="suggest")
    assert shop.sent() == []
    assert shop.resume("yes")["outcome"] == "answered"
    assert len(shop.sent()) == 1


def test_a_person_may_send_other_words(shop: Any) -> None:
    shop.say("Are you open on Sunday?", mode="suggest")
    assert shop.resume("Sorry, never on Sundays.")["reply"] == "Sorry, never on Sundays."
    assert shop.sent() == ["Sorry, never on Sundays."]


def test_a_no_sends_nothing_and_leaves_the_conversation_to_the_person(shop: Any) -> None:
    shop.say("Are you open on Sunday?", mode="suggest")
    assert shop.resume("no")["outcome"] == "handed_off"
    assert shop.say("And do you have parking?")["reason"] == "a person has the conversation"
    assert shop.sent() == []


def test_a_message_while_a_reply_waits_for_approval_is_answered_with_it(shop: Any) -> None:
    shop.say("Are you open on Sunday?", mode="suggest")
    result = shop.say("And do you have parking?")
    assert "closed on Sunday" in result["reply"]
    assert "418 Mill Street" in result["reply"]


def test_a_booking_made_before_an_unapproved_reply_is_not_made_twice(shop: Any) -> None:
    shop.say("Can I book a tune-up on Friday at 11?", mode="suggest")
    result = shop.say("Do you have parking?")
    assert "Friday 12 June at 11:00" in result["reply"]
    assert len(shop.bookings()) == 1


# ── the written conversations ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "outcomes"),
    [
        ("demo-booking", ["answered", "booked", "answered"]),
        ("demo-price", ["answered", "handed_off"]),
        ("demo-thanks", ["answered", "silent"]),
    ],
)
def test_the_written_conversations_work_out_as_told(shop: Any, name: str, outcomes: list[str]) -> None:
    lines = [json.loads(line) for line in application.demo.read_text(encoding="utf-8").splitlines()]
    told = next(each for each in lines if each["id"] == name)
    shop.at = datetime.fromisoformat(told["now"])
    assert [shop.say(turn["text"])["outcome"] for turn in told["turns"]] == outcomes
