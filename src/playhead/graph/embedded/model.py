"""How does LangChain call this model, and what does it count as tokens?

As any other chat model: invoke, stream, tools, structured output, sync and async. It reads the same request that a
model of a provider would be sent. Tokens are words and punctuation marks, so budgets and receipts have something real
to count that is the same on every machine.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import LanguageModelInput
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import ToolCall, tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import BaseModel

from playhead.graph.embedded.answering import call_answer, text_answer, value_answer
from playhead.graph.embedded.request import read_request

_TOKEN = re.compile(r"\w+|[^\w\s]")
_CHUNKS: Final = 4
_JSON_OBJECT: Final = {"type": "object"}


class EmbeddedModel(BaseChatModel):
    """A chat model without key or network; deterministic, a function of the request alone.

    `temperature` and `max_tokens` are taken so that one prompt file serves every model; they change nothing.
    """

    model_name: str = "embedded"
    temperature: float | None = None
    max_tokens: int | None = None

    @property
    def _llm_type(self) -> str:
        return "embedded"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model_name": self.model_name}

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | dict[str, Any] | bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The model with tools to call: those its examples call, or the one that `tool_choice` forces."""
        offered = [convert_to_openai_tool(tool) for tool in tools]
        return self.bind(tools=offered, tool_choice=tool_choice, **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=_answer(messages, stop, self.model_name, kwargs))])

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return self._generate(messages, stop, None, **kwargs)

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for chunk in _chunks(_answer(messages, stop, self.model_name, kwargs)):
            if run_manager:
                run_manager.on_llm_new_token(str(chunk.content), chunk=ChatGenerationChunk(message=chunk))
            yield ChatGenerationChunk(message=chunk)

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        for chunk in _chunks(_answer(messages, stop, self.model_name, kwargs)):
            if run_manager:
                await run_manager.on_llm_new_token(str(chunk.content), chunk=ChatGenerationChunk(message=chunk))
            yield ChatGenerationChunk(message=chunk)


def token_count(text: str) -> int:
    """Words and punctuation marks; characters that are neither count nothing."""
    return _token_count(text)


@lru_cache(maxsize=4096)
def _token_count(text: str) -> int:
    return len(_TOKEN.findall(text))


def _answer(
    messages: Sequence[BaseMessage], stop: Sequence[str] | None, model_name: str, kwargs: Mapping[str, Any]
) -> AIMessage:
    calls = _calls(messages, kwargs)
    content = "" if calls else _content(messages, kwargs.get("response_format"))
    for mark in stop or ():
        content = content.split(mark, 1)[0]
    read = sum(token_count(message.text) for message in messages)
    written = token_count(content) + sum(token_count(json.dumps(call["args"])) for call in calls)
    return AIMessage(
        content=content,
        tool_calls=calls,
        usage_metadata=UsageMetadata(input_tokens=read, output_tokens=written, total_tokens=read + written),
        response_metadata={"model_name": model_name, "finish_reason": "tool_calls" if calls else "stop"},
    )


def _content(messages: Sequence[BaseMessage], response_format: Any) -> str:
    schema = _schema(response_format)
    request = read_request(messages, structured=schema is not None)
    if schema is None:
        return text_answer(request)
    return json.dumps(value_answer(request, schema), ensure_ascii=False)


def _schema(response_format: Any) -> Mapping[str, Any] | None:
    """The JSON schema asked for, or None for plain text."""
    if isinstance(response_format, type) and issubclass(response_format, BaseModel):
        return response_format.model_json_schema()
    if not isinstance(response_format, Mapping):
        return None
    if response_format.get("type") == "json_schema":
        named: Mapping[str, Any] = response_format.get("json_schema", {})
        schema: Mapping[str, Any] = named.get("schema", _JSON_OBJECT)
        return schema
    return _JSON_OBJECT if response_format.get("type") == "json_object" else None


def _calls(messages: Sequence[BaseMessage], kwargs: Mapping[str, Any]) -> list[ToolCall]:
    """The tool calls to make: the forced one filled like a structured answer, else those of the best example."""
    offered = {
        tool["function"]["name"]: tool["function"].get("parameters", _JSON_OBJECT) for tool in kwargs.get("tools") or ()
    }
    choice = kwargs.get("tool_choice")
    if not offered or choice == "none":
        return []
    if name := _forced(choice, offered):
        made = [(name, value_answer(read_request(messages, structured=True), offered[name]))]
    else:
        made = call_answer(read_request(messages, structured=False), offered)
    return [ToolCall(name=name, args=args, id=_call_id(place, name, args)) for place, (name, args) in enumerate(made)]


def _forced(choice: Any, offered: Mapping[str, Any]) -> str | None:
    if isinstance(choice, Mapping):
        choice = choice.get("function", choice).get("name")
    if choice in {"any", "required", True}:
        return next(iter(offered))
    return choice if choice in offered else None


def _call_id(place: int, name: str, args: Any) -> str:
    """The same call has the same id, on every machine."""
    return "call_" + hashlib.sha256(json.dumps([place, name, args]).encode()).hexdigest()[:24]


def _chunks(answer: AIMessage) -> Iterator[AIMessageChunk]:
    """The answer in a few pieces that join to it, the last with usage and metadata."""
    content = answer.text
    size = max(1, -(-len(content) // _CHUNKS))
    for start in range(0, max(len(content) - size, 0), size):
        yield AIMessageChunk(content=content[start : start + size])
    rest = content[(len(content) - 1) // size * size :] if content else ""
    calls = [
        tool_call_chunk(name=call["name"], args=json.dumps(call["args"]), id=call["id"], index=place)
        for place, call in enumerate(answer.tool_calls)
    ]
    yield AIMessageChunk(
        content=rest,
        tool_call_chunks=calls,
        usage_metadata=answer.usage_metadata,
        response_metadata=answer.response_metadata,
        chunk_position="last",
    )
