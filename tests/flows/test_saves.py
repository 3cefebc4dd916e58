"""What becomes of saves that nobody waits for: interrupted, lost, or made in the threads of parallel nodes."""

from __future__ import annotations

import operator
import signal
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, TypedDict

import pytest
from langgraph.graph import END, START, StateGraph

import playhead
from playhead.config import load_config
from playhead.deck import Deck
from playhead.errors import ConversationForgotten, StoreError
from playhead.graph.saver import Saver
from playhead.store.session import WritingSession

CONFIG: Any = {"configurable": {"thread_id": "c-1"}}


class Words(TypedDict):
    """What was said by each node."""

    said: Annotated[list[str], operator.add]


@pytest.fixture
def deck(tmp_path: Path) -> Iterator[Deck]:
    with playhead.open(tmp_path / "runs.db", synchronous="NORMAL", config=load_config(tmp_path)) as opened:
        yield opened


def in_turn(nodes: dict[str, Any]) -> Any:
    """A graph of these nodes, one after the other."""
    graph = StateGraph(Words)
    for name, node in nodes.items():
        graph.add_node(name, node)
    for before, after in zip([START, *nodes], [*nodes, END], strict=True):
        graph.add_edge(before, after)
    return graph.compile()


def saying(said: list[str], name: str) -> Any:
    """A node that says its name."""

    def node(_: Words) -> Words:
        said.append(name)
        return {"said": [name]}

    return node


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """A program that hears Ctrl-C: one that was started in the background does not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("save", ["_put", "_put_writes"])
def test_who_interrupts_the_program_in_a_save_stops_the_run_at_once(
    deck: Deck, monkeypatch: pytest.MonkeyPatch, save: str, ctrl_c: None
) -> None:
    said: list[str] = []
    agent = deck.record(in_turn({name: saying(said, name) for name in "abcd"}))
    original = getattr(Saver, save)

    def interrupted(self: Saver, *args: Any) -> Any:
        if said == ["a"]:
            signal.raise_signal(signal.SIGINT)
        return original(self, *args)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Saver, save, interrupted)
        agent.invoke({"said": []}, CONFIG)
    assert said == ["a"]
    said.clear()
    assert deck.resume("c-1", agent)["said"] == ["a", "b", "c", "d"]


def test_what_parallel_nodes_wrote_does_not_come_back_after_their_customer_was_forgotten(deck: Deck) -> None:
    both_at_work, forgotten = threading.Barrier(2), threading.Event()

    def forgets(_: Words) -> Words:
        both_at_work.wait(10)
        deck.forget("c-1")
        forgotten.set()
        return {"said": ["Zwyssig"]}

    def waits(_: Words) -> Words:
        both_at_work.wait(10)
        assert forgotten.wait(10)
        return {"said": ["Lindenweg"]}

    graph = StateGraph(Words)
    for name, node in (("forgets", forgets), ("waits", waits)):
        graph.add_node(name, node)
        graph.add_edge(START, name)
    with pytest.raises(ConversationForgotten):
        deck.record(graph.compile()).invoke({"said": []}, CONFIG)
    deck.store.flush()
    assert not [thread for thread in deck.store.threads() if thread == "c-1"]


def test_an_error_that_was_told_is_not_the_next_run_s(deck: Deck, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    agent = deck.record(in_turn({name: saying(said, name) for name in "ab"}))
    begin = WritingSession.begin

    def begin_or_fail(session: WritingSession, *, alone: bool) -> None:
        if said == ["a", "b"]:
            raise sqlite3.OperationalError("database is locked")
        begin(session, alone=alone)

    with monkeypatch.context() as patch, pytest.raises(StoreError):
        patch.setattr(WritingSession, "begin", begin_or_fail)
        agent.invoke({"said": []}, CONFIG)
    said.append("the database is there again")
    assert agent.invoke({"said": []}, CONFIG)["said"] == ["a", "b", "a", "b"]
    assert [run.status for run in deck.runs("c-1")] == ["done", "done"]
