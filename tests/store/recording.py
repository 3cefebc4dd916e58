"""A small recording made through the deck: a graph that talks, calls a model and acts on the world."""

from __future__ import annotations

import operator
from pathlib import Path
from typing import Annotated, Any, TypedDict

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph

from playhead import effect
from playhead.config import Config
from playhead.deck import Deck
from playhead.location import Location
from tests.scripted import ScriptedModel


class Talk(TypedDict, total=False):
    """What the graph knows."""

    said: Annotated[list[str], operator.add]
    topic: str


@effect(idempotent=True)
def deliver(text: str, to: str) -> dict[str, str]:
    """Send something somewhere."""
    return {"delivered": text, "to": to}


def talking(saver: BaseCheckpointSaver[Any] | None = None) -> Any:
    """A graph of two nodes."""
    model = ScriptedModel()

    def answer(state: Talk) -> Talk:
        return {"said": [model.invoke(state["said"][-1]).text], "topic": "opening hours of the shop"}

    def act(state: Talk) -> Talk:
        deliver(state["said"][-1], to=state["said"][0])
        return {}

    builder = StateGraph(Talk)
    builder.add_node("answer", answer)
    builder.add_node("act", act)
    builder.add_edge(START, "answer")
    builder.add_edge("answer", "act")
    builder.add_edge("act", END)
    return builder.compile(checkpointer=saver)


def open_deck(place: Location) -> Deck:
    """A deck of no project."""
    root = place.parent if isinstance(place, Path) else Path.cwd()
    return Deck(place, synchronous="NORMAL", config=Config(root=root, store=place, prompts=None))


def say(deck: Deck, thread: str, text: str, **metadata: str) -> None:
    """One event for a conversation."""
    agent = deck.record(talking(), "talking")
    agent.invoke({"said": [text]}, {"configurable": {"thread_id": thread}, "metadata": metadata})


def everything(deck: Deck) -> dict[str, Any]:
    """All that can be read of a recording, by run."""
    return {run.id: facts(run) for run in deck.runs(limit=10_000)}


def facts(run: Any) -> Any:
    """All that can be read of a run."""
    return {
        "run": (run.thread, run.graph, run.cause, run.status, run.attempt, run.owner, run.started, run.ended),
        "values": (run.input, run.output, run.context, run.metadata, run.versions, run.error),
        "steps": [
            (step.address, step.status, step.started, step.seconds, step.input, step.writes, step.error)
            for step in run.steps
        ],
        "calls": [
            (call.address, call.kind, call.name, call.status, call.started, call.request, call.response, call.prompt)
            for call in run.calls
        ],
    }
