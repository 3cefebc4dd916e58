"""When do two calls ask the same, and when are two values of a graph the same?

A request is what reaches the model: messages, model, parameters, tools, schema. Ids that are drawn at random are no
part of it (a message's own, a provider's for a tool call: those are numbered in the order they appear), nor is what a
message carries for the caller only (usage, response metadata, artifacts). Everything else is: a changed system prompt,
model, parameter or tool always makes another key.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any, Final

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langgraph.prebuilt import ToolRuntime
from langgraph.store.base import BaseStore
from langgraph.types import Interrupt

from playhead.codec import digest, pack
from playhead.graph.model_call import plain_data
from playhead.redact import Redactor

ADDRESS: Final = re.compile(r"\b0x[0-9a-f]{6,}\b")  # where an object lay in memory, in its repr
WHERE: Final = re.compile(
    r"(?<![\w:/.\\])(?:[A-Za-z]:)?(?:[/\\]+[\w.~+@-]+)*(?=[/\\])|(?<=\bline )\d+|(?<=\.py:)\d+"
    r"|\btmp[a-z0-9_]{8}\b|(?<=\bTask-)\d+|(?<=\bThread-)\d+"
)
SET: Final = re.compile(r"\{([^{}:]*)\}")
NOT_SAID: Final = ("parsed",)  # what a client keeps beside the words it was made of


def request_key(request: Mapping[str, Any], redactor: Redactor) -> bytes:
    """The key of a model request `{"messages", "model", "params", "tools"?}`, redacted as recordings are."""
    return _key(["model", {**request, "messages": said(request["messages"])}], redactor)


def question_key(messages: Sequence[BaseMessage], settings: Mapping[str, Any], redactor: Redactor) -> bytes:
    """The key of a question that `ask` puts: its messages, and what its prompt file says of model and schema."""
    return _key(["ask", said(messages), settings], redactor)


def words_key(messages: Sequence[BaseMessage], tools: Any, redactor: Redactor) -> bytes:
    """The key of what is said to a model and which tools it is offered, whatever model that is."""
    return _key(["words", said(messages), plain_data(tools)], redactor)


def arguments_key(name: str, arguments: Any, redactor: Redactor) -> bytes:
    """The key of a tool call or an effect: its name and arguments."""
    return _key(["act", name, as_data(arguments)], redactor)


def tool_arguments(tool_input: Any) -> Any:
    """What a tool was called with: the provider's id for the call is no part of it."""
    return tool_input.get("args") if isinstance(tool_input, Mapping) and "args" in tool_input else tool_input


def tool_request(tool_input: Any) -> Any:
    """What is recorded of a tool's input: of the runtime it is handed, the state and context; of a store, nothing."""
    if not isinstance(tool_input, Mapping):
        return tool_input
    if "args" in tool_input:
        return {**tool_input, "args": tool_request(tool_input["args"])}
    return {name: _handed(value) for name, value in tool_input.items() if not isinstance(value, BaseStore)}


def _handed(value: Any) -> Any:
    return {"state": value.state, "context": value.context} if isinstance(value, ToolRuntime) else value


def told(text: str) -> str:
    """What an error says, without what is another in every process: addresses, places on the disk, lines of code,
    names drawn for temporary files, numbers of tasks, and the order of a set.
    """
    text = WHERE.sub("…", ADDRESS.sub("0x…", text))
    return SET.sub(lambda found: "{" + ", ".join(sorted(found[1].split(", "))) + "}", text)


def said(messages: Iterable[BaseMessage]) -> list[dict[str, Any]]:
    """Messages as what they say, without ids: tool calls are numbered in the order they appear."""
    numbers: dict[str, int] = {}
    fresh = count()
    return [_said(message, numbers, fresh) for message in messages]


def _said(message: BaseMessage, numbers: dict[str, int], fresh: Iterator[int]) -> dict[str, Any]:
    made: dict[str, Any] = {"type": message.type.removesuffix("MessageChunk").lower(), "content": message.content}
    if message.name:
        made["name"] = message.name
    if extra := {k: v for k, v in message.additional_kwargs.items() if v is not None and k not in NOT_SAID}:
        made["additional_kwargs"] = extra
    if isinstance(message, AIMessage):
        calls = [*message.tool_calls, *message.invalid_tool_calls]
        for call in calls:
            numbers[str(call["id"])] = next(fresh)  # a provider may give one id twice: a result is the latest's
        if calls:
            made["tool_calls"] = [[call["name"], call["args"]] for call in calls]
            made.get("additional_kwargs", {}).pop("tool_calls", None)  # the same again, in the provider's form
    if isinstance(message, ToolMessage):
        made["tool_call"] = numbers.get(message.tool_call_id)
        made["status"] = message.status
    return made


def as_data(value: Any) -> Any:
    """A value of a graph as plain data that says all of it, but for generated ids."""
    if isinstance(value, str):
        return ADDRESS.sub("0x…", value) if "0x" in value else value
    if value is None or isinstance(value, int | float | bytes):
        return value
    if isinstance(value, Mapping):
        return {str(key): as_data(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return _elements(value)
    return said([value])[0] if isinstance(value, BaseMessage) else _object(value)


def _elements(values: Any) -> list[Any]:
    if values and all(isinstance(each, BaseMessage) for each in values):
        return said(values)  # together: a result names the call it answers by its number
    made = [as_data(each) for each in values]
    return sorted(made, key=repr) if isinstance(values, set | frozenset) else made


def _object(value: Any) -> Any:
    """What has no plain form of its own, by its fields; LangGraph's `Send` has them in slots."""
    if isinstance(value, Interrupt):
        return as_data(value.value)  # its id is made of the checkpoint's
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_data(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if hasattr(value, "model_dump") and not isinstance(value, type):
        return as_data(value.model_dump())
    slots = getattr(type(value), "__slots__", ())
    if isinstance(slots, tuple) and slots:
        return {name: as_data(getattr(value, name, None)) for name in slots}
    return ADDRESS.sub("0x…", repr(value))


def _key(asked: list[Any], redactor: Redactor) -> bytes:
    try:
        packed = pack(asked)
    except TypeError:
        packed = pack(plain_data(as_data(asked)))
    return digest(redactor.packed(packed))
