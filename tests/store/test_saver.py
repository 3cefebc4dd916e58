"""What LangGraph reads back from our saver is what its own savers give it: more than the conformance suite asks."""

from __future__ import annotations

import asyncio
import operator
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, TypedDict
from uuid import UUID

import pytest
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langgraph.channels import DeltaChannel
from langgraph.checkpoint.base import BaseCheckpointSaver, copy_checkpoint
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from pydantic import BaseModel

from playhead.errors import BadInput
from playhead.graph.encoding import Encoder
from playhead.graph.saver import Saver
from playhead.location import Location
from playhead.redact import Redactor
from playhead.store import Store


class Colour(Enum):
    """An enumeration of the user's."""

    BLUE = "blue"


class Bike(BaseModel):
    """A model of the user's."""

    name: str
    wheels: tuple[int, ...] = (26, 28)


@dataclass
class Place:
    """A dataclass of the user's."""

    street: str
    number: int | None = None


SERDE = JsonPlusSerializer(allowed_msgpack_modules=[(__name__, name) for name in ("Colour", "Bike", "Place")])
VALUES: dict[str, Any] = {
    "nothing": None,
    "truth": True,
    "number": 7,
    "large number": 2**63 - 1,
    "measure": 0.1,
    "not a number": float("inf"),
    "text": "Grüezi 👋 \x00",
    "bytes": b"\x00\xff",
    "bytearray": bytearray(b"abc"),
    "list": [1, [2, [3, {"a": [4]}]], None],
    "long list": list(range(1_100)),
    "empty list": [],
    "tuple": (1, (2, "x")),
    "set": {1, 2, 3},
    "frozen set": frozenset({"a"}),
    "mapping": {"b": 1, "a": {"z": [1], "y": (2,)}},
    "mapping by numbers": {1: "a", 2: {3: "b"}},
    "empty mapping": {},
    "moment": datetime(2026, 6, 8, 14, 5, tzinfo=UTC),
    "day": date(2026, 6, 8),
    "span": timedelta(minutes=5),
    "price": Decimal("19.90"),
    "id": UUID(int=5),
    "path": Path("a/b"),
    "enumeration": Colour.BLUE,
    "model": Bike(name="Zephyr"),
    "models": [Bike(name="Zephyr"), Bike(name="Bora", wheels=(20,))],
    "dataclass": Place("Main Street"),
    "messages": [
        HumanMessage("hello", id="1"),
        AIMessage("", id="2", tool_calls=[{"name": "find", "args": {"day": 1}, "id": "c"}]),
        ToolMessage("found", tool_call_id="c", id="3", artifact={"rows": [(1, 2)]}),
    ],
}


class Any1(TypedDict, total=False):
    """A state of any value."""

    value: Any
    notes: Annotated[list[Any], operator.add]
    messages: Annotated[list[AnyMessage], add_messages]


def keeping(value: Any, saver: BaseCheckpointSaver[Any]) -> Any:
    """A graph that puts the value into its state, and then again into a list."""
    builder = StateGraph(Any1)
    builder.add_node("set", lambda _: {"value": value})
    builder.add_node("note", lambda state: {"notes": [state["value"]]})
    builder.add_edge(START, "set")
    builder.add_edge("set", "note")
    builder.add_edge("note", END)
    return builder.compile(checkpointer=saver)


@pytest.fixture
def saver(address: Location) -> Iterator[Saver]:
    encoder = Encoder(Redactor(), SERDE)
    store = Store(address, synchronous="NORMAL", decode=encoder.decode)
    yield Saver(store, encoder)
    store.close()


def history(graph: Any, config: Any) -> list[Any]:
    """All of a thread's states, without what is random."""
    return [
        (state.values, state.next, state.metadata, [task.name for task in state.tasks], state.interrupts)
        for state in graph.get_state_history(config)
    ]


def count(saver: Saver) -> int:
    """How many values are stored."""
    saver.store.flush()
    with saver.store.reading() as session:
        return len(session.rows("vals_scan", after=0, limit=10**9))


THREAD = {"configurable": {"thread_id": "c-1"}}


@pytest.mark.parametrize("name", VALUES)
def test_a_value_comes_back_as_from_langgraphs_own_savers(name: str, saver: Saver) -> None:
    ours = keeping(VALUES[name], saver)
    ours.invoke({"notes": []}, THREAD)
    with SqliteSaver.from_conn_string(":memory:") as official:
        official.serde = SERDE
        for theirs in (official, InMemorySaver(serde=SERDE)):
            graph = keeping(VALUES[name], theirs)
            graph.invoke({"notes": []}, THREAD)
            assert history(ours, THREAD) == history(graph, THREAD)
    assert type(ours.get_state(THREAD).values["value"]) is type(graph.get_state(THREAD).values["value"])


def talking(saver: BaseCheckpointSaver[Any], **options: Any) -> Any:
    """A conversation with another channel that never changes."""
    builder = StateGraph(Any1)
    builder.add_node("answer", lambda state: {"messages": [AIMessage(f"You said {state['messages'][-1].content}")]})
    builder.add_edge(START, "answer")
    builder.add_edge("answer", END)
    return builder.compile(checkpointer=saver, **options)


def test_a_channel_that_did_not_change_is_not_serialized_again(saver: Saver, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = talking(saver)
    graph.invoke({"messages": [("user", "one")], "value": "the long text that never changes " * 20}, THREAD)
    seen: list[str] = []
    dumps = SERDE.dumps_typed
    monkeypatch.setattr(saver._encoder.serde, "dumps_typed", lambda value: seen.append(str(value)) or dumps(value))
    graph.invoke({"messages": [("user", "two")]}, THREAD)
    assert seen
    assert not any("never changes" in text for text in seen)


def test_a_conversation_costs_each_message_once(saver: Saver) -> None:
    graph = talking(saver)
    sizes = []
    for turn in range(12):
        graph.invoke({"messages": [("user", f"turn {turn}")]}, THREAD)
        sizes.append(count(saver))
    grown = [after - before for before, after in pairwise(sizes)]
    assert max(grown[2:]) <= min(grown[2:]) + 3  # a constant number of values a turn


@pytest.mark.parametrize("durability", ["sync", "async", "exit"])
def test_each_durability_ends_with_the_same_state(durability: Any, saver: Saver) -> None:
    graph = talking(saver)
    for turn in range(3):
        graph.invoke({"messages": [("user", f"turn {turn}")]}, THREAD, durability=durability)
    again = talking(Saver(saver.store, saver._encoder))
    assert [message.content for message in again.get_state(THREAD).values["messages"]] == [
        text for turn in range(3) for text in (f"turn {turn}", f"You said turn {turn}")
    ]
    assert len(list(saver.list(THREAD))) == (3 if durability == "exit" else 9)


def test_states_are_updated_and_copied_as_with_langgraphs_own(saver: Saver) -> None:
    def play(made: BaseCheckpointSaver[Any]) -> list[Any]:
        graph = talking(made)
        graph.invoke({"messages": [HumanMessage("one", id="1")], "value": (1, 2)}, THREAD)
        graph.update_state(THREAD, {"value": {"edited": [True]}, "messages": [HumanMessage("edited", id="1")]})
        graph.update_state(THREAD, None, as_node="__copy__")
        graph.invoke({"messages": [HumanMessage("two", id="2")]}, THREAD)
        return [
            (
                {**state.values, "messages": [message.content for message in state.values.get("messages", [])]},
                state.next,
                state.metadata,
            )
            for state in graph.get_state_history(THREAD)
        ]

    assert play(saver) == play(InMemorySaver(serde=SERDE))


def test_a_thread_goes_on_from_an_older_checkpoint_and_keeps_both_branches(saver: Saver) -> None:
    graph = talking(saver)
    for text in ("one", "two"):
        graph.invoke({"messages": [("user", text)]}, THREAD)
    older = next(s for s in graph.get_state_history(THREAD) if len(s.values["messages"]) == 2 and not s.next)
    graph.invoke({"messages": [("user", "three")]}, older.config)
    texts = [
        [message.content for message in s.values["messages"]] for s in graph.get_state_history(THREAD) if not s.next
    ]
    assert texts[0] == ["one", "You said one", "three", "You said three"]
    assert ["one", "You said one", "two", "You said two"] in texts


def test_a_restarted_process_finds_and_goes_on_with_everything(saver: Saver, address: Location) -> None:
    talking(saver).invoke({"messages": [("user", "one")]}, THREAD)
    before = history(talking(saver), THREAD)
    encoder = Encoder(Redactor(), SERDE)
    store = Store(address, decode=encoder.decode)
    graph = talking(Saver(store, encoder))
    assert history(graph, THREAD) == before
    graph.invoke({"messages": [("user", "two")]}, THREAD)
    assert len(graph.get_state(THREAD).values["messages"]) == 4
    store.close()


# ── conversations that another saver began ───────────────────────────────────────────────────────────────────


def moved_from(other: BaseCheckpointSaver[Any], saver: Saver) -> None:
    """Copy a thread's checkpoints from another saver, as one who moves to ours would."""
    for found in reversed(list(other.list(THREAD))):
        parent = found.parent_config or {"configurable": {**THREAD["configurable"], "checkpoint_ns": ""}}
        saver.put(parent, copy_checkpoint(found.checkpoint), found.metadata, found.checkpoint["channel_versions"])


def test_versions_written_by_another_saver_keep_their_type(saver: Saver) -> None:
    other = InMemorySaver(serde=SERDE)
    talking(other).invoke({"messages": [("user", "one")]}, THREAD)
    moved_from(other, saver)
    theirs, ours = other.get_tuple(THREAD), saver.get_tuple(THREAD)
    assert theirs and ours
    assert {type(version) for version in ours.checkpoint["channel_versions"].values()} == {str}
    for part in ("channel_versions", "versions_seen", "channel_values", "updated_channels", "id", "ts"):
        assert ours.checkpoint[part] == theirs.checkpoint[part]  # type: ignore[literal-required]


def test_a_conversation_of_another_saver_goes_on(saver: Saver) -> None:
    other = InMemorySaver(serde=SERDE)
    talking(other).invoke({"messages": [("user", "one")]}, THREAD)
    moved_from(other, saver)
    graph = talking(saver)
    graph.invoke({"messages": [("user", "two")]}, THREAD)
    assert [message.content for message in graph.get_state(THREAD).values["messages"]][2:] == ["two", "You said two"]
    versions = [found.checkpoint["channel_versions"].get("messages", "") for found in saver.list(THREAD)]
    assert versions == sorted(versions, reverse=True)


# ── many at once ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_fifty_conversations_at_once_keep_apart(saver: Saver) -> None:
    graph = talking(saver)

    async def converse(name: str) -> list[str]:
        config: Any = {"configurable": {"thread_id": name}}
        for turn in range(3):
            await graph.ainvoke({"messages": [("user", f"{name} {turn}")]}, config)
        state = await graph.aget_state(config)
        return [message.content for message in state.values["messages"]]

    names = [f"c-{number}" for number in range(50)]
    found = await asyncio.gather(*[converse(name) for name in names])
    for name, texts in zip(names, found, strict=True):
        assert texts == [text for turn in range(3) for text in (f"{name} {turn}", f"You said {name} {turn}")]
    assert len([1 async for _ in saver.alist(None)]) == 50 * 9


async def test_a_cancelled_conversation_harms_no_other(saver: Saver) -> None:
    graph = talking(saver)

    def start(name: str) -> asyncio.Task[Any]:
        config: Any = {"configurable": {"thread_id": name}}
        return asyncio.create_task(graph.ainvoke({"messages": [("user", name)]}, config, durability="sync"))

    tasks = [start(f"c-{number}") for number in range(20)]
    await asyncio.sleep(0.005)
    for task in tasks[::2]:
        task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(not isinstance(end, BaseException) for end in ended[1::2])
    assert await start("after")


def joined(before: list[str], writes: list[list[str]]) -> list[str]:
    """What a channel holds that is kept as what was written to it."""
    return [*before, *(word for write in writes for word in write)]


class Written(TypedDict, total=False):
    """A state that LangGraph saves as it grows."""

    words: Annotated[list[str], DeltaChannel(joined)]


def test_a_conversation_whose_newest_checkpoint_needs_older_ones_is_not_pruned_to_it(saver: Saver) -> None:
    """As LangGraph's saver for PostgreSQL refuses it; a conversation that was named beside it stays whole, too."""
    builder = StateGraph(Written)
    builder.add_node("say", lambda _: {"words": ["hello"]})
    builder.add_edge(START, "say")
    graph, config = builder.compile(checkpointer=saver), {"configurable": {"thread_id": "c-1"}}
    for _ in range(3):
        graph.invoke({"words": ["hi"]}, config)
    talking(saver).invoke({"messages": [("user", "hi")]}, {"configurable": {"thread_id": "c-0"}})
    before = len(list(saver.list(None)))
    with pytest.raises(BadInput, match="DeltaChannel"):
        saver.prune(["c-0", "c-1"])
    assert len(list(saver.list(None))) == before
    assert graph.get_state(config).values["words"] == ["hi", "hello"] * 3
    saver.prune(["c-1"], strategy="delete")
    assert graph.get_state(config).values == {}
