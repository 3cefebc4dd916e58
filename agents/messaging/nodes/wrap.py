"""What should be remembered of this message, and when should somebody write next?

Asked after the reply is out, so a failure here costs the customer nothing. The next contact is an intention for a
person or a timer to act on; nothing is sent because of it.
"""

from __future__ import annotations

from agents.messaging.nodes.asking import asked
from agents.messaging.state import JSON, State


def wrap(state: State) -> JSON:
    """`{"summary", "next_contact"}`."""
    if any(each["node"] != "wrap" for each in state.get("failures") or []):
        return {"wrap": {"summary": state["plan"]["reason"], "next_contact": "a person"}}
    handoff = state.get("handoff") or {}
    draft = state.get("draft") or {}
    answer, failures = asked(
        "wrap",
        "wrap_up",
        message=state["message"],
        reply=handoff.get("line") or draft.get("reply") or "(none: the conversation is over)",
        result=handoff.get("reason") or _result(state),
    )
    if failures:
        return {"failures": failures, "wrap": {"summary": state["plan"]["reason"], "next_contact": "none"}}
    return {"wrap": {"summary": answer["summary"], "next_contact": answer["next_contact"]}}


def _result(state: State) -> str:
    kinds = [each["kind"] for each in state.get("done") or [] if each["result"].get("ok")]
    return ", ".join(kinds) or ("conversation over" if state["plan"]["to"] == "wrap" else "answered")
