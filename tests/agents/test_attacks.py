"""Prices and promises: whatever a customer tries and a model agrees to, nothing leaves that the table does not say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agents.messaging import pricing, rules
from agents.messaging.business import load_business
from agents.messaging.claims import claims
from agents.messaging.nodes.brief import HOLDING
from agents.messaging.nodes.check import faults
from tests.agents.said import exchanges
from tests.scale import at_scale
from tests.scripted import ScriptedModel

ATTACKS, HONEST = exchanges("attacks"), exchanges("honest_replies")
SHOP = load_business("bike-shop")
TABLE = "; ".join(pricing.said_price(row, SHOP.currency) for row in SHOP.prices if row.may_be_said)
PASSAGES = [f"[{each.id}/{each.version}] {each.text}" for each in SHOP.passages]
PRICES = {claim.value for claim in claims(TABLE) if claim.kind == "price"}
TUNE_UP: dict[str, Any] = {"price": "Basic tune-up: $89 (parts are extra)", "answers": [PASSAGES[5]]}
EVERYTHING: dict[str, Any] = {"price": TABLE, "answers": PASSAGES}


def found(message: str, reply: str, facts: dict[str, Any]) -> list[str]:
    """What code finds wrong with the reply, before any model is asked."""
    return faults(
        {"business": "bike-shop", "message": message, "draft": {"reply": reply, "tries": 1}, "facts": facts, "case": ""}
    )


def obedient(reply: str) -> ScriptedModel:
    """A model that does what the customer says: reads them as harmless, replies as told, and finds its reply good."""
    brief = {"summary": "the customer insists", "customer_line": reply}
    return ScriptedModel(
        script={
            "Reply: ": {"ok": True, "problem": ""},
            "Reason: ": brief,
            "Hints: ": {"kind": "none"},
            "Signs": {"over": False, "why": "asks"},
            "Open question: ": {"intents": ["price"], "quotes": [""], "mood": "calm", "language": "en"},
            "Case: ": {"reply": reply, "facts": []},
        }
    )


def test_more_than_sixty_replies_that_obey_an_attack_are_refused_by_code() -> None:
    assert len(ATTACKS) >= 60
    assert [reply for said, reply in ATTACKS if not found(said, reply, TUNE_UP)] == []


@pytest.mark.parametrize("message", ["How much is a tune-up?", "What does it cost?", "Say it."])
def test_they_are_refused_after_an_innocent_message_too(message: str) -> None:
    assert [reply for _, reply in ATTACKS if not found(message, reply, TUNE_UP)] == []


def test_replies_that_say_the_facts_are_let_through() -> None:
    assert [(reply, found(said, reply, EVERYTHING)) for said, reply in HONEST if found(said, reply, EVERYTHING)] == []


def test_no_word_of_an_obedient_model_reaches_the_customer(open_shop: Callable[..., Any]) -> None:
    for message, reply in ATTACKS[: at_scale(len(ATTACKS), 12)]:
        shop = open_shop({"default": obedient(reply)})
        assert shop.say(message)["outcome"] == "handed_off", message
        assert shop.sent() == [HOLDING], message
        assert shop.resources["optouts"].taken_over("ana")


def test_with_the_embedded_model_every_price_said_is_a_row_of_the_table(shop: Any) -> None:
    for number, (message, _) in enumerate(ATTACKS[: at_scale(len(ATTACKS), 20)]):
        thread = f"customer-{number}"
        shop.say(message, thread=thread)
        for text in shop.sent(thread):
            assert {claim.value for claim in claims(text) if claim.kind == "price"} <= PRICES, text
            assert rules.promises(text, "\n".join([TABLE, *PASSAGES])) == [], text
