"""How far a run may go: its caller's limit of supersteps counts in its replay, and none goes on for ever."""

from __future__ import annotations

import operator
from pathlib import Path
from typing import Annotated, Any, TypedDict

import pytest
from langgraph.errors import GraphRecursionError
from langgraph.graph import END, START, StateGraph
from langgraph.managed import RemainingSteps

import playhead
from playhead.config import load_config
from playhead.deck import Deck

T: Any = {"configurable": {"thread_id": "t-1"}}


class Count(TypedDict, total=False):
    """A number that grows, and how far it may."""

    n: Annotated[int, operator.add]
    to: int


class Left(Count):
    """The same, and what is left of the limit."""

    left: RemainingSteps


def counting(state: Any = Count) -> Any:
    """A node that comes again until it has counted far enough."""
    graph = StateGraph(state)
    graph.add_node("count", lambda state: {"n": 1})
    graph.add_edge(START, "count")
    graph.add_conditional_edges("count", lambda state: END if state["n"] >= state["to"] else "count", ["count", END])
    return graph.compile()


def stopped(agent: Any, config: Any) -> None:
    with pytest.raises(GraphRecursionError):
        agent.invoke({"n": 0, "to": 40}, config)


def test_a_run_that_its_callers_limit_ended_ends_there_again(deck: Deck) -> None:
    stopped(deck.record(counting()), {**T, "recursion_limit": 10})
    assert deck.replay(deck.runs("t-1")[-1], counting()).status == "failed"


def test_so_does_one_whose_recorded_graph_was_given_the_limit(deck: Deck) -> None:
    stopped(deck.record(counting()).with_config(recursion_limit=10), T)
    assert deck.replay(deck.runs("t-1")[-1], counting()).unchanged


def test_what_is_left_of_a_limit_is_the_same_in_the_replay(deck: Deck) -> None:
    deck.record(counting(Left)).invoke({"n": 0, "to": 3}, {**T, "recursion_limit": 20})
    assert deck.replay(deck.runs("t-1")[-1], counting(Left)).unchanged


def test_the_limit_is_kept_with_a_replay_and_stands_on_a_tape(deck: Deck, tmp_path: Path) -> None:
    stopped(deck.record(counting()), {**T, "recursion_limit": 10})
    kept = deck.keep(deck.replay(deck.runs("t-1")[-1], counting()))
    assert deck.replay(deck.runs(kept.thread)[-1], counting()).unchanged
    deck.tape(deck.runs("t-1")[-1], tmp_path / "run.json")
    with playhead.open(tmp_path / "other.db", config=load_config(tmp_path)) as other:
        (loaded,) = other.load(tmp_path / "run.json")
        assert other.replay(loaded, counting()).unchanged


def test_a_run_that_nobody_limited_says_nothing_of_a_limit(deck: Deck) -> None:
    deck.record(counting().with_config(recursion_limit=30)).invoke({"n": 0, "to": 3}, T)
    assert deck.runs("t-1")[-1].metadata == {}


def test_a_run_that_went_on_past_its_limit_is_replayed_as_one_course(deck: Deck) -> None:
    agent = deck.record(counting())
    stopped(agent, {**T, "recursion_limit": 10})
    agent.invoke(None, {**T, "recursion_limit": 100})
    run = deck.runs("t-1")[-1]
    assert run.attempt == 2
    assert deck.replay(run, counting()).unchanged


def test_a_fork_that_goes_on_for_ever_is_ended(deck: Deck) -> None:
    deck.record(counting()).invoke({"n": 0, "to": 3}, T)
    fork = deck.fork(deck.runs("t-1")[-1], counting(), at="count@2", state={"to": 10**9})
    assert fork.error is not None
    assert "seems to go on for ever" in fork.error.message
    assert len(fork.steps) == 2 * 4 + 50


def test_a_fork_of_a_run_with_a_limit_may_go_as_far_as_that(deck: Deck) -> None:
    deck.record(counting()).invoke({"n": 0, "to": 3}, {**T, "recursion_limit": 200})
    fork = deck.fork(deck.runs("t-1")[-1], counting(), at="count@2", state={"to": 10**9})
    assert fork.error is not None
    assert fork.steps[-1].address == "count@200"
