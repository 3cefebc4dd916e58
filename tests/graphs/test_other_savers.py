"""A node may run graphs whose savers are not ours: a replay writes nothing there, and finds what its run found."""

from __future__ import annotations

import operator
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextvars import Context
from pathlib import Path
from typing import Annotated, Any, TypedDict

import pytest
from langgraph.channels import DeltaChannel
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.func import entrypoint
from langgraph.graph import START, StateGraph
from langgraph.types import Command, Send, interrupt

from playhead.deck import Deck
from playhead.errors import Diverged, EffectHeldBack
from tests.graphs.shapes import NOTHING, Notes, chain
from tests.scripted import ScriptedModel

CONFIG: Any = {"configurable": {"thread_id": "c-1"}}
BESIDE: Any = {"configurable": {"thread_id": "research-1"}}
ASKED: Any = {"notes": ["?"]}


class Two(TypedDict):
    notes: Annotated[list[str], operator.add]
    parts: list[str]


@pytest.fixture(params=["memory", "sqlite"])
def saver(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    if request.param == "memory":
        yield InMemorySaver()
        return
    with sqlite3.connect(tmp_path / "other.db", check_same_thread=False) as connection:
        yield SqliteSaver(connection)


def kept(saver: Any) -> list[Any]:
    """All that is saved there, what waits included."""
    return [(found.config, found.checkpoint["id"], found.pending_writes) for found in saver.list(None)]


def researching(saver: Any) -> Any:
    """A graph that remembers what it was asked before."""
    model = ScriptedModel()
    built = chain(("look", lambda state: {"notes": [model.invoke(f"look {len(state['notes'])}").text]}))
    return built.copy(update={"checkpointer": saver})


def asking(research: Any, call: Callable[[Any], Any] | None = None) -> Any:
    call = call or (lambda research: research.invoke(ASKED, BESIDE)["notes"])
    return chain(("ask", lambda state: {"notes": call(research)}))


def recorded(deck: Deck, graph: Any, times: int = 3) -> list[Any]:
    for _ in range(times):
        deck.record(graph).invoke(NOTHING, CONFIG)
    return deck.runs("c-1")


def test_each_run_is_replayed_from_what_it_found_there(deck: Deck, saver: Any) -> None:
    graph = asking(researching(saver))
    runs, before = recorded(deck, graph), kept(saver)
    assert runs[-1].output["notes"][-2:] == ["?", "echo: look 5"]
    assert [deck.replay(run, graph).unchanged for run in runs] == [True, True, True]
    assert kept(saver) == before


def test_neither_replay_nor_fork_with_changes_writes_there(deck: Deck, saver: Any) -> None:
    graph = asking(researching(saver))
    runs, before = recorded(deck, graph), kept(saver)
    deck.replay(runs[-1], graph, state={"notes": ["other"]})
    deck.replay(runs[-1], graph, code=True)
    deck.fork(runs[-1], graph, at=next(step.address for step in runs[-1].steps if step.node == "ask"), state=ASKED)
    assert kept(saver) == before


def test_what_the_saver_has_lost_since_is_on_the_recording(deck: Deck) -> None:
    runs = recorded(deck, asking(researching(InMemorySaver())))
    empty = InMemorySaver()
    assert [deck.replay(run, asking(researching(empty))).unchanged for run in runs] == [True, True, True]
    assert kept(empty) == []


async def test_so_is_one_that_is_awaited(deck: Deck, tmp_path: Path) -> None:
    async with AsyncSqliteSaver.from_conn_string(str(tmp_path / "other.db")) as saver:
        research = researching(saver)

        async def ask(state: Any) -> Any:
            return {"notes": (await research.ainvoke(ASKED, BESIDE))["notes"]}

        graph = chain(("ask", ask))
        for _ in range(2):
            await deck.record(graph).ainvoke(NOTHING, CONFIG)
        before = [found.config async for found in saver.alist(None)]
        assert [deck.replay(run, graph).unchanged for run in deck.runs("c-1")] == [True, True]
        assert [found.config async for found in saver.alist(None)] == before


def test_steps_that_are_taken_side_by_side_there_are_not_saved_there_either(deck: Deck, saver: Any) -> None:
    built = StateGraph(Two)
    built.add_node("part", lambda part: {"notes": [part["word"]]})
    built.add_conditional_edges(START, lambda state: [Send("part", {"word": word}) for word in "abcd"])
    graph = asking(built.compile(checkpointer=saver))
    runs, before = recorded(deck, graph), kept(saver)
    assert [deck.replay(run, graph).unchanged for run in runs] == [True, True, True]
    assert kept(saver) == before


def test_a_flow_finds_what_it_gave_before(deck: Deck, saver: Any) -> None:
    @entrypoint(checkpointer=saver)
    def flow(word: str, *, previous: Any = None) -> list[str]:
        return [*(previous or ()), word]

    graph = asking(flow, lambda flow: flow.invoke("more", BESIDE))
    runs, before = recorded(deck, graph), kept(saver)
    assert runs[-1].output["notes"][-3:] == ["more"] * 3
    assert [deck.replay(run, graph).unchanged for run in runs] == [True, True, True]
    assert kept(saver) == before


def test_one_that_waited_for_a_person_goes_on_as_it_did(deck: Deck, saver: Any) -> None:
    inner = chain(("ask", lambda state: {"notes": [interrupt("which?")]})).copy(update={"checkpointer": saver})
    answers = iter([None, Command(resume="this"), None])

    def call(research: Any) -> Any:
        given = next(answers, None)
        return research.invoke(given or ASKED, BESIDE)["notes"]

    graph = asking(inner, call)
    runs = recorded(deck, graph)
    before = kept(saver)
    assert runs[1].output["notes"][-1] == "this"
    for run, given in zip(runs, [None, Command(resume="this"), None], strict=True):
        answers = iter([given])
        assert deck.replay(run, graph).unchanged
    assert kept(saver) == before


def test_a_node_that_answers_its_questions_itself_answers_each_again(deck: Deck, saver: Any) -> None:
    model = ScriptedModel(script={"ask": ["first", "second", "third"] * 2})

    def ask(state: Notes) -> Notes:
        return {"notes": [interrupt(model.invoke("ask").text), interrupt("and?")]}

    def call(research: Any) -> list[str]:
        given = research.invoke(ASKED, BESIDE)
        while "__interrupt__" in given:
            given = research.invoke(Command(resume=f"to {given['__interrupt__'][0].value}"), BESIDE)
        return [str(note) for note in given["notes"]]

    graph = asking(chain(("ask", ask)).copy(update={"checkpointer": saver}), call)
    runs, before = recorded(deck, graph, 2), kept(saver)
    assert runs[0].output["notes"] == ["?", "to first", "to and?"]
    assert [(step.address, step.status) for step in runs[0].steps if step.node == "ask"][1:] == [
        ("ask@1/ask@1", "interrupted"),
        ("ask@1/ask@1", "interrupted"),
        ("ask@1/ask@1", "done"),
    ]
    assert [deck.replay(run, graph).unchanged for run in runs] == [True, True]
    assert kept(saver) == before


def test_a_question_that_it_does_not_answer_any_more_is_told(deck: Deck, saver: Any) -> None:
    research = chain(("ask", lambda state: {"notes": [interrupt("?")]})).copy(update={"checkpointer": saver})
    given = [ASKED, Command(resume="this")]
    graph = asking(research, lambda research: [str(len(research.invoke(each, BESIDE)["notes"])) for each in given])
    (run,) = recorded(deck, graph, 1)
    given.pop()
    with pytest.raises(Diverged) as raised:
        deck.replay(run, graph)
    assert {found.step for found in raised.value.replay.divergences} == {"ask@1"}


def test_a_state_that_a_node_changes_and_deletes_is_there_after_the_replay(deck: Deck, saver: Any) -> None:
    def call(research: Any) -> list[str]:
        research.invoke(ASKED, BESIDE)
        research.update_state(BESIDE, {"notes": ["by hand"]})
        found: list[str] = research.get_state(BESIDE).values["notes"]
        saver.delete_thread("research-1")
        return [*found, str(research.get_state(BESIDE).values)]

    graph = asking(research := researching(saver), call)
    (run,) = recorded(deck, graph, 1)
    assert run.output["notes"] == ["?", "echo: look 1", "by hand", "{}"]
    research.invoke(ASKED, BESIDE)
    before = kept(saver)
    assert deck.replay(run, graph).unchanged
    assert kept(saver) == before


def test_what_would_change_many_conversations_is_held_back(deck: Deck) -> None:
    class Careful(InMemorySaver):  # made after the first graph was recorded
        def prune(self, thread_ids: Any, *, strategy: str = "keep_latest") -> None:
            pruned.append(thread_ids)

    pruned: list[Any] = []
    graph = asking(researching(saver := Careful()), lambda research: saver.prune(["research-1"]) or [])
    (run,) = recorded(deck, graph, 1)
    with pytest.raises(EffectHeldBack, match="prune"):
        deck.replay(run, graph)
    assert pruned == [["research-1"]]


def in_a_bare_thread(work: Callable[[], Any]) -> Any:
    made: list[Any] = []
    thread = threading.Thread(target=lambda: made.append(work()))
    thread.start()
    thread.join(10)
    return made[0]


@pytest.mark.parametrize("how", [in_a_bare_thread, lambda work: Context().run(work)], ids=["thread", "context"])
@pytest.mark.filterwarnings("ignore:.*belongs to no run")
def test_nothing_is_written_where_the_context_of_the_run_is_lost(deck: Deck, saver: Any, how: Any) -> None:
    graph = asking(researching(saver), lambda research: how(lambda: research.invoke(ASKED, BESIDE)["notes"]))
    (run,) = recorded(deck, graph, 1)
    before = kept(saver)
    assert deck.replay(run, graph).unchanged
    assert kept(saver) == before


def test_a_tape_of_it_replays_without_the_saver(deck: Deck, tmp_path: Path) -> None:
    runs = recorded(deck, asking(researching(InMemorySaver())))
    deck.tape(runs[-1], tmp_path / "asked.json")
    (run,) = deck.load(tmp_path / "asked.json")
    assert deck.replay(run, asking(researching(InMemorySaver()))).unchanged


def history(research: Any) -> list[str]:
    return [f"{found.values} {found.next}" for found in research.get_state_history(BESIDE)]


def asked_before(research: Any) -> list[str]:
    research.invoke(ASKED, BESIDE)
    return history(research)


def the_last_two(research: Any) -> list[str]:
    return [str(found.values) for found in research.get_state_history(BESIDE, limit=2)]


def the_oldest(research: Any) -> list[str]:
    *_, oldest = research.get_state_history(BESIDE)
    return [str(research.get_state(oldest.config).values)]


def back_in_time(research: Any) -> list[str]:
    before = next(found for found in research.get_state_history(BESIDE) if found.next == ("look",))
    research.invoke(None, before.config)
    return history(research)


def changed_in_between(research: Any) -> list[str]:
    research.update_state(BESIDE, {"notes": [f"{len(history(research))} by hand"]})
    return history(research)


def only_the_newest(research: Any) -> list[str]:
    return [str(next(iter(research.checkpointer.list(BESIDE))).checkpoint["channel_values"]["notes"])]


READINGS = [history, asked_before, the_last_two, the_oldest, back_in_time, changed_in_between, only_the_newest]


@pytest.mark.parametrize("reads", READINGS, ids=lambda reads: str(reads.__name__))
def test_its_history_is_read_as_it_was(deck: Deck, saver: Any, reads: Callable[[Any], list[str]]) -> None:
    research = researching(saver)
    research.invoke(ASKED, BESIDE)
    graph = asking(research, reads)
    runs, before = recorded(deck, graph), kept(saver)
    assert [deck.replay(run, graph).unchanged for run in runs] == [True, True, True]
    assert kept(saver) == before


@pytest.mark.parametrize("reads", READINGS, ids=lambda reads: str(reads.__name__))
def test_so_is_that_of_a_recorded_one(deck: Deck, reads: Callable[[Any], list[str]], tmp_path: Path) -> None:
    research = deck.record(researching(None))
    research.invoke(ASKED, BESIDE)
    graph = asking(research, reads)
    runs, before = recorded(deck, graph), kept(research.checkpointer)
    assert [deck.replay(run, graph).unchanged for run in runs] == [True, True, True]
    assert kept(research.checkpointer) == before


async def test_so_is_one_that_is_awaited_for(deck: Deck, tmp_path: Path) -> None:
    async with AsyncSqliteSaver.from_conn_string(str(tmp_path / "other.db")) as saver:
        research = researching(saver)

        async def ask(state: Any) -> Any:
            await research.ainvoke(ASKED, BESIDE)
            return {"notes": [str(found.values) async for found in research.aget_state_history(BESIDE)]}

        graph = chain(("ask", ask))
        for _ in range(2):
            await deck.record(graph).ainvoke(NOTHING, CONFIG)
        assert [deck.replay(run, graph).unchanged for run in deck.runs("c-1")] == [True, True]


def test_a_history_that_is_read_further_now_is_told(deck: Deck, saver: Any) -> None:
    research = researching(saver)
    research.invoke(ASKED, BESIDE)
    (run,) = recorded(deck, asking(research, only_the_newest), 1)
    with pytest.raises(Diverged, match="read on"):
        deck.replay(run, asking(research, lambda research: [str(len(list(saver.list(BESIDE))))]))


def test_a_state_left_otherwise_shows_in_its_history(deck: Deck, saver: Any) -> None:
    def by(hand: str) -> Callable[[Any], list[str]]:
        def call(research: Any) -> list[str]:
            research.update_state(BESIDE, {"notes": [hand]})
            return [str(found.values["notes"]) for found in research.get_state_history(BESIDE, limit=1)]

        return call

    research = researching(saver)
    research.invoke(ASKED, BESIDE)
    (run,) = recorded(deck, asking(research, by("this")), 1)
    with pytest.raises(Diverged, match="that"):
        deck.replay(run, asking(research, by("that")))


def joined(before: list[str], writes: list[list[str]]) -> list[str]:
    return [*before, *(word for write in writes for word in write)]


def of_what_was_written(saver: Any) -> Any:
    """A graph whose state LangGraph saves as what was written to it."""

    class Words(TypedDict):
        notes: Annotated[list[str], DeltaChannel(joined)]

    graph = StateGraph(Words)
    graph.add_node("look", lambda state: {"notes": [f"look {len(state['notes'])}"]})
    graph.add_edge(START, "look")
    return graph.compile(checkpointer=saver)


def twice(research: Any) -> list[str]:
    research.invoke(ASKED, BESIDE)
    return [*research.invoke(ASKED, BESIDE)["notes"], *map(str, history(research))]


@pytest.mark.parametrize("call", [None, twice, changed_in_between])
def test_what_it_keeps_as_what_was_written_is_there_whole(deck: Deck, saver: Any, call: Any) -> None:
    graph = asking(of_what_was_written(saver), call)
    runs, before = recorded(deck, graph), kept(saver)
    assert [deck.replay(run, graph).unchanged for run in runs] == [True, True, True]
    assert kept(saver) == before


def test_what_was_read_there_is_on_the_recording(deck: Deck) -> None:
    runs = recorded(deck, asking(researching(InMemorySaver())), 2)
    readings = [call for call in runs[1].calls if call.kind == "memory"]
    assert [(call.name, call.request["thread"]) for call in readings] == [("state", "research-1")]
    assert readings[0].response["values"]["notes"] == ["?", "echo: look 1"]
    assert Notes.__annotations__.keys() == readings[0].response["values"].keys()
