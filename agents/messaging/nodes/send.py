"""Does the message go out, and who has the conversation afterwards?

One row in the outbox, keyed by its cause, not before the recipient's quiet hours end; only who is in danger is
answered at night. The outbox refuses after an opt-out, a take-over or a kill switch, whatever was decided before. A
hand-off takes the agent out of the conversation until a person releases it.
"""

from __future__ import annotations

from datetime import datetime

from agents.messaging import effects, rules
from agents.messaging.business import load_business
from agents.messaging.state import JSON, State


def send(state: State) -> JSON:
    """The outbox's answer; `ai_paused` after a hand-off."""
    handoff = state.get("handoff") or {}
    text = handoff.get("line") if handoff else state["draft"]["reply"]
    at = datetime.fromisoformat(state["now"])
    if handoff.get("reason") != "emergency":
        at = rules.quiet_until(at, state["zone"], load_business(state["business"]).quiet_hours)
    to, thread = state["customer"], state["thread"]
    result = effects.send(business=state["business"], thread=thread, to=to, text=str(text), at=at.isoformat())
    change: JSON = {"sent": result}
    if handoff:
        note = handoff.get("summary") or handoff["reason"]
        effects.hand_over(thread=thread, note=note, customer=to)
        change["ai_paused"] = True
    return change
