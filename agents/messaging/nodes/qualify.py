"""What do we know of this lead, and which one thing should be asked next?

What the customer tells is kept and never asked again; one question a message at most, and none while an appointment or
an answer of ours already asks one (`gather` sees to that).
"""

from __future__ import annotations

import re
from typing import Final

from agents.messaging.nodes.asking import asked
from agents.messaging.state import JSON, State

ORDER: Final = ("name", "need", "timeframe")
LEADS: Final = frozenset({"book", "interest", "answer"})  # intents after which a question of ours is welcome
_ALONE = re.compile(r"^\W*(?P<name>[A-Z][^\W\d_]+(?:[ -][A-Z][^\W\d_]+){0,2})\s*(?:$|[.,!\n])")
_NAME = re.compile(
    r"\b(?:my name(?:'s| is)|i am called|this is|name:)\s+(?P<name>[^\W\d_]+(?:[ -][A-Z][^\W\d_]+)?)"
    r"|\b(?:I'm|I am|It's) (?P<short>[A-Z][^\W\d_]+)\b"
)


def qualify(state: State) -> JSON:
    """`lead` with what the message adds (`noted`: how to take note of it), and the next question."""
    message, intents = state["message"], set(state["understood"]["intents"])
    known = {name: value for name, value in (state.get("lead") or {}).items() if value and name != "noted"}
    name = "" if "name" in known else told_name(message, state["last_message"])
    known |= {"name": name} if name else {}
    if "need" not in known and intents & {"book", "interest"}:
        known["need"] = message[:200]
    order = ORDER if "interest" in intents or known.get("buying") else ORDER[:1]
    missing = next((each for each in order if each not in known), "nothing")
    answer, failures = asked("qualify", "qualify", known=_said(known), message=message, missing=missing)
    if failures:
        return {"failures": failures}
    told = {each: str(answer[each]) for each in ORDER if each not in known}
    told = {each: text for each, text in told.items() if text and text.lower() in message.lower()}
    known |= told
    known |= {"buying": True} if order == ORDER else {}
    asks = answer["question"] if missing not in known and intents & LEADS else ""
    return {"lead": {**known, "noted": _noted(name, told, state)}, "lead_question": asks}


def _noted(name: str, told: JSON, state: State) -> str:
    """How the reply takes note of an answer; nothing where the message asked for something else."""
    if name:
        return f"Thank you, {name}"
    value = next(iter(told.values()), "")
    return f"Noted: {value}" if value and state["understood"]["intents"] == ["answer"] else ""


def _said(known: JSON) -> str:
    return ", ".join(f"{name} {known[name]}" for name in ORDER if name in known) or "nothing"


def told_name(message: str, last_message: str) -> str:
    """The name in "my name is …", or alone where we asked for it; else nothing."""
    said = _NAME.search(message)
    if said:
        return str(said["name"] or said["short"])
    alone = _ALONE.match(message) if "your name" in last_message.lower() else None
    return alone["name"] if alone else ""
