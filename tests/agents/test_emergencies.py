"""Emergencies: the business's fixed text at once, and a person; never silence, whatever else holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from agents.messaging import rules
from agents.messaging.business import load_business
from tests.agents.said import sayings
from tests.agents.test_graph import Broken
from tests.scale import at_scale

IN_DANGER, ORDINARY = sayings("emergencies"), sayings("not_emergencies")
FIXED = load_business("bike-shop").emergency_text
SMOKE = "there is smoke coming from my battery"


def test_more_than_fifty_cries_for_help_are_heard_without_a_model() -> None:
    assert len(IN_DANGER) >= 50
    said = [form for cry in IN_DANGER for form in (cry, cry.upper(), cry.replace("'", "’"), f"hello. {cry}")]
    assert [form for form in said if not rules.danger(form)] == []


def test_words_of_danger_about_something_else_are_none() -> None:
    assert [said for said in ORDINARY if rules.danger(said)] == []


@pytest.mark.parametrize("who", ["my dad", "someone", "a customer", "the baby", "she"])
@pytest.mark.parametrize(
    "what", ["collapsed", "can't breathe", "is bleeding badly", "has gone blue", "is trapped under the car"]
)
def test_whoever_it_happens_to_and_whatever_happens_it_is_heard(who: str, what: str) -> None:
    assert rules.danger(f"quick question about the invoice, also {who} {what}, is that urgent?")


@pytest.mark.parametrize("thing", ["car", "kitchen", "boiler cupboard", "charger", "shop next door"])
@pytest.mark.parametrize("state", ["is on fire", "is full of smoke", "smells of gas", "is smoking and crackling"])
def test_whatever_burns_smokes_or_leaks_now_is_heard_and_not_a_thing_of_that_name(thing: str, state: str) -> None:
    assert rules.danger(f"the {thing} {state}")
    assert not rules.danger(f"how much is a {thing}, is the fire sale on?")


def test_what_is_laughed_about_or_long_past_is_left_to_the_model_but_never_a_wish_to_die() -> None:
    assert not rules.danger("I nearly had a heart attack lol")
    assert not rules.danger("my battery caught fire last year")
    assert rules.danger("lol I want to die, last year was easier")


def test_each_gets_the_fixed_text_and_a_person_and_the_agent_steps_back(shop: Any) -> None:
    for number, cry in enumerate(IN_DANGER[: at_scale(len(IN_DANGER), 20)]):
        thread = f"customer-{number}"
        result = shop.say(cry, thread=thread)
        assert (result["outcome"], result["reason"]) == ("handed_off", "emergency"), cry
        assert shop.sent(thread) == [FIXED]
        assert shop.resources["optouts"].taken_over(thread)


def test_what_only_sounds_alike_is_no_emergency_to_the_model_either(shop: Any) -> None:
    for number, said in enumerate(ORDINARY[: at_scale(len(ORDINARY), 10)]):
        assert shop.say(said, thread=f"customer-{number}")["reason"] != "emergency", said


@pytest.mark.parametrize("broken", [Broken(), Broken(text="ok")])
def test_an_emergency_is_answered_while_every_model_fails(open_shop: Callable[..., Any], broken: Broken) -> None:
    shop = open_shop({"default": broken})
    assert shop.say(SMOKE)["reason"] == "emergency"
    assert shop.sent() == [FIXED]


def test_an_emergency_is_answered_although_it_also_asks_thanks_or_books(shop: Any) -> None:
    shop.say("How much is a tune-up? Thanks!", SMOKE, "Can I book Friday at 11?")
    assert (shop.sent(), shop.bookings()) == ([FIXED], [])


def test_an_emergency_at_night_is_answered_at_night(shop: Any) -> None:
    shop.at = datetime(2026, 6, 9, 4, 0, tzinfo=UTC)  # midnight in the shop
    shop.say("Are you open on Sunday?", thread="bo")
    shop.say(SMOKE)
    waits, now = (shop.resources["outbox"].sent(thread)[0]["at"] for thread in ("bo", "ana"))
    assert (waits, now) == ("2026-06-09T12:00:00+00:00", "2026-06-09T04:02:00+00:00")


def test_an_emergency_is_answered_when_the_days_messages_are_used_up(shop: Any) -> None:
    cap = load_business("bike-shop").message_cap
    for number in range(cap):
        shop.resources["outbox"].add(f"k{number}", "bike-shop", "ana", "ana", "hello", shop.at)
    assert shop.say("Are you open on Sunday?")["reason"] == "the day's message cap is reached"
    assert shop.say(SMOKE)["reason"] == "emergency"
    assert shop.sent()[cap:] == [FIXED]
