"""A channel that LangGraph saves as what was written to it (`DeltaChannel`) is there in every replay, whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, TypedDict

import pytest
from langgraph.channels import DeltaChannel
from langgraph.graph import START, StateGraph
from langgraph.types import Command, Overwrite, Send, interrupt

import playhead
from playhead.config import load_config
from playhead.deck import Deck
from playhead.errors import NotReplayable
from playhead.records import Run

CONFIG: Any = {"configurable": {"thread_id": "c-1"}}


def joined(before: list[str], writes: list[list[str]]) -> list[str]:
    return [*before, *(word for write in writes for word in write)]


class Words(TypedDict, total=False):
    words: Annotated[list[str], DeltaChannel(joined, snapshot_frequency=7)]
    known: int


def say(state: Words) -> Any:
    return {"words": [f"word {len(state.get('words', []))}"], "known": len(state.get("words", []))}


def ask(state: Words) -> Any:
    return {"words": [interrupt(f"after {len(state['words'])}?")]}


def shorten(state: Words) -> Any:
    return {"words": Overwrite(state["words"][-3:])}


def chain(*nodes: tuple[str, Any], **options: Any) -> Any:
    graph, before = StateGraph(Words), START
    for name, node in nodes:
        graph.add_node(name, node)
        graph.add_edge(before, name)
        before = name
    return graph.compile(**options)


def side_by_side() -> Any:
    graph = StateGraph(Words)
    for name, node in (("say", say), ("ask", ask), ("last", say)):
        graph.add_node(name, node)
    graph.add_edge(START, "say")
    graph.add_edge(START, "ask")
    graph.add_edge(["say", "ask"], "last")
    return graph.compile()


def sent() -> Any:
    graph = StateGraph(Words)
    graph.add_node("say", say)
    graph.add_node("part", lambda part: {"words": [part["word"]]})
    graph.add_edge(START, "say")
    graph.add_conditional_edges("say", lambda state: [Send("part", {"word": word}) for word in "abc"])
    return graph.compile()


SHAPES: dict[str, Any] = {
    "chain": lambda: chain(("say", say), ("more", say)),
    "overwritten": lambda: chain(("say", say), ("shorten", shorten), ("more", say)),
    "sent": sent,
    "asks": lambda: chain(("say", say), ("ask", ask), ("more", say)),
    "asks beside": side_by_side,
    "asks within": lambda: chain(("say", say), ("within", chain(("more", say), ("ask", ask))), ("last", say)),
    "within, remembered": lambda: chain(("say", say), ("within", chain(("more", say), checkpointer=True))),
    "paused": lambda: chain(("say", say), ("more", say), interrupt_before=["more"]),
}
shapes = pytest.mark.parametrize("shape", SHAPES)


def recorded(deck: Deck, graph: Any, durability: Any = "async") -> list[Run]:
    """Three turns, each answered where it asks, and gone on with where it paused."""
    agent = deck.record(graph)
    for turn in range(3):
        agent.invoke({"words": [f"turn {turn}"]}, CONFIG, durability=durability)
        if deck.runs("c-1")[-1].status == "interrupted":
            goes_on = None if graph.interrupt_before_nodes else Command(resume=f"answer {turn}")
            agent.invoke(goes_on, CONFIG, durability=durability)
    return deck.runs("c-1")


@shapes
@pytest.mark.parametrize("durability", ["async", "exit"])
def test_each_run_replays_exactly_however_it_was_saved(deck: Deck, shape: str, durability: str) -> None:
    runs = recorded(deck, graph := SHAPES[shape](), durability)
    assert len(runs[-1].steps) > 0
    assert [deck.replay(run, graph).unchanged for run in runs] == [True] * len(runs)


@shapes
def test_so_do_what_was_kept_of_a_replay_and_a_fork(deck: Deck, shape: str) -> None:
    graph = SHAPES[shape]()
    for run in recorded(deck, graph):
        kept = deck.keep(deck.replay(run, graph, code=True))
        fork = deck.fork(run, graph, at=run.steps[-1].address, state={"words": ["other"]})
        assert [deck.replay(made, graph).unchanged for made in (kept, fork)] == [True, True]


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Deck]:
    with playhead.open(tmp_path / "other.db", synchronous="NORMAL", config=load_config(tmp_path)) as opened:
        yield opened


@shapes
@pytest.mark.parametrize("durability", ["async", "exit"])
def test_so_do_its_tapes_one_after_another(
    deck: Deck, other: Deck, tmp_path: Path, shape: str, durability: str
) -> None:
    graph, path = SHAPES[shape](), tmp_path / "words.json"
    for run in recorded(deck, graph, durability):
        deck.tape(run, path)
        assert all(other.replay(each, graph).unchanged for each in other.load(path))


def test_where_a_state_that_it_needs_is_gone_it_says_so(deck: Deck, other: Deck, tmp_path: Path) -> None:
    runs = recorded(deck, graph := SHAPES["chain"]())
    deck.tape(runs[1], path := tmp_path / "words.json")
    tape = json.loads(path.read_text("utf-8"))
    tape["checkpoints"] = [each for each in tape["checkpoints"] if each.get("parent")]
    path.write_text(json.dumps(tape), "utf-8")
    with pytest.raises(NotReplayable, match="DeltaChannel"):
        other.replay(other.load(path)[-1], graph)


def test_another_reducer_is_still_told_where_the_state_was_saved_whole(deck: Deck) -> None:
    class Short(TypedDict, total=False):
        words: Annotated[list[str], DeltaChannel(joined, snapshot_frequency=1)]

    class Backwards(TypedDict, total=False):
        words: Annotated[list[str], DeltaChannel(lambda before, writes: joined([], writes) + before)]

    def built(state: Any) -> Any:
        graph = StateGraph(state)
        graph.add_node("say", lambda _: {"words": ["hello"]})
        graph.add_edge(START, "say")
        return graph.compile()

    deck.record(built(Short)).invoke({"words": ["hi"]}, CONFIG)
    (as_it_was,) = deck.verify(deck.runs("c-1"), built(Short))
    (other,) = deck.verify(deck.runs("c-1"), built(Backwards))
    assert as_it_was.divergence is None
    assert other.divergence is not None
    assert other.divergence.field.startswith("run output words")
