from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from agents.messaging import knowledge, pricing
from agents.messaging.business import Business, business_names, falls_on, load_business
from playhead.errors import BadInput

EVERY = pytest.mark.parametrize("name", business_names())


def test_three_businesses_in_three_zones() -> None:
    assert business_names() == ["auto-dealer", "bike-shop", "jeweller"]
    assert len({load_business(name).zone for name in business_names()}) == 3


@EVERY
def test_a_business_knows_enough_to_answer(name: str) -> None:
    business = load_business(name)
    assert 8 <= len(business.passages) <= 15
    assert len({passage.id for passage in business.passages}) == len(business.passages)
    assert any(not row.may_be_said for row in business.prices)
    assert business.emergency_text
    assert business.voice


@EVERY
def test_every_service_fits_into_some_opening(name: str) -> None:
    business = load_business(name)
    longest = max(
        (each.closes.hour - each.opens.hour) * 60 + each.closes.minute - each.opens.minute
        for ahead in range(7)
        for each in business.openings(date(2026, 3, 2 + ahead))
    )
    assert all(service.minutes <= longest for service in business.services)


@pytest.mark.parametrize(
    "changes",
    [{"step_minutes": 12}, {"hours": {"monday": ["09:00-17:33"]}},
     {"services": [{"id": "s", "name": "S", "skill": "repair", "minutes": 42}]}],
)  # fmt: skip
def test_what_does_not_fill_the_calendars_five_minutes_is_refused_on_loading(changes: dict[str, object]) -> None:
    """Such a slot would be offered beside another and then be refused by the database."""
    with pytest.raises(ValidationError):
        Business.model_validate({**load_business("bike-shop").model_dump(), **changes})


def test_an_unknown_business_is_answered_with_the_nearest() -> None:
    with pytest.raises(BadInput, match="Did you mean 'bike-shop'"):
        load_business("bikeshop")


def test_an_unknown_service_is_answered_with_the_nearest() -> None:
    with pytest.raises(BadInput, match="Did you mean 'tune-up'"):
        load_business("bike-shop").service("tuneup")


def test_a_business_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        setattr(load_business("bike-shop"), "name", "Other")  # noqa: B010 - a plain assignment is refused by the type


def test_a_holiday_has_no_openings() -> None:
    business = load_business("bike-shop")
    assert business.openings(date(2026, 12, 25)) == ()
    assert business.openings(date(2026, 12, 23)) != ()


@pytest.mark.parametrize("rule", ["friday", "12-25", "2026-12-25"])
def test_a_day_rule_is_a_weekday_a_day_each_year_or_a_date(rule: str) -> None:
    assert falls_on(rule, date(2026, 12, 25))
    assert not falls_on(rule, date(2027, 12, 24) if rule == "12-25" else date(2027, 12, 25))


@pytest.mark.parametrize(
    ("name", "question", "passage"),
    [
        ("bike-shop", "When are you open on Saturday?", "hours"),
        ("bike-shop", "what does the tune up include", "tune-up-includes"),
        ("bike-shop", "how long does an overhaul take", "turnaround"),
        ("bike-shop", "do you fix e-bikes?", "e-bikes"),
        ("bike-shop", "Can I return a helmet", "returns"),
        ("bike-shop", "do you have it in blue?", "colours"),
        ("bike-shop", "is there parking", "where"),
        ("bike-shop", "can I just walk in without an appointment", "walk-ins"),
        ("jeweller", "can you resize my ring", "resizing"),
        ("jeweller", "are your diamonds conflict free", "diamonds"),
        ("jeweller", "is white gold ok with a nickel allergy", "metals"),
        ("jeweller", "do you gift wrap", "gift-wrapping"),
        ("jeweller", "how do I find out her ring size secretly", "size-at-home"),
        ("auto-dealer", "does the Mesa have a third row", "mesa-facts"),
        ("auto-dealer", "what should I bring for a test drive", "test-drives"),
        ("auto-dealer", "what colors does the Ardent come in", "colours"),
        ("auto-dealer", "is there a recall on my car", "recalls"),
        ("auto-dealer", "do you have a shuttle while I wait", "service-wait"),
        ("auto-dealer", "what warranty comes with used cars", "warranty"),
    ],
)
def test_a_question_finds_its_passage_first(name: str, question: str, passage: str) -> None:
    found = knowledge.search(load_business(name), question, 3)
    assert found
    assert found[0].id == passage


@EVERY
@pytest.mark.parametrize(
    "question",
    [
        "who won the football game last night?", "what is the capital of France", "can you help me with my homework",
        "do you sell pizza", "how do I reset my email password", "what's the weather like tomorrow", "thanks!", "",
        "ok",
        "tell me a joke",
    ],
)  # fmt: skip
def test_a_question_about_something_else_finds_nothing(name: str, question: str) -> None:
    assert knowledge.search(load_business(name), question, 3) == []


def test_a_search_gives_no_more_than_asked_for() -> None:
    assert len(knowledge.search(load_business("bike-shop"), "bikes", 2)) <= 2


@pytest.mark.parametrize(
    ("name", "question", "said"),
    [
        ("bike-shop", "how much is a tune up?", "Basic tune-up: $89 (parts are extra)"),
        ("bike-shop", "what do you charge for a flat", "Flat repair: $20 (includes a standard tube)"),
        ("jeweller", "what does engraving cost", "Engraving: £20 to £45 (by number of letters)"),
        ("auto-dealer", "price of tire storage", "Tire storage: $60 (per season, four wheels)"),
    ],
)  # fmt: skip
def test_a_price_is_said_as_it_stands_in_the_table(name: str, question: str, said: str) -> None:
    business = load_business(name)
    rows = pricing.quote(business, question).rows
    assert rows
    assert pricing.said_price(rows[0], business.currency) == said


@pytest.mark.parametrize(
    ("name", "question", "item"),
    [
        ("bike-shop", "what would you give me for my old bike as a trade in?", "Trade-in value"),
        ("jeweller", "how much for a bespoke engagement ring", "Bespoke engagement ring"),
        ("auto-dealer", "what would the monthly payment be", "Monthly payment and interest rate"),
    ],
)
def test_a_price_that_only_a_person_may_say_is_held_back(name: str, question: str, item: str) -> None:
    quote = pricing.quote(load_business(name), question)
    assert item in [row.item for row in quote.for_a_person]
    assert all(row.may_be_said for row in quote.rows)


def test_saying_a_price_that_may_not_be_said_is_refused() -> None:
    row = next(row for row in load_business("bike-shop").prices if not row.may_be_said)
    with pytest.raises(ValueError, match="for a person"):
        pricing.said_price(row, "$")


@pytest.mark.parametrize(
    "said",
    [
        "can you do it cheaper?",
        "what's your best price on the Mesa",
        "would you take 20000 for it",
        "any discount?",
        "do it for $15?",
    ],
)
def test_bargaining_gets_no_price(said: str) -> None:
    quote = pricing.quote(load_business("auto-dealer"), said)
    assert quote.bargaining
    assert quote.rows == ()


def test_a_price_question_about_something_else_finds_no_row() -> None:
    assert pricing.quote(load_business("bike-shop"), "how much is a pizza?").rows == ()
