"""How does a recorded answer come back, so that nobody around the call can tell?

A model that answers as recorded takes the place of the real one: LangChain's own code then does all it does
around an answer, so that callbacks, streams and chunks are as they were.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Final, TypeVar

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, BaseMessageChunk, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from playhead.graph.model_call import INSIDE, Serving

T = TypeVar("T")


def _signed(code: T) -> T:
    """The function with its signature on it: LangChain looks at it at every answer, and it is worked out but once.

    Of a method it would still be made anew, without `self`: so these are none.
    """
    signed: Any = code
    signed.__signature__ = inspect.signature(signed)
    return code


class Recalled(BaseChatModel):
    """A model that gives the recorded answer it is inside of, or raises as recorded: one for all answers."""

    cache: Any = False

    @property
    def _llm_type(self) -> str:
        return "recorded"

    @staticmethod
    @_signed
    def _generate(
        messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        answer = _served()
        message = answer.get("message")
        made = [] if message is None else [ChatGeneration(message=as_answer(message))]
        return ChatResult(generations=made, llm_output=answer.get("llm_output"))

    @staticmethod
    @_signed
    async def _agenerate(
        messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        return Recalled._generate(messages)  # nothing waits

    def _stream(
        self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> Iterator[ChatGenerationChunk]:
        answer = _served(ends=False)
        chunks = None if "events" in answer else answer.get("chunks")  # events make another form of message
        if chunks is None and (message := answer.get("message")) is not None:
            chunks = [as_chunk(message)]
        for chunk in chunks or ():
            yield ChatGenerationChunk(message=as_chunk(chunk))
        _served()

    async def _astream(
        self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        for chunk in self._stream(messages):
            yield chunk


class RecalledEvents(Recalled):
    """As `Recalled`, for an answer that came as events of the streaming protocol."""

    def _stream_chat_model_events(self, messages: list[BaseMessage], **kwargs: Any) -> Iterator[Any]:
        yield from _served(ends=False)["events"]
        _served()


MODEL: Final = Recalled()
EVENTS_MODEL: Final = RecalledEvents()


def recalled(response: Any, error: BaseException | None = None) -> Serving:
    """This recorded answer, and what is raised where it ends, with the model that gives it."""
    answer = response if isinstance(response, dict) else {}
    return Serving(EVENTS_MODEL if "events" in answer else MODEL, answer, error)


def _served(*, ends: bool = True) -> Mapping[str, Any]:
    """The answer that is being given; where it `ends` in an error, that is raised."""
    serving = INSIDE.get()
    assert isinstance(serving, Serving)
    if ends and serving.error is not None:
        raise serving.error
    return serving.answer


def as_answer(message: BaseMessage) -> BaseMessage:
    """What a model gave in pieces was kept as their sum; where it is given whole it is a whole message."""
    if not isinstance(message, AIMessageChunk):
        return message
    fields = {name: getattr(message, name) for name in AIMessage.model_fields if name != "type"}
    return AIMessage(**fields)


def as_chunk(message: BaseMessage) -> BaseMessageChunk:
    """An answer that was given whole, as the only piece of a stream."""
    if isinstance(message, BaseMessageChunk):
        return message
    names = ("content", "additional_kwargs", "response_metadata", "name", "id", "tool_calls", "usage_metadata")
    return AIMessageChunk(**{name: getattr(message, name) for name in names if hasattr(message, name)})


def tool_result(response: Any, tool_input: Any) -> Any:
    """A tool's recorded result; a message answers the call that is made now, whose id may be another."""
    if isinstance(response, ToolMessage) and isinstance(tool_input, dict) and tool_input.get("id"):
        response.tool_call_id = tool_input["id"]
    return response
