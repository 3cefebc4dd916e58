"""May this draft be sent?

Code first: every number, time and price must stand in the facts, and every word where something is at stake; nothing
may be promised, and the length must suit a text message. Only a draft that code lets pass is shown to a model, which
reads for what code cannot see. Three tries, then a person.
"""

from __future__ import annotations

import re
from typing import Final

from agents.messaging import rules
from agents.messaging.business import load_business
from agents.messaging.claims import unsupported_claims
from agents.messaging.grounding import at_stake, strange_words
from agents.messaging.nodes.asking import asked
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
    facts = [*fact_lines(state["facts"]), business.name, business.phone, business.address]
    known = "\n".join(facts)
    stakes = at_stake(state["message"], reply)
    theirs = "" if stakes else state["message"]
    problems = [f"{claim!r} is not in the facts" for claim in unsupported_claims(reply, facts, theirs)]
    problems += [f"{word!r} promises more than we know" for word in rules.promises(reply, known)]
    if rules.agrees_to_more(state["message"], reply, known):
        problems.append("the reply says yes to what no fact gives")
    strange = strange_words(reply, known) if stakes else []
    if strange:
        problems.append(f"{', '.join(map(repr, strange))} not in the facts: say it in their words")
    if not any(character.isalnum() for character in reply):
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
    return [f"the {claim!r} of what was done" for claim in unsupported_claims(done, [reply])]


def _repeats(state: State) -> bool:
    """The same words for the third time: the talk goes in circles."""
    ours = [each["text"] for each in state.get("history") or [] if each["role"] == "business"]
    return ours[-2:] == [state["draft"]["reply"]] * 2
