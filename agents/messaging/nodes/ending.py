"""Is the conversation over?

A small model reads our last message, what it left open, and the answer. Silence is the one decision a customer cannot
contradict, so code holds it to evidence: without a sign that closes, with anything that asks, or while a question or a
promise of ours is open, we answer.
"""

from __future__ import annotations

from typing import Final

from agents.messaging.nodes import closing
from agents.messaging.nodes.asking import asked
from agents.messaging.state import JSON, State

FAREWELL: Final = frozenset({"goodbye", "says it is all"})


def ending(state: State) -> JSON:
    """`{"over", "why", "by"}`; a message days later starts anew, because each message is judged afresh."""
    message = state["message"]
    answer, failures = asked(
        "ending",
        "conversation_end",
        last_message=state["last_message"] or "(none)",
        open_question=state["open_question"],
        signs=", ".join(closing.signs(message)) or "none",
        message=message,
    )
    if failures:
        return {"failures": failures}
    against = must_answer(state["open_question"], message) if answer["over"] else ""
    if against:
        return {"ending": {"over": False, "why": against, "by": "rule"}}
    return {"ending": {"over": bool(answer["over"]), "why": answer["why"], "by": "model"}}


def must_answer(open_question: str, message: str) -> str:
    """Why this message may not be met with silence, or nothing."""
    signs = set(closing.signs(message))
    if closing.asks(message):
        return "the message asks for something"
    if not signs:
        return "nothing in the message closes"
    if open_question in (closing.QUESTION, closing.PROMISE) and not signs & FAREWELL:
        return "our question is open" if open_question == closing.QUESTION else "we promised to finish something"
    if signs <= {"content", "no"} and len(message.split()) > 4 and open_question != closing.GOODBYE:
        return "more is said than a courtesy"
    return ""
