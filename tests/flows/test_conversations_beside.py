"""A node may run a graph on a conversation of its own: it is saved where it belongs, and a replay leaves it alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import playhead
from playhead.config import load_config
from playhead.deck import Deck
from playhead.errors import EffectHeldBack
from tests.graphs.shapes import NOTHING, SHAPES, chain
from tests.scripted import ScriptedModel

CONFIG: Any = {"configurable": {"thread_id": "c-1"}}
BESIDE: Any = {"configurable": {"thread_id": "research-1"}}


@pytest.fixture
def deck(tmp_path: Path) -> Iterator[Deck]:
    with playhead.open(tmp_path / "runs.db", synchronous="NORMAL", config=load_config(tmp_path)) as opened:
        yield opened


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Deck]:
    with playhead.open(tmp_path / "other.db", synchronous="NORMAL", config=load_config(tmp_path)) as opened:
        yield opened


def researching(deck: Deck) -> Any:
    """A graph that remembers what it was asked before."""
    model = ScriptedModel()
    return deck.record(chain(("look", lambda state: {"notes": [model.invoke(f"look {len(state['notes'])}").text]})))


def asking(research: Any) -> Any:
    return chain(("ask", lambda state: {"notes": research.invoke({"notes": ["?"]}, BESIDE)["notes"]}))


def asking_async(research: Any) -> Any:
    async def ask(state: Any) -> Any:
        return {"notes": (await research.ainvoke({"notes": ["?"]}, BESIDE))["notes"]}

    return chain(("ask", ask))


def kept(research: Any) -> list[str]:
    """The ids of all that was saved of the conversation beside."""
    return [state.config["configurable"]["checkpoint_id"] for state in research.get_state_history(BESIDE)]


def test_it_goes_on_with_each_run_of_the_conversation_it_is_run_from(deck: Deck) -> None:
    agent = deck.record(asking(researching(deck)))
    assert agent.invoke(NOTHING, CONFIG)["notes"] == ["?", "echo: look 1"]
    assert agent.invoke(NOTHING, CONFIG)["notes"][-4:] == ["?", "echo: look 1", "?", "echo: look 3"]


def test_each_run_is_replayed_from_what_that_run_found_there(deck: Deck) -> None:
    graph = asking(research := researching(deck))
    for _ in range(3):
        deck.record(graph).invoke(NOTHING, CONFIG)
    before = kept(research)
    assert [deck.replay(run, graph).unchanged for run in deck.runs("c-1")] == [True, True, True]
    assert kept(research) == before


async def test_so_is_one_that_is_awaited(deck: Deck) -> None:
    graph = asking_async(research := researching(deck))
    for _ in range(2):
        await deck.record(graph).ainvoke(NOTHING, CONFIG)
    before = kept(research)
    assert [deck.replay(run, graph).unchanged for run in deck.runs("c-1")] == [True, True]
    assert kept(research) == before


def test_a_state_that_a_node_changes_is_not_changed_by_the_replay(deck: Deck) -> None:
    research = researching(deck)

    def ask(state: Any) -> Any:
        research.update_state(BESIDE, {"notes": ["by hand"]})
        return {"notes": research.get_state(BESIDE).values["notes"]}

    research.invoke(NOTHING, BESIDE)
    deck.record(graph := chain(("ask", ask))).invoke(NOTHING, CONFIG)
    before = kept(research)
    assert deck.replay(deck.runs("c-1")[-1], graph).unchanged
    assert kept(research) == before


def test_a_conversation_that_a_node_deletes_is_there_after_the_replay(deck: Deck) -> None:
    research, told = researching(deck), []

    def forget(state: Any) -> None:
        try:
            research.checkpointer.delete_thread("research-1")
        except EffectHeldBack as error:
            told.append(error)

    deck.record(graph := chain(("forget", forget))).invoke(NOTHING, CONFIG)
    research.invoke(NOTHING, BESIDE)
    before = kept(research)
    deck.replay(deck.runs("c-1")[-1], graph)
    assert [error.name for error in told] == ["delete_thread"]
    assert kept(research) == before


def test_a_graph_of_another_recording_is_saved_there(deck: Deck, other: Deck) -> None:
    agent = deck.record(asking(research := researching(other)))
    assert agent.invoke(NOTHING, CONFIG)["notes"] == ["?", "echo: look 1"]
    assert research.get_state(BESIDE).values["notes"] == ["?", "echo: look 1"]
    assert deck.record(SHAPES["loop"].build(ScriptedModel)).get_state(BESIDE).values == {}


def test_so_is_one_that_is_a_node_of_the_graph(deck: Deck, other: Deck) -> None:
    agent = deck.record(chain(("look", researching(other))))
    assert agent.invoke(NOTHING, CONFIG)["notes"] == ["echo: look 0"]
    assert not list(other.record(SHAPES["loop"].build(ScriptedModel)).checkpointer.list(None))


async def test_a_replay_leaves_the_other_recording_alone(deck: Deck, other: Deck) -> None:
    graph = asking_async(research := researching(other))
    for _ in range(2):
        await deck.record(graph).ainvoke(NOTHING, CONFIG)
    before = kept(research)
    assert [deck.replay(run, graph).unchanged for run in deck.runs("c-1")] == [True, True]
    assert kept(research) == before
