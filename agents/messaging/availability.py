"""When is somebody free?

Opening hours − holidays − days off − what is booked − buffers − lead time − horizon, for one service. Hours are local
clock time; everything after that is counted in UTC, because only there does an hour always have sixty minutes. Where
the clocks change, an opening in the hour that does not exist begins when the gap ends, and one in the hour that comes
twice covers both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from agents.messaging.business import Business, Service

Span = tuple[datetime, datetime]


class Slot(BaseModel):
    """A time that can be booked: `resource` (with its name) from `start` to `end`, aware, UTC."""

    model_config = ConfigDict(frozen=True)

    business: str
    service: str
    resource: str
    resource_name: str
    start: datetime
    end: datetime


def free_slots(
    business: Business, service: Service, busy: Iterable[Mapping[str, Any]], now: datetime, between: Span
) -> list[Slot]:
    """Every free slot that starts at or after `between[0]` and before `between[1]`, by start, then staff order.

    `busy`: what `Calendar.busy` returns for at least that span and the day after it (`resource`, `start`, `end` with
    the buffer of that booking included, ISO text or aware datetimes). Starts are `step_minutes` apart, counted from
    each opening's beginning. A slot ends within the opening; its buffer may run over closing time, not into a booking.
    """
    zone = ZoneInfo(business.zone)
    first = max(_utc(between[0]), _utc(now) + timedelta(minutes=business.lead_minutes))
    last = min(_utc(between[1]), _utc(now) + timedelta(days=business.horizon_days))
    taken = _by_resource(busy)
    length, held = timedelta(minutes=service.minutes), timedelta(minutes=service.minutes + service.buffer_minutes)
    slots = []
    for day in _days(first, last, zone):
        staff = [each for each in business.able(service) if each.works_on(day)]
        for opens, closes in opening_spans(business, day):
            for start in _starts(opens, closes - length, timedelta(minutes=business.step_minutes)):
                if not first <= start < last:
                    continue
                slots += [
                    Slot(
                        business=business.id,
                        service=service.id,
                        resource=each.id,
                        resource_name=each.name,
                        start=start,
                        end=start + length,
                    )
                    for each in staff
                    if not _overlaps(taken.get(each.id, ()), start, start + held)
                ]
    return sorted(slots, key=lambda slot: slot.start)


def opening_spans(business: Business, day: date) -> list[Span]:
    """The stretches of a local date in which the business is open, in UTC; none on a holiday."""
    zone = ZoneInfo(business.zone)
    spans = [
        (local_to_utc(day, each.opens, zone), end_to_utc(day, each.closes, zone)) for each in business.openings(day)
    ]
    return [(opens, closes) for opens, closes in spans if opens < closes]


def local_to_utc(day: date, at: time, zone: ZoneInfo, fold: int = 0) -> datetime:
    """A local clock time as UTC. In a gap: the moment the gap ends. In a double hour: its first run, or with `fold=1`
    its second."""
    wanted = datetime.combine(day, at, zone)
    before, after = wanted.replace(fold=0).astimezone(UTC), wanted.replace(fold=1).astimezone(UTC)
    if before.astimezone(zone).replace(tzinfo=None) != wanted.replace(tzinfo=None):
        return _gap_end(after, before, zone)
    return after if fold else before


def end_to_utc(day: date, at: time, zone: ZoneInfo) -> datetime:
    """When what lasts until this local clock time ends, as UTC: in a double hour when the clock shows it again, but
    for the time with which that hour begins, at which it has ended already."""
    again = local_to_utc(day, at, zone, fold=1)
    shown_before = (again - datetime.resolution).astimezone(zone).replace(tzinfo=None)
    return again if shown_before < datetime.combine(day, at) else local_to_utc(day, at, zone)


def nearest_slots(slots: Sequence[Slot], wanted: datetime, count: int = 3) -> list[Slot]:
    """Up to `count` slots with different starts, those closest to `wanted` chosen, in order of time."""
    chosen: dict[datetime, Slot] = {}
    for slot in sorted(slots, key=lambda slot: (abs(slot.start - wanted), slot.start)):
        if len(chosen) == count:
            break
        chosen.setdefault(slot.start, slot)
    return sorted(chosen.values(), key=lambda slot: slot.start)


def spread_slots(slots: Sequence[Slot], count: int = 3) -> list[Slot]:
    """Up to `count` slots with different starts, spread over the whole choice: what one offers who has no wish."""
    by_start: dict[datetime, Slot] = {}
    for slot in slots:
        by_start.setdefault(slot.start, slot)
    distinct = [by_start[start] for start in sorted(by_start)]
    if len(distinct) <= count or count < 2:
        return distinct[:count]
    return [distinct[index * (len(distinct) - 1) // (count - 1)] for index in range(count)]


def _utc(when: datetime) -> datetime:
    return when.astimezone(UTC)


def _days(first: datetime, last: datetime, zone: ZoneInfo) -> Iterator[date]:
    """The local dates that the span touches."""
    day, end = first.astimezone(zone).date(), last.astimezone(zone).date()
    while day <= end:
        yield day
        day += timedelta(days=1)


def _starts(first: datetime, last: datetime, step: timedelta) -> Iterator[datetime]:
    """`first`, `first + step`, … as long as they are not after `last`."""
    while first <= last:
        yield first
        first += step


def _by_resource(busy: Iterable[Mapping[str, Any]]) -> dict[str, list[Span]]:
    taken: dict[str, list[Span]] = {}
    for each in busy:
        ends = (datetime.fromisoformat(str(each["start"])), datetime.fromisoformat(str(each["end"])))
        taken.setdefault(str(each["resource"]), []).append(ends)
    return taken


def _overlaps(spans: Iterable[Span], start: datetime, end: datetime) -> bool:
    return any(begins < end and start < ends for begins, ends in spans)


def _gap_end(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """The instant between `low` and `high` (UTC) at which the zone's offset changes, to the second."""
    offset = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high
