from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.messaging.availability import free_slots, local_to_utc, nearest_slots, opening_spans, spread_slots
from agents.messaging.business import WEEKDAYS, Business, Service, load_business
from tests.scale import at_scale

SKILLS = ("repair", "sales", "electric", "fitting")
MINUTE = timedelta(minutes=1)


def shop(**changes: object) -> Business:
    """The bike shop with other rules."""
    return Business.model_validate({**load_business("bike-shop").model_dump(), **changes})


def brute_force(
    business: Business, service: Service, busy: list[dict[str, str]], now: datetime, between: tuple[datetime, datetime]
) -> set[tuple[str, datetime]]:
    """Every minute of the span tried as a start, each condition looked up on a grid of minutes."""
    zone, held = ZoneInfo(business.zone), service.minutes + service.buffer_minutes
    count = int((between[1] - between[0]) / MINUTE)
    # a day more on either side: openings are counted from their first minute, and the last appointment must end
    grid = [between[0] + ahead * MINUTE for ahead in range(-25 * 60, count + 25 * 60)]
    openings = minutes_of_openings(business, [minute.astimezone(zone) for minute in grid])
    begins = {opening: openings.index(opening) for opening in set(openings)}
    found = set()
    for staff in business.staff:
        free = [True] * len(grid)
        for each in busy:
            if each["resource"] == staff.id:
                ends = [int((datetime.fromisoformat(each[end]) - grid[0]) / MINUTE) for end in ("start", "end")]
                for at in range(max(ends[0], 0), min(ends[1], len(grid))):
                    free[at] = False
        for at in range(25 * 60, 25 * 60 + count):
            if (
                openings[at] is not None
                and (at - begins[openings[at]]) % business.step_minutes == 0
                and openings[at : at + service.minutes] == [openings[at]] * service.minutes
                and all(free[at : at + held])
                and grid[at] >= now + timedelta(minutes=business.lead_minutes)
                and grid[at] < now + timedelta(days=business.horizon_days)
                and service.skill in staff.skills
                and staff.works_on(grid[at].astimezone(zone).date())
            ):
                found.add((staff.id, grid[at]))
    return found


def minutes_of_openings(business: Business, grid: list[datetime]) -> list[tuple[date, int] | None]:
    """Which opening, if any, each local minute lies in: from the first that the clock shows at or after its beginning
    to the last that it shows before its end, so that an hour that comes twice belongs to it both times."""
    days: dict[date, list[int]] = {}
    for at, local in enumerate(grid):
        days.setdefault(local.date(), []).append(at)
    lies_in: list[tuple[date, int] | None] = [None] * len(grid)
    for day, minutes in days.items():
        for number, opening in enumerate(business.openings(day)):
            begun = [at for at in minutes if grid[at].time() >= opening.opens]
            not_over = [at for at in minutes if grid[at].time() < opening.closes]
            for at in range(begun[0], not_over[-1] + 1) if begun and not_over else ():
                lies_in[at] = (day, number)
    return lies_in


def fives(least: int, most: int) -> st.SearchStrategy[int]:
    """Minutes as a business's file may have them."""
    return st.integers(least // 5, most // 5).map(lambda count: count * 5)


@st.composite
def openings(draw: st.DrawFn) -> dict[str, list[dict[str, time]]]:
    """A random week; every third shop is open in the night hours in which clocks change."""
    week = {}
    first = draw(st.sampled_from([0, 6 * 12, 8 * 12]))
    for name in WEEKDAYS:
        ends = sorted(draw(st.lists(st.integers(first, 24 * 12 - 1), max_size=6, unique=True)))
        clock = [time(end // 12, end % 12 * 5) for end in ends]
        week[name] = [{"opens": a, "closes": b} for a, b in zip(clock[::2], clock[1::2], strict=False)]
    return week


CHANGES = {  # the local days on which the clock loses or gains an hour (on Lord Howe half of one)
    "America/New_York": ((2026, 3, 8), (2026, 11, 1)),
    "Europe/Berlin": ((2026, 3, 29), (2026, 10, 25)),
    "Australia/Lord_Howe": ((2026, 10, 4), (2026, 4, 5)),
    "America/Santiago": ((2026, 9, 6), (2026, 4, 5)),  # at midnight
    "Asia/Kathmandu": ((2026, 5, 5), (2026, 11, 1)),  # never, and a quarter of an hour off everybody else
}


@st.composite
def cases(draw: st.DrawFn) -> tuple[Business, Service, list[dict[str, str]], datetime, tuple[datetime, datetime]]:
    """A week of a random shop, most often one in which the clocks change; staff, skills, holidays and days off,
    bookings, lead time and horizon as they come."""
    zone = draw(st.sampled_from(sorted(CHANGES)))
    change = datetime(*draw(st.sampled_from([*CHANGES[zone], (2026, 6, 10)])), 12, tzinfo=UTC)
    now = change - timedelta(minutes=draw(st.integers(0, 6 * 24 * 60)))
    some_day = st.integers(-1, 7).map(lambda ahead: (now + timedelta(ahead)).date().isoformat())
    day_rules = st.one_of(st.sampled_from(WEEKDAYS), some_day, some_day.map(lambda day: day[5:]))
    staff = [
        {"id": name, "name": name, "skills": draw(st.sampled_from([SKILLS, SKILLS[1:]])),
         "days_off": draw(st.lists(day_rules, max_size=2))}
        for name in ("a", "b")
    ]  # fmt: skip
    staff.append({"id": "c", "name": "c", "skills": SKILLS, "days_off": draw(st.lists(day_rules, max_size=3))})
    business = shop(
        zone=zone,
        hours=draw(openings()),
        holidays=draw(st.lists(st.one_of(some_day, some_day.map(lambda day: day[5:])), max_size=2)),
        staff=staff,
        lead_minutes=draw(st.one_of(st.just(0), st.integers(0, 2 * 24 * 60))),
        horizon_days=draw(st.integers(1, 9)),
        step_minutes=draw(fives(5, 60)),
    )
    service = Service(id="s", name="S", skill="repair", minutes=draw(fives(5, 240)), buffer_minutes=draw(fives(0, 60)))
    busy = []
    for _ in range(draw(st.integers(0, 12))):
        start = now + timedelta(minutes=draw(st.integers(-120, 8 * 24 * 60)))
        end = start + timedelta(minutes=draw(st.integers(5, 600)))
        busy.append({"resource": draw(st.sampled_from("abc")), "start": start.isoformat(), "end": end.isoformat()})
    begins = now + timedelta(minutes=draw(st.integers(-600, 24 * 60)))
    return business, service, busy, now, (begins, begins + timedelta(days=7))


@settings(max_examples=at_scale(10_000, 60))
@given(cases())
def test_in_random_weeks_the_free_slots_are_those_of_a_brute_force_grid_of_minutes(
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


def test_who_closes_as_the_hour_that_comes_twice_begins_is_closed_in_all_of_it() -> None:
    (span,) = opening_spans(night_shop("America/New_York", "00:30", "01:00"), date(2026, 11, 1))
    assert span[1] - span[0] == timedelta(minutes=30)
    (late,) = opening_spans(night_shop("America/Santiago", "08:00", "23:00"), date(2026, 4, 4))  # ends the day there
    assert late[1] - late[0] == timedelta(hours=15)


def test_who_closes_within_the_hour_that_comes_twice_closes_when_the_clock_shows_it_again() -> None:
    (span,) = opening_spans(night_shop("America/New_York", "00:30", "01:05"), date(2026, 11, 1))
    assert span[1] - span[0] == timedelta(hours=1, minutes=35)


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
