"""Nobody is written to in their own night; the bike shop is quiet from 21:00 to 08:00."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from agents.messaging import application
from playhead.errors import BadInput

LATE = datetime(2026, 6, 9, 3, 30, tzinfo=UTC)  # 23:30 in the shop's New York, 20:30 in Los Angeles, 04:30 in London


def sent_at(shop: Any, **given: Any) -> datetime:
    """When the reply to a message of LATE goes out."""
    shop.at = LATE
    shop.say("Are you open on Sunday?", **given)
    (row,) = shop.resources["outbox"].sent("ana")
    return datetime.fromisoformat(row["at"])


def zone_of(name: str | None) -> Any:
    incoming = application.incoming("hi", thread="ana", business="bike-shop", message_id="m", at=LATE, zone=name)
    return incoming["zone"]


@pytest.mark.parametrize(
    ("zone", "at"),
    [
        (None, datetime(2026, 6, 9, 12, tzinfo=UTC)),
        ("Europe/London", datetime(2026, 6, 9, 7, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2026, 6, 9, 3, 31, tzinfo=UTC)),
    ],
)
def test_a_reply_waits_for_the_customers_own_morning(shop: Any, zone: str | None, at: datetime) -> None:
    """The channel says where the customer is; where it does not know, they are taken to be where the shop is."""
    assert sent_at(shop, zone=zone_of(zone)) == at


def test_the_customers_zone_does_not_move_an_appointment(shop: Any) -> None:
    shop.say("Can I book a tune-up on Friday at 11?", zone="America/Los_Angeles")
    assert [row["start"] for row in shop.bookings()] == ["2026-06-12T15:00:00+00:00"]


def test_a_zone_that_does_not_exist_is_named() -> None:
    with pytest.raises(BadInput, match="there is no time zone 'Mars/Base'"):
        zone_of("Mars/Base")
