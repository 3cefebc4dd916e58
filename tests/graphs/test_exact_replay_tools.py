"""Tools are never run in an exact replay, whatever they are handed and whatever they run; nor is any call swapped."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import pytest
from langchain.agents import create_agent
from langchain.tools import ToolRuntime
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import BaseTool, InjectedToolCallId, tool
from langgraph.func import entrypoint, task
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import InjectedState, ToolNode
from langgraph.types import Command, Send, interrupt
from pydantic import BaseModel, field_validator

from playhead.deck import Deck
from tests.graphs.shapes import NOTHING, Notes, chain
from tests.scripted import ScriptedModel, calling

CONFIG: Any = {"configurable": {"thread_id": "t-1"}}
PLEASE: Any = {"messages": [("user", "please")]}
RAN: list[Any] = []


@pytest.fixture(autouse=True)
def none_ran() -> None:
    RAN.clear()


def unchanged(deck: Deck, graph: Any, *models: ScriptedModel) -> None:
    """The replay of the last run asks nothing, runs no tool, and serves every recorded call."""
    run, ran, asked = deck.runs("t-1")[-1], len(RAN), [len(model.asked) for model in models]
    replay = deck.replay(run, graph)
    assert replay.unchanged, replay.divergence
    assert {call.fate for call in replay.calls} <= {"reused"}
    assert sorted(call.recorded for call in replay.calls) == sorted(call.number for call in run.calls)
    assert ([len(model.asked) for model in models], len(RAN)) == (asked, ran)


@tool
def with_runtime(word: str, runtime: ToolRuntime) -> str:
    """Look a word up."""
    RAN.append(word)
    return f"{len(runtime.state['messages'])} {runtime.tool_call_id}"


@tool
def with_state(
    word: str, state: Annotated[dict[str, Any], InjectedState], id: Annotated[str, InjectedToolCallId]
) -> Command[Any]:
    """Look a word up."""
    RAN.append(word)
    return Command(update={"messages": [ToolMessage(f"{len(state['messages'])}", tool_call_id=id)]})


@tool(response_format="content_and_artifact")
def with_artifact(word: str) -> tuple[str, dict[str, Any]]:
    """Look a word up."""
    RAN.append(word)
    return word, {"raw": [1, 2]}


@tool
async def awaited(word: str) -> str:
    """Look a word up."""
    RAN.append(word)
    return word


@pytest.mark.parametrize("tool", [with_runtime, with_state, with_artifact, awaited], ids=lambda tool: tool.name)
async def test_a_tool_is_served_whatever_it_is_handed(deck: Deck, tool: BaseTool) -> None:
    model = ScriptedModel(script={"please": calling((tool.name, {"word": "x"}), (tool.name, {"word": "y"}))})
    graph = create_agent(model, [tool])
    await deck.record(graph).ainvoke(PLEASE, CONFIG)
    assert sorted(RAN) == ["x", "y"]  # they run at once
    unchanged(deck, graph, model)


def test_parallel_tools_in_one_step_that_repeat_a_providers_id(deck: Deck) -> None:
    @tool
    def look(word: str) -> str:
        """Look a word up."""
        RAN.append(word)
        return f"found {word} {len(RAN)}"

    calls = [{"name": "look", "args": {"word": word}, "id": "same"} for word in ("a", "b", "c")]
    model = ScriptedModel(script={"please": AIMessage("", tool_calls=calls)})
    graph = StateGraph(MessagesState)
    graph.add_node("model", lambda state: {"messages": [model.invoke(state["messages"])]})
    graph.add_node("tools", ToolNode([look]))
    graph.add_edge(START, "model")
    graph.add_edge("model", "tools")
    compiled = graph.compile()
    deck.record(compiled).invoke(PLEASE, {**CONFIG, "max_concurrency": 1})
    assert len(RAN) == 3
    unchanged(deck, compiled, model)


def test_a_tool_that_asks_a_model(deck: Deck) -> None:
    model = ScriptedModel(script={"same": ["one", "two", "three"]})

    @tool
    def look(word: str) -> str:
        """Look a word up."""
        RAN.append(word)
        return model.invoke("same").text

    graph = chain(("node", lambda state: {"notes": [look.invoke({"word": "x"}), model.invoke("same").text]}))
    deck.record(graph).invoke(NOTHING, CONFIG)
    unchanged(deck, graph, model)


def test_an_agent_as_another_agents_tool(deck: Deck) -> None:
    within = ScriptedModel()
    helper = create_agent(within, [])

    @tool
    def ask_helper(question: str) -> str:
        """Ask another agent."""
        RAN.append(question)
        return str(helper.invoke({"messages": [("user", question)]})["messages"][-1].text)

    model = ScriptedModel(script={"please": calling(("ask_helper", {"question": "why?"}))})
    graph = create_agent(model, [ask_helper])
    deck.record(graph).invoke(PLEASE, CONFIG)
    unchanged(deck, graph, model, within)


def test_a_graph_that_is_run_after_a_tool_that_runs_one(deck: Deck) -> None:
    model = ScriptedModel(script={"same": ["one", "two"]})
    within = chain(("say", lambda state: {"notes": [model.invoke("same").text]}))

    @tool
    def look(word: str) -> str:
        """Look a word up."""
        return str(within.invoke(NOTHING)["notes"])

    graph = chain(("node", lambda state: {"notes": [look.invoke({"word": "x"}), *within.invoke(NOTHING)["notes"]]}))
    assert deck.record(graph).invoke(NOTHING, CONFIG)["notes"] == ["['one']", "two"]
    unchanged(deck, graph, model)


def test_a_tool_that_asked_a_person_twice(deck: Deck) -> None:
    @tool
    def book(day: str) -> str:
        """Book a day."""
        RAN.append(day)
        return f"{day} {interrupt('morning?')} {interrupt('sure?')}"

    model = ScriptedModel(script={"please": calling(("book", {"day": "Monday"}))})
    graph = create_agent(model, [book])
    deck.record(graph).invoke(PLEASE, CONFIG)
    deck.resume("t-1", graph, answer="no")
    deck.resume("t-1", graph, answer="yes")
    ran = len(RAN)
    for run in deck.runs("t-1"):
        replay = deck.replay(run, graph)
        assert (replay.unchanged, replay.status) == (True, run.status), replay.divergence
    assert len(RAN) == ran


@pytest.mark.parametrize("how", ["threads", "tasks"])
async def test_identical_parallel_prompts_keep_their_own_answers(deck: Deck, how: str) -> None:
    model = ScriptedModel(script={"same": [f"answer {n}" for n in range(20)]})

    def draft(state: Any) -> Any:
        return {"notes": [f"{state['n']}: {model.invoke('same').text}"]}

    async def adraft(state: Any) -> Any:
        await asyncio.sleep(0.001 * ((state["n"] * 7) % 5))
        return {"notes": [f"{state['n']}: {(await model.ainvoke('same')).text}"]}

    graph = StateGraph(Notes)
    graph.add_node("plan", lambda state: None)
    graph.add_node("draft", draft if how == "threads" else adraft)
    graph.add_edge(START, "plan")
    graph.add_conditional_edges("plan", lambda state: [Send("draft", {"n": n}) for n in range(20)], ["draft"])
    compiled = graph.compile()
    recorded = deck.record(compiled)
    said = recorded.invoke if how == "threads" else (await recorded.ainvoke(NOTHING, CONFIG)).get
    notes = said(NOTHING, CONFIG)["notes"] if how == "threads" else said("notes")
    assert len({note.split(": ")[1] for note in notes}) == 20
    run = deck.runs("t-1")[-1]
    assert deck.replay(run, compiled).output["notes"] == notes
    unchanged(deck, compiled, model)


async def test_identical_parallel_tasks_keep_their_own_answers(deck: Deck) -> None:
    model = ScriptedModel(script={"same": [f"answer {n}" for n in range(10)]})

    @task
    def look(n: int) -> str:
        return f"{n}: {model.invoke('same').text}"

    @entrypoint()
    def flow(count: int) -> list[str]:
        return [one.result() for one in [look(n) for n in range(count)]]

    said = deck.record(flow).invoke(10, CONFIG)
    assert deck.replay(deck.runs("t-1")[-1], flow).output == said
    unchanged(deck, flow, model)


def test_code_that_changes_what_it_was_given(deck: Deck) -> None:
    model = ScriptedModel()

    def node(state: Any) -> Any:
        state["notes"].append("mine")
        said = model.invoke(" ".join(state["notes"])).text
        state["notes"].clear()
        return {"notes": [said]}

    graph = chain(("one", node), ("two", node))
    deck.record(graph).invoke({"notes": ["given"]}, CONFIG)
    unchanged(deck, graph, model)


def conversation(model: ScriptedModel) -> Any:
    return chain(("reply", lambda state: {"messages": [model.invoke(state["messages"])]}), state=MessagesState)


def test_every_turn_of_a_conversation_replays_from_the_state_it_began_from(deck: Deck) -> None:
    model = ScriptedModel()
    graph = conversation(model)
    for turn in range(4):
        deck.record(graph).invoke({"messages": [("user", f"message {turn}")]}, CONFIG)
    for run in deck.runs("t-1"):
        replay = deck.replay(run, graph)
        assert replay.unchanged, replay.divergence
        assert [m.text for m in replay.output["messages"]] == [m.text for m in run.output["messages"]]


def test_a_state_that_was_edited_between_turns_is_part_of_where_the_next_began(deck: Deck) -> None:
    model = ScriptedModel()
    graph = conversation(model)
    recorded = deck.record(graph)
    recorded.invoke({"messages": [("user", "hello")]}, CONFIG)
    recorded.update_state(CONFIG, {"messages": [("user", "put in by hand")]})
    recorded.invoke({"messages": [("user", "and now?")]}, CONFIG)
    unchanged(deck, graph, model)


async def test_a_replay_can_be_asked_for_from_within_a_running_loop(deck: Deck) -> None:
    model = ScriptedModel()

    async def node(state: Any) -> Any:
        return {"notes": [(await model.ainvoke("one")).text]}

    graph = chain(("node", node))
    await deck.record(graph).ainvoke(NOTHING, CONFIG)
    unchanged(deck, graph, model)


def test_a_graph_recorded_in_an_own_thread_with_facts_and_context(deck: Deck) -> None:
    model = ScriptedModel()

    def node(state: Any, config: RunnableConfig) -> Any:
        return {"notes": [model.invoke(f"{config['configurable']['arm']} {config['metadata']['channel']}").text]}

    graph = chain(("node", node))
    deck.record(graph).invoke(
        NOTHING, {"configurable": {"thread_id": "t-1", "arm": "b"}, "metadata": {"channel": "sms"}}
    )
    unchanged(deck, graph, model)


class Booking(BaseModel):
    """What is wanted."""

    guests: int
    days: list[int]
    name: str

    @field_validator("name")
    @classmethod
    def is_a_name(cls, name: str) -> str:
        """Of more than one letter."""
        if len(name) < 2:
            raise ValueError("too short [1],\nsay more")
        return name


@tool(args_schema=Booking)
def book(guests: int, days: list[int], name: str) -> str:
    """Book."""
    RAN.append(name)
    return "booked"


@tool
def parse(text: str) -> str:
    """Read a booking."""
    RAN.append(text)
    return str(Booking.model_validate_json(text))


MISFITS: dict[str, Any] = {
    "missing": ("book", {"guests": 2}),
    "of other types": ("book", {"guests": "two", "days": [1, "x"], "name": "Ada"}),
    "against a rule": ("book", {"guests": 2, "days": [1], "name": "A"}),
    "beside what is injected": ("with_state", {}),
    "within the tool": ("parse", {"text": '{"guests": "two"}'}),
}


@pytest.mark.parametrize("case", MISFITS)
def test_what_did_not_fit_a_tool_is_told_to_the_model_again(deck: Deck, case: str) -> None:
    model = ScriptedModel(script={"please": calling(MISFITS[case]), "": "done"})
    graph = create_agent(model, [book, parse, with_state])
    out = deck.record(graph).invoke(PLEASE, CONFIG)
    assert out["messages"][-2].status == "error"
    unchanged(deck, graph, model)
