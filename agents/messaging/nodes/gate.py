"""May the agent speak at all, and to which messages?

Before any model is asked: consent, a person who has the conversation, the kill switch, the message cap, and messages
that were delivered twice. Silence is a decision with a reason here too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from agents.messaging import effects, rules
from agents.messaging.business import load_business
from agents.messaging.nodes.closing import open_question
from agents.messaging.state import JSON, State, fresh_run


def gate(state: State) -> JSON:
    """Clears the last run away and decides the path: "answer", "consent" or "silent"."""
    history = state.get("earlier") or state.get("history") or []
    batch = state.get("batch") or []
    seen = set(state.get("seen") or [])
    fresh = [each for index, each in enumerate(batch) if each["id"] not in seen and each["id"] not in _ids(batch[:index])]
    last = last_of_business(history)
    path, reason, standing = _decide(state, fresh)
    change: JSON = {
        **fresh_run(),
        "fresh": fresh,
        "message": "\n".join(each["text"] for each in fresh),
        "last_message": last,
        "open_question": open_question(last),
        "path": path,
        "plan": {"to": path, "reason": reason},
        "ai_paused": bool(standing.get("taken_over")),
    }
    if state.get("earlier"):
        change |= {"history": history, "pending": {}, "lead": {}}
    return change


def gate_path(state: State) -> str:
    """Where `gate` sends the run."""
    return state["path"]


def last_of_business(history: Sequence[JSON]) -> str:
    """Our last message, or nothing."""
    return next((str(each["text"]) for each in reversed(history) if each["role"] == "business"), "")


def _decide(state: State, fresh: Sequence[JSON]) -> tuple[str, str, JSON]:
    """(path, reason, standing). An opt-out counts even while a person has the conversation."""
    if not fresh:
        return "silent", "every message of the batch was answered before", {"taken_over": state.get("ai_paused")}
    standing = effects.standing(business=state["business"], thread=state["thread"], customer=state["customer"])
    texts = [each["text"] for each in fresh]
    if any(rules.opts_out(text) for text in texts):
        return "consent", "the customer opted out", standing
    if standing["opted_out"]:
        if rules.opts_in(texts[-1]):
            return "consent", "the customer opted in again", standing
        return "silent", "the customer has opted out", standing
    return *_may_speak(state, standing), standing


def _may_speak(state: State, standing: JSON) -> tuple[str, str]:
    business = load_business(state["business"])
    if standing["taken_over"]:
        return "silent", "a person has the conversation"
    if standing["halted"]:
        return "silent", "the agent is switched off"
    if rules.cap_reached(standing["sent"], datetime.fromisoformat(state["now"]), business.message_cap):
        return "silent", "the day's message cap is reached"
    return "answer", ""


def _ids(batch: Sequence[JSON]) -> set[Any]:
    return {each["id"] for each in batch}
