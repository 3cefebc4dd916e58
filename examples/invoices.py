"""Pay a pile of invoices: parallel `Send`s, a person's approval, and an effect that happens once.

Run it: `python examples/invoices.py`. It records into a temporary folder, is interrupted for approval, goes on from the
recording, and shows that playing it again pays nothing.
"""

from __future__ import annotations

import operator
import tempfile
from pathlib import Path
from typing import Annotated, Any, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.types import Send, interrupt

import playhead


class Invoice(TypedDict):
    """One invoice."""

    to: str
    amount: float


class Pile(TypedDict):
    """What is known of the invoices."""

    invoices: list[dict[str, Any]]
    checked: Annotated[list[dict[str, Any]], operator.add]
    paid: list[dict[str, Any]]


class Bank:
    """The world: a ledger of payments by their key."""

    def __init__(self) -> None:
        self.ledger: dict[str, dict[str, Any]] = {}

    def pay(self, key: str, to: str, amount: float) -> dict[str, Any]:
        """Pay once for each key."""
        return self.ledger.setdefault(key, {"to": to, "amount": amount})


def already_paid(key: str) -> Any:
    """What an earlier attempt did, if it did it."""
    return playhead.resource("bank").ledger.get(key)


@playhead.effect(verify=already_paid, simulate=lambda to, amount: {"to": to, "amount": amount})
def pay(to: str, amount: float, *, key: str) -> Any:
    """Pay somebody."""
    return playhead.resource("bank").pay(key, to, amount)


def spread(pile: Pile) -> list[Send]:
    """One check for each invoice, in parallel."""
    return [Send("check", invoice) for invoice in pile["invoices"]]


def check(state: Invoice) -> dict[str, Any]:
    """Is it plausible?"""
    return {"checked": [{**state, "ok": 0 < state["amount"] < 1000}]}


def approve(state: Pile) -> dict[str, Any]:
    """A person says yes, and then it is paid."""
    good = [invoice for invoice in state["checked"] if invoice["ok"]]
    if interrupt(f"Pay {len(good)} invoices, {sum(invoice['amount'] for invoice in good):.2f} in all?") != "yes":
        return {"paid": []}
    return {"paid": [pay(invoice["to"], invoice["amount"]) for invoice in good]}


def build() -> Any:
    """The graph."""
    graph = StateGraph(Pile)
    graph.add_node("check", check)
    graph.add_node("approve", approve)
    graph.add_conditional_edges(START, spread, ["check"])
    graph.add_edge("check", "approve")
    graph.add_edge("approve", END)
    return graph.compile()


def main() -> None:
    """Play it through."""
    bank, graph = Bank(), build()
    amounts = {"Mill": 80.0, "Baker": 12.5, "Nobody": -1.0}
    pile = {"invoices": [{"to": name, "amount": amount} for name, amount in amounts.items()]}
    with tempfile.TemporaryDirectory() as folder, playhead.open(Path(folder) / "runs.db") as deck:
        agent = deck.record(graph, "invoices", resources={"bank": bank})
        asked = agent.invoke(pile, {"configurable": {"thread_id": "june"}})
        print("asked:", asked["__interrupt__"][0].value)
        done = deck.resume("june", graph, answer="yes", resources={"bank": bank})
        print("paid:", [payment["to"] for payment in done["paid"]], "· payments in the ledger:", len(bank.ledger))
        for run in deck.runs("june"):
            print(run.status, [step.address for step in run.steps])
        again = deck.replay(deck.runs("june")[-1], graph)
        print(
            f"played again: unchanged, {again.effects_executed} of {again.effects_recorded} recorded effects executed"
        )
        other = deck.replay(deck.runs("june")[-1], graph, state={"invoices": [{"to": "Mill", "amount": 99.0}]})
        print("with another invoice:", [(call.name, call.fate, call.why) for call in other.calls])


if __name__ == "__main__":
    main()
