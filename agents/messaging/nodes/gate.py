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
    history = list(state.get("earlier") or state.get("history") or [])
    fresh = _fresh(state)
    left, acted = _left_over(state)
    if acted:  # its actions stand and are told now; its words are history
        history += [{"role": "customer", **each} for each in left]
    else:
        fresh = [*left, *fresh]
    last = last_of_business(history)
    path, reason, standing = _decide(state, fresh)
    change: JSON = {
        **fresh_run(),
        "history": history,
        "seen": [each["id"] for each in left] if acted else [],
        "fresh": fresh,
        "message": "\n".join(each["text"] for each in fresh),
        "last_message": last,
        "open_question": open_question(last),
        "path": path,
        "plan": {"to": path, "reason": reason},
        "ai_paused": bool(standing.get("taken_over")),
    }
    if state.get("earlier"):
        change |= {"pending": {}, "lead": {}}
    if acted:
        change |= {"intended": [], "done": []}
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
    return *_may_speak(state, standing, in_danger=any(rules.danger(text) for text in texts)), standing


def _may_speak(state: State, standing: JSON, *, in_danger: bool) -> tuple[str, str]:
    """Somebody in danger is answered however much was said today."""
    business = load_business(state["business"])
    if standing["taken_over"]:
        return "silent", "a person has the conversation"
    if standing["halted"]:
        return "silent", "the agent is switched off"
    now = datetime.fromisoformat(state["now"])
    if not in_danger and rules.cap_reached(standing["sent"], now, business.message_cap):
        return "silent", "the day's message cap is reached"
    return "answer", ""


def _fresh(state: State) -> list[JSON]:
    """The batch without what was answered before, each message once."""
    seen = set(state.get("seen") or [])
    fresh: dict[Any, JSON] = {}
    for each in state.get("batch") or []:
        if each["id"] not in seen:
            fresh.setdefault(each["id"], each)
    return list(fresh.values())


def _left_over(state: State) -> tuple[list[JSON], bool]:
    """Messages of a run that never reached its end (it waits for a person, or broke), and whether it acted already."""
    known = {*(state.get("seen") or []), *(each["id"] for each in state.get("batch") or [])}
    left = [each for each in state.get("fresh") or [] if each["id"] not in known]
    return left, bool(left and state.get("done"))
