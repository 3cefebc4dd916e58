"""What is known now that all workers are done, and what must the reply say?

Waits for every parallel branch. Builds the only facts that the reply may rest on, each with where it comes from, and
names what no worker could answer: that goes to a person.
"""

from __future__ import annotations

from agents.messaging.business import load_business
from agents.messaging.nodes.find_slots import said_times
from agents.messaging.spoken import parse_when
from agents.messaging.state import JSON, State


def gather(state: State) -> JSON:
    """Whether a person is needed after all; see `unanswered` for the reasons."""
    reason = unanswered(state)
    return {"handoff": {"reason": reason}} if reason else {}


def unanswered(state: State) -> str:
    """Why a person must answer, or nothing."""
    prices = state.get("prices") or {}
    rows = prices.get("rows")
    if state.get("failures"):
        return "provider failed"
    if prices.get("bargaining"):
        return "the customer negotiates"
    if prices.get("asked") and not rows:
        return "price not in the table"
    unknown = [each["question"] for each in state.get("passages") or [] if not each["id"]]
    if (
        "question" in state["understood"]["intents"]
        and not rows
        and any(not _arranges(state, each) for each in unknown)
    ):
        return "no knowledge"
    return ""


def _arranges(state: State, sentence: str) -> bool:
    """The sentence is about the appointment ("Can I come on Friday?"), which the calendar has answered."""
    said = parse_when(sentence)
    return bool(state.get("slots")) and ("?" not in sentence or said.names_day() or said.names_time())


def facts(state: State) -> JSON:
    """What the reply may say, by the names `reply.md` gives its inputs; what is empty is left out."""
    passages = [each for each in state.get("passages") or [] if each["id"]]
    prices = (state.get("prices") or {}).get("rows") or []
    slots = state.get("slots") or {}
    finished = [each for each in state.get("done") or [] if each["result"].get("ok")]
    refused = [each["refused"] for each in state.get("done") or [] if not each["result"].get("ok")]
    times = said_times(slots.get("others") or []) if refused else slots.get("times", "")
    asks = slots.get("ask") or ("Does one of these suit you?" if times else state.get("lead_question", ""))
    noted = "" if finished or "qualify" not in state["plan"]["workers"] else (state.get("lead") or {}).get("noted", "")
    known: JSON = {
        "noted": noted,
        "done": "; ".join(each["said"] for each in finished if each["said"]),
        "trouble": "; ".join(refused) or slots.get("trouble", ""),
        "times": times,
        "identity": _identity(state),
        "answers": [f"[{each['id']}/{each['version']}] {each['text']}" for each in passages[:2]],
        "price": "; ".join(prices),
        "ask": asks,
    }
    return {name: value for name, value in known.items() if value}


def fact_lines(facts: JSON) -> list[str]:
    """The facts as lines of text, for comparing a reply with."""
    return [line for value in facts.values() for line in (value if isinstance(value, list) else [str(value)])]


def _identity(state: State) -> str:
    if "identity" not in state["understood"]["intents"]:
        return ""
    return f"I am the AI assistant of {load_business(state['business']).name}; a person can take over any time"
