"""Are the intended actions done, before a word about them is written?

The reply tells what happened, not what was meant to happen: a slot that somebody else took a second ago must not be
confirmed. An action worth more than the business lets the agent decide waits for a person.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from agents.messaging import effects
from agents.messaging.business import load_business
from agents.messaging.state import JSON, State

ACTIONS: Final[dict[str, Callable[..., JSON]]] = {
    "book": effects.book,
    "move": effects.move,
    "cancel": effects.cancel,
    "note": effects.note,
    "opt_out": effects.opt_out,
    "opt_in": effects.opt_in,
}


def commit(state: State) -> JSON:
    """Performs each intended action once, in order, unless it waits for approval."""
    if awaits_approval(state):
        return {"approval": {"needed": "action"}}
    already = len(state.get("done") or [])
    done: list[JSON] = []
    for action in (state.get("intended") or [])[already:]:
        result: Any = ACTIONS[action["kind"]](**action["arguments"])
        done.append({**action, "result": result})
    change: JSON = {"done": done}
    if state["path"] == "consent":
        opted = "opted_out" if done and done[0]["kind"] == "opt_out" else "silent"
        change["outcome"] = {"reply": None, "outcome": opted, "reason": state["plan"]["reason"]}
    return change


def after_commit(state: State) -> str:
    """The edge behind `commit`."""
    if state["path"] == "consent":
        return "close"
    if awaits_approval(state):
        return "approve"
    return "brief" if state.get("handoff") else "draft"


def awaits_approval(state: State) -> bool:
    """An intended action is worth more than the business's limit and nobody has agreed yet."""
    limit = load_business(state["business"]).handoff_limit
    worth = max((float(each.get("worth", 0)) for each in state.get("intended") or []), default=0.0)
    return worth > limit and "given" not in (state.get("approval") or {})
