"""Is there something in the message that no machine should answer alone?

Rules first, and where a rule speaks the model is not asked: an emergency must come out the same every time. The model
sees what no list of words can.
"""

from __future__ import annotations

from agents.messaging import rules
from agents.messaging.nodes.asking import asked
from agents.messaging.nodes.evidence import hints
from agents.messaging.state import JSON, State


def risk(state: State) -> JSON:
    """`{"kind": "none" | "emergency" | "legal" | "abuse" | "injection" | "finance", "words", "by"}`."""
    found = rules.risk(state["message"])
    if found is not None:
        return {"risk": {"kind": found.kind, "words": found.words, "by": "rule"}}
    if not any(character.isalnum() for character in state["message"]):
        return {"risk": {"kind": "none", "words": "", "by": "rule"}}  # a sign or a picture says nothing dangerous
    answer, failures = asked(
        "risk", "risk", hints=", ".join(hints(state["message"])) or "none", message=state["message"]
    )
    if failures:
        return {"failures": failures}
    return {"risk": {"kind": answer["kind"], "words": "", "by": "model"}}
