"""Does a person have to agree first?

Only in "suggest" mode, or where an action is worth more than the business lets the agent decide. The run waits in an
interrupt, for minutes or days; the answer may be a yes, a no, or the text that should be sent instead.
"""

from __future__ import annotations

from typing import Any, Final

from langgraph.types import interrupt

from agents.messaging import effects
from agents.messaging.nodes.commit import awaits_approval
from agents.messaging.state import JSON, State

YES: Final = frozenset({"yes", "y", "ok", "okay", "approve", "approved", "send", "true", "go"})
NO: Final = frozenset({"no", "n", "reject", "rejected", "stop", "false", "don't", "do not send"})


def approve(state: State) -> JSON:
    """Nothing when nobody needs to agree; else the person's answer."""
    if awaits_approval(state):
        said = [each["said"] for each in state["intended"]]
        return _answered(
            interrupt({"approve": "action", "actions": said, "customer": state["message"]}), state, "action"
        )
    if state.get("mode") != "suggest":
        return {}
    asked = {"approve": "reply", "reply": state["draft"]["reply"], "customer": state["message"]}
    return _answered(interrupt(asked), state, "reply")


def approved(state: State) -> str:
    """The edge behind `approve`."""
    approval = state.get("approval") or {}
    if approval.get("given") is False:
        return "close"
    return "commit" if approval.get("needed") == "action" and not state.get("draft") else "send"


def _answered(answer: Any, state: State, needed: str) -> JSON:
    """The answer as state. A person who says no has the conversation from here."""
    text = str(answer.get("reply", "yes") if isinstance(answer, dict) else answer).strip()
    if answer is False or text.lower() in NO:
        reason = f"a person declined the {needed}"
        refused = {"reply": None, "outcome": "handed_off", "reason": reason}
        effects.hand_over(thread=state["thread"], note=reason, customer=state["customer"])
        return {
            "approval": {"needed": needed, "given": False},
            "handoff": {"reason": reason},
            "outcome": refused,
            "ai_paused": True,
        }
    change: JSON = {"approval": {"needed": needed, "given": True}}
    if needed == "reply" and answer is not True and text.lower() not in YES:
        change["draft"] = {**state["draft"], "reply": text}
    return change
