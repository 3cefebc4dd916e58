"""Who works on this message? The only place where precedence lives.

Two tables, read from top to bottom: what takes the conversation away from the agent, then which workers each intent
needs. Everything else in the graph does its own work and decides nothing about others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from langgraph.types import Send

from agents.messaging.nodes import closing
from agents.messaging.nodes.understand import sentences_of, wants_knowledge
from agents.messaging.spoken import parse_when
from agents.messaging.state import JSON, State

LEAVES: Final[tuple[tuple[str, Callable[[State], bool]], ...]] = (
    ("emergency", lambda state: state["risk"].get("kind") == "emergency"),
    ("legal", lambda state: state["risk"].get("kind") == "legal"),
    ("abuse", lambda state: state["risk"].get("kind") == "abuse"),
    ("injection", lambda state: state["risk"].get("kind") == "injection"),
    ("provider failed", lambda state: bool(state.get("failures"))),
    ("credit", lambda state: state["risk"].get("kind") == "finance"),
    ("asked for a person", lambda state: "person" in state["understood"]["intents"]),
    ("complaint", lambda state: "complaint" in state["understood"]["intents"]),
    ("angry", lambda state: state["understood"]["mood"] == "angry"),
)

WORKERS: Final[dict[str, tuple[str, ...]]] = {
    "book": ("when", "qualify"),
    "move": ("when",),
    "cancel": ("when",),
    "question": ("search",),
    "price": ("offer",),
    "interest": ("qualify",),
    "answer": ("qualify",),
    "thanks": (),
    "greeting": (),
    "identity": (),
    "other": ("search",),
}


def route(state: State) -> JSON:
    """The plan: `to` "brief", "wrap" or "workers", with the workers and the reason."""
    for reason, applies in LEAVES:
        if applies(state):
            return {"plan": {"to": "brief", "workers": [], "reason": reason}, "handoff": {"reason": reason}}
    if state["ending"]["over"]:
        return {"plan": {"to": "wrap", "workers": [], "reason": state["ending"]["why"]}}
    workers = [worker for intent in state["understood"]["intents"] for worker in WORKERS.get(intent, ())]
    if _goes_on_arranging(state):
        workers = ["when", *(worker for worker in workers if worker != "search" or "?" in state["message"])]
    if state["open_question"] == closing.QUESTION:
        workers.append("qualify")  # whatever the message is called, it may hold the answer
    return {"plan": {"to": "workers", "workers": list(dict.fromkeys(workers)), "reason": _said(state)}}


def routed(state: State) -> str | list[Send]:
    """The edge that follows the plan: one node, or the workers in parallel."""
    plan = state["plan"]
    if plan["to"] != "workers":
        return str(plan["to"])
    sends = [send for worker in plan["workers"] for send in _sends(worker, state)]
    return sends or "gather"


def _sends(worker: str, state: State) -> list[Send]:
    """Each question is searched for on its own; the other workers see the whole message."""
    given: JSON = {name: state.get(name) for name in NEEDS[worker]}
    if worker != "search":
        return [Send(worker, given)]
    sentences = [each for each in sentences_of(state["message"]) if "?" in each]
    questions = [each for each in sentences if wants_knowledge(each)] or sentences or [state["message"]]
    return [Send("search", {**given, "question": question}) for question in questions[:3]]


NEEDS: Final[dict[str, tuple[str, ...]]] = {
    "search": ("business", "last_message"),
    "when": ("message", "last_message", "pending"),
    "offer": ("business", "message", "understood", "lead"),
    "qualify": ("business", "message", "understood", "lead", "last_message"),
}


def _goes_on_arranging(state: State) -> bool:
    """An appointment is being arranged and the message, whatever it is called, may be the answer to our question."""
    if not state.get("pending"):
        return False
    intents = set(state["understood"]["intents"])
    said = parse_when(state["message"])
    if said.names_day() or said.names_time() or said.alternatives:
        return bool(intents & {"answer", "thanks", "other", "greeting", "question"})
    return "answer" in intents or (state["open_question"] == closing.QUESTION and bool(intents & {"thanks", "other"}))


def _said(state: State) -> str:
    return ", ".join(state["understood"]["intents"])
