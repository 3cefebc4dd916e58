"""A graph that stops to ask goes on with the answer; the two runs belong to one cause."""

from __future__ import annotations

import operator
from typing import Annotated, Any, TypedDict

import pytest
from langgraph.func import entrypoint, task
from langgraph.graph import START, StateGraph
from langgraph.types import Command, Send, interrupt

from playhead.deck import Deck
from playhead.errors import NothingToResume
from tests.graphs.shapes import NOTHING, Notes, bare, chain
from tests.scripted import ScriptedModel

CONFIG: Any = {"configurable": {"thread_id": "t-1", "event": "m-1"}}


def asking() -> Any:
    """Asks a model, then a person, then the model again."""
    model = ScriptedModel()

    def approve(state: Notes) -> Notes:
        draft = model.invoke("draft").text
        return {"notes": [draft, interrupt({"ok?": draft}), model.invoke("final").text]}

    return chain(("before", lambda state: {"notes": ["before"]}), ("approve", approve))


def test_an_interrupt_is_returned_and_recorded_as_the_runs_end(deck: Deck) -> None:
    returned = deck.record(asking()).invoke(NOTHING, CONFIG)
    (run,) = deck.runs("t-1")
    assert returned["__interrupt__"][0].value == {"ok?": "echo: draft"}
    assert run.status == "interrupted"
    assert bare(run.output) == bare(returned)
    assert [(step.address, step.status) for step in run.steps][1:] == [
        ("before@1", "done"),
        ("approve@2", "interrupted"),
    ]
    assert [call.request["messages"][0].text for call in run.calls] == ["draft"]


def test_the_answer_is_a_new_run_of_the_same_cause(deck: Deck) -> None:
    deck.record(asking()).invoke(NOTHING, CONFIG)
    assert deck.resume("t-1", asking(), answer="yes")["notes"] == ["before", "echo: draft", "yes", "echo: final"]
    first, second = deck.runs("t-1")
    assert (second.cause, second.input, second.status) == (
        first.cause,
        {"resume": "yes"},
        "done",
    ) and first.cause == "m-1"
    assert [step.address for step in second.steps] == ["approve@2"]
    assert [call.request["messages"][0].text for call in second.calls] == ["draft", "final"]


async def test_an_answer_can_be_given_async(deck: Deck) -> None:
    await deck.record(asking()).ainvoke(NOTHING, CONFIG)
    assert (await deck.aresume("t-1", asking(), answer="yes"))["notes"][-2:] == ["yes", "echo: final"]
    assert [run.status for run in deck.runs("t-1")] == ["interrupted", "done"]


@pytest.mark.parametrize("answer", [False, 0, "", {"resume": 1}, ["a", {"b": None}]])
def test_any_answer_but_none_is_an_answer(deck: Deck, answer: Any) -> None:
    deck.record(asking()).invoke(NOTHING, CONFIG)
    assert deck.resume("t-1", asking(), answer=answer)["notes"][2] == answer


def test_without_an_answer_there_is_nothing_to_resume(deck: Deck) -> None:
    deck.record(asking()).invoke(NOTHING, CONFIG)
    with pytest.raises(NothingToResume):
        deck.resume("t-1", asking())


def test_two_questions_in_one_node_are_answered_in_turn(deck: Deck) -> None:
    graph = chain(("ask", lambda state: {"notes": [interrupt("one?"), interrupt("two?")]}))
    deck.record(graph).invoke(NOTHING, CONFIG)
    deck.resume("t-1", graph, answer="1")
    assert deck.resume("t-1", graph, answer="2") == {"notes": ["1", "2"]}
    assert [run.status for run in deck.runs("t-1")] == ["interrupted", "interrupted", "done"]


def test_questions_asked_side_by_side_are_answered_together(deck: Deck) -> None:
    graph = StateGraph(Notes)
    graph.add_node("plan", lambda state: None)
    graph.add_node("ask", lambda state: {"notes": [f"{state['n']}={interrupt(state['n'])}"]})
    graph.add_edge(START, "plan")
    graph.add_conditional_edges("plan", lambda state: [Send("ask", {"n": n}) for n in "ab"], ["ask"])
    compiled = graph.compile()
    returned = deck.record(compiled).invoke(NOTHING, CONFIG)
    answers = {question.id: question.value.upper() for question in returned["__interrupt__"]}
    assert deck.resume("t-1", compiled, answer=answers) == {"notes": ["a=A", "b=B"]}
    assert len(deck.runs("t-1")[0].output["__interrupt__"]) == 2


class Asked(TypedDict, total=False):
    """What was answered, and something that no node is given."""

    asks: list[str]
    answers: Annotated[list[str], operator.add]
    place: Any


def side_by_side() -> Any:
    """As many nodes ask as are said to."""
    builder = StateGraph(Asked)
    for name in "ab":
        builder.add_node(name, lambda _, name=name: {"answers": [interrupt(name)]}, input_schema=Answers)
    builder.add_conditional_edges(START, lambda state: state["asks"], ["a", "b"])
    return builder.compile()


class Answers(TypedDict, total=False):
    """What those who ask are given."""

    answers: Annotated[list[str], operator.add]


def test_a_conversation_goes_on_where_fewer_questions_wait_than_at_the_state_before(deck: Deck) -> None:
    agent = deck.record(side_by_side())
    agent.invoke({"asks": ["a", "b"]}, CONFIG)
    agent.invoke({"asks": ["a"]}, {"configurable": {"thread_id": "t-1", "event": "m-2"}})
    assert deck.check().problems == ()
    assert deck.resume("t-1", side_by_side(), answer="yes")["answers"] == ["yes"]


@pytest.mark.parametrize("place", [(1, 2), {(1, 2)}])
def test_a_run_that_answers_one_of_two_questions_ends_whatever_its_state_is_read_as(deck: Deck, place: Any) -> None:
    """Without a checkpoint of its own it is given the state that was there: a tuple in it comes back as a list."""
    agent = deck.record(side_by_side(), strict=True)
    agent.invoke({"asks": ["a", "b"], "place": place}, CONFIG)
    first = min(agent.get_state(CONFIG).interrupts, key=lambda question: str(question.value))
    agent.invoke(Command(resume={first.id: "yes"}), CONFIG)
    assert [run.status for run in deck.runs("t-1")] == ["interrupted", "interrupted"]
    assert deck.resume("t-1", side_by_side(), answer="no")["answers"] == ["yes", "no"]


def test_a_question_in_a_subgraph_stops_the_whole(deck: Deck) -> None:
    graph = chain(("child", chain(("ask", lambda state: {"notes": [interrupt("sub?")]}))))
    returned = deck.record(graph).invoke(NOTHING, CONFIG)
    assert bare(deck.runs("t-1")[0].output) == bare(returned)
    assert deck.resume("t-1", graph, answer="ok") == {"notes": ["ok"]}
    assert [step.address for step in deck.runs("t-1")[1].steps] == ["child@1", "child@1/ask@1"]


@pytest.mark.parametrize("where", ["compiled in", "given when run"])
@pytest.mark.parametrize("side", ["interrupt_before", "interrupt_after"])
def test_a_pause_at_a_node_is_an_interrupted_run_and_goes_on_without_an_answer(
    deck: Deck, side: str, where: str
) -> None:
    node = "second" if side == "interrupt_before" else "first"
    graph = chain(("first", lambda state: {"notes": ["1"]}), ("second", lambda state: {"notes": ["2"]}))
    given: dict[str, Any] = {side: [node]} if where == "given when run" else {}
    if not given:
        graph = graph.copy({f"{side}_nodes": [node]})
    assert deck.record(graph).invoke(NOTHING, CONFIG, **given) == {"notes": ["1"]}
    assert deck.runs("t-1")[0].status == "interrupted"
    assert deck.resume("t-1", graph) == {"notes": ["1", "2"]}
    assert [run.status for run in deck.runs("t-1")] == ["interrupted", "done"]


def test_a_question_in_a_functional_flow(deck: Deck) -> None:
    model = ScriptedModel()

    @task
    def draft(topic: str) -> str:
        return model.invoke(topic).text

    @entrypoint()
    def flow(topic: str) -> str:
        return f"{draft(topic).result()} / {interrupt('ok?')}"

    deck.record(flow).invoke("x", CONFIG)
    assert deck.resume("t-1", flow, answer="yes") == "echo: x / yes"
    first, second = deck.runs("t-1")
    assert [call.address for call in first.calls] == ["flow@0/draft@0[0]"]
    assert second.output == "echo: x / yes"
    assert not second.calls, "a finished task is not run again"


def test_an_answer_may_come_with_an_update(deck: Deck) -> None:
    deck.record(asking()).invoke(NOTHING, CONFIG)
    agent = deck.record(asking())
    result = agent.invoke(Command(resume="yes", update={"notes": ["besides"]}), CONFIG)
    assert result["notes"] == ["before", "besides", "echo: draft", "yes", "echo: final"]
    assert deck.runs("t-1")[1].input == {"resume": "yes", "update": {"notes": ["besides"]}}


def test_a_tool_that_asks_is_interrupted_and_then_done(deck: Deck) -> None:
    from langchain.agents import create_agent
    from langchain_core.tools import tool

    from tests.scripted import calling

    @tool
    def book(day: str) -> str:
        """Book a day."""
        return f"{day}: {interrupt('sure?')}"

    model = ScriptedModel(script={"please": calling(("book", {"day": "Monday"}))})
    graph = create_agent(model, [book])
    deck.record(graph).invoke({"messages": [("user", "please")]}, CONFIG)
    result = deck.resume("t-1", graph, answer="yes")
    assert result["messages"][-1].text == "echo: Monday: yes"
    statuses = [(call.kind, call.status) for run in deck.runs("t-1") for call in run.calls]
    assert statuses == [("model", "done"), ("tool", "interrupted"), ("tool", "done"), ("model", "done")]
