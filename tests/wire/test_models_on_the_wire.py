"""LangChain's own OpenAI model in unmodified graphs: tools, structured output, streams, and streams that break."""

from __future__ import annotations

from typing import Any

import openai
import pytest
from langchain.agents import create_agent
from langchain_openai import ChatOpenAI
from pydantic import BaseModel

from playhead.deck import Deck
from tests.graphs.shapes import NOTHING, add, chain
from tests.wire.conftest import Provider, chunk, completion, failure, streaming

CONFIG: Any = {"configurable": {"thread_id": "t-1"}}


class Person(BaseModel):
    """A person."""

    name: str


def gpt(**options: Any) -> ChatOpenAI:
    return ChatOpenAI(model="gpt-test", max_retries=0, timeout=2, **options)


def tool_call(name: str, arguments: str, number: int = 0) -> dict[str, Any]:
    return {"id": f"call_{number}", "type": "function", "function": {"name": name, "arguments": arguments}}


def test_an_agent_with_tools(deck: Deck, provider: Provider) -> None:
    wanted = [tool_call("add", '{"a": 1, "b": 2}'), tool_call("add", '{"a": 3, "b": 4}', 1)]
    asks = completion(None, "tool_calls", tool_calls=wanted)
    provider.answers = [asks, completion("3 and 7.")]
    result = deck.record(create_agent(gpt(), [add])).invoke({"messages": [("user", "sum")]}, CONFIG)
    assert result["messages"][-1].text == "3 and 7."
    run = deck.runs("t-1")[0]
    assert sorted((call.address, call.kind) for call in run.calls) == [
        ("model@1", "model"),
        ("model@3", "model"),
        ("tools@2[0]", "tool"),
        ("tools@2[1]", "tool"),
    ]
    assert run.calls[0].request["tools"] == provider.asked[0]["tools"]
    assert [message["role"] for message in provider.asked[1]["messages"]] == ["user", "assistant", "tool", "tool"]


@pytest.mark.parametrize("method", ["json_schema", "function_calling", "json_mode"])
def test_structured_output(deck: Deck, provider: Provider, method: Any) -> None:
    by_tool = completion(None, "tool_calls", tool_calls=[tool_call("Person", '{"name": "Ada"}')])
    provider.answers = [by_tool if method == "function_calling" else completion('{"name": "Ada"}')]
    model = gpt().with_structured_output(Person, method=method)
    graph = chain(("node", lambda state: {"notes": [model.invoke("Who, in JSON?").name]}))
    assert deck.record(graph).invoke(NOTHING, CONFIG) == {"notes": ["Ada"]}
    (call,) = deck.runs("t-1")[0].calls
    offered = call.request.get("tools") or call.request["params"]["response_format"]
    assert ("Person" in str(offered)) == (method != "json_mode")


PIECES = [chunk(role="assistant", content=""), chunk(content="Hel"), chunk(content="lo!"), chunk("stop")]
DONE = b"data: [DONE]\n\n"


@pytest.mark.parametrize("how", ["in the node", "to the reader"])
def test_a_stream(deck: Deck, provider: Provider, how: str) -> None:
    provider.answers = [streaming(*PIECES, DONE)]
    model = gpt()

    def node(state: Any) -> Any:
        if how == "to the reader":
            return {"notes": [model.invoke("x").text]}
        return {"notes": ["".join(part.text for part in model.stream("x"))]}

    graph = deck.record(chain(("node", node)))
    streamed = [part.text for part, _ in graph.stream(NOTHING, CONFIG, stream_mode="messages") if part.text]
    (call,) = deck.runs("t-1")[0].calls
    assert streamed == ["Hel", "lo!"]
    assert [part.text for part in call.response["chunks"] if part.text] == streamed
    assert call.response["message"].text == "Hello!"
    assert graph.get_state(CONFIG).values == {"notes": ["Hello!"]}


async def test_a_stream_async(deck: Deck, provider: Provider) -> None:
    provider.answers = [streaming(*PIECES, DONE)]
    model = gpt()

    async def node(state: Any) -> Any:
        return {"notes": ["".join([part.text async for part in model.astream("x")])]}

    assert await deck.record(chain(("node", node))).ainvoke(NOTHING, CONFIG) == {"notes": ["Hello!"]}
    assert deck.runs("t-1")[0].calls[0].response["message"].text == "Hello!"


def test_streamed_tool_calls_are_put_together(deck: Deck, provider: Provider) -> None:
    first = {"index": 0, "id": "call_0", "type": "function", "function": {"name": "add", "arguments": '{"a": 1,'}}
    second = {"index": 0, "function": {"arguments": ' "b": 2}'}}
    pieces = [chunk(role="assistant", tool_calls=[first]), chunk(tool_calls=[second]), chunk("tool_calls"), DONE]
    provider.answers = [streaming(*pieces), streaming(*PIECES, DONE)]
    graph = deck.record(create_agent(gpt(streaming=True), [add]))
    result = graph.invoke({"messages": [("user", "sum")]}, CONFIG)
    assert [message.text for message in result["messages"]][2:] == ["3", "Hello!"]
    tool = next(call for call in deck.runs("t-1")[0].calls if call.kind == "tool")
    assert tool.request == {"a": 1, "b": 2}


def test_a_stream_that_is_cut_fails_as_it_does_unrecorded_and_keeps_what_came(deck: Deck, provider: Provider) -> None:
    provider.answers = [streaming(*PIECES[:2], cut=True)]
    model = gpt()
    graph = chain(("node", lambda state: {"notes": [part.text for part in model.stream("x")]}))
    with pytest.raises(openai.APIConnectionError):
        deck.record(graph).invoke(NOTHING, CONFIG)
    (call,) = deck.runs("t-1")[0].calls
    assert call.status == "failed"
    assert call.error is not None
    assert call.error.kind.endswith("OpenAIConnectionError")
    assert call.response["message"].text == "Hel"


def test_the_clients_own_retries_are_inside_one_call(deck: Deck, provider: Provider) -> None:
    provider.answers = [failure(500, Retry_After="0.01"), completion("there")]
    model = ChatOpenAI(model="gpt-test", max_retries=2)
    graph = chain(("node", lambda state: {"notes": [model.invoke("x").text]}))
    assert deck.record(graph).invoke(NOTHING, CONFIG) == {"notes": ["there"]}
    assert (len(deck.runs("t-1")[0].calls), len(provider.asked)) == (1, 2)


def test_the_responses_api_is_recorded_too(deck: Deck, provider: Provider) -> None:
    text = {"type": "output_text", "text": "Hello!", "annotations": []}
    message = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [text]}
    usage = {
        "input_tokens": 5,
        "output_tokens": 2,
        "total_tokens": 7,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 0},
    }
    provider.answers = [
        {
            "id": "resp_1",
            "object": "response",
            "created_at": 1,
            "model": "gpt-test",
            "status": "completed",
            "output": [message],
            "usage": usage,
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
        }
    ]
    model = gpt(use_responses_api=True)
    graph = chain(("node", lambda state: {"notes": [model.invoke("x").text]}))
    assert deck.record(graph).invoke(NOTHING, CONFIG) == {"notes": ["Hello!"]}
    (call,) = deck.runs("t-1")[0].calls
    assert (call.response["message"].text, call.output_tokens) == ("Hello!", 2)
