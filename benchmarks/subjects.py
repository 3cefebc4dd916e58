"""What is recorded in the benchmarks: the same plain graphs for every saver."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, TypedDict

from langchain_core.messages import AIMessage, BaseMessage
from langgraph.channels.delta import DeltaChannel
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages

WORDS = [
    "the",
    "a",
    "to",
    "of",
    "and",
    "in",
    "is",
    "it",
    "you",
    "that",
    "we",
    "have",
    "time",
    "for",
    "on",
    "with",
    "bike",
    "shop",
    "ring",
    "watch",
    "car",
    "service",
    "repair",
    "Tuesday",
    "Friday",
    "morning",
    "afternoon",
    "price",
    "quote",
    "ready",
    "brake",
    "chain",
    "gear",
    "wheel",
    "tyre",
    "battery",
    "polish",
    "clean",
    "engrave",
    "size",
    "silver",
    "gold",
    "stone",
    "finance",
    "lease",
    "trade",
    "test",
    "drive",
    "engine",
    "oil",
    "mileage",
    "warranty",
    "delivery",
    "collect",
    "open",
    "close",
    "late",
    "early",
    "before",
    "after",
    "please",
    "thanks",
    "could",
    "would",
    "should",
    "really",
    "perhaps",
    "today",
    "tomorrow",
    "next",
    "week",
    "month",
    "available",
    "booked",
    "cancel",
    "move",
    "confirm",
    "number",
    "name",
    "address",
    "email",
    "phone",
    "call",
    "text",
    "message",
    "question",
    "answer",
    "help",
    "need",
    "want",
    "like",
    "look",
    "find",
    "check",
    "wait",
    "sorry",
]


def text(seed: int, characters: int = 300) -> str:
    """Made-up talk of exactly this length, the same for the same seed."""
    rng = random.Random(seed)
    made = ""
    while len(made) < characters:
        made += rng.choice(WORDS) + rng.choice((" ", " ", " ", ". ", ", "))
    return made[:characters]


def letters(seed: int, characters: int = 300) -> str:
    """Letters by chance: what no database can make smaller."""
    rng = random.Random(seed)
    return "".join(rng.choices(string.ascii_letters + string.digits + " ", k=characters))


class Talk(TypedDict):
    """Plain `add_messages`: what most agents have."""

    messages: Annotated[list[BaseMessage], add_messages]


def _append(state: list[Any], writes: Any) -> list[Any]:
    for write in writes:
        state = add_messages(state, write)  # type: ignore[assignment]
    return state


class DeltaTalk(TypedDict):
    """The same with LangGraph's beta channel, which wants the user's schema changed."""

    messages: Annotated[list[BaseMessage], DeltaChannel(_append)]


def conversation(state: type = Talk, say: Callable[[int], str] = text) -> Any:
    """A graph of three nodes a turn, of which one answers."""

    def read(_: Any) -> dict[str, Any]:
        return {}

    def answer(given: Any) -> dict[str, Any]:
        return {"messages": [AIMessage(say(10_000 + len(given["messages"])))]}

    graph = StateGraph(state)
    for name, node in (("read", read), ("answer", answer), ("close", read)):
        graph.add_node(name, node)
    for before, after in ((START, "read"), ("read", "answer"), ("answer", "close"), ("close", END)):
        graph.add_edge(before, after)
    return graph


class Count(TypedDict):
    """A small state."""

    n: int


def chain(length: int = 20, *, is_async: bool = True) -> Any:
    """A chain of nodes, each adding one."""

    def add_one(given: Count) -> Count:
        return {"n": given["n"] + 1}

    async def add_one_async(given: Count) -> Count:
        return add_one(given)

    add = add_one_async if is_async else add_one

    graph = StateGraph(Count)
    names = [f"node{i}" for i in range(length)]
    for name in names:
        graph.add_node(name, add)
    for before, after in zip([START, *names], [*names, END], strict=True):
        graph.add_edge(before, after)
    return graph


def play(agent: Any, turns: int, thread: str = "c-1", say: Callable[[int], str] = text) -> None:
    """Play a conversation of this many turns."""
    for turn in range(turns):
        agent.invoke({"messages": [("user", say(turn))]}, {"configurable": {"thread_id": thread}})


def size_on_disk(folder: Path) -> int:
    """Bytes of all files in a folder."""
    return sum(path.stat().st_size for path in files(folder))


def files(folder: Path) -> Iterator[Path]:
    """Every file below a folder."""
    return (path for path in folder.rglob("*") if path.is_file())
