"""What a call's record says: what was asked, as sent; what came back; what it cost; what went wrong."""

from __future__ import annotations

import contextvars
import threading
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from playhead.deck import Deck
from playhead.errors import PlayheadWarning
from playhead.records import Call, Run
from tests.graphs.shapes import HELLO, NOTHING, SHAPES, add, agent, chain, fail, structured
from tests.scripted import ScriptedModel, StreamingModel, calling

CONFIG: Any = {"configurable": {"thread_id": "t-1"}}


def record(deck: Deck, graph: Any, given: Any = NOTHING) -> Run:
    deck.record(graph).invoke(given, CONFIG)
    return deck.runs("t-1")[-1]


def only_call(deck: Deck, node: Any) -> Call:
    (call,) = record(deck, chain(("node", node))).calls
    return call


def test_a_model_call_keeps_its_messages_model_answer_usage_and_latency(deck: Deck) -> None:
    model = ScriptedModel(script={"Hi": "Hello!"})
    call = only_call(
        deck, lambda state: {"notes": [model.invoke([SystemMessage("Be kind."), HumanMessage("Hi")]).text]}
    )
    assert call.request["messages"] == [SystemMessage("Be kind."), HumanMessage("Hi")]
    assert call.request["model"] == call.name == "scripted-1"
    assert call.response["message"].text == "Hello!"
    assert (call.input_tokens, call.output_tokens, call.attempt, call.status) == (20, 7, 1, "done")
    assert 0 < call.seconds < 5
    assert call.error is None


def test_the_request_is_as_it_was_when_the_call_was_made(deck: Deck) -> None:
    model = ScriptedModel()
    messages = [HumanMessage("first")]

    def node(state: Any) -> Any:
        model.invoke(messages)
        messages[0].content = "changed afterwards"
        return {"notes": ["x"]}

    assert only_call(deck, node).request["messages"][0].text == "first"


def test_a_steps_input_is_as_it_was_when_the_node_began(deck: Deck) -> None:
    def node(state: Any) -> Any:
        state["notes"].append("changed in place")
        return {"notes": []}

    run = record(deck, chain(("node", node)), {"notes": ["first"]})
    assert run.steps[-1].input == {"notes": ["first"]}


def test_parameters_and_stop_words_are_kept(deck: Deck) -> None:
    model = ScriptedModel()
    call = only_call(deck, lambda s: {"notes": [model.invoke("x", stop=["END"], temperature=0.5, seed=7).text]})
    assert call.request["params"]["stop"] == ["END"]
    assert call.request["params"]["temperature"] == 0.5
    assert call.request["params"]["seed"] == 7


def test_the_tools_offered_are_kept(deck: Deck) -> None:
    model = ScriptedModel().bind_tools([add])
    call = only_call(deck, lambda state: {"notes": [model.invoke("x").text]})
    assert [tool["function"]["name"] for tool in call.request["tools"]] == ["add"]
    assert call.request["tools"][0]["function"]["parameters"]["required"] == ["a", "b"]


def test_the_schema_offered_is_kept(deck: Deck) -> None:
    (call,) = record(deck, structured(ScriptedModel)).calls
    form = call.request["params"]["response_format"]["json_schema"]
    assert (form["name"], set(form["schema"]["properties"])) == ("Person", {"name", "age"})
    assert call.response["message"].text == '{"name": "Ada", "age": 36}'


def test_a_failed_call_keeps_its_request_and_the_errors_class(deck: Deck) -> None:
    model = ScriptedModel(script={"x": ConnectionResetError(104, "gone")})

    def node(state: Any) -> Any:
        try:
            return {"notes": [model.invoke("x").text]}
        except ConnectionError:
            return {"notes": ["offline"]}

    call = only_call(deck, node)
    assert (call.status, call.response) == ("failed", None)
    assert call.request["messages"][0].text == "x"
    assert call.error is not None
    assert (call.error.kind, call.error.details) == ("builtins.ConnectionResetError", {"args": [104, "gone"]})


def test_the_same_question_asked_again_after_an_error_is_the_next_attempt(deck: Deck) -> None:
    model = ScriptedModel(script={"x": [ConnectionError("1"), ConnectionError("2"), "there"]})
    patient = model.with_retry(stop_after_attempt=3, wait_exponential_jitter=False, exponential_jitter_params=None)
    run = record(deck, chain(("node", lambda state: {"notes": [patient.invoke("x").text, model.invoke("y").text]})))
    assert [(call.attempt, call.status) for call in run.calls] == [
        (1, "failed"),
        (2, "failed"),
        (3, "done"),
        (1, "done"),
    ]


def test_a_fallback_model_is_a_call_of_its_own(deck: Deck) -> None:
    first = ScriptedModel(script={"x": ConnectionError("down")})
    model = first.with_fallbacks([ScriptedModel(model_name="scripted-2")])
    run = record(deck, chain(("node", lambda state: {"notes": [model.invoke("x").text]})))
    assert [(call.name, call.status) for call in run.calls] == [("scripted-1", "failed"), ("scripted-2", "done")]


def test_a_node_that_fails_fails_the_run_and_both_say_why(deck: Deck) -> None:
    def node(state: Any) -> Any:
        raise ZeroDivisionError("by nought")

    with pytest.raises(ZeroDivisionError):
        record(deck, chain(("before", lambda state: {"notes": ["kept"]}), ("node", node)))
    (run,) = deck.runs("t-1")
    assert (run.status, run.steps[-1].status) == ("failed", "failed")
    assert run.output == {"notes": ["kept"]}
    for record_of in (run, run.steps[-1]):
        assert record_of.error is not None
        assert record_of.error.kind == "builtins.ZeroDivisionError"


def test_tool_calls_keep_their_arguments_and_results(deck: Deck) -> None:
    run = record(deck, agent(ScriptedModel), {"messages": [("user", "sum, please")]})
    tools = [call for call in run.calls if call.kind == "tool"]
    first, second = sorted(tools, key=lambda call: call.address)  # side by side, either may start first
    assert (first.name, first.request, second.request) == ("add", {"a": 1, "b": 2}, {"a": 3, "b": 4})
    assert isinstance(first.response, ToolMessage)
    assert (first.response.content, second.response.content) == ("3", "7")


def test_the_agents_second_question_holds_the_tools_answers(deck: Deck) -> None:
    run = record(deck, agent(ScriptedModel), {"messages": [("user", "sum, please")]})
    request = run.calls[-1].request
    assert [message.type for message in request["messages"]] == ["system", "human", "ai", "tool", "tool"]
    assert run.calls[-1].response["message"].text == "All added."


def test_a_tool_that_fails_is_recorded_as_failed(deck: Deck) -> None:
    model = ScriptedModel(script={"try": calling(("fail", {"why": "no reason"}))})
    graph = create_agent(model, [fail])
    with pytest.raises(ValueError, match="no reason"):
        record(deck, graph, {"messages": [("user", "try")]})
    (call,) = [call for call in deck.runs("t-1")[0].calls if call.kind == "tool"]
    assert (call.status, call.error and call.error.kind) == ("failed", "builtins.ValueError")


async def test_async_tool_calls_are_recorded(deck: Deck) -> None:
    graph = deck.record(agent(ScriptedModel))
    await graph.ainvoke({"messages": [("user", "sum, please")]}, CONFIG)
    assert [call.kind for call in deck.runs("t-1")[0].calls] == ["model", "tool", "tool", "model"]


def test_a_model_inside_a_model_is_no_call_of_its_own(deck: Deck) -> None:
    within = ScriptedModel()

    class Wrapper(ScriptedModel):
        def _answer(self, messages: Any) -> AIMessage:
            return within.invoke(messages)

    model = Wrapper(model_name="outer")
    assert only_call(deck, lambda state: {"notes": [model.invoke("x").text]}).name == "outer"


def test_a_thread_with_the_nodes_context_is_recorded(deck: Deck) -> None:
    model = ScriptedModel()

    def node(state: Any) -> Any:
        thread = threading.Thread(target=contextvars.copy_context().run, args=(model.invoke, "x"))
        thread.start()
        thread.join()
        return {"notes": ["x"]}

    assert only_call(deck, node).address == "node@1"


def test_a_thread_without_it_is_warned_of(deck: Deck) -> None:
    model = ScriptedModel()
    heard: list[BaseException] = []

    def alone() -> None:
        try:
            model.invoke("x")
        except PlayheadWarning as warning:  # an error here: see pyproject's filterwarnings
            heard.append(warning)

    def node(state: Any) -> Any:
        thread = threading.Thread(target=alone)
        thread.start()
        thread.join()
        return {"notes": ["x"]}

    run = record(deck, chain(("node", node)))
    assert not run.calls
    assert "copy_context" in str(heard[0])


def test_what_cannot_be_serialized_is_recorded_by_its_repr(deck: Deck) -> None:
    def node(state: Any) -> Any:
        return {"notes": ["x"]}

    graph = chain(("node", node))
    deck.record(graph).invoke(NOTHING, CONFIG, context={"handle": threading.Lock()})
    context = deck.runs("t-1")[0].context
    assert context["handle"]["type"] == "lock"


def test_metadata_and_context_are_kept_with_the_run(deck: Deck) -> None:
    config = {"configurable": {"thread_id": "t-1", "arm": "b"}, "metadata": {"customer": "+1555", "channel": "sms"}}
    deck.record(chain(("node", lambda state: {"notes": ["x"]}))).invoke(NOTHING, config, context={"zone": "utc"})
    (run,) = deck.runs("t-1")
    assert run.metadata == {"customer": "+1555", "channel": "sms", "arm": "b"}
    assert run.context == {"zone": "utc"}


def test_the_event_is_the_runs_cause(deck: Deck) -> None:
    graph = deck.record(SHAPES["conversation"].build(StreamingModel))
    graph.invoke(HELLO, {"configurable": {"thread_id": "t-1", "event": "message-7"}})
    (run,) = deck.runs("t-1")
    assert (run.cause, run.metadata) == ("message-7", {})
