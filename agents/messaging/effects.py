"""How does the agent touch the world, and how is it known afterwards whether it did?

Each effect goes through a resource given to the recorder, carries the key of its cause, can be looked up by that key
after a crash, and has a pure stand-in for replays. Reading the world is an effect too: read only, and recorded.
"""

from __future__ import annotations

from typing import Any

from playhead import effect, resource

JSON = dict[str, Any]


def _in_calendar(key: str) -> JSON | None:
    found: JSON | None = resource("calendar").lookup(key)
    return found


def _in_outbox(key: str) -> JSON | None:
    found: JSON | None = resource("outbox").lookup(key)
    return found


def _in_notes(key: str) -> JSON | None:
    found: JSON | None = resource("notes").lookup(key)
    return found


def _simulated_booking(business: str, service: str, staff: str, start: str, end: str, customer: str) -> JSON:
    fields = {"business": business, "service": service, "resource": staff, "start": start, "end": end}
    return {"ok": True, "booking_id": 0, **fields, "customer": customer, "status": "booked"}


def _simulated_move(booking_id: int, start: str, end: str, staff: str) -> JSON:
    return {"ok": True, "booking_id": booking_id, "resource": staff, "start": start, "end": end, "status": "booked"}


def _simulated_cancel(booking_id: int) -> JSON:
    return {"ok": True, "booking_id": booking_id, "status": "cancelled"}


def _simulated_send(business: str, thread: str, to: str, text: str, at: str) -> JSON:
    return {"ok": True, "id": 0, "thread": thread, "to": to, "text": text, "at": at}


@effect(verify=_in_calendar, simulate=_simulated_booking)
def book(business: str, service: str, staff: str, start: str, end: str, customer: str, *, key: str) -> JSON:
    """Books; `{"ok": False, "reason": "taken"}` when somebody was faster."""
    result: JSON = resource("calendar").book(key, business, service, staff, start, end, customer)
    return result


@effect(verify=_in_calendar, simulate=_simulated_move)
def move(booking_id: int, start: str, end: str, staff: str, *, key: str) -> JSON:
    """Moves a booking; when the new time is taken the old one stays."""
    result: JSON = resource("calendar").move(key, booking_id, start, end, staff)
    return result


@effect(verify=_in_calendar, simulate=_simulated_cancel)
def cancel(booking_id: int, *, key: str) -> JSON:
    """Cancels a booking."""
    result: JSON = resource("calendar").cancel(key, booking_id)
    return result


@effect(verify=_in_outbox, simulate=_simulated_send)
def send(business: str, thread: str, to: str, text: str, at: str, *, key: str) -> JSON:
    """One row in the outbox, to be delivered at `at`; refused (`ok` false) after an opt-out, a take-over or a kill
    switch, the business's own or everybody's."""
    result: JSON = resource("outbox").add(key, business, thread, to, text, at)
    return result


@effect(verify=_in_notes, simulate=lambda business, thread, customer, text, at: {"ok": True, "text": text})
def note(business: str, thread: str, customer: str, text: str, at: str, *, key: str) -> JSON:
    """Writes something down about the customer for the people of the business."""
    result: JSON = resource("notes").add(key, business, thread, customer, text, at)
    return result


@effect(idempotent=True, simulate=lambda customer, said, at: {"ok": True})
def opt_out(customer: str, said: str, at: str) -> JSON:
    """The customer gets no message any more."""
    resource("optouts").add(customer, said, at)
    return {"ok": True}


@effect(idempotent=True, simulate=lambda customer: {"ok": True})
def opt_in(customer: str) -> JSON:
    """The customer wants messages again."""
    resource("optouts").remove(customer)
    return {"ok": True}


@effect(idempotent=True, simulate=lambda thread, note, customer: {"ok": True})
def hand_over(thread: str, note: str, customer: str) -> JSON:
    """A person has the conversation from here; `note` tells them why."""
    resource("optouts").take_over(thread, note, customer)
    return {"ok": True}


@effect(
    read_only=True,
    simulate=lambda business, thread, customer: {"opted_out": False, "taken_over": False, "halted": False, "sent": []},
)
def standing(business: str, thread: str, customer: str) -> JSON:
    """Whether the agent may speak: consent, who has the conversation, the kill switch, when it spoke before."""
    rules = resource("optouts")
    return {
        "opted_out": bool(rules.contains(customer)),
        "taken_over": bool(rules.taken_over(thread)),
        "halted": bool(rules.halted(business)),
        "sent": [row["at"] for row in resource("outbox").sent(thread)][-100:],
    }


@effect(read_only=True, simulate=lambda business, customer: [])
def appointments(business: str, customer: str) -> list[JSON]:
    """The customer's standing bookings, earliest first."""
    found: list[JSON] = resource("calendar").find(customer, business)
    return found


@effect(read_only=True, simulate=lambda business, start, end: [])
def busy(business: str, start: str, end: str) -> list[JSON]:
    """What is taken between two times (ISO 8601)."""
    found: list[JSON] = resource("calendar").busy(business, start, end)
    return found
