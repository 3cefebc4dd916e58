"""In which order do the steps run?

Flat: one model call is one node is one prompt file, no subgraphs. Three readers work in parallel, `route` sends the
message to the workers its intents need, and what they found is acted on before the reply is written.
"""

from __future__ import annotations

from typing import Any

from langgraph.graph import END, START, StateGraph

from agents.messaging.nodes.appointment import appointment
from agents.messaging.nodes.approve import approve, approved
from agents.messaging.nodes.brief import brief
from agents.messaging.nodes.check import check, checked
from agents.messaging.nodes.close import close
from agents.messaging.nodes.commit import after_commit, commit
from agents.messaging.nodes.consent import opt_out, silent
from agents.messaging.nodes.draft import draft
from agents.messaging.nodes.ending import ending
from agents.messaging.nodes.find_slots import find_slots
from agents.messaging.nodes.gate import gate, gate_path
from agents.messaging.nodes.gather import gather
from agents.messaging.nodes.offer import offer
from agents.messaging.nodes.qualify import qualify
from agents.messaging.nodes.risk import risk
from agents.messaging.nodes.route import route, routed
from agents.messaging.nodes.search import lookup, search
from agents.messaging.nodes.send import send
from agents.messaging.nodes.understand import understand
from agents.messaging.nodes.when import when
from agents.messaging.nodes.wrap import wrap
from agents.messaging.state import State

NODES = (
    gate, opt_out, silent, understand, risk, ending, route, search, lookup, when, find_slots, appointment, offer,
    qualify, commit, draft, check, approve, send, brief, wrap, close,
)  # fmt: skip


def build() -> Any:
    """The compiled graph, without a checkpointer: whoever runs it brings one."""
    graph = StateGraph(State)
    for node in NODES:
        graph.add_node(node.__name__, node)
    graph.add_node("gather", gather, defer=True)  # waits for the longest of the parallel branches
    _read(graph)
    _work(graph)
    _answer(graph)
    return graph.compile()


def _read(graph: StateGraph[State]) -> None:
    graph.add_edge(START, "gate")
    paths: dict[Any, str] = {"consent": "opt_out", "silent": "silent"}
    graph.add_conditional_edges("gate", _readers, [*paths.values(), "understand", "risk", "ending"])
    graph.add_edge("opt_out", "commit")
    graph.add_edge("silent", "close")
    graph.add_edge(["understand", "risk", "ending"], "route")


def _readers(state: State) -> str | list[str]:
    path = gate_path(state)
    return ["understand", "risk", "ending"] if path == "answer" else {"consent": "opt_out"}.get(path, path)


def _work(graph: StateGraph[State]) -> None:
    graph.add_conditional_edges("route", routed, ["search", "when", "offer", "qualify", "gather", "brief", "wrap"])
    graph.add_edge("search", "lookup")
    graph.add_edge("when", "find_slots")
    graph.add_edge("find_slots", "appointment")
    for last in ("lookup", "appointment", "offer", "qualify"):
        graph.add_edge(last, "gather")


def _answer(graph: StateGraph[State]) -> None:
    graph.add_edge("gather", "commit")
    graph.add_conditional_edges("commit", after_commit, ["close", "approve", "brief", "draft"])
    graph.add_edge("draft", "check")
    graph.add_conditional_edges("check", checked, ["draft", "approve", "brief"])
    graph.add_conditional_edges("approve", approved, ["send", "commit", "close"])
    graph.add_edge("brief", "send")
    graph.add_edge("send", "wrap")
    graph.add_edge("wrap", "close")
    graph.add_edge("close", END)


graph = build()
