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
_NAME = re.compile(
    r"\b(?:my name(?:'s| is)|i am called|this is|name:)\s+(?P<name>[^\W\d_]+(?:[ -][A-Z][^\W\d_]+)?)|\b(?:I'm|I am|It's) (?P<short>[A-Z][^\W\d_]+)\b"
)


def qualify(state: State) -> JSON:
    """`lead` with what the message adds, and the next question."""
    message = state["message"]
    known = {name: value for name, value in (state.get("lead") or {}).items() if value}
    said = _NAME.search(message)
    if said and "name" not in known:
        known["name"] = said["name"] or said["short"]
    missing = [name for name in ORDER if name not in known]
    answer, failures = asked(
        "qualify",
        "qualify",
        known=", ".join(f"{name} {value}" for name, value in known.items()) or "nothing",
        missing=missing[0] if missing else "nothing",
        message=message,
    )
    if failures:
        return {"failures": failures}
    for name in missing:
        value = str(answer.get(name, ""))
        if value and value.lower() in message.lower():  # only what was really said is known
            known[name] = value
    if "need" not in known and {"book", "interest"} & set(state["understood"]["intents"]):
        known["need"] = message[:200]
    asks = answer["question"] if missing and missing[0] not in known else ""
    return {"lead": known, "lead_question": asks}
