"""A choice among offers, or among one's own appointments, is never another one than was said."""

from __future__ import annotations

from typing import Any

import pytest

from agents.messaging.nodes.choosing import chosen, standing_choice

ZONE = "America/New_York"
FRIDAY, SATURDAY = "2026-06-12T15:00:00+00:00", "2026-06-13T15:00:00+00:00"  # 11:00 in New York
OFFERS: list[dict[str, Any]] = [{"start": FRIDAY}, {"start": SATURDAY}]
STANDING = [{"booking_id": 1, "start": FRIDAY}, {"booking_id": 2, "start": SATURDAY}]


@pytest.mark.parametrize("said", ["Friday", "the 12th please", "friday the 12th at 11", "12 June", "the first one"])
def test_an_offer_is_chosen_by_its_day_date_or_place(said: str) -> None:
    assert chosen(said, OFFERS, ZONE) == OFFERS[0]


@pytest.mark.parametrize(
    "said",
    ["next Friday", "Friday the 19th at 11", "the 12th of next month", "friday after 11", "Friday next week", "Sunday"],
)
def test_what_names_another_day_or_only_a_bound_chooses_no_offer(said: str) -> None:
    assert chosen(said, OFFERS, ZONE) == ""


@pytest.mark.parametrize(
    ("said", "booking"),
    [
        ("move my Friday appointment to Saturday", 1),
        ("can we do Friday instead of Saturday", 2),
        ("cancel the one on Saturday", 2),
        ("please move it to Saturday", None),
    ],
)
def test_the_appointment_that_is_meant_is_not_the_time_it_should_move_to(said: str, booking: int | None) -> None:
    found = standing_choice(STANDING, None, said, ZONE)
    assert (found or {}).get("booking_id") == booking
