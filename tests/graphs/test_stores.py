"""What a LangGraph store remembers: a replay puts nothing there, and finds what the recorded run found."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from langgraph.config import get_store
from langgraph.runtime import Runtime
from langgraph.store.base import BaseStore
from langgraph.store.memory import InMemoryStore
from langgraph.store.sqlite import SqliteStore
from langgraph.store.sqlite.aio import AsyncSqliteStore

from playhead.deck import Deck
from tests.graphs.shapes import NOTHING, Notes, chain
from tests.scripted import ScriptedModel

CONFIG: Any = {"configurable": {"thread_id": "c-1"}}
ANA = ("customers", "ana")


def remembering(store: BaseStore, find: Callable[[Runtime[Any]], BaseStore]) -> Any:
    """A graph that says how much it remembers, and remembers one thing more."""
    model = ScriptedModel()

    def note(state: Notes, runtime: Runtime[Any]) -> Any:
        memory = find(runtime)
        known = memory.search(ANA, limit=20)
        first = memory.get(ANA, "0")
        memory.put(ANA, str(len(known)), {"said": state["notes"], "after": [each.key for each in known]})
        latest = memory.get(ANA, str(len(known)))
        assert latest is not None
        told = [len(known), first and first.value["after"], latest.key, memory.list_namespaces(prefix=("customers",))]
        return {"notes": [model.invoke(f"{told}").text]}

    return chain(("note", note)).copy(update={"store": store})


WAYS: dict[str, Any] = {
    "runtime": lambda store: remembering(store, lambda runtime: runtime.store),  # type: ignore[arg-type, return-value]
    "get_store": lambda store: remembering(store, lambda runtime: get_store()),
    "variable": lambda store: remembering(store, lambda runtime: store),
}


def contents(store: BaseStore) -> list[Any]:
    return [item.dict() for item in store.search((), limit=100)]


def recorded(deck: Deck, graph: Any, times: int = 3) -> list[Any]:
    for _ in range(times):
        deck.record(graph).invoke(NOTHING, CONFIG)
    return deck.runs("c-1")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_each_run_is_replayed_from_what_it_found_there(deck: Deck, tmp_path: Path, way: str, kind: str) -> None:
    def play(store: BaseStore) -> None:
        graph = WAYS[way](store)
        runs, before = recorded(deck, graph), contents(store)
        assert runs[-1].output["notes"][-1].startswith("echo: [2, [], '2'")
        assert [deck.replay(run, graph).unchanged for run in runs] == [True, True, True]
        deck.replay(runs[-1], graph, state={"notes": ["other"]}, code=True)
        assert contents(store) == before

    if kind == "memory":
        play(InMemoryStore())
        return
    with SqliteStore.from_conn_string(str(tmp_path / "memory.db")) as store:
        store.setup()
        play(store)


@asynccontextmanager
async def awaited(kind: str, path: Path) -> AsyncIterator[BaseStore]:
    if kind == "memory":
        yield InMemoryStore()
        return
    async with AsyncSqliteStore.from_conn_string(str(path)) as store:
        await store.setup()
        yield store


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
async def test_so_is_one_that_is_awaited(deck: Deck, tmp_path: Path, kind: str) -> None:
    async with awaited(kind, tmp_path / "memory.db") as store:

        async def note(state: Notes, runtime: Runtime[Any]) -> Any:
            assert runtime.store is not None
            known = await runtime.store.asearch(ANA, limit=20)
            await runtime.store.aput(ANA, str(len(known)), {"n": len(known)})
            if known:
                await runtime.store.adelete(ANA, "0")
            return {"notes": [str([await runtime.store.aget(ANA, "0") is None, len(known)])]}

        graph = chain(("note", note)).copy(update={"store": store})
        for _ in range(3):
            await deck.record(graph).ainvoke(NOTHING, CONFIG)
        before = [item.dict() for item in await store.asearch((), limit=100)]
        assert [deck.replay(run, graph).unchanged for run in deck.runs("c-1")] == [True, True, True]
        assert [item.dict() for item in await store.asearch((), limit=100)] == before


def test_what_the_store_has_lost_since_is_on_the_recording_and_on_a_tape(deck: Deck, tmp_path: Path) -> None:
    runs = recorded(deck, WAYS["runtime"](InMemoryStore()))
    deck.tape(runs[-1], tmp_path / "noted.json")
    empty = InMemoryStore()
    graph = WAYS["runtime"](empty)
    assert [deck.replay(run, graph).unchanged for run in [*runs, *deck.load(tmp_path / "noted.json")]] == [True] * 4
    assert contents(empty) == []


def test_items_come_back_as_they_were(deck: Deck) -> None:
    store, seen = InMemoryStore(), []
    store.put(ANA, "address", {"street": "Elm", "when": timedelta(days=1), "tags": ("a", "b")})

    def look(state: Notes) -> None:
        seen.append([store.get(ANA, "address"), *store.search(ANA), store.list_namespaces()])

    graph = chain(("look", look))
    (run,) = recorded(deck, graph, 1)
    store.delete(ANA, "address")
    assert deck.replay(run, graph).unchanged
    assert seen[0] == seen[1]
    assert [type(each) for each in seen[0]] == [type(each) for each in seen[1]]


def test_what_a_replay_puts_there_otherwise_is_what_it_finds(deck: Deck) -> None:
    store, seen = InMemoryStore(), []

    def keep(state: Notes) -> None:
        store.put(ANA, "last", {"said": state["notes"][-1]})

    def look(state: Notes) -> None:
        found = store.get(ANA, "last")
        seen.append([found and found.value["said"], [each.value["said"] for each in store.search(ANA)]])

    graph = chain(("keep", keep), ("look", look))
    deck.record(graph).invoke({"notes": ["a"]}, CONFIG)
    deck.replay(deck.runs("c-1")[-1], graph, state={"notes": ["b"]})
    assert (seen[0], seen[-1]) == (["a", ["a"]], ["b", ["b"]])
    assert store.search(ANA)[0].value == {"said": "a"}


def test_a_reading_that_is_not_on_the_recording_finds_what_the_replay_left_and_is_new(deck: Deck) -> None:
    store = InMemoryStore()
    store.put(ANA, "name", {"is": "Ana"})
    key = ["name"]
    graph = chain(("look", lambda state: {"notes": [str(store.get(ANA, key[0]))[:4]]}))
    (run,) = recorded(deck, graph, 1)
    key[0] = "street"
    store.put(ANA, "street", {"is": "Elm"})
    replay = deck.replay(run, graph, code=True)
    assert [(call.kind, call.name, call.fate) for call in replay.calls] == [("memory", "get", "new")]
    assert replay.output["notes"][-1] == "None"


def test_what_a_store_raised_it_raises_again(deck: Deck) -> None:
    class Broken(InMemoryStore):
        is_broken = True

        def batch(self, ops: Any) -> Any:
            if self.is_broken:
                raise ConnectionError("no store")
            return super().batch(ops)

    store = Broken()

    def look(state: Notes) -> Any:
        try:
            return {"notes": [str(store.get(ANA, "name"))]}
        except ConnectionError as error:
            return {"notes": [str(error)]}

    (run,) = recorded(deck, graph := chain(("look", look)), 1)
    store.is_broken = False
    assert deck.replay(run, graph).unchanged


def test_where_nothing_is_recorded_a_store_is_what_it_was(deck: Deck) -> None:
    recorded(deck, WAYS["runtime"](store := InMemoryStore()), 1)
    store.put(ANA, "0", {"after": ["by hand"]})
    assert WAYS["runtime"](store).invoke(NOTHING)["notes"][-1].startswith("echo: [1, ['by hand'], '1'")
    assert len(deck.runs()) == 1
