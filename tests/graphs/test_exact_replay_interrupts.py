"""An exact replay gives a person's recorded answers again: the turn is played through to its end, with no call."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from langchain.agents import create_agent
from langchain_core.tools import tool
from langgraph.channels import UntrackedValue
from langgraph.func import entrypoint, task
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, Send, interrupt

from playhead.deck import Deck
from playhead.records import Replay
from tests.graphs.shapes import NOTHING, Notes, chain
from tests.scripted import ScriptedModel, calling

CONFIG: Any = {"configurable": {"thread_id": "t-1"}}


def unchanged(deck: Deck, graph: Any, model: ScriptedModel | None = None) -> Replay:
    """The replay of the conversation's last turn: nothing is asked, every step is as it was."""
    runs = deck.runs("t-1")
    asked = len(model.asked) if model else 0
    replay = deck.replay(runs[-1], graph)
    assert replay.unchanged, replay.divergence
    assert {call.fate for call in replay.calls} <= {"reused"}
    assert len(model.asked if model else ()) == asked
    turn = [run for run in runs if run.cause == runs[-1].cause]
    played = sorted((step.address, step.status) for step in replay.steps)  # side by side: in whatever order
    assert played == sorted((step.address, step.status) for run in turn for step in run.steps)
    assert replay.status == runs[-1].status
    return replay


def asking(model: ScriptedModel) -> Any:
    """Asks a model, then a person, then the model again."""

    def approve(state: Notes) -> Notes:
        draft = model.invoke("draft").text
        return {"notes": [draft, interrupt({"ok?": draft}), model.invoke("final").text]}

    return chain(("before", lambda state: {"notes": ["before"]}), ("approve", approve))


def test_an_answered_question_is_answered_again(deck: Deck) -> None:
    model = ScriptedModel()
    deck.record(asking(model)).invoke(NOTHING, CONFIG)
    deck.resume("t-1", asking(model), answer="yes")
    replay = unchanged(deck, asking(model), model)
    assert replay.output == {"notes": ["before", "echo: draft", "yes", "echo: final"]}


def test_a_turn_is_played_up_to_the_run_that_is_asked_for(deck: Deck) -> None:
    model = ScriptedModel()
    deck.record(asking(model)).invoke(NOTHING, CONFIG)
    deck.resume("t-1", asking(model), answer="yes")
    replay = deck.replay(deck.runs("t-1")[0], asking(model))
    assert (replay.status, replay.unchanged) == ("interrupted", True)
    assert replay.output["__interrupt__"][0].value == {"ok?": "echo: draft"}


async def test_an_answer_given_async_is_given_again(deck: Deck) -> None:
    model = ScriptedModel()
    await deck.record(asking(model)).ainvoke(NOTHING, CONFIG)
    await deck.aresume("t-1", asking(model), answer="yes")
    unchanged(deck, asking(model), model)


def test_a_question_in_a_loop_is_answered_each_time(deck: Deck) -> None:
    model = ScriptedModel()
    graph = StateGraph(Notes)
    graph.add_node("ask", lambda state: {"notes": [f"{model.invoke('same').text} {interrupt(len(state['notes']))}"]})
    graph.add_edge(START, "ask")
    graph.add_conditional_edges("ask", lambda state: END if len(state["notes"]) == 3 else "ask", ["ask", END])
    compiled = graph.compile()
    deck.record(compiled).invoke(NOTHING, CONFIG)
    for answer in ("one", "two", "three"):
        deck.resume("t-1", compiled, answer=answer)
    assert unchanged(deck, compiled, model).output == {
        "notes": ["echo: same one", "echo: same two", "echo: same three"]
    }


def test_two_questions_in_one_node_are_answered_in_turn(deck: Deck) -> None:
    graph = chain(("ask", lambda state: {"notes": [interrupt("one?"), interrupt("two?")]}))
    deck.record(graph).invoke(NOTHING, CONFIG)
    deck.resume("t-1", graph, answer="1")
    deck.resume("t-1", graph, answer="2")
    assert unchanged(deck, graph).output == {"notes": ["1", "2"]}


def side_by_side(model: ScriptedModel) -> Any:
    """Two branches that each ask a person, and one that asks nobody."""

    def ask(state: Any) -> Any:
        said = model.invoke("same").text
        return {"notes": [f"{state['n']} {said} {interrupt(state['n']) if state['n'] != 'c' else ''}"]}

    graph = StateGraph(Notes)
    graph.add_node("plan", lambda state: None)
    graph.add_node("ask", ask)
    graph.add_node("join", lambda state: {"notes": [model.invoke("join").text]})
    graph.add_edge(START, "plan")
    graph.add_conditional_edges("plan", lambda state: [Send("ask", {"n": n}) for n in "abc"], ["ask"])
    graph.add_edge("ask", "join")
    return graph.compile()


def test_questions_asked_side_by_side_are_answered_together(deck: Deck) -> None:
    model = ScriptedModel()
    compiled = side_by_side(model)
    returned = deck.record(compiled).invoke(NOTHING, CONFIG)
    answers = {question.id: question.value.upper() for question in returned["__interrupt__"]}
    deck.resume("t-1", compiled, answer=answers)
    assert unchanged(deck, compiled, model).output["notes"][0] == "a echo: same A"


def test_questions_asked_side_by_side_are_answered_one_after_the_other(deck: Deck) -> None:
    model = ScriptedModel()
    compiled = side_by_side(model)
    returned = deck.record(compiled).invoke(NOTHING, CONFIG)
    for question in returned["__interrupt__"][::-1]:
        deck.resume("t-1", compiled, answer={question.id: question.value.upper()})
    assert unchanged(deck, compiled, model).output["notes"][:2] == ["a echo: same A", "b echo: same B"]


def test_parallel_nodes_of_which_one_asks(deck: Deck) -> None:
    model = ScriptedModel()
    graph = StateGraph(Notes)
    graph.add_node("left", lambda state: {"notes": [model.invoke("left").text]})
    graph.add_node("right", lambda state: {"notes": [model.invoke("right").text, interrupt("ok?")]})
    graph.add_edge(START, "left")
    graph.add_edge(START, "right")
    compiled = graph.compile()
    deck.record(compiled).invoke(NOTHING, CONFIG)
    deck.resume("t-1", compiled, answer="yes")
    unchanged(deck, compiled, model)


@pytest.mark.parametrize("depth", [1, 2])
def test_a_question_in_a_subgraph(deck: Deck, depth: int) -> None:
    model = ScriptedModel()
    graph = chain(
        ("first", lambda state: {"notes": [model.invoke("first").text]}),
        ("ask", lambda state: {"notes": [interrupt("sub?"), model.invoke("after").text]}),
    )
    for level in range(depth):
        graph = chain((f"child{level}", graph), ("next", lambda state: {"notes": [model.invoke("next").text]}))
    deck.record(graph).invoke(NOTHING, CONFIG)
    deck.resume("t-1", graph, answer="ok")
    unchanged(deck, graph, model)


def test_a_question_in_a_subgraph_that_a_node_calls(deck: Deck) -> None:
    model = ScriptedModel()
    within = chain(
        ("first", lambda state: {"notes": [model.invoke("first").text]}),
        ("ask", lambda state: {"notes": [interrupt("sub?"), model.invoke("after").text]}),
    )
    graph = chain(("outer", lambda state: {"notes": [str(within.invoke({"notes": []}))]}))
    deck.record(graph).invoke(NOTHING, CONFIG)
    deck.resume("t-1", graph, answer="ok")
    unchanged(deck, graph, model)


def test_a_question_in_a_functional_flow(deck: Deck) -> None:
    model = ScriptedModel()

    @task
    def draft(topic: str) -> str:
        return model.invoke(topic).text

    @entrypoint()
    def flow(topic: str) -> str:
        return f"{draft(topic).result()} / {interrupt('ok?')} / {draft('last').result()}"

    deck.record(flow).invoke("x", CONFIG)
    deck.resume("t-1", flow, answer="yes")
    assert unchanged(deck, flow, model).output == "echo: x / yes / echo: last"


def test_an_answer_that_came_with_an_update(deck: Deck) -> None:
    model = ScriptedModel()
    deck.record(asking(model)).invoke(NOTHING, CONFIG)
    deck.record(asking(model)).invoke(Command(resume="yes", update={"notes": ["besides"]}), CONFIG)
    assert unchanged(deck, asking(model), model).output["notes"][:2] == ["before", "besides"]


def test_a_tool_that_asked_runs_again_and_is_answered_again(deck: Deck) -> None:
    ran = []

    @tool
    def book(day: str) -> str:
        """Book a day."""
        ran.append(day)
        return f"{day}: {interrupt('sure?')}"

    model = ScriptedModel(script={"please": calling(("book", {"day": "Monday"}))})
    graph = create_agent(model, [book])
    deck.record(graph).invoke({"messages": [("user", "please")]}, CONFIG)
    deck.resume("t-1", graph, answer="yes")
    assert unchanged(deck, graph, model).output["messages"][-1].text == "echo: Monday: yes"


@pytest.mark.parametrize("side", ["interrupt_before", "interrupt_after"])
@pytest.mark.parametrize("where", ["compiled in", "given when run"])
def test_a_pause_at_a_node_is_no_question(deck: Deck, side: str, where: str) -> None:
    model = ScriptedModel()
    graph = chain(
        ("first", lambda state: {"notes": [model.invoke("1").text]}),
        ("second", lambda state: {"notes": [model.invoke("2").text]}),
    )
    given = {side: ["second" if side == "interrupt_before" else "first"]}
    if where == "compiled in":
        graph = graph.copy({f"{side}_nodes": given.pop(side)})
    deck.record(graph).invoke(NOTHING, CONFIG, **given)
    unchanged(deck, graph, model)
    deck.resume("t-1", graph)
    assert unchanged(deck, graph, model).output["notes"] == ["echo: 1", "echo: 2"]


def test_a_pause_in_a_subgraph_beside_another_node_and_a_pause_of_the_graph_s_own(deck: Deck) -> None:
    within = chain(("first", lambda state: {"notes": ["1"]}), ("second", lambda state: {"notes": ["2"]}))
    graph = StateGraph(Notes)
    graph.add_node("within", within.copy({"interrupt_before_nodes": ["second"]}))
    graph.add_node("beside", lambda state: {"notes": ["beside"]})
    graph.add_node("after", lambda state: {"notes": ["after"]})
    graph.add_edge(START, "within")
    graph.add_edge(START, "beside")
    graph.add_edge(["within", "beside"], "after")
    compiled = graph.compile(interrupt_before=["after"])
    deck.record(compiled).invoke(NOTHING, CONFIG)
    for _ in range(2):
        deck.resume("t-1", compiled)
    assert deck.replay(deck.runs("t-1")[-1], compiled).output["notes"] == ["beside", "1", "2", "after"]


def test_a_question_in_the_second_turn_of_a_conversation(deck: Deck) -> None:
    model = ScriptedModel()
    graph = asking(model)
    for answer in ("one", "two"):
        deck.record(graph).invoke(NOTHING, CONFIG)
        deck.resume("t-1", graph, answer=answer)
    replay = unchanged(deck, graph, model)
    assert replay.output["notes"] == deck.runs("t-1")[-1].output["notes"]
    first = deck.replay(deck.runs("t-1")[1], graph)
    assert first.unchanged, first.divergence


class Handled(Notes, total=False):
    """Beside the notes, something that LangGraph keeps in no checkpoint."""

    handle: Annotated[str, UntrackedValue(str)]


def with_a_handle() -> Any:
    graph: Any = StateGraph(Handled)
    graph.add_node("open", lambda state: {"handle": "open"})
    graph.add_node("ask", lambda state: {"notes": [interrupt("?")]})
    graph.add_node("use", lambda state: {"notes": [state.get("handle", "nothing")]})
    graph.add_edge(START, "open")
    graph.add_edge(START, "ask")
    graph.add_edge(["open", "ask"], "use")
    return graph.compile()


def test_what_is_not_tracked_is_there_after_a_question_where_the_run_saved_at_its_exit_only(deck: Deck) -> None:
    recorded = deck.record(with_a_handle())
    recorded.invoke(NOTHING, CONFIG, durability="exit")
    assert recorded.invoke(Command(resume="yes"), CONFIG, durability="exit")["notes"] == ["yes", "open"]
    assert unchanged(deck, with_a_handle()).output["notes"] == ["yes", "open"]


@pytest.mark.parametrize("is_within", [False, True])
def test_what_is_not_tracked_is_lost_at_a_question_as_it_was(deck: Deck, is_within: bool) -> None:
    graph = chain(("within", with_a_handle()), ("after", lambda state: None)) if is_within else with_a_handle()
    recorded = deck.record(graph)
    recorded.invoke(NOTHING, CONFIG)
    assert recorded.invoke(Command(resume="yes"), CONFIG)["notes"] == ["yes", "nothing"]
    assert unchanged(deck, graph).output == {"notes": ["yes", "nothing"]}


def test_a_replay_of_a_tool_that_asks_is_kept_with_its_question(deck: Deck) -> None:
    @tool
    def pay(amount: int) -> str:
        """Pay."""
        return f"paid {interrupt({'pay': amount})}"

    model = ScriptedModel(script={"please": calling(("pay", {"amount": 3}), ("pay", {"amount": 4}))})
    graph = create_agent(model, [pay])
    deck.record(graph).invoke({"messages": [("user", "please")]}, CONFIG)
    kept = deck.keep(deck.replay(deck.runs("t-1")[-1], graph))
    replay = deck.replay(kept, graph)
    asked = [question.value["pay"] for question in replay.output["__interrupt__"]]
    assert sorted(asked) == [3, 4]  # side by side: in whatever order they get to it


@pytest.mark.parametrize("durability", ["sync", "async", "exit"])
def test_a_graph_that_a_node_had_run_before_the_one_that_asked_is_run_again_if_it_was(
    deck: Deck, durability: Any
) -> None:
    within = chain(("note", lambda state: None), ("ask", lambda state: {"notes": [_asked(state["notes"][0])]}))
    graph = chain(("node", lambda state: {"notes": [within.invoke({"notes": [w]})["notes"][-1] for w in ("a", "b?")]}))
    recorded = deck.record(graph)
    recorded.invoke(NOTHING, CONFIG, durability=durability)
    recorded.invoke(Command(resume="yes"), CONFIG, durability=durability)
    assert unchanged(deck, graph).output == {"notes": ["a", "yes"]}


def _asked(word: str) -> str:
    return str(interrupt(word)) if word.endswith("?") else word


def test_the_answer_that_a_tool_took_is_no_answer_to_the_next_question(deck: Deck) -> None:
    @tool
    def pay(amount: int) -> str:
        """Pay."""
        return f"paid {interrupt('pay?')} {interrupt('sure?')}"

    within = chain(
        ("pay", lambda state: {"notes": [pay.invoke({"amount": 3})]}),
        ("ask", lambda state: {"notes": [interrupt("anything else?")]}),
    )
    graph = chain(("within", within))
    deck.record(graph).invoke(NOTHING, CONFIG)
    for answer in ("yes", "I am", "no"):
        deck.resume("t-1", graph, answer=answer)
    for run in deck.runs("t-1"):
        replay = deck.replay(run, graph)
        assert (replay.unchanged, replay.status) == (True, run.status), replay.divergence
    assert unchanged(deck, graph).output == {"notes": ["paid yes I am", "no"]}


def test_a_flow_that_asks_in_its_second_turn_gives_its_question_and_not_what_it_gave_before(deck: Deck) -> None:
    @entrypoint()
    def flow(given: str) -> str:
        return f"{given} {_asked(given)}"

    for given in ("one", "two?"):
        deck.record(flow).invoke(given, CONFIG)
    for gave in (deck.runs("t-1")[-1].output, unchanged(deck, flow).output):
        assert [question.value for question in gave.pop("__interrupt__")] == ["two?"]
        assert gave == {}


def test_what_a_question_leaves_is_what_was_saved_before_it_not_what_code_changed_since(deck: Deck) -> None:
    def careless(state: Notes) -> Notes:
        state["notes"].append("never written")
        return {"notes": [interrupt("?")]}

    graph = chain(("before", lambda state: {"notes": ["before"]}), ("careless", careless))
    deck.record(graph).invoke(NOTHING, CONFIG)
    assert unchanged(deck, graph).output["notes"] == ["before"]
