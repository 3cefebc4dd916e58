"""A node that LangGraph's cache answers is a step that ran no code: recorded as that, and replayed as that."""

from __future__ import annotations

from contextvars import Context
from pathlib import Path
from typing import Any

import pytest
from langgraph.cache.memory import InMemoryCache
from langgraph.func import entrypoint, task
from langgraph.graph import START, StateGraph

from playhead.deck import Deck
from playhead.records import Run
from tests.graphs.foreign import CACHED, cached
from tests.graphs.shapes import NOTHING, Notes, chain
from tests.scripted import ScriptedModel

WHO = {"question": "who?"}


def second(deck: Deck, graph: Any, given: Any = WHO) -> Run:
    """The second of two runs on threads of their own, given the same."""
    recorded = deck.record(graph)
    for thread in ("t-1", "t-2"):
        recorded.invoke(given, {"configurable": {"thread_id": thread}})
    return deck.runs("t-2")[-1]


def cached_tasks(kind: type[ScriptedModel], cache: InMemoryCache) -> Any:
    model = kind()

    @task(cache_policy=CACHED)
    def look(word: str) -> str:
        return model.invoke(f"look {word}").text

    @entrypoint(cache=cache)
    def flow(words: list[str]) -> list[str]:
        return [found.result() for found in [look(word) for word in words]]

    return flow


def within_a_subgraph(kind: type[ScriptedModel], cache: InMemoryCache) -> Any:
    model = kind()
    within = StateGraph(Notes)
    within.add_node("look", lambda state: {"notes": [model.invoke("look").text]}, cache_policy=CACHED)
    within.add_edge(START, "look")
    return chain(("within", within.compile(cache=cache)))


def test_it_has_what_it_was_given_and_what_the_cache_gave_and_no_call(deck: Deck) -> None:
    run = second(deck, cached(ScriptedModel))
    step = next(step for step in run.steps if step.node == "look")
    assert (step.address, step.status, step.attempt, step.calls) == ("look@1", "cached", 1, ())
    assert (step.input, step.output) == (WHO, {"drafts": ["echo: who?"]})
    assert [step.status for step in run.steps if step.node == "answer"] == ["done"]


@pytest.mark.parametrize("build", [cached_tasks, within_a_subgraph])
def test_a_replay_gives_what_the_cache_gave_and_neither_reads_nor_fills_the_cache(deck: Deck, build: Any) -> None:
    given = ["a", "b"] if build is cached_tasks else NOTHING
    run = second(deck, build(ScriptedModel, InMemoryCache()), given)
    assert not run.calls
    cache = InMemoryCache()
    for each in (run, deck.runs("t-1")[-1]):
        replay = deck.replay(each, build(ScriptedModel, cache))
        assert replay.unchanged
        assert [step.status for step in replay.steps] == [step.status for step in each.steps]
    assert not cache._cache


@pytest.mark.filterwarnings("ignore:.*belongs to no run")
def test_nor_where_the_context_of_the_run_is_lost(deck: Deck) -> None:
    within = StateGraph(Notes)
    within.add_node("look", lambda state: {"notes": ["seen"]}, cache_policy=CACHED)
    within.add_edge(START, "look")
    cached = within.compile(cache=(cache := InMemoryCache()))
    graph = chain(("around", lambda state: Context().run(cached.invoke, NOTHING)))
    deck.record(graph).invoke(NOTHING, {"configurable": {"thread_id": "t-1"}})
    assert cache._cache
    cache._cache.clear()
    deck.replay(deck.runs("t-1")[-1], graph)
    assert not cache._cache


def test_given_something_else_it_runs_and_asks(deck: Deck) -> None:
    run = second(deck, cached(ScriptedModel))
    replay = deck.replay(run, cached(ScriptedModel), state={"question": "why?"})
    assert [step.status for step in replay.steps if step.node == "look"] == ["done"]
    assert [(call.address, call.fate) for call in replay.calls] == [("look@1", "new"), ("answer@2", "reused")]
    assert [one.field for one in replay.divergences if one.step == "look@1"] == ["input.question"]


def test_without_its_cache_policy_it_runs_and_the_replay_says_so(deck: Deck) -> None:
    run = second(deck, cached(ScriptedModel))
    (seen,) = deck.verify([run], cached(ScriptedModel, policy=None))
    assert seen.divergence is not None
    assert (seen.divergence.step, seen.divergence.field) == ("look@1", "model call 0")


def test_a_tape_keeps_it(deck: Deck, tmp_path: Path) -> None:
    deck.tape(second(deck, cached(ScriptedModel)), tmp_path / "who.json")
    (run,) = deck.load(tmp_path / "who.json")
    assert [step.status for step in run.steps] == ["done", "cached", "done"]
    assert deck.replay(run, cached(ScriptedModel)).unchanged
