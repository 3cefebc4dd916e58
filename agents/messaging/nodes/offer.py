"""Which prices may be said?

The table finds the rows that fit the question; the model picks the ones the customer asked about. It can only point at
rows, never write an amount: prices reach the reply from the table alone.
"""

from __future__ import annotations

from agents.messaging import pricing
from agents.messaging.business import load_business
from agents.messaging.nodes.asking import asked
from agents.messaging.state import JSON, State


def offer(state: State) -> JSON:
    """`{"rows": said prices, "for_a_person": items, "bargaining", "asked": whether a price was asked for}`."""
    business = load_business(state["business"])
    message = state["message"]
    wanted = "price" in state["understood"]["intents"]
    question = state["understood"]["quotes"].get("price", message)
    quote = pricing.quote(business, question)
    need = str((state.get("lead") or {}).get("need", ""))
    for wider in (message, f"{need} {question}"):  # "how much are they?" means what was spoken of before
        if not (quote.rows or quote.for_a_person or quote.bargaining):
            quote = pricing.quote(business, wider)
    said = {row.item: pricing.said_price(row, business.currency) for row in quote.rows}
    prices: JSON = {
        "rows": [],
        "for_a_person": [row.item for row in quote.for_a_person],
        "bargaining": quote.bargaining,
        "asked": wanted,
    }
    if not said:
        return {"prices": prices}
    answer, failures = asked("offer", "offer", rows=list(said.values()), items=", ".join(said), message=message)
    if failures:
        return {"failures": failures}
    chosen = [text for item, text in said.items() if item in answer["items"]]
    return {"prices": {**prices, "rows": chosen or list(said.values())[:1], "items": list(said)}}
