"""Steps side by side may go on with one conversation: a replay gives each what it found there, whichever came first."""

from __future__ import annotations

import operator
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypedDict

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.errors import InvalidUpdateError
from langgraph.graph import START, StateGraph
from langgraph.types import Command, Send, interrupt

import playhead
from playhead.config import load_config
from playhead.deck import Deck
from playhead.errors import Diverged
from tests.graphs.shapes import NOTHING, Notes, chain
from tests.scripted import ScriptedModel

CONFIG: Any = {"configurable": {"thread_id": "t-1"}}
SHARED: Any = {"configurable": {"thread_id": "shared-1"}}
Build = Callable[[str], Any]


class Turns:
    """Who comes by waits for its turn, over and over in this order."""

    def __init__(self, order: str) -> None:
        self._order, self._taken, self._changed = order, 0, threading.Condition()

    def take(self, name: str, work: Callable[[], Any]) -> Any:
        with self._changed:
            assert self._changed.wait_for(lambda: self._order[self._taken % len(self._order)] == name, 10)
            found = work()
            self._taken += 1
            self._changed.notify_all()
        return found


@pytest.fixture(params=["ours", "another's"])
def build(request: pytest.FixtureRequest, deck: Deck) -> Build:
    """Makes a graph that remembers what it was asked before, on a saver of its own."""

    def made(asks: str) -> Any:
        model = ScriptedModel()
        graph = chain(("look", lambda state: {"notes": [model.invoke(f"{asks} {len(state['notes'])}").text]}))
        is_ours = request.param == "ours"
        return deck.record(graph) if is_ours else graph.copy(update={"checkpointer": InMemorySaver()})

    return made


def asking(research: Any, order: str) -> Any:
    """Three steps side by side, and one after them, with one and the same conversation."""
    turns = Turns(order)

    def ask(state: Any) -> Any:
        return turns.take(state["n"], lambda: {"notes": research.invoke({"notes": [state["n"]]}, SHARED)["notes"]})

    graph = StateGraph(Notes)
    graph.add_node("ask", ask)
    graph.add_node("after", lambda state: {"notes": [str(research.get_state(SHARED).values["notes"])]})
    graph.add_conditional_edges(START, lambda state: [Send("ask", {"n": n}) for n in "abc"], ["ask"])
    graph.add_edge("ask", "after")
    return graph.compile()


def recorded(deck: Deck, graph: Any, times: int = 2) -> list[Any]:
    for _ in range(times):
        deck.record(graph).invoke(NOTHING, CONFIG)
    return deck.runs("t-1")


@pytest.mark.parametrize("now", ["abc", "bca", "cab"])
def test_each_finds_what_the_one_before_it_had_left_whichever_comes_first_now(
    deck: Deck, build: Build, now: str
) -> None:
    research = build("look")
    runs = recorded(deck, asking(research, "cab"))
    assert runs[0].output["notes"][-1].startswith("['c', 'echo: look 1', 'a', 'echo: look 3', 'b'")
    for run in runs:
        replay = deck.replay(run, asking(research, now))
        assert {call.fate for call in replay.calls} == {"reused"}


def test_a_step_among_them_that_says_something_else_is_told(deck: Deck, build: Build) -> None:
    (run,) = recorded(deck, asking(build("look"), "cab"), 1)
    with pytest.raises(Diverged) as raised:
        deck.replay(run, asking(build("see"), "cab"))
    assert raised.value.replay.divergence is not None
    assert raised.value.replay.divergence.field == "model call 0 messages[0].content"


def test_what_a_changed_replay_leaves_there_is_what_comes_after_finds(deck: Deck, build: Build) -> None:
    (run,) = recorded(deck, asking(build("look"), "cab"), 1)
    replay = deck.replay(run, asking(build("see"), "cab"), code=True)
    assert replay.output["notes"][-1].count("echo: see") > 0
    assert replay.output["notes"][-1].count("echo: look") == 0


def test_a_tape_says_what_each_found(deck: Deck, tmp_path: Path) -> None:
    *_, run = recorded(deck, asking(deck.record(chain(("look", _counts))), "cab"))
    deck.tape(run, tmp_path / "asked.json")
    with playhead.open(tmp_path / "other.db", config=load_config(tmp_path)) as other:
        (run,) = other.load(tmp_path / "asked.json")
        assert other.replay(run, asking(other.record(chain(("look", _counts))), "abc")).unchanged


def _counts(state: Notes) -> Notes:
    return {"notes": [f"{len(state['notes'])}"]}


class Kept(TypedDict):
    notes: Annotated[list[str], operator.add]
    last: str


def remembering(order: str, state: Any) -> Any:
    """A graph that remembers, as a node that is run three times side by side."""
    turns, within = Turns(order), StateGraph(Kept)
    within.add_node("note", lambda state: turns.take(state["last"], lambda: _counts(state)))
    within.add_edge(START, "note")
    graph = StateGraph(state)
    graph.add_node("within", within.compile(checkpointer=True))
    graph.add_conditional_edges(
        START, lambda state: [Send("within", {"notes": [n], "last": n}) for n in "abc"], ["within"]
    )
    return graph.compile()


@pytest.mark.parametrize("now", ["abc", "bca", "cab"])
def test_so_does_a_graph_that_remembers_and_is_run_side_by_side(deck: Deck, now: str) -> None:
    runs = recorded(deck, remembering("cab", Notes), 3)
    assert [deck.replay(run, remembering(now, Notes)).unchanged for run in runs] == [True] * 3


@pytest.mark.parametrize("now", ["abc", "bca", "cab"])
def test_so_does_one_whose_results_do_not_go_together(deck: Deck, now: str) -> None:
    graph = remembering("cab", Kept)
    for _ in range(2):
        with pytest.raises(InvalidUpdateError):
            deck.record(graph).invoke({"notes": []}, CONFIG)
    runs = deck.runs("t-1")
    assert [run.status for run in runs] == ["failed", "failed"]
    assert [deck.replay(run, remembering(now, Kept)).unchanged for run in runs] == [True, True]


def test_what_one_of_them_was_answered_goes_on_from_what_that_one_had_found(deck: Deck) -> None:
    within = StateGraph(Kept)
    within.add_node("note", _counts)
    within.add_node("ask", lambda state: {"notes": [interrupt("?") if state["last"] == "c" else "nothing"]})
    within.add_edge(START, "note")
    within.add_edge("note", "ask")
    graph = StateGraph(Notes)
    graph.add_node("within", within.compile(checkpointer=True))
    graph.add_conditional_edges(
        START, lambda state: [Send("within", {"notes": [n], "last": n}) for n in "abc"], ["within"]
    )
    compiled = graph.compile()
    for given in (NOTHING, Command(resume="yes"), NOTHING, Command(resume="no")):
        deck.record(compiled).invoke(given, {**CONFIG, "max_concurrency": 1})
    assert deck.runs("t-1")[-1].output["notes"][-1] == "no"
    for run in deck.runs("t-1"):
        replay = deck.replay(run, compiled)
        assert replay.unchanged, replay.divergence
