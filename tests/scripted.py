"""The one test double: a chat model that answers from a script, and everything else as a real model does.

It is a real `BaseChatModel`: tools can be bound, output structured (JSON in the content), and answers streamed word
by word. A graph under test is not changed for it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable, RunnableLambda
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import BaseModel, Field, PrivateAttr

Answer = str | dict[str, Any] | AIMessage | Exception
Script = Mapping[str, Answer | Sequence[Answer]]


class ScriptedModel(BaseChatModel):
    """Answers the last message by the first key of `script` that stands in it; a list of answers is used up one by one.

    A dict is answered as JSON, an exception is raised, and what no key fits is answered with `echo: …`.
    """

    script: dict[str, Any] = Field(default_factory=dict)
    model_name: str = "scripted-1"
    streaming: bool = False
    _asked: list[list[BaseMessage]] = PrivateAttr(default_factory=list)
    _used: dict[str, int] = PrivateAttr(default_factory=dict)
    _lock: Any = PrivateAttr(default_factory=threading.Lock)

    @property
    def asked(self) -> list[list[BaseMessage]]:
        """The messages of every call, as the model received them."""
        return self._asked

    @property
    def _llm_type(self) -> str:
        return "scripted"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model_name": self.model_name}

    def _answer(self, messages: list[BaseMessage]) -> AIMessage:
        with self._lock:
            self._asked.append(list(messages))
            found = self._next(messages[-1].text)
        if isinstance(found, Exception):
            raise found
        usage = {"input_tokens": 10 * len(messages), "output_tokens": 7, "total_tokens": 10 * len(messages) + 7}
        if isinstance(found, AIMessage):
            return found.model_copy(update={"usage_metadata": usage, "id": None})
        text = found if isinstance(found, str) else json.dumps(found)
        return AIMessage(text, usage_metadata=usage)  # type: ignore[arg-type]

    def _next(self, question: str) -> Answer:
        for key, answer in self.script.items():
            if key in question:
                if not isinstance(answer, list):
                    return answer  # type: ignore[no-any-return]
                used = self._used[key] = self._used.get(key, -1) + 1
                return answer[min(used, len(answer) - 1)]  # type: ignore[no-any-return]
        return f"echo: {question}"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._answer(messages))])

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Runnable[Any, AIMessage]:
        """Offer tools, as OpenAI's models take them."""
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], **kwargs)  # type: ignore[return-value]

    def with_structured_output(self, schema: Any, **kwargs: Any) -> Runnable[Any, Any]:
        """Ask for JSON that fits the schema."""
        model: type[BaseModel] = schema
        form = {"type": "json_schema", "json_schema": {"name": model.__name__, "schema": model.model_json_schema()}}
        return self.bind(response_format=form) | RunnableLambda(lambda reply: model.model_validate_json(reply.content))


class StreamingModel(ScriptedModel):
    """The same, of a kind that can stream: word by word."""

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        message = self._answer(messages)
        words = message.text.split(" ")
        for place, word in enumerate(words):
            last = place == len(words) - 1
            chunk = ChatGenerationChunk(
                message=AIMessageChunk(
                    content=word if last else word + " ",
                    usage_metadata=message.usage_metadata if last else None,
                    tool_call_chunks=tool_chunks(message) if last else [],
                )
            )
            if run_manager:
                run_manager.on_llm_new_token(word, chunk=chunk)
            yield chunk


def tool_chunks(message: AIMessage) -> list[Any]:
    """The message's tool calls as the one chunk that carries them all."""
    return [
        {
            "name": call["name"],
            "args": json.dumps(call["args"]),
            "id": call["id"],
            "index": index,
            "type": "tool_call_chunk",
        }
        for index, call in enumerate(message.tool_calls)
    ]


def calling(*tools: tuple[str, dict[str, Any]]) -> AIMessage:
    """A model's answer that calls tools: `(name, arguments)` each."""
    calls = [{"name": name, "args": args, "id": f"call-{i}"} for i, (name, args) in enumerate(tools)]
    return AIMessage("", tool_calls=calls)  # type: ignore[arg-type]
