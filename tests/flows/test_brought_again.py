"""A message that comes again is worked on once: it is given its answer, or goes on where it was."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.func import entrypoint
from langgraph.graph import MessagesState
from langgraph.types import interrupt
from structlog.testing import capture_logs

import playhead
from playhead import effect
from playhead.config import load_config
from playhead.deck import Deck
from tests.graphs.shapes import chain

SENT: list[str] = []


@effect()
def tell(text: str) -> str:
    """Tell somebody."""
    SENT.append(text)
    return text


@pytest.fixture(params=["sqlite", "postgres"])
def deck(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Deck]:
    place = tmp_path / "runs.db" if request.param == "sqlite" else request.getfixturevalue("server")
    SENT.clear()
    with playhead.open(place, synchronous="NORMAL", config=load_config(tmp_path)) as opened:
        yield opened


def named(event: str | None, thread: str = "c-1") -> Any:
    return {"configurable": {"thread_id": thread, **({} if event is None else {"event": event})}}


def noting(*nodes: Callable[[Any], Any]) -> Any:
    return chain(*((node.__name__, node) for node in nodes))


class Counting:
    """A node that answers what came last, counts how often it ran, and fails as often as it is told to."""

    __name__ = "answer"

    def __init__(self, failures: int = 0) -> None:
        self.ran, self._failures = 0, failures

    def __call__(self, state: Any) -> Any:
        self.ran += 1
        if self.ran <= self._failures:
            raise ZeroDivisionError
        return {"notes": [tell(f"re {state['notes'][-1]}")]}


def test_a_message_that_was_answered_is_given_its_answer_and_nothing_runs(deck: Deck) -> None:
    agent = deck.record(noting(answer := Counting()))
    first = agent.invoke({"notes": ["one"]}, named("m-1"))
    agent.invoke({"notes": ["two"]}, named("m-2"))
    with capture_logs() as told:
        assert agent.invoke({"notes": ["one"]}, named("m-1")) == first == {"notes": ["one", "re one"]}
    assert (answer.ran, SENT) == (2, ["re one", "re two"])
    assert agent.get_state(named(None)).values["notes"] == ["one", "re one", "two", "re two"]
    runs = deck.runs("c-1")
    assert [(run.cause, run.status, run.attempt) for run in runs] == [("m-1", "done", 1), ("m-2", "done", 1)]
    assert [(entry["cause"], entry["thread"], entry["run"]) for entry in told] == [("m-1", "c-1", runs[0].id)]
    assert deck.check().problems == ()
    assert agent.invoke({"notes": ["three"]}, named("m-3"))["notes"][-2:] == ["three", "re three"]


async def test_an_async_graph_gives_it_the_same(deck: Deck) -> None:
    agent = deck.record(noting(answer := Counting()))
    first = await agent.ainvoke({"notes": ["one"]}, named("m-1"))
    assert await agent.ainvoke({"notes": ["one"]}, named("m-1")) == first
    again = [piece async for piece in agent.astream({"notes": ["one"]}, named("m-1"), stream_mode="values")]
    assert (again, answer.ran, len(deck.runs("c-1"))) == ([first], 1, 1)


WISHES: list[dict[str, Any]] = [
    {},
    {"stream_mode": "updates"},
    {"stream_mode": ["updates", "values"]},
    {"stream_mode": ["updates", "values"], "subgraphs": True},
    {"stream_mode": ["updates", "values"], "version": "v2"},
    {"stream_mode": "values", "output_keys": "notes"},
]


@pytest.mark.parametrize("wishes", WISHES, ids=str)
def test_a_stream_gives_again_what_each_node_gave_and_the_end(deck: Deck, wishes: dict[str, Any]) -> None:
    agent = deck.record(noting(lambda state: {"notes": ["looked"]}, Counting()))
    first = list(agent.stream({"notes": ["one"]}, named("m-1"), **wishes))
    again = list(agent.stream({"notes": ["one"]}, named("m-1"), **wishes))
    last = [piece for piece in again if "values" in str(wishes.get("stream_mode"))][-1:]
    assert [piece for piece in first if piece in again] == again
    assert last == ([first[-1]] if last else [])
    assert len(again) == 3 if isinstance(wishes.get("stream_mode"), list) else again


def test_one_that_waits_for_a_person_is_given_its_question_again_and_then_what_came_of_the_answer(deck: Deck) -> None:
    def ask(state: Any) -> Any:
        return {"notes": [tell(interrupt("sure?"))]}

    agent = deck.record(graph := noting(ask))
    first = agent.invoke({"notes": ["one"]}, named("m-1"))
    assert agent.invoke({"notes": ["one"]}, named("m-1")) == first
    assert [question.value for question in first["__interrupt__"]] == ["sure?"]
    assert list(agent.stream({"notes": ["one"]}, named("m-1"))) == [{"__interrupt__": tuple(first["__interrupt__"])}]
    assert deck.resume("c-1", graph, answer="yes")["notes"] == ["one", "yes"]
    assert agent.invoke({"notes": ["one"]}, named("m-1")) == {"notes": ["one", "yes"]}
    assert (SENT, [run.status for run in deck.runs("c-1")]) == (["yes"], ["interrupted", "done"])


def test_a_message_is_the_same_though_it_was_given_an_id_meanwhile(deck: Deck) -> None:
    def answer(state: Any) -> Any:
        return {"messages": [AIMessage("hello")]}

    agent = deck.record(chain(("answer", answer), state=MessagesState))
    given = {"messages": [HumanMessage("hi")]}  # LangGraph gives the message its id
    first = agent.invoke(given, named("m-1"))
    for each in (given, {"messages": [HumanMessage("hi")]}, {"messages": [HumanMessage("hi", id="another")]}):
        assert agent.invoke(each, named("m-1")) == first
    assert len(deck.runs("c-1")) == 1


def test_a_graph_of_one_output_gives_it_again(deck: Deck) -> None:
    ran = []

    @entrypoint()
    def flow(given: str, previous: Any) -> Any:
        ran.append(given)
        return {"said": given}

    agent = deck.record(flow)
    assert [agent.invoke("one", named("m-1")) for _ in range(2)] == [{"said": "one"}] * 2
    assert ran == ["one"]


def test_an_event_that_comes_with_another_input_is_run_and_its_effects_are_not_done_again(deck: Deck) -> None:
    agent = deck.record(noting(Counting()))
    agent.invoke({"notes": ["one"]}, named("m-1"))
    with capture_logs() as told:
        assert agent.invoke({"notes": ["other"]}, named("m-1"))["notes"] == ["one", "re one", "other", "re one"]
    assert "another input" in told[0]["event"]
    assert agent.invoke({"notes": ["one"]}, named("m-1"))["notes"] == ["one", "re one"]
    assert agent.invoke({"notes": ["other"]}, named("m-1"))["notes"][2:] == ["other", "re one"]
    assert SENT == ["re one"]
    assert len(deck.runs("c-1")) == 2


def test_without_an_event_and_in_another_conversation_it_is_another_message(deck: Deck) -> None:
    agent = deck.record(noting(answer := Counting()))
    for event, thread in ((None, "c-1"), (None, "c-1"), ("m-1", "c-1"), ("m-1", "c-2")):
        agent.invoke({"notes": ["one"]}, named(event, thread))
    assert (answer.ran, len(deck.runs("c-1")), len(deck.runs("c-2"))) == (4, 3, 1)


def test_what_another_graph_answered_in_the_conversation_is_no_answer_of_this_one(deck: Deck) -> None:
    for name in ("first", "second"):
        deck.record(noting(Counting()), name).invoke({"notes": ["one"]}, named("m-1"))
    assert [run.graph for run in deck.runs("c-1")] == ["first", "second"]


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
async def test_a_message_that_failed_goes_on_where_it_was(deck: Deck, is_async: bool) -> None:
    looked = []

    def look(state: Any) -> Any:
        looked.append(state)
        return {"notes": ["looked"]}

    agent = deck.record(noting(look, Counting(failures=1)))
    with pytest.raises(ZeroDivisionError):
        agent.invoke({"notes": ["one"]}, named("m-1"))
    given: Any = {"notes": ["one"]}
    ended = await agent.ainvoke(given, named("m-1")) if is_async else agent.invoke(given, named("m-1"))
    assert ended["notes"] == ["one", "looked", "re looked"]
    assert (len(looked), SENT) == (1, ["re looked"])
    assert [(run.status, run.attempt) for run in deck.runs("c-1")] == [("done", 2)]


def test_one_that_failed_and_was_passed_by_is_run_anew(deck: Deck) -> None:
    agent = deck.record(noting(Counting(failures=1)))
    with pytest.raises(ZeroDivisionError):
        agent.invoke({"notes": ["one"]}, named("m-1"))
    agent.invoke({"notes": ["two"]}, named("m-2"))
    assert agent.invoke({"notes": ["one"]}, named("m-1"))["notes"][-2:] == ["one", "re one"]
    assert [run.status for run in deck.runs("c-1")] == ["failed", "done", "done"]


def test_one_that_comes_again_while_it_is_worked_on_waits_for_the_answer(deck: Deck) -> None:
    reached, opened = threading.Event(), threading.Event()

    def wait(state: Any) -> None:
        reached.set()
        assert opened.wait(60)

    agent = deck.record(noting(wait, answer := Counting()))
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(agent.invoke, {"notes": ["one"]}, named("m-1"))
        assert reached.wait(60)
        again = threads.submit(agent.invoke, {"notes": ["one"]}, named("m-1"))
        opened.set()
        assert first.result(60) == again.result(60)
    assert (answer.ran, len(deck.runs("c-1"))) == (1, 1)


def test_what_was_forgotten_is_answered_anew(deck: Deck) -> None:
    agent = deck.record(noting(answer := Counting()))
    agent.invoke({"notes": ["one"]}, named("m-1"))
    deck.forget("c-1")
    assert agent.invoke({"notes": ["one"]}, named("m-1"))["notes"] == ["one", "re one"]
    assert answer.ran == 2
