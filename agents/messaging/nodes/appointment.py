"""What is to be done about the appointment: ask, offer, book, move or cancel?

The model decides, within what the calendar returned: a booking needs a time that the customer named or was offered, a
cancellation an appointment that was found. The action is only intended here; `commit` performs it.
"""

from __future__ import annotations

from agents.messaging.business import Business, load_business
from agents.messaging.nodes.asking import asked
from agents.messaging.nodes.find_slots import FOUND, SETTLED
from agents.messaging.state import JSON, State


def appointment(state: State) -> JSON:
    """`intended` actions, and what is pending until the next message."""
    slots = state.get("slots") or {}
    if not slots or state.get("failures"):
        return {}
    answer, failures = asked(
        "appointment",
        "appointment",
        wanted=slots["action"],
        booking=(slots["booking"] or {}).get("said", "none"),
        times=[row["said"] for row in ([slots["chosen"]] if slots["chosen"] else slots["offers"])],
        message=state["message"],
        case=slots["case"],
    )
    if failures:
        return {"failures": failures}
    business = load_business(state["business"])
    action = _action(answer["action"], slots, business, state)
    if action is not None:
        return {"intended": [action], "pending": {}}
    if slots["chosen"]:  # the model would rather ask first: offer the settled time
        slots = {**slots, "offers": [slots["chosen"]], "times": slots["chosen"]["said"], "ask": "Shall I book it?"}
    kept = {name: slots[name] for name in ("action", "service", "offers", "booking")}
    return {"slots": slots, "pending": {**kept, "constraints": state["when"]["constraints"]}}


def _action(wanted: str, slots: JSON, business: Business, state: State) -> JSON | None:
    """The model's action where the calendar's answer allows it, else None."""
    booking, row = slots["booking"], slots["chosen"]
    if wanted == "cancel" and slots["case"] == FOUND:
        said = f"your {booking['said']} is cancelled"
        return {"kind": "cancel", "arguments": {"booking_id": booking["booking_id"]}, "said": said,
                "refused": "I could not cancel the appointment", "worth": 0}  # fmt: skip
    if slots["case"] != SETTLED or wanted != slots["action"]:
        return None
    service = business.service(slots["service"])
    times = {"start": row["start"], "end": row["end"], "staff": row["resource"]}
    refused = f"{row['said']} has just been taken"
    if wanted == "move":
        said = f"your {service.name} is moved to {row['said']} with {row['resource_name']}"
        arguments = {"booking_id": booking["booking_id"], **times}
    else:
        said = f"your {service.name} is booked for {row['said']} with {row['resource_name']}"
        arguments = {"business": business.id, "service": service.id, "customer": state["customer"], **times}
    return {
        "kind": wanted,
        "arguments": arguments,
        "said": said,
        "refused": refused,
        "worth": _worth(business, service.name),
    }


def _worth(business: Business, service: str) -> float:
    """The most that the service can cost by the price table; 0 where it says nothing."""
    words = set(service.lower().split())
    rows = [row for row in business.prices if set(row.item.lower().split()) <= words]
    return max((row.high or 0.0 for row in rows), default=0.0)
