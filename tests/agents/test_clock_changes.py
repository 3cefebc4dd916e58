"""Twice a year the clock skips an hour or shows one twice: no appointment is moved by it, and none is shorter."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from agents.messaging.availability import free_slots, opening_spans
from agents.messaging.business import WEEKDAYS, Business, QuietHours, Week, load_business
from agents.messaging.rules import is_quiet, quiet_until
from agents.messaging.times import Resolution, parse_when, resolve, say

ALWAYS = {name: ["00:00-23:55"] for name in WEEKDAYS}
MINUTE = timedelta(minutes=1)


class Change(NamedTuple):
    """A night on which the clocks change: what they skip or show twice, and how long that is."""

    zone: str
    day: date
    first: str
    last: str
    minutes: int


SKIPPED = (
    Change("America/New_York", date(2026, 3, 8), "02:00", "02:59", 60),
    Change("Europe/Berlin", date(2026, 3, 29), "02:00", "02:59", 60),
    Change("Australia/Lord_Howe", date(2026, 10, 4), "02:00", "02:29", 30),
)
TWICE = (
    Change("America/New_York", date(2026, 11, 1), "01:00", "01:59", 60),
    Change("Europe/Berlin", date(2026, 10, 25), "02:00", "02:59", 60),
    Change("Australia/Lord_Howe", date(2026, 4, 5), "01:30", "01:59", 30),
)
skipped = pytest.mark.parametrize("change", SKIPPED, ids=lambda change: change.zone)
twice = pytest.mark.parametrize("change", TWICE, ids=lambda change: change.zone)
either = pytest.mark.parametrize("change", SKIPPED + TWICE, ids=lambda change: f"{change.zone}-{change.day}")


def the_day_before(change: Change) -> datetime:
    return datetime.combine(change.day - timedelta(1), datetime.min.time(), ZoneInfo(change.zone)).replace(hour=9)


def said(text: str, change: Change) -> Resolution:
    return resolve(parse_when(text), the_day_before(change), change.zone, Week.model_validate(ALWAYS))


def clock(at: str, shift: int) -> str:
    """The time so many minutes later, as the clock shows it."""
    return f"{datetime.fromisoformat(f'2000-01-01T{at}') + shift * MINUTE:%H:%M}"


@skipped
def test_a_time_that_the_clock_skips_is_asked_about_and_never_moved(change: Change) -> None:
    for text in (change.first, clock(change.first, 15), change.last):
        result = said(f"tomorrow at {text} am", change)
        assert result.windows == ()
        assert result.ask
        assert text in result.ask


@skipped
def test_the_last_minute_before_the_gap_and_the_first_after_it_are_a_minute_apart(change: Change) -> None:
    (before,), (after,) = (
        said(f"tomorrow at {clock(at, shift)} am", change).windows
        for at, shift in ((change.first, -1), (change.last, 1))
    )
    assert before.exact
    assert after.exact
    assert after.start - before.start == MINUTE


@skipped
def test_a_time_on_any_day_leaves_out_the_day_that_does_not_have_it(change: Change) -> None:
    windows = said(f"any day at {change.first} am", change).windows
    days = {window.start.astimezone(ZoneInfo(change.zone)).date() for window in windows}
    assert len(windows) == len(days) == 12  # of the fourteen coming days: today's is past, tomorrow's does not come
    assert change.day not in days


@twice
def test_a_time_that_the_clock_shows_twice_is_both_and_neither_is_taken_for_granted(change: Change) -> None:
    for text in (change.first, clock(change.first, 15), change.last):
        first, second = said(f"tomorrow at {text} am", change).windows
        assert second.start - first.start == change.minutes * MINUTE
        assert not first.exact
        assert not second.exact
        assert say(first.start, change.zone) != say(second.start, change.zone)


@twice
def test_the_minutes_before_and_after_those_shown_twice_are_clear(change: Change) -> None:
    for at, shift in ((change.first, -1), (change.last, 1)):
        (window,) = said(f"tomorrow at {clock(at, shift)} am", change).windows
        assert window.exact


@twice
def test_between_the_two_runs_only_the_second_is_still_ahead(change: Change) -> None:
    first, second = said(f"tomorrow at {change.first} am", change).windows
    now = first.start + 10 * MINUTE
    (window,) = resolve(parse_when(f"today at {change.first} am"), now, change.zone, None).windows
    assert (window.start, window.exact) == (second.start, True)


def night_shop(change: Change) -> Business:
    """The bike shop in that zone, open day and night."""
    changes = {"zone": change.zone, "hours": ALWAYS, "step_minutes": 15, "lead_minutes": 0}
    return Business.model_validate({**load_business("bike-shop").model_dump(), **changes})


@either
def test_a_slot_across_the_change_has_its_true_length(change: Change) -> None:
    shop = night_shop(change)
    now = the_day_before(change).astimezone(UTC)
    for service in shop.services:
        slots = free_slots(shop, service, [], now, (now, now + timedelta(days=2)))
        assert {slot.end - slot.start for slot in slots} == {service.minutes * MINUTE}


@either
def test_the_day_of_the_change_has_as_many_slots_as_it_has_quarters_of_an_hour(change: Change) -> None:
    shop = night_shop(change)
    now = the_day_before(change).astimezone(UTC)
    (span,) = opening_spans(shop, change.day)
    flat = shop.service("flat-repair")
    slots = free_slots(shop, flat, [], now, (now, now + timedelta(days=4)))
    starts = {slot.start for slot in slots if slot.start.astimezone(ZoneInfo(change.zone)).date() == change.day}
    usual = 24 * 60 - 5
    length = usual - change.minutes if change in SKIPPED else usual + change.minutes
    assert span[1] - span[0] == length * MINUTE
    assert len(starts) == (length - flat.minutes) // 15 + 1


@either
def test_quiet_hours_that_end_in_such_a_night_end_after_the_change_and_never_before_now(change: Change) -> None:
    quiet = QuietHours.model_validate({"begins": "21:00", "ends": clock(change.first, 15)})
    for minutes in range(0, 26 * 60, 5):
        now = the_day_before(change).astimezone(UTC) + minutes * MINUTE
        until = quiet_until(now, change.zone, quiet)
        assert until >= now
        assert not is_quiet(until, change.zone, quiet)


@twice
def test_quiet_hours_that_end_as_the_hour_that_comes_twice_begins_end_the_first_time(change: Change) -> None:
    quiet = QuietHours.model_validate({"begins": "21:00", "ends": change.first})
    until = quiet_until(the_day_before(change).replace(hour=22), change.zone, quiet)
    assert f"{until:%H:%M} {until.fold}" == f"{change.first} 0"
