from __future__ import annotations

import random
import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from agents.messaging.availability import free_slots
from agents.messaging.business import Business, load_business
from agents.messaging.calendar import Calendar, utc_text
from agents.messaging.database import AgentDatabase
from playhead.errors import BadInput
from tests.scale import at_scale

TEN = datetime(2026, 3, 2, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def calendar(tmp_path: Path) -> Iterator[Calendar]:
    calendar = Calendar(AgentDatabase(tmp_path / "agent.db"))
    yield calendar
    calendar.close()


def book(
    calendar: Calendar, key: str, start: datetime = TEN, resource: str = "maya", customer: str = "+15550100"
) -> Any:
    return calendar.book(key, "bike-shop", "tune-up", resource, start, start + HOUR, customer)


def test_a_booking_is_found_again_with_its_times_in_utc(calendar: Calendar) -> None:
    local = datetime.fromisoformat("2026-03-02T10:00:00-05:00")
    booked = book(calendar, "k1", local)
    assert booked["ok"]
    assert (booked["start"], booked["end"]) == ("2026-03-02T15:00:00+00:00", "2026-03-02T16:00:00+00:00")
    assert calendar.find("+15550100") == [booked]


def test_the_same_time_of_the_same_resource_is_refused(calendar: Calendar) -> None:
    book(calendar, "k1")
    assert book(calendar, "k2", customer="+15550101") == {"ok": False, "reason": "taken"}
    assert calendar.find("+15550101") == []


def test_an_overlap_of_five_minutes_is_refused(calendar: Calendar) -> None:
    book(calendar, "k1")
    assert not book(calendar, "k2", TEN - HOUR + timedelta(minutes=5))["ok"]


def test_the_buffer_after_an_appointment_is_refused(calendar: Calendar) -> None:
    book(calendar, "k1")
    assert not book(calendar, "k2", TEN + HOUR)["ok"]
    assert book(calendar, "k3", TEN + HOUR + timedelta(minutes=15))["ok"]


def test_another_resource_is_free_at_the_same_time(calendar: Calendar) -> None:
    book(calendar, "k1")
    assert book(calendar, "k2", resource="theo")["ok"]


def test_the_database_itself_refuses_a_cell_twice(calendar: Calendar, tmp_path: Path) -> None:
    book(calendar, "k1")
    with sqlite3.connect(tmp_path / "agent.db") as other:
        row = other.execute("SELECT business, resource, cell, booking FROM cells").fetchone()
        with pytest.raises(sqlite3.IntegrityError):
            other.execute("INSERT INTO cells VALUES (?, ?, ?, ?)", row)
    other.close()


def test_the_same_key_twice_books_once_and_answers_the_same(calendar: Calendar) -> None:
    first = book(calendar, "k1")
    assert book(calendar, "k1", TEN + 5 * HOUR) == first
    assert len(calendar.find("+15550100")) == 1


def test_a_refusal_stays_a_refusal_for_its_key(calendar: Calendar) -> None:
    booked = book(calendar, "k1")
    refused = book(calendar, "k2")
    calendar.cancel("k3", booked["booking_id"])
    assert book(calendar, "k2") == refused == calendar.lookup("k2")


def test_lookup_tells_what_a_key_did_and_none_for_one_that_never_was(calendar: Calendar) -> None:
    booked = book(calendar, "k1")
    assert calendar.lookup("k1") == booked
    assert calendar.lookup("k2") is None


def test_moving_frees_the_old_time_and_takes_the_new(calendar: Calendar) -> None:
    booked = book(calendar, "k1")
    moved = calendar.move("k2", booked["booking_id"], TEN + 3 * HOUR, TEN + 4 * HOUR)
    assert moved["start"] == "2026-03-02T18:00:00+00:00"
    assert book(calendar, "k3", customer="+15550101")["ok"]
    assert not book(calendar, "k4", TEN + 3 * HOUR)["ok"]


def test_moving_to_a_taken_time_keeps_the_old_one(calendar: Calendar) -> None:
    booked = book(calendar, "k1")
    book(calendar, "k2", TEN + 3 * HOUR, customer="+15550101")
    assert calendar.move("k3", booked["booking_id"], TEN + 3 * HOUR, TEN + 4 * HOUR)["reason"] == "taken"
    assert calendar.find("+15550100") == [booked]
    assert not book(calendar, "k4")["ok"]


def test_moving_by_half_an_hour_overlaps_its_own_old_time_and_is_fine(calendar: Calendar) -> None:
    booked = book(calendar, "k1")
    half = timedelta(minutes=30)
    assert calendar.move("k2", booked["booking_id"], TEN + half, TEN + HOUR + half)["ok"]


def test_moving_to_another_resource(calendar: Calendar) -> None:
    booked = book(calendar, "k1")
    assert calendar.move("k2", booked["booking_id"], TEN, TEN + HOUR, "theo")["resource"] == "theo"
    assert book(calendar, "k3")["ok"]


def test_cancelling_frees_the_time_once(calendar: Calendar) -> None:
    booked = book(calendar, "k1")
    cancelled = calendar.cancel("k2", booked["booking_id"])
    assert cancelled["status"] == "cancelled"
    assert calendar.cancel("k2", booked["booking_id"]) == cancelled
    assert calendar.find("+15550100") == []
    assert book(calendar, "k3")["ok"]


def test_an_unknown_or_cancelled_booking_cannot_be_moved_or_cancelled(calendar: Calendar) -> None:
    booked = book(calendar, "k1")
    calendar.cancel("k2", booked["booking_id"])
    unknown = {"ok": False, "reason": "unknown_booking"}
    assert calendar.cancel("k3", booked["booking_id"]) == unknown
    assert calendar.move("k4", 999, TEN, TEN + HOUR) == unknown


def test_busy_shows_what_overlaps_with_the_buffer(calendar: Calendar) -> None:
    book(calendar, "k1")
    assert calendar.busy("bike-shop", TEN + HOUR, TEN + 2 * HOUR) == [
        {"resource": "maya", "start": "2026-03-02T15:00:00+00:00", "end": "2026-03-02T16:15:00+00:00"}
    ]
    assert calendar.busy("bike-shop", TEN + 2 * HOUR, TEN + 3 * HOUR) == []
    assert calendar.busy("jeweller", TEN, TEN + HOUR) == []


def test_an_unknown_service_is_named(calendar: Calendar) -> None:
    with pytest.raises(BadInput, match="Did you mean 'tune-up'"):
        calendar.book("k", "bike-shop", "tuneup", "maya", TEN, TEN + HOUR, "+1")


def test_a_time_without_a_zone_is_refused(calendar: Calendar) -> None:
    with pytest.raises(ValueError, match="without a zone"):
        book(calendar, "k1", datetime(2026, 3, 2, 15))


@pytest.mark.parametrize("seed", range(at_scale(200, 2)))
def test_what_is_offered_can_be_booked_and_what_is_not_free_is_refused_by_the_database(
    calendar: Calendar, seed: int
) -> None:
    """A week booked full at random: the calendar refuses exactly the starts that availability does not offer."""
    chance, shop = random.Random(seed), load_business("bike-shop")
    now = datetime(2026, 3, 6, 5, tzinfo=UTC)  # the clocks change on the Sunday
    week = (now, now + timedelta(days=7))
    for number in range(60):
        service = shop.service(chance.choice(("tune-up", "flat-repair", "bike-fitting")))
        slots = free_slots(shop, service, [], now, week)
        slot = chance.choice(slots)
        free = free_slots(shop, service, calendar.busy(shop.id, *week), now, week)
        booked = calendar.book(f"k{number}", shop.id, service.id, slot.resource, slot.start, slot.end, "ana")
        assert booked["ok"] == (slot in free)
    assert free_of_overlaps(calendar.find("ana"), shop)


def free_of_overlaps(bookings: list[dict[str, Any]], shop: Business) -> bool:
    """No two bookings of a resource touch, buffers included."""
    held = sorted(
        (each["resource"], each["start"], utc_text(datetime.fromisoformat(each["end"]) + buffer_of(each, shop)))
        for each in bookings
    )
    return all(a[0] != b[0] or a[2] <= b[1] for a, b in pairwise(held))


def buffer_of(booking: dict[str, Any], shop: Business) -> timedelta:
    return timedelta(minutes=shop.service(booking["service"]).buffer_minutes)


def test_of_many_threads_that_race_for_a_slot_one_wins(calendar: Calendar, tmp_path: Path) -> None:
    second = Calendar(AgentDatabase(tmp_path / "agent.db"))
    results: list[dict[str, Any]] = []
    threads = [
        threading.Thread(target=lambda n=n: results.append(book((calendar, second)[n % 2], f"k{n}", customer=f"c{n}")))
        for n in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    second.close()
    assert sorted(result["ok"] for result in results) == [False] * 11 + [True]


def test_a_forgotten_customer_is_nowhere_in_the_file_and_the_time_stays_held(
    calendar: Calendar, tmp_path: Path
) -> None:
    booked = book(calendar, "k1")
    calendar.move("k2", booked["booking_id"], TEN + 2 * HOUR, TEN + 3 * HOUR)
    calendar.forget("+15550100")
    for file in tmp_path.iterdir():
        assert b"+15550100" not in file.read_bytes()
    assert not book(calendar, "k9", TEN + 2 * HOUR, customer="other")["ok"]


def test_a_forgotten_conversation_is_in_no_effects_key(calendar: Calendar, tmp_path: Path) -> None:
    calendar.cancel("t1-of-ann/e/cancel/0", 99)  # refused: it is nobody's
    calendar.cancel("t1-of-ann-2/e/cancel/0", 99)
    calendar.forget("t1-of-ann")
    assert calendar.lookup("t1-of-ann/e/cancel/0") is None
    assert calendar.lookup("t1-of-ann-2/e/cancel/0") == {"ok": False, "reason": "unknown_booking"}
    assert not any(b"t1-of-ann/" in file.read_bytes() for file in tmp_path.iterdir())
