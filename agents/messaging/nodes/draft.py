"""How is it said?

The model writes from facts that are already decided and done; it decides nothing. `case` names in a few words what the
message has to do, and `problems` what was wrong with the try before.
"""

from __future__ import annotations

from typing import Final

from agents.messaging.business import load_business
from agents.messaging.nodes.asking import asked
from agents.messaging.nodes.gather import facts
from agents.messaging.state import JSON, State

CASES: Final = (
    ("noted", "note"),
    ("done", "confirm"),
    ("trouble", "trouble"),
    ("identity", "say what I am"),
    ("answers", "answer"),
    ("price", "price"),
    ("times", "offer times"),
    ("ask", "ask"),
)


def draft(state: State) -> JSON:
    """A reply with the ids of the facts it rests on."""
    known = facts(state)
    what = case(state, known)
    tries = int((state.get("draft") or {}).get("tries", 0)) + 1
    business = load_business(state["business"])
    again = {"problems": state["problems"]} if state.get("problems") else {}
    answer, failures = asked(
        "draft",
        "reply",
        business=business.name,
        voice=" ".join(business.voice.split()),
        language=state["understood"].get("language", "en"),
        message=state["message"],
        case=what,
        **known,
        **again,
    )
    written = {"reply": str(answer.get("reply", "")).strip(), "facts": answer.get("facts", []), "tries": tries}
    return {"draft": written, "facts": known, "case": what, "failures": failures}


def case(state: State, known: JSON) -> str:
    """What the reply has to do, in the order of saying it: "confirm, answer, ask"."""
    named = [words for name, words in CASES if name in known]
    intents = state["understood"]["intents"]
    plain = "greet" if "greeting" in intents else "thank" if "thanks" in intents else "say how we can help"
    return ", ".join(named) or plain
