"""What does the calendar say to what the customer wants?

Settles by code all that code can settle: which service, which of their appointments, which free times fit, which of the
offered times an answer picks. What is left open is one question. Only what stands here may be offered or booked.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from agents.messaging import effects
from agents.messaging.availability import Slot, free_slots, nearest_slots, spread_slots
from agents.messaging.business import Business, Service, load_business
from agents.messaging.constraints import Constraints
from agents.messaging.nodes.choosing import chosen, named_service, standing_choice
from agents.messaging.nodes.understand import plain_intents
from agents.messaging.state import JSON, State
from agents.messaging.times import Resolution, resolve, say

SETTLED: Final = "one time is settled"
TAKEN: Final = "the time asked for is not free, others are"
CHOICE: Final = "several times are free"
NOTHING: Final = "nothing is free then"
OPEN: Final = "something must be asked first"
DECLINED: Final = "the customer wants another time"
FOUND: Final = "the appointment is found"
UNKNOWN: Final = "there is no such appointment"
WHICH: Final = "Which of these times suits you?"


def find_slots(state: State) -> JSON:
    """`slots`: {"action", "case", "service", "booking", "chosen", "offers", "others", "times", "ask", "trouble"}."""
    business = load_business(state["business"])
    if state.get("failures"):
        return {}
    bookings = effects.appointments(business=business.id, customer=state["customer"])
    action = _action(state, bookings)
    found: JSON = {
        "action": action,
        "booking": None,
        "chosen": None,
        "offers": [],
        "others": [],
        "times": "",
        "ask": "",
        "trouble": "",
    }
    if action in ("move", "cancel"):
        return {"slots": {**found, **_with_booking(state, business, action, bookings)}}
    pending = state.get("pending") or {}
    service = (
        named_service(business, state["message"])
        or pending.get("service")
        or named_service(business, state["last_message"])
    )
    if not service:
        names = [each.name for each in business.services]
        ask = f"What would you like to book: {', '.join(names[:-1])} or {names[-1]}?"
        return {"slots": {**found, "case": OPEN, "service": "", "ask": ask}}
    times = _times(state, business, business.service(service))
    return {"slots": {**found, "service": service, **(_held_already(business, service, times, bookings) or times)}}


def _held_already(business: Business, service: str, times: JSON, bookings: list[JSON]) -> JSON:
    """Who asks again for the time that they have wants to hear that they have it, not a second one beside it."""
    settled = times["case"] == SETTLED and (service, times["chosen"]["start"])
    held = next((each for each in bookings if (each["service"], each["start"]) == settled), None)
    return {"case": OPEN, "trouble": f"you already have the {_booking_said(business, held)}"} if held else {}


def _action(state: State, bookings: list[JSON]) -> str:
    """What is to be arranged: what this message says, else what was under way."""
    intents = state["understood"]["intents"]
    said = next((name for name in ("cancel", "move", "book") if name in intents), "")
    pending = str((state.get("pending") or {}).get("action", ""))
    if said == "book" and pending == "move":
        return "move"
    if said == "move" and not bookings and (pending == "book" or not plain_intents(state["message"])):
        return "book"  # nothing is booked that could be moved: they mean the time we spoke of
    return said or pending or "book"


def _with_booking(state: State, business: Business, action: str, bookings: list[JSON]) -> JSON:
    """Finds the appointment that is meant, then for a move the new time."""
    pending = state.get("pending") or {}
    named = [{**each, "said": _booking_said(business, each)} for each in bookings]
    booking = standing_choice(named, pending.get("booking"), state["message"], business.zone)
    if not named:
        return {"case": UNKNOWN, "service": "", "trouble": "I cannot find an appointment under your number"}
    if booking is None:
        ask = f"Which appointment do you mean: {' or '.join(each['said'] for each in named)}?"
        return {"case": OPEN, "service": "", "ask": ask}
    if action == "cancel":
        return {"case": FOUND, "service": booking["service"], "booking": booking}
    times = _times(state, business, business.service(booking["service"]), booking)
    return {"service": booking["service"], "booking": booking, **times}


def _times(state: State, business: Business, service: Service, moved: JSON | None = None) -> JSON:
    """The free times that fit, and the one that is settled, if any."""
    now = datetime.fromisoformat(state["now"])
    offered = (state.get("pending") or {}).get("offers") or []
    constraints = Constraints.model_validate(state["when"]["constraints"])
    free = _free(state, business, service, now, moved)
    still = [each for each in offered if each["start"] in {row["start"] for row in free}]
    pick = chosen(state["message"], still, business.zone)
    if pick == "none" and not state["when"]["new"]:
        return {"case": DECLINED, "ask": "Which day and time would suit you better?"}
    if isinstance(pick, dict):
        return {"case": SETTLED, "chosen": pick, "others": _besides(free, pick)}
    if still and not state["when"]["new"]:
        return {"case": CHOICE, "offers": still, "times": said_times(still), "ask": WHICH}
    resolved = resolve(constraints, now, business.zone, business.hours)
    if resolved.ask:
        return {"case": OPEN, "ask": resolved.ask}
    if free and not (constraints.alternatives or constraints.names_day() or constraints.names_time()):
        offers = _soonest(free, business.zone)
        return {"case": CHOICE, "offers": offers, "times": said_times(offers), "ask": WHICH}
    return _fitting(free, resolved, business)


def _fitting(free: list[JSON], resolved: Resolution, business: Business) -> JSON:
    """The free times inside the windows; near them when none is inside."""
    exact = [window for window in resolved.windows if window.exact]
    inside = [row for row in free if any(window.start <= _at(row) < window.end for window in resolved.windows)]
    if exact and inside:
        return {"case": SETTLED, "chosen": inside[0], "others": _besides(free, inside[0])}
    if inside:
        offers = _spread(inside)
        return {"case": CHOICE, "offers": offers, "times": said_times(offers), "ask": WHICH}
    if not free:
        return {"case": NOTHING, "trouble": "nothing is free in the coming weeks"}
    wanted = resolved.windows[0].start if resolved.windows else _at(free[0])
    offers = _nearest(free, wanted)
    time = f"{say(wanted, business.zone)} is not free" if exact else "nothing is free then"
    return {
        "case": TAKEN,
        "offers": offers,
        "times": said_times(offers),
        "trouble": time,
        "ask": "Does one of these suit you?",
    }


def _free(state: State, business: Business, service: Service, now: datetime, moved: JSON | None) -> list[JSON]:
    """Every free slot up to the horizon, as JSON; the appointment that is being moved does not stand in its own way."""
    until = now + timedelta(days=business.horizon_days)
    taken = effects.busy(business=business.id, start=now.isoformat(), end=(until + timedelta(days=1)).isoformat())
    if moved:
        same = (moved["resource"], moved["start"])
        taken = [each for each in taken if (each["resource"], each["start"]) != same]
    slots = free_slots(business, service, taken, now, (now, until))
    return [_row(slot, business) for slot in slots]


def _row(slot: Slot, business: Business) -> JSON:
    row: JSON = slot.model_dump(mode="json")
    return {**row, "start": slot.start.isoformat(), "end": slot.end.isoformat(), "said": say(slot.start, business.zone)}


def _booking_said(business: Business, booking: JSON) -> str:
    start = datetime.fromisoformat(booking["start"])
    return f"{business.service(booking['service']).name} on {say(start, business.zone)}"


def _at(row: JSON) -> datetime:
    return datetime.fromisoformat(row["start"])


def said_times(rows: list[JSON]) -> str:
    """Free times in words: "Friday 8 March at 10:00 or Friday 8 March at 11:00"."""
    texts = [row["said"] for row in rows]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} or {texts[-1]}" if texts else ""


def _slots(rows: list[JSON]) -> list[Slot]:
    return [Slot.model_validate({name: value for name, value in row.items() if name != "said"}) for row in rows]


def _spread(rows: list[JSON]) -> list[JSON]:
    return _back(spread_slots(_slots(rows)), rows)


def _soonest(rows: list[JSON], zone: str) -> list[JSON]:
    """The first free time of each of the next three days that have one."""
    days: dict[str, JSON] = {}
    for row in rows:
        days.setdefault(_at(row).astimezone(ZoneInfo(zone)).date().isoformat(), row)
    return list(days.values())[:3]


def _nearest(rows: list[JSON], wanted: datetime) -> list[JSON]:
    return _back(nearest_slots(_slots(rows), wanted), rows)


def _back(slots: list[Slot], rows: list[JSON]) -> list[JSON]:
    by_start: dict[str, JSON] = {}
    for row in rows:
        by_start.setdefault(row["start"], row)
    return [by_start[slot.start.isoformat()] for slot in slots]


def _besides(free: list[JSON], chosen_row: JSON) -> list[JSON]:
    """What to offer if the chosen time is gone when it is booked."""
    return _nearest([row for row in free if row["start"] != chosen_row["start"]], _at(chosen_row))
