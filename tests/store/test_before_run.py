"""The state a run began from is found, however long the conversation is."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from typing import Any

import pytest
from langgraph.checkpoint.base.id import uuid6
from langgraph.graph import START, StateGraph
from langgraph.types import Command, interrupt

from playhead.codec import plain
from playhead.deck import Deck
from playhead.location import Location
from playhead.records import Run
from playhead.store import Store
from playhead.store.checkpoints import before_run, first_id_at, put_checkpoint, short_id

from .recording import Talk, open_deck, say, talking


@pytest.fixture
def deck(address: Location) -> Iterator[Deck]:
    with open_deck(address) as opened:
        yield opened


def found(deck: Deck, run: Run) -> dict[str, str | None]:
    """The ids of the checkpoints that a run began from, by namespace."""
    with deck.store.reading() as session:
        return {ns: row and row.id for ns, row in before_run(session, run.thread, run.started).items()}


def latest(deck: Deck, thread: str) -> str:
    """The id of a conversation's newest checkpoint."""
    (newest,) = deck._saver.list({"configurable": {"thread_id": thread, "checkpoint_ns": ""}}, limit=1)
    return str(newest.checkpoint["id"])


def test_a_conversations_first_run_began_from_nothing(deck: Deck) -> None:
    say(deck, "c-1", "hello")
    say(deck, "c-2", "hello")
    assert found(deck, deck.runs("c-1")[0]) == {}


def test_each_further_run_began_where_the_one_before_ended(deck: Deck) -> None:
    ends = []
    for text in ("one", "two", "three"):
        say(deck, "c-1", text)
        ends.append(latest(deck, "c-1"))
    _, second, third = deck.runs("c-1")
    assert found(deck, second) == {"": ends[0]}
    assert found(deck, third) == {"": ends[1]}


def test_a_run_that_set_out_from_an_older_checkpoint_began_there(deck: Deck) -> None:
    say(deck, "c-1", "one")
    older = latest(deck, "c-1")
    say(deck, "c-1", "two")
    config = {"configurable": {"thread_id": "c-1", "checkpoint_id": older}}
    deck.record(talking(), "talking").invoke({"said": ["another two"]}, config)
    assert found(deck, deck.runs("c-1")[-1]) == {"": older}


def test_an_answer_began_where_the_question_was_asked(deck: Deck) -> None:
    asking = StateGraph(Talk)
    asking.add_node("ask", lambda state: {"said": [interrupt("sure?"), interrupt("really?")]})
    asking.add_edge(START, "ask")
    agent = deck.record(asking.compile(), "asking")
    config = {"configurable": {"thread_id": "c-1"}}
    agent.invoke({"said": ["hello"]}, config)
    asked = latest(deck, "c-1")
    agent.invoke(Command(resume="yes"), config)
    agent.invoke(Command(resume="yes"), config)
    question, answer, second_answer = deck.runs("c-1")
    assert found(deck, question) == {}
    assert found(deck, answer) == found(deck, second_answer) == {"": asked}


def test_a_run_that_saved_only_at_its_end_began_from_the_one_before(deck: Deck) -> None:
    agent = deck.record(talking(), "talking")
    config = {"configurable": {"thread_id": "c-1"}}
    ends = []
    for text in ("one", "two"):
        agent.invoke({"said": [text]}, config, durability="exit")
        ends.append(latest(deck, "c-1"))
    first, second = deck.runs("c-1")
    assert found(deck, first) == {}
    assert found(deck, second) == {"": ends[0]}


def test_a_subgraph_that_remembers_has_a_state_of_its_own(deck: Deck) -> None:
    inner = StateGraph(Talk)
    inner.add_node("note", lambda state: {"said": ["noted"]})
    inner.add_edge(START, "note")
    outer = StateGraph(Talk)
    outer.add_node("inner", inner.compile(checkpointer=True))
    outer.add_edge(START, "inner")
    agent = deck.record(outer.compile(), "outer")
    for text in ("one", "two"):
        agent.invoke({"said": [text]}, {"configurable": {"thread_id": "c-1"}})
    first, second = deck.runs("c-1")
    assert found(deck, first) == {}
    assert found(deck, second).keys() == {"", "inner"}


def test_a_state_that_was_pruned_is_told_from_none(deck: Deck) -> None:
    say(deck, "c-1", "one")
    say(deck, "c-1", "two")
    deck._saver.prune(["c-1"], strategy="keep_latest")
    assert found(deck, deck.runs("c-1")[0]) == {"": None}


def test_ids_are_ordered_by_the_time_they_were_made(monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(3)
    for _ in range(200):
        at = dice.uniform(1.7e9, 2.5e9)
        monkeypatch.setattr(time, "time_ns", lambda at=at: int(at * 1e6) * 1000)
        monkeypatch.setattr("langgraph.checkpoint.base.id._last_v6_timestamp", None)
        made = short_id(str(uuid6()))
        assert first_id_at(at) <= made < first_id_at(at + 0.000_002)


def test_a_long_conversation_is_not_read_through(store: Store) -> None:
    """Each statement gives one row, whatever the conversation's length."""
    begun = time.time()

    def fill(session: Any) -> None:
        parent = None
        for _ in range(3_000):
            id = str(uuid6())
            put_checkpoint(session, "c-1", "", id, parent, b"", [plain(1)])
            parent = id

    store.write(fill)
    with store.reading() as session:
        taken: list[int] = []
        rows = session.rows
        session.rows = lambda *given, **more: (made := rows(*given, **more), taken.append(len(made)))[0]  # type: ignore[method-assign,func-returns-value]
        assert before_run(session, "c-1", begun) == {}
        assert before_run(session, "c-1", time.time() + 1)[""] is not None
    assert max(taken) == 1
