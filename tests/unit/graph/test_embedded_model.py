"""Does the embedded model behave as LangChain's users expect of a chat model?"""

from __future__ import annotations

import json
from typing import Any, Literal

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from pydantic import BaseModel, Field

from playhead.graph.embedded import EmbeddedModel
from playhead.graph.embedded.model import token_count

SCHEMA = {"title": "decision", "type": "object", "required": ["end"], "properties": {"end": {"type": "boolean"}}}
FORMAT = {"type": "json_schema", "json_schema": {"name": "decision", "schema": SCHEMA}}
TALKS = [
    ("thanks, bye", True),
    ("no, that is all", True),
    ("great, thank you so much", True),
    ("how much is it?", False),
    ("yes, at three please", False),
]


class Decision(BaseModel):
    """Whether the conversation is over."""

    end: bool
    why: Literal["thanks", "question"] = Field(default="thanks")


def talk(message: str, talks: list[tuple[str, bool]] = TALKS, **more: Any) -> list[BaseMessage]:
    messages: list[BaseMessage] = [SystemMessage("Has the conversation ended?")]
    for said, end in talks:
        messages += [HumanMessage(f"Message: {said}"), AIMessage(json.dumps({"end": end, **more}))]
    return [*messages, HumanMessage(f"Message: {message}")]


def end(message: str, talks: list[tuple[str, bool]] = TALKS) -> bool:
    return bool(json.loads(EmbeddedModel().invoke(talk(message, talks), response_format=FORMAT).text)["end"])


@pytest.mark.parametrize(("message", "expected"), [("thank you, bye", True), ("and how much is the red one?", False)])
def test_the_examples_decide(message: str, expected: bool) -> None:
    assert end(message) is expected


def test_an_example_of_this_very_message_decides_alone() -> None:
    against = [("thanks a lot", True), ("thanks so much", True), ("thanks to you", True), ("thanks", False)]
    assert end("Thanks!", against[:3]) is True
    assert end("thanks", against) is False


def test_replies_in_the_history_are_no_examples() -> None:
    messages = talk("thank you, bye")
    messages[-1:] = [HumanMessage("Message: hello"), AIMessage("Hello, how can we help?"), messages[-1]]
    assert json.loads(EmbeddedModel().invoke(messages, response_format=FORMAT).text) == {"end": True}


def test_the_same_request_gives_the_same_answer() -> None:
    first, second = (EmbeddedModel().invoke(talk("hm, ok"), response_format=FORMAT) for _ in range(2))
    assert (first.content, first.usage_metadata) == (second.content, second.usage_metadata)


def test_tokens_are_words_and_punctuation_of_request_and_answer() -> None:
    answer = EmbeddedModel().invoke([SystemMessage("Be kind."), HumanMessage("Hello, you!")])
    assert token_count("Hello, you!") == 4
    assert answer.usage_metadata is not None
    assert answer.usage_metadata["input_tokens"] == 7
    assert answer.usage_metadata["output_tokens"] == token_count(answer.text)
    assert answer.response_metadata["model_name"] == "embedded"


def test_chunks_join_to_the_answer() -> None:
    whole = EmbeddedModel().invoke("Tell me what you know of this and that")
    chunks = list(EmbeddedModel().stream("Tell me what you know of this and that"))
    joined = chunks[0]
    for chunk in chunks[1:]:
        joined = joined + chunk
    assert len([chunk for chunk in chunks if chunk.text]) > 1
    assert (joined.text, joined.usage_metadata) == (whole.text, whole.usage_metadata)
    assert joined.response_metadata == whole.response_metadata


async def test_async_answers_are_the_same() -> None:
    whole = EmbeddedModel().invoke("Tell me")
    assert (await EmbeddedModel().ainvoke("Tell me")).text == whole.text
    assert "".join([chunk.text async for chunk in EmbeddedModel().astream("Tell me")]) == whole.text


def test_an_empty_answer_streams() -> None:
    messages = [HumanMessage("a"), AIMessage(""), HumanMessage("a")]
    assert "".join(chunk.text for chunk in EmbeddedModel().stream(messages)) == EmbeddedModel().invoke(messages).text


def test_a_stop_text_ends_the_answer() -> None:
    messages = [HumanMessage("a"), AIMessage("all END more"), HumanMessage("a")]
    assert EmbeddedModel().invoke(messages, stop=["END"]).text == "all "


def test_structured_output_gives_an_instance_of_the_class() -> None:
    made = EmbeddedModel().with_structured_output(Decision).invoke(talk("how much?", why="question"))
    assert made == Decision(end=False, why="question")


def test_structured_output_gives_a_dict_for_a_schema_and_the_raw_answer_on_request() -> None:
    assert EmbeddedModel().with_structured_output(SCHEMA).invoke(talk("thanks, bye")) == {"end": True}
    both = EmbeddedModel().with_structured_output(SCHEMA, include_raw=True).invoke(talk("thanks, bye"))
    assert isinstance(both, dict)
    assert both["parsed"] == {"end": True}
    assert both["raw"].usage_metadata["total_tokens"] > 0


def test_a_class_may_be_the_response_format() -> None:
    made = EmbeddedModel().invoke(talk("how much?", why="question"), response_format=Decision)
    assert json.loads(made.text) == {"end": False, "why": "question"}


@tool
def weather(city: str) -> str:
    """The weather in a city."""
    return city


def called(message: str) -> list[BaseMessage]:
    call = {"name": "weather", "args": {"city": "Rome"}, "id": "1"}
    return [
        HumanMessage("City: Rome\nMessage: how is the weather?"),
        AIMessage("", tool_calls=[call]),
        ToolMessage("sunny", tool_call_id="1"),
        HumanMessage("City: Rome\nMessage: thank you"),
        AIMessage("You are welcome."),
        HumanMessage(f"City: Oslo\nMessage: {message}"),
    ]


def test_an_examples_tool_call_is_made_with_this_requests_facts() -> None:
    answer = EmbeddedModel().bind_tools([weather]).invoke(called("how is the weather?"))
    assert [(call["name"], call["args"]) for call in answer.tool_calls] == [("weather", {"city": "Oslo"})]
    assert EmbeddedModel().bind_tools([weather]).invoke(called("thank you")).text == "You are welcome."


def test_a_tool_is_not_called_again_once_it_has_answered() -> None:
    messages = [*called("how is the weather?"), AIMessage(""), ToolMessage("rain", tool_call_id="2")]
    assert EmbeddedModel().bind_tools([weather]).invoke(messages).tool_calls == []


def test_tool_calls_stream_whole() -> None:
    model = EmbeddedModel().bind_tools([weather])
    (chunk,) = (chunk for chunk in model.stream(called("how is the weather?")) if chunk.tool_calls)
    assert chunk.tool_calls[0]["args"] == {"city": "Oslo"}


def test_a_forced_tool_is_called_with_arguments_that_fit() -> None:
    answer = EmbeddedModel().bind_tools([weather], tool_choice="weather").invoke("hello")
    assert answer.tool_calls[0]["args"] == {"city": ""}
