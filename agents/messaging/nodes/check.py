"""May this draft be sent?

Code first: every number, time and price must stand in the facts, nothing may be promised, and the length must suit a
text message. Only a draft that code lets pass is shown to a model, which reads for what code cannot see. Three tries,
then a person.
"""

from __future__ import annotations

import re
from typing import Final

from agents.messaging import rules
from agents.messaging.business import load_business
from agents.messaging.nodes.asking import asked
from agents.messaging.nodes.figures import unsupported
from agents.messaging.nodes.gather import fact_lines
from agents.messaging.state import JSON, State

LONGEST: Final = 600  # characters: four parts of a text message
TRIES: Final = 3
ECHO: Final = 5  # words: shorter messages may well stand in a reply


def check(state: State) -> JSON:
    """`problems`: empty when the draft may go out. After the last try: a hand-off."""
    if state.get("failures"):
        return {"handoff": {"reason": "provider failed"}}
    problems = faults(state)
    failures: list[JSON] = []
    if not problems:
        answer, failures = asked(
            "check",
            "check_reply",
            facts=fact_lines(state["facts"]) or ["none"],
            case=state["case"],
            message=state["message"],
            reply=state["draft"]["reply"],
        )
        problems = [] if failures or answer["ok"] else [answer["problem"] or "the reply was found wrong"]
    change: JSON = {"problems": problems, "failures": failures}
    if failures:
        change["handoff"] = {"reason": "provider failed"}
    elif problems and state["draft"]["tries"] >= TRIES:
        change["handoff"] = {"reason": "failing check"}
    elif not problems and _repeats(state):
        change["handoff"] = {"reason": "loop"}
    return change


def checked(state: State) -> str:
    """The edge behind `check`."""
    if state.get("handoff"):
        return "brief"
    return "draft" if state["problems"] else "approve"


def faults(state: State) -> list[str]:
    """What code finds wrong with the draft."""
    reply = state["draft"]["reply"]
    business = load_business(state["business"])
    known = "\n".join([*fact_lines(state["facts"]), business.name, business.phone, business.address])
    problems = [f"{figure!r} is not in the facts" for figure in unsupported(reply, known, state["message"])]
    promised = [word for word in rules.promises(reply) if word.lower() not in known.lower()]
    problems += [f"{word!r} promises more than we know" for word in promised]
    if not reply:
        problems.append("the reply is empty")
    if len(reply) > LONGEST:
        problems.append(f"the reply has {len(reply)} characters; {LONGEST} is the most")
    if _echoes(state["message"], reply):
        problems.append("the reply says the customer's own words back")
    problems += [f"{name} is not told" for name in _untold(state, reply)]
    return problems


def _echoes(message: str, reply: str) -> bool:
    """A small model now and then answers a question with the question."""
    said, answered = (re.findall(r"\w+", text.lower()) for text in (message, reply))
    return len(said) >= ECHO and " ".join(said) in " ".join(answered)


def _untold(state: State, reply: str) -> list[str]:
    """What was done must be read back in full: every figure of it, the time above all."""
    done = str(state["facts"].get("done", ""))
    return [f"the {figure!r} of what was done" for figure in unsupported(done, reply, "")]


def _repeats(state: State) -> bool:
    """The same words for the third time: the talk goes in circles."""
    ours = [each["text"] for each in state.get("history") or [] if each["role"] == "business"]
    return ours[-2:] == [state["draft"]["reply"]] * 2
