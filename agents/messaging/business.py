"""What is there to know about a business: hours, staff, services, prices, knowledge, manners?

One TOML file each, read into frozen models and checked on loading, so that a typing slip in a file shows at once and
not in a customer's conversation. Ids are the file's name with hyphens.
"""

from __future__ import annotations

import difflib
import tomllib
from datetime import date, time
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from playhead import BadInput

FOLDER = Path(__file__).parent / "businesses"
CELL_MINUTES = (
    5  # the calendar holds time in cells of this length; what does not fill them could be offered but not booked
)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _day_rule(text: str) -> str:
    """A weekday name, a date each year ("12-25"), or one date ("2026-08-10")."""
    if text not in WEEKDAYS:
        date.fromisoformat(text if len(text) > 5 else f"2000-{text}")
    return text


def _known_zone(text: str) -> str:
    ZoneInfo(text)
    return text


def _whole_cell(at: time) -> time:
    if at.minute % CELL_MINUTES or at.second or at.microsecond:
        raise ValueError(f"{at} does not fall on {CELL_MINUTES} minutes, in which the calendar counts")
    return at


DayRule = Annotated[str, AfterValidator(_day_rule)]
CellTime = Annotated[time, AfterValidator(_whole_cell)]
Zone = Annotated[str, AfterValidator(_known_zone)]


def falls_on(rule: str, day: date) -> bool:
    """Does the day rule (weekday name, "MM-DD" or "YYYY-MM-DD") cover this date?"""
    return rule in (WEEKDAYS[day.weekday()], day.isoformat(), day.isoformat()[5:])


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Opening(_Frozen):
    """One stretch of opening hours within a day, in local time; it ends after it begins."""

    opens: CellTime
    closes: CellTime

    @model_validator(mode="after")
    def _ends_later(self) -> Opening:
        if self.closes <= self.opens:
            raise ValueError(f"{self.closes} is not after {self.opens}; hours past midnight belong to the next day")
        return self


def _opening(value: Any) -> Any:
    """`"09:00-18:00"` as the fields of an Opening."""
    if not isinstance(value, str):
        return value
    opens, _, closes = value.partition("-")
    return {"opens": opens, "closes": closes}


Openings = tuple[Annotated[Opening, BeforeValidator(_opening)], ...]


class Week(_Frozen):
    """Opening hours by weekday, local time; a day without openings is closed."""

    monday: Openings = ()
    tuesday: Openings = ()
    wednesday: Openings = ()
    thursday: Openings = ()
    friday: Openings = ()
    saturday: Openings = ()
    sunday: Openings = ()

    def on(self, day: date) -> Openings:
        """The openings of this date's weekday (holidays not considered)."""
        openings: Openings = getattr(self, WEEKDAYS[day.weekday()])
        return openings

    def said(self) -> str:
        """All hours, one weekday a line: `Monday: 09:00-18:00`."""
        lines = []
        for name in WEEKDAYS:
            spans = [f"{each.opens:%H:%M}-{each.closes:%H:%M}" for each in getattr(self, name)]
            lines.append(f"{name.capitalize()}: {', '.join(spans) or 'closed'}")
        return "\n".join(lines)


class Staff(_Frozen):
    """Someone, or something (a test car), that appointments are held with: the `resource` of a booking."""

    id: str
    name: str
    skills: tuple[str, ...]
    days_off: tuple[DayRule, ...] = ()

    def works_on(self, day: date) -> bool:
        """Is this no day off?"""
        return not any(falls_on(rule, day) for rule in self.days_off)


class Service(_Frozen):
    """What can be booked. `buffer_minutes` are kept free after each appointment; `words`: what customers call it."""

    id: str
    name: str
    minutes: int = Field(gt=0, multiple_of=CELL_MINUTES)
    buffer_minutes: int = Field(default=0, ge=0, multiple_of=CELL_MINUTES)
    skill: str
    words: tuple[str, ...] = ()


class PriceRow(_Frozen):
    """One row of the price table: an exact price (`low == high`), a range, or none that can be said."""

    item: str
    low: float | None = None
    high: float | None = None
    note: str = ""
    may_be_said: bool = True
    words: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _price(cls, row: Any) -> Any:
        """`price = 89` or `price = [60, 90]` in the file."""
        if isinstance(row, dict) and "price" in row:
            rest = {name: value for name, value in row.items() if name != "price"}
            ends = row["price"] if isinstance(row["price"], list) else [row["price"], row["price"]]
            return {**rest, "low": min(ends), "high": max(ends)}
        return row


class Passage(_Frozen):
    """One piece of knowledge that a reply may rest on; `version` changes with the text. `words`: other words for it."""

    id: str
    version: int
    title: str
    text: str
    words: tuple[str, ...] = ()


class QuietHours(_Frozen):
    """When nobody is written to, in the recipient's local time; may span midnight. Equal ends: never quiet."""

    begins: time
    ends: time


class Business(_Frozen):
    """A business as its file describes it. Times are local to `zone`, prices in `currency`."""

    id: str
    name: str
    vertical: str
    zone: Zone
    currency: str
    address: str
    phone: str
    mode: Literal["auto", "suggest"]
    hours: Week
    holidays: tuple[DayRule, ...]
    staff: tuple[Staff, ...]
    services: tuple[Service, ...]
    lead_minutes: int = Field(ge=0)
    horizon_days: int = Field(gt=0)
    step_minutes: int = Field(gt=0, multiple_of=CELL_MINUTES)
    prices: tuple[PriceRow, ...]
    passages: tuple[Passage, ...]
    voice: str
    emergency_text: str
    handoff_limit: float  # an action worth more than this waits for a person
    message_cap: int = Field(gt=0)  # messages of ours to one thread in 24 hours
    quiet_hours: QuietHours

    @model_validator(mode="after")
    def _every_service_has_someone(self) -> Business:
        for service in self.services:
            if not self.able(service):
                raise ValueError(f"nobody has the skill {service.skill!r} of service {service.id!r}")
        return self

    def service(self, service_id: str) -> Service:
        """The service with this id. Raises BadInput naming the nearest."""
        for service in self.services:
            if service.id == service_id:
                return service
        raise _unknown(f"business {self.id}", "service", service_id, [each.id for each in self.services])

    def able(self, service: Service) -> list[Staff]:
        """Who can do the service, in the file's order."""
        return [each for each in self.staff if service.skill in each.skills]

    def openings(self, day: date) -> Openings:
        """The opening hours of a date: none on a holiday."""
        return () if any(falls_on(rule, day) for rule in self.holidays) else self.hours.on(day)


def business_names() -> list[str]:
    """The ids of all businesses, sorted: "auto-dealer", "bike-shop", "jeweller"."""
    return sorted(path.stem.replace("_", "-") for path in FOLDER.glob("*.toml"))


@lru_cache(maxsize=64)
def load_business(name: str) -> Business:
    """The business with this id. Raises BadInput for an unknown one (naming the nearest) or a faulty file."""
    if name not in business_names():
        raise _unknown("business", "business", name, business_names())
    path = FOLDER / f"{name.replace('-', '_')}.toml"
    try:
        return Business.model_validate({"id": name, **tomllib.loads(path.read_text(encoding="utf-8"))})
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise BadInput(path.name, str(error), "Correct the file; the others in its folder show the form.") from error


def _unknown(where: str, thing: str, name: str, known: list[str]) -> BadInput:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return BadInput(where, f"there is no {thing} {name!r}.{hint}", f"Known: {', '.join(known)}.")
