from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.messaging.availability import free_slots, local_to_utc, nearest_slots, opening_spans, spread_slots
from agents.messaging.business import WEEKDAYS, Business, Service, load_business

ZONES = ("America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Santiago")
MINUTE = timedelta(minutes=1)


def shop(**changes: object) -> Business:
    """The bike shop with other rules."""
    return Business.model_validate({**load_business("bike-shop").model_dump(), **changes})


def brute_force(
    business: Business, service: Service, busy: list[dict[str, str]], now: datetime, between: tuple[datetime, datetime]
) -> set[tuple[str, datetime]]:
    """Every minute of the span tried as a start, each condition checked minute by minute on the wall clock."""
    zone = ZoneInfo(business.zone)
    taken = [
        (each["resource"], datetime.fromisoformat(each["start"]), datetime.fromisoformat(each["end"])) for each in busy
    ]
    found = set()
    start = between[0]
    while start < between[1]:
        local = start.astimezone(zone)
        for staff in business.staff:
            if service.skill not in staff.skills or not staff.works_on(local.date()):
                continue
            minutes = [start + count * MINUTE for count in range(service.minutes)]
            held = [start + count * MINUTE for count in range(service.minutes + service.buffer_minutes)]
            if (
                start >= now + timedelta(minutes=business.lead_minutes)
                and start < now + timedelta(days=business.horizon_days)
                and on_the_grid(business, local)
                and all(is_open(business, minute.astimezone(zone)) for minute in minutes)
                and len({opening_at(business, minute.astimezone(zone)) for minute in minutes}) == 1
                and not any(who == staff.id and a <= minute < b for minute in held for who, a, b in taken)
            ):
                found.add((staff.id, start))
        start += MINUTE
    return found


def opening_at(business: Business, local: datetime) -> tuple[date, time] | None:
    for each in business.openings(local.date()):
        if each.opens <= local.time() < each.closes:
            return local.date(), each.opens
    return None


def is_open(business: Business, local: datetime) -> bool:
    return opening_at(business, local) is not None


def on_the_grid(business: Business, local: datetime) -> bool:
    opening = opening_at(business, local)
    if opening is None:
        return False
    since: int = (local.hour - opening[1].hour) * 60 + local.minute - opening[1].minute
    return since % business.step_minutes == 0


@st.composite
def openings(draw: st.DrawFn) -> dict[str, list[dict[str, time]]]:
    """A random week; hours begin after the night hours in which clocks change (those have tests of their own)."""
    week = {}
    for name in WEEKDAYS:
        ends = sorted(draw(st.lists(st.integers(5 * 12, 24 * 12 - 1), max_size=4, unique=True)))
        clock = [time(end // 12, end % 12 * 5) for end in ends]
        week[name] = [{"opens": a, "closes": b} for a, b in zip(clock[::2], clock[1::2], strict=False)]
    return week


@st.composite
def cases(draw: st.DrawFn) -> tuple[Business, Service, list[dict[str, str]], datetime, tuple[datetime, datetime]]:
    change = draw(
        st.sampled_from([datetime(2026, 3, 6), datetime(2026, 3, 27), datetime(2026, 10, 2), datetime(2026, 6, 3)])
    )
    now = change.replace(tzinfo=UTC) + timedelta(minutes=draw(st.integers(0, 4 * 24 * 60)))
    first = now.date()
    days_off = st.lists(st.sampled_from([*WEEKDAYS, (first + timedelta(1)).isoformat()]), max_size=2)
    staff = [
        {"id": name, "name": name, "skills": ("repair", "sales", "electric", "fitting"), "days_off": draw(days_off)}
        for name in ("a", "b")
    ]
    business = shop(
        zone=draw(st.sampled_from(ZONES)),
        hours=draw(openings()),
        holidays=draw(st.lists(st.just((first + timedelta(2)).isoformat()), max_size=1)),
        staff=staff,
        lead_minutes=draw(st.integers(0, 200)),
        horizon_days=draw(st.integers(1, 3)),
        step_minutes=draw(st.sampled_from([10, 15, 20, 30, 45])),
    )
    service = Service(
        id="s", name="S", skill="repair", minutes=draw(st.integers(5, 90)), buffer_minutes=draw(st.integers(0, 30))
    )
    busy = []
    for _ in range(draw(st.integers(0, 6))):
        start = now + timedelta(minutes=draw(st.integers(-120, 3 * 24 * 60)))
        end = start + timedelta(minutes=draw(st.integers(5, 240)))
        busy.append({"resource": draw(st.sampled_from("ab")), "start": start.isoformat(), "end": end.isoformat()})
    begins = now + timedelta(minutes=draw(st.integers(-600, 24 * 60)))
    return business, service, busy, now, (begins, begins + timedelta(minutes=draw(st.integers(1, 2 * 24 * 60))))


@settings(max_examples=60, deadline=None)
@given(cases())
def test_free_slots_equal_a_brute_force_grid_of_minutes(
    case: tuple[Business, Service, list[dict[str, str]], datetime, tuple[datetime, datetime]],
) -> None:
    slots = free_slots(*case)
    assert {(slot.resource, slot.start) for slot in slots} == brute_force(*case)
    assert len(slots) == len({(slot.resource, slot.start) for slot in slots})
    assert [slot.start for slot in slots] == sorted(slot.start for slot in slots)


def night_shop(zone: str, opens: str, closes: str) -> Business:
    return shop(zone=zone, hours={name: [f"{opens}-{closes}"] for name in WEEKDAYS})


def test_hours_across_the_hour_that_does_not_exist_are_an_hour_shorter() -> None:
    (span,) = opening_spans(night_shop("America/New_York", "01:00", "05:00"), date(2026, 3, 8))
    assert span[1] - span[0] == timedelta(hours=3)


def test_hours_across_the_hour_that_comes_twice_are_an_hour_longer() -> None:
    (span,) = opening_spans(night_shop("America/New_York", "00:30", "05:00"), date(2026, 11, 1))
    assert span[1] - span[0] == timedelta(hours=5, minutes=30)


def test_an_opening_in_the_hour_that_does_not_exist_begins_when_the_gap_ends() -> None:
    (span,) = opening_spans(night_shop("America/New_York", "02:30", "05:00"), date(2026, 3, 8))
    assert span[0] == datetime(2026, 3, 8, 7, tzinfo=UTC)


def test_an_opening_wholly_inside_the_gap_is_none() -> None:
    assert opening_spans(night_shop("America/New_York", "02:10", "02:50"), date(2026, 3, 8)) == []


def test_a_half_hour_change_of_the_clocks_is_found_too() -> None:
    zone = ZoneInfo("Australia/Lord_Howe")
    assert local_to_utc(date(2026, 10, 4), time(2, 15), zone) == datetime(2026, 10, 3, 15, 30, tzinfo=UTC)


def test_the_same_local_time_keeps_its_clock_after_the_change() -> None:
    zone = ZoneInfo("America/New_York")
    before, after = (local_to_utc(date(2026, 3, day), time(10), zone) for day in (7, 9))
    assert after - before == timedelta(hours=47)


def tune_ups(now: datetime, days: int = 1, busy: list[dict[str, str]] | None = None) -> list[str]:
    business = load_business("bike-shop")
    slots = free_slots(business, business.service("tune-up"), busy or [], now, (now, now + timedelta(days=days)))
    zone = ZoneInfo(business.zone)
    return [f"{slot.resource} {slot.start.astimezone(zone):%a %H:%M}" for slot in slots]


def test_nothing_is_free_on_a_holiday() -> None:
    assert tune_ups(datetime(2026, 12, 25, 5, tzinfo=UTC)) == []


def test_someone_with_a_day_off_is_not_offered() -> None:
    assert {each.split()[0] for each in tune_ups(datetime(2026, 3, 3, 5, tzinfo=UTC))} == {"theo"}


def test_the_lead_time_is_kept() -> None:
    assert tune_ups(datetime(2026, 3, 2, 16, 10, tzinfo=UTC))[0] == "maya Mon 12:30"


def test_a_booking_with_its_buffer_blocks_only_its_own_resource() -> None:
    busy = [{"resource": "maya", "start": "2026-03-02T15:00:00+00:00", "end": "2026-03-02T16:15:00+00:00"}]
    slots = tune_ups(datetime(2026, 3, 2, 5, tzinfo=UTC), busy=busy)
    assert slots[:4] == ["theo Mon 10:00", "theo Mon 10:30", "theo Mon 11:00", "maya Mon 11:30"]


def test_an_appointment_ends_before_the_lunch_break() -> None:
    business = load_business("jeweller")
    now = datetime(2026, 3, 3, tzinfo=UTC)
    slots = free_slots(business, business.service("ring-consultation"), [], now, (now, now + timedelta(days=1)))
    assert not [slot for slot in slots if slot.start.hour == 12 and slot.start.minute > 0]


def test_nearest_slots_are_distinct_in_time_and_around_the_wish() -> None:
    business = load_business("bike-shop")
    now = datetime(2026, 3, 2, 5, tzinfo=UTC)
    slots = free_slots(business, business.service("tune-up"), [], now, (now, now + timedelta(days=1)))
    near = nearest_slots(slots, datetime(2026, 3, 2, 20, tzinfo=UTC), 3)
    assert [slot.start.hour * 60 + slot.start.minute for slot in near] == [1170, 1200, 1230]


def test_spread_slots_keep_the_first_and_the_last() -> None:
    business = load_business("bike-shop")
    now = datetime(2026, 3, 2, 5, tzinfo=UTC)
    slots = free_slots(business, business.service("tune-up"), [], now, (now, now + timedelta(days=3)))
    spread = spread_slots(slots, 3)
    assert (spread[0].start, spread[-1].start, len(spread)) == (slots[0].start, slots[-1].start, 3)
