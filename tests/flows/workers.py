"""A worker that takes one message of a conversation, as one of several does, and what it answers in the world."""

from __future__ import annotations

import asyncio
import operator
import time
from pathlib import Path
from typing import Annotated, Any, TypedDict

from langgraph.graph import END, START, StateGraph

import playhead
from playhead import effect, resource
from playhead.config import load_config
from playhead.deck import Deck
from tests.flows.crashing import World


class Talk(TypedDict):
    """What was said on both sides, in order."""

    said: Annotated[list[str], operator.add]


@effect(verify=lambda key: resource("world").find(key))
def reply(text: str, *, key: str) -> str:
    """Send a reply."""
    resource("world").send(text, key)
    return text


def think(state: Talk) -> None:
    """Take a moment, in which another message may come."""
    time.sleep(0.05)


async def think_async(state: Talk) -> None:
    """As `think`."""
    await asyncio.sleep(0.05)


def answer(state: Talk) -> dict[str, Any]:
    """Reply to the last message."""
    return {"said": [reply(f"re {state['said'][-1]}")]}


def build(thinking: Any = think) -> Any:
    """The graph: it thinks, then it replies."""
    graph = StateGraph(Talk)
    graph.add_node("think", thinking)
    graph.add_node("answer", answer)
    graph.add_edge(START, "think")
    graph.add_edge("think", "answer")
    graph.add_edge("answer", END)
    return graph.compile()


def open_deck(folder: Path, **options: Any) -> Deck:
    """The recording in this folder."""
    return playhead.open(folder / "runs.db", config=load_config(folder), **options)


def said(message: str) -> Any:
    """A message as the graph's input."""
    return {"said": [message]}


def config(message: str) -> Any:
    """The conversation, and the message's id."""
    return {"configurable": {"thread_id": "c-1", "event": message}}


def work(deck: Deck, folder: Path, message: str, after: float, graph: Any = None) -> Any:
    """Take the message, so many seconds from now."""
    time.sleep(after)
    agent = deck.record(graph or build(), "talk", resources={"world": World(folder / "world.db")})
    return agent.invoke(said(message), config(message))


async def work_async(deck: Deck, folder: Path, message: str, after: float, graph: Any = None) -> Any:
    """As `work`."""
    await asyncio.sleep(after)
    agent = deck.record(graph or build(think_async), "talk", resources={"world": World(folder / "world.db")})
    return await agent.ainvoke(said(message), config(message))


def main(folder: Path, message: str, after: float, together: Any, is_async: bool) -> None:
    """Be a worker process."""
    with open_deck(folder) as deck:
        together.wait(60)
        if is_async:
            asyncio.run(work_async(deck, folder, message, after))
        else:
            work(deck, folder, message, after)


def work_until_killed(folder: Path, message: str, started: Any) -> None:
    """Be at work on a message until killed."""

    def wait(state: Talk) -> None:
        started.set()
        time.sleep(60)

    with open_deck(folder) as deck:
        work(deck, folder, message, 0, build(wait))
