"""Where the disk is full a conversation stops loudly; nothing was sent that is not recorded; with room it goes on."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from langgraph.graph import END, START, StateGraph

from playhead.deck import Deck
from playhead.errors import StoreUnusable
from tests.flows import crashing
from tests.scale import at_scale

SENT = [f"{n} {hashlib.sha512(bytes([n])).hexdigest()}" for n in range(20)]
SIZES = range(0, 40, at_scale(1, 5))
"""How many pages of 512 bytes are left: the conversation takes more."""


def build() -> Any:
    """A conversation that goes round and sends, each time something else."""
    graph = StateGraph(crashing.Talk)
    graph.add_node("speak", lambda state: {"said": [crashing.send(SENT[len(state["said"])])]})
    graph.add_edge(START, "speak")
    graph.add_conditional_edges("speak", lambda state: "speak" if len(state["said"]) < len(SENT) else END)
    return graph.compile()


@pytest.fixture
def deck(tmp_path: Path) -> Iterator[Deck]:
    with closing(sqlite3.connect(tmp_path / "runs.db")) as made:
        made.execute("PRAGMA page_size = 512")
        made.execute("VACUUM")
    with crashing.open_deck(tmp_path) as opened:
        yield opened


def leave(deck: Deck, pages: int) -> None:
    """Let the recording grow by so many pages and no more."""

    def limit(session: Any) -> None:
        (now,) = session.connection.execute("PRAGMA page_count").fetchone()
        session.connection.execute(f"PRAGMA max_page_count = {now + pages}")

    deck.store.write(limit)


def sent_and_recorded(folder: Path) -> tuple[set[str], set[str]]:
    """The keys of what was sent, and those that the journal knows."""
    with closing(sqlite3.connect(folder / "world.db")) as world, closing(sqlite3.connect(folder / "runs.db")) as runs:
        sent = {key for (key,) in world.execute("SELECT key FROM sent")}
        return sent, {key for (key,) in runs.execute("SELECT key FROM effects")}


@pytest.mark.parametrize("durability", ["sync", "async"])
@pytest.mark.parametrize("pages", SIZES)
def test_it_stops_loudly_sends_nothing_unrecorded_and_goes_on_with_room(
    deck: Deck, tmp_path: Path, pages: int, durability: Any
) -> None:
    graph, resources = build(), {"world": crashing.World(tmp_path / "world.db")}
    agent = deck.record(graph, "talk", resources=resources)
    leave(deck, pages)
    with pytest.raises(StoreUnusable, match="full"):
        agent.invoke(crashing.GIVEN, crashing.CONFIG, durability=durability)
    sent, recorded = sent_and_recorded(tmp_path)
    assert sent <= recorded
    leave(deck, 10_000)
    if deck.runs("c-1"):
        deck.resume("c-1", graph, resources=resources)
    else:  # nothing was taken: its sender brings it again
        agent.invoke(crashing.GIVEN, crashing.CONFIG)
    (run,) = deck.runs("c-1")
    assert (run.status, run.output["said"]) == ("done", SENT)
    assert crashing.World(tmp_path / "world.db").texts() == SENT
    assert not deck.check().problems
