"""What does the person who takes over need to know, and what is the customer told meanwhile?

The model writes the summary; the customer's line is checked like any reply and replaced by a fixed one when it says
anything of its own. When providers fail nothing is asked of a model: the holding line goes out all the same.
"""

from __future__ import annotations

from typing import Final

from agents.messaging import rules
from agents.messaging.business import load_business
from agents.messaging.claims import unsupported_claims
from agents.messaging.grounding import at_stake, strange_words
from agents.messaging.nodes.asking import asked
from agents.messaging.state import JSON, State

HOLDING: Final = "Thanks for your message. A colleague will get back to you as soon as possible."
LONGEST: Final = 240
HANDING_OVER: Final = """of course I have passed your message on to a colleague or the person in charge, who will go
through payment options, look into the details, get back to you, check a wrong price, can change that, and answer; I
don't want to give you, but I don't have that information; taking
over myself about going in circles, trouble, telling, as quickly as possible"""


def brief(state: State) -> JSON:
    """`handoff` with `summary` for the person and `line` for the customer."""
    reason = state["handoff"]["reason"]
    business = load_business(state["business"])
    if reason == "emergency":
        return {"handoff": {"reason": reason, "summary": state["message"][:300], "line": business.emergency_text}}
    if reason == "provider failed":
        return {"handoff": {"reason": reason, "summary": state["message"][:300], "line": _with_results(state, HOLDING)}}
    answer, failures = asked(
        "brief",
        "handoff_brief",
        business=business.name,
        reason=reason,
        done=_done(state) or "nothing",
        last_message=state["last_message"] or "(none)",
        message=state["message"],
    )
    if failures:
        line, summary = HOLDING, state["message"][:300]
    else:
        line, summary = str(answer["customer_line"]).strip(), str(answer["summary"]).strip()
    known = f"{business.name} {business.phone}"
    sound = line and len(line) <= LONGEST and not unsupported_claims(line, [known]) and not rules.promises(line)
    sound = sound and not rules.agrees_to_more(state["message"], line, known)
    sound = sound and any(character.isalnum() for character in line)
    if at_stake(state["message"], line):
        sound = sound and not strange_words(line, f"{known} {HANDING_OVER}")
    handoff = {"reason": reason, "summary": summary, "line": _with_results(state, line if sound else HOLDING)}
    return {"handoff": handoff, "failures": failures}


def _with_results(state: State, line: str) -> str:
    """What was done is told first, in code's own words: a hand-off must not hide a booking."""
    done = _done(state)
    return f"Done: {done}. {line}" if done else line


def _done(state: State) -> str:
    told = [each["said"] for each in state.get("done") or [] if each["result"].get("ok") and each["said"]]
    return "; ".join(told)
