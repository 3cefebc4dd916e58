"""What does the business's own knowledge say to a question?

The model turns the customer's words into a query; code searches and keeps id and version of each passage, because a
reply may only rest on what it can name. Finding nothing is a result: then a person answers.
"""

from __future__ import annotations

from agents.messaging import knowledge
from agents.messaging.business import load_business
from agents.messaging.nodes.asking import asked
from agents.messaging.state import JSON, State


def search(state: State) -> JSON:
    """One question (of possibly several in parallel) as a query."""
    question = state["question"]
    answer, failures = asked(
        "search", "search_query", last_message=state["last_message"] or "(none)", question=question
    )
    if failures:
        return {"failures": failures}
    return {"queries": [{"question": question, "query": answer["query"]}]}


def lookup(state: State) -> JSON:
    """The passages for all queries; `{"question", "id": ""}` where nothing is known."""
    business = load_business(state["business"])
    found: list[JSON] = []
    for each in state["queries"]:
        passages = knowledge.search(business, each["question"], k=1) or knowledge.search(business, each["query"], k=1)
        rows = [{"id": row.id, "version": row.version, "text": row.text} for row in passages]
        known = {row["id"] for row in found}
        found += [{"question": each["question"], **row} for row in rows if row["id"] not in known]
        found += [] if rows else [{"question": each["question"], "id": "", "version": 0, "text": ""}]
    return {"passages": found}
