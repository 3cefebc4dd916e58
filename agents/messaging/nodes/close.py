"""What stays when the run is over?

The customer's words and ours join the history, the messages' ids are remembered, and the outcome is written down with
its reason, silence included.
"""

from __future__ import annotations

from typing import Final

from agents.messaging.nodes.closing import open_question
from agents.messaging.state import JSON, State

RESULTS: Final = {"book": "booked", "move": "moved", "cancel": "cancelled"}


def close(state: State) -> JSON:
    """History, ids and outcome."""
    outcome = state.get("outcome") or _outcome(state)
    said = [{"role": "customer", "text": each["text"], "id": each["id"], "at": each.get("at", state["now"])}
            for each in state["fresh"]]  # fmt: skip
    reply = outcome["reply"]
    if reply is not None:
        said.append(
            {"role": "business", "text": reply, "id": "", "at": (state.get("sent") or {}).get("at") or state["now"]}
        )
    change: JSON = {
        "history": [*(state.get("history") or []), *said],
        "seen": [each["id"] for each in state["fresh"]],
        "outcome": outcome,
    }
    if reply is not None:
        change["open_question"] = open_question(reply)
    return change


def _outcome(state: State) -> JSON:
    """`{"reply", "outcome", "reason"}` of a run that came through the graph."""
    handoff, sent = state.get("handoff") or {}, state.get("sent") or {}
    if state["plan"]["to"] == "wrap":
        return {"reply": None, "outcome": "silent", "reason": state["plan"]["reason"]}
    reply = (handoff.get("line") if handoff else state["draft"]["reply"]) if sent.get("ok") else None
    if reply is None:
        return {"reply": None, "outcome": "failed", "reason": f"not sent: {sent.get('reason', 'unknown')}"}
    if handoff:
        return {"reply": reply, "outcome": "handed_off", "reason": handoff["reason"]}
    results = [RESULTS[each["kind"]] for each in state.get("done") or []
               if each["kind"] in RESULTS and each["result"].get("ok")]  # fmt: skip
    return {"reply": reply, "outcome": results[-1] if results else "answered", "reason": state["plan"]["reason"]}
