"""How does a message of OpenAI's chat format become one of LangChain's, and the same message again?

Where LangChain's message does not hold all that was given (another spelling of a call's arguments, further fields), the
message as it was given travels with it, so that what is exported is what was imported.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

AS_GIVEN: Final = "as_given"
ROLES: Final = {"human": "user", "ai": "assistant", "system": "system", "tool": "tool"}


def message_of(given: Mapping[str, Any], id: str) -> BaseMessage:
    """The LangChain message, with this id. Its arguments must be JSON objects: the readers see to that."""
    made = _message_of(given, id)
    if chat_of(made) != given:
        made.additional_kwargs[AS_GIVEN] = dict(given)
    return made


def _message_of(given: Mapping[str, Any], id: str) -> BaseMessage:
    content, name = given.get("content") or "", given.get("name")
    if given["role"] == "user":
        return HumanMessage(content, id=id, name=name)
    if given["role"] == "tool":
        return ToolMessage(content, id=id, name=name, tool_call_id=str(given.get("tool_call_id") or ""))
    if given["role"] == "assistant":
        calls = [
            {
                "name": call["function"]["name"],
                "args": json.loads(call["function"]["arguments"]),
                "id": str(call.get("id") or ""),
            }
            for call in given.get("tool_calls") or ()
        ]
        return AIMessage(content, id=id, name=name, tool_calls=calls)
    return SystemMessage(content, id=id, name=name)


def chat_of(message: BaseMessage) -> dict[str, Any]:
    """The message in OpenAI's chat format: `{"role", "content", "tool_calls"?, "tool_call_id"?, "name"?}`."""
    if given := message.additional_kwargs.get(AS_GIVEN):
        return dict(given)
    made: dict[str, Any] = {"role": ROLES.get(message.type, message.type), "content": message.content}
    if isinstance(message, AIMessage) and message.tool_calls:
        made["content"] = message.content or None
        made["tool_calls"] = [call_of(str(call["id"] or ""), call["name"], call["args"]) for call in message.tool_calls]
    if isinstance(message, ToolMessage):
        made["tool_call_id"] = message.tool_call_id
    if message.name is not None:
        made["name"] = message.name
    return made


def call_of(id: str, name: str, arguments: Any) -> dict[str, Any]:
    """A tool call in OpenAI's chat format."""
    text = json.dumps(arguments, ensure_ascii=False, separators=(",", ":"))
    return {"id": id, "type": "function", "function": {"name": name, "arguments": text}}
