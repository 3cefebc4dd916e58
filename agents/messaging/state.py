"""What does a conversation carry from step to step, and from message to message?

JSON only: no clients, objects or clocks, so that every state can be stored, compared, edited and replayed. Three kinds
of keys: given with each run (the batch and when it came), carried between runs (the history and what is open), and of
this run alone (set anew by `gate`, so that nothing of the last message leaks into this one). Where nodes write in
parallel, the channel gathers.
"""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

JSON = dict[str, Any]


def gathered(left: list[JSON] | None, right: list[JSON] | None) -> list[JSON]:
    """Joins what parallel nodes write; None empties the channel."""
    return [] if right is None else [*(left or []), *right]


def remembered(left: list[str] | None, right: list[str] | None) -> list[str]:
    """The last 200 message ids, oldest first, each once."""
    known = dict.fromkeys([*(left or []), *(right or [])])
    return list(known)[-200:]


class State(TypedDict, total=False):
    """The graph's channels."""

    # given with each run
    business: str  # its id: "bike-shop"
    thread: str
    channel: str
    customer: str  # whom a reply goes to
    batch: list[JSON]  # {"id", "text", "at"}: messages that arrived together
    now: str  # ISO 8601 with offset: when the run's newest message arrived
    zone: str  # IANA name of the customer's zone, whose night is quiet; appointments are in the business's
    mode: str  # "auto", or "suggest": a person approves every reply
    versions: dict[str, str]  # of what was read from files: {"business": "3f9a…"}
    earlier: list[JSON]  # an imported conversation up to here, {"role", "text"}; replaces what was carried

    # carried
    history: list[JSON]  # {"role": "customer" | "business", "text", "id", "at"}
    seen: Annotated[list[str], remembered]  # the provider's ids of messages already answered
    open_question: str  # which answer our last message waits for; see nodes/closing.py
    pending: JSON  # the appointment being arranged: {"action", "service", "offers", …}
    lead: JSON  # what is known of the customer: {"name", "need", "timeframe"}
    ai_paused: bool  # a person has the conversation

    # this run alone
    fresh: list[JSON]  # the batch without what was seen before
    message: str  # the fresh messages as one text, a line each
    last_message: str  # ours
    path: str  # gate's decision: "answer", "silent", "consent"
    understood: JSON  # {"intents", "quotes", "language", "mood"}
    risk: JSON  # {"kind", "words", "by"}
    ending: JSON  # {"over", "why", "by"}
    plan: JSON  # {"to", "workers", "questions", "reason"}
    question: str  # of one parallel search
    queries: Annotated[list[JSON], gathered]
    passages: Annotated[list[JSON], gathered]
    when: JSON  # what was said about time
    slots: JSON  # what the calendar answers to it
    prices: JSON  # {"rows", "for_a_person", "bargaining"}
    lead_question: str
    intended: Annotated[list[JSON], gathered]  # actions: {"kind", "arguments", "said"}
    done: Annotated[list[JSON], gathered]  # the same with "result"
    facts: JSON  # what the reply may say
    case: str
    draft: JSON  # {"reply", "facts", "tries"}
    problems: list[str]  # why the draft may not be sent
    approval: JSON  # {"needed", "given", "by"}
    handoff: JSON  # {"reason", "summary", "line"}
    failures: Annotated[list[JSON], gathered]  # {"node", "error", "detail"}
    sent: JSON
    wrap: JSON  # {"summary", "next_contact"}
    outcome: JSON  # {"reply", "outcome", "reason"}


def fresh_run() -> JSON:
    """The keys of one run, empty: what `gate` begins with."""
    lists: dict[str, None] = dict.fromkeys(("queries", "passages", "intended", "done", "failures"))
    objects: JSON = {
        name: {}
        for name in ("understood", "risk", "ending", "plan", "when", "slots", "prices", "facts", "draft", "approval",
                     "handoff", "sent", "wrap", "outcome")
    }  # fmt: skip
    return {**lists, **objects, "question": "", "lead_question": "", "case": "", "problems": [], "earlier": []}
