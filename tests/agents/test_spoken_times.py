"""What customers write about a day and a time: phrases with what they mean, worked out by hand beside a calendar.

The first reading of each set, before anything was mended for it, stands in its file.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from agents.messaging.business import WEEKDAYS, Business, Week, load_business
from agents.messaging.times import Resolution, Window, parse_when, resolve
from tests.scale import at_scale

FOLDER = Path(__file__).parent / "data"
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


class Phrase(NamedTuple):
    said: str
    days: str
    clock: str


class Phrases(NamedTuple):
    """A business, a moment, and what was written to it then."""

    shop: Business
    now: datetime
    phrases: list[Phrase]

    def resolved(self, phrase: Phrase) -> Resolution:
        return resolve(parse_when(phrase.said), self.now, self.shop.zone, self.shop.hours)


def written_to(business: str) -> Phrases:
    lines = (FOLDER / f"spoken_{business.replace('-', '_')}.txt").read_text(encoding="utf-8").splitlines()
    shop = load_business(business)
    now = datetime.fromisoformat(lines[0].removeprefix("# now: ")).replace(tzinfo=ZoneInfo(shop.zone))
    rows = [line.split(" | ") for line in lines if line and not line.startswith("#")]
    return Phrases(shop, now, [Phrase(*(field.strip() for field in row)) for row in rows])


def listed(days: str, now: datetime) -> tuple[set[date], bool]:
    """The dates of "3-12,3-14" or "3-16..3-18", and whether each of them was named (a list) or not (a stretch)."""
    found: set[date] = set()
    for part in days.split(","):
        first, _, last = part.partition("..")
        day, end = (date(now.year, *map(int, each.split("-"))) for each in (first, last or first))
        found |= {day + DAY * ahead for ahead in range((end - day).days + 1)}
    return found, ".." not in days


def fits(windows: tuple[Window, ...], phrase: Phrase, shop: Business, now: datetime) -> bool:
    """Is everything that would be looked for within what was meant, and no named day forgotten?"""
    meant, named = listed(phrase.days.removeprefix("ask,"), now)
    spans = [span for span in (while_open(window, shop) for window in windows) if span]
    days = {start.date() for start, _ in spans}
    open_days = {day for day in meant if shop.openings(day)}
    return bool(days) and days <= meant and (days >= open_days or not named) and all(in_time(s, phrase) for s in spans)


def while_open(window: Window, shop: Business) -> tuple[datetime, datetime] | None:
    """The part of the window in which the shop is open, in local time."""
    zone = ZoneInfo(shop.zone)
    start, end = window.start.astimezone(zone), window.end.astimezone(zone)
    hours = shop.openings(start.date())
    if not hours:
        return None
    opens, closes = (datetime.combine(start.date(), at, zone) for at in (hours[0].opens, hours[-1].closes))
    clipped = max(start, opens), min(end, closes)
    return clipped if clipped[0] < clipped[1] or window.exact else None


def in_time(span: tuple[datetime, datetime], phrase: Phrase) -> bool:
    if phrase.clock == "*":
        return True
    first, _, last = phrase.clock.partition("-")
    start, begun_by = (f"{each:%H:%M}" for each in (span[0], span[1] - MINUTE))
    return start == begun_by == first if not last else first <= start and begun_by <= last


def verdict(phrase: Phrase, written: Phrases) -> str:
    """ "right", "asked" or "wrong": a slot that the customer did not mean could be offered or even booked."""
    read, result = parse_when(phrase.said), written.resolved(phrase)
    if phrase.days == "none":
        silent = not any(each.names_day() or each.names_time() for each in read.alternatives or (read,))
        return "right" if silent else "asked" if result.ask else "wrong"
    if result.ask:
        return "right" if phrase.days.startswith("ask") else "asked"
    return "right" if phrase.days != "ask" and fits(result.windows, phrase, written.shop, written.now) else "wrong"


@pytest.mark.parametrize("business", ["bike-shop", "jeweller", "auto-dealer"])
def test_what_customers_write_is_understood_or_asked_about_and_never_silently_wrong(business: str) -> None:
    written = written_to(business)
    verdicts = {phrase.said: verdict(phrase, written) for phrase in written.phrases}
    counts = Counter(verdicts.values())
    assert [said for said, came in verdicts.items() if came == "wrong"] == []
    assert counts["right"] / counts.total() >= 0.9


# ── what nobody can know ─────────────────────────────────────────────────────────────────────────────────────

ALWAYS = Week.model_validate({name: ["00:00-23:55"] for name in WEEKDAYS})
OPEN_ALWAYS = "open day and night: "


def ambiguous() -> list[tuple[str, str]]:
    """What was written, and why it has no single meaning."""
    lines = (FOLDER / "ambiguous_times.txt").read_text(encoding="utf-8").splitlines()
    written, why = zip(*(line.split(" | ") for line in lines if line and not line.startswith("#")), strict=True)
    assert len(set(written)) >= 60
    assert all(why)
    return list(zip(written, why, strict=True))


@pytest.mark.parametrize(("written", "why"), ambiguous())
def test_what_has_no_single_meaning_is_asked_and_never_guessed(written: str, why: str) -> None:
    shop = load_business("bike-shop")
    hours = ALWAYS if written.startswith(OPEN_ALWAYS) else shop.hours
    now = datetime(2026, 3, 11, 10, 15, tzinfo=ZoneInfo(shop.zone))
    result = resolve(parse_when(written.removeprefix(OPEN_ALWAYS)), now, shop.zone, hours)
    assert result.windows == (), why
    assert result.ask
    assert result.ask.endswith("?")


def settled_by_no_hours() -> list[str]:
    """Those of them that may be written to the bike shop as it is; a few of each kind, or all."""
    written = [said for said, _ in ambiguous() if not said.startswith(OPEN_ALWAYS)]
    return written[:: at_scale(1, 8)]


@pytest.mark.parametrize("written", settled_by_no_hours())
def test_the_agent_asks_back_and_books_nothing(shop: Any, written: str) -> None:
    shop.at = datetime(2026, 3, 11, 10, 14, tzinfo=ZoneInfo("America/New_York"))
    result = shop.say(f"I would like to book a tune-up please. {written}")
    assert result["outcome"] == "answered"
    assert result["reply"].rstrip().endswith("?")
    assert shop.bookings() == []
    assert not (shop.state.get("pending") or {}).get("offers")
