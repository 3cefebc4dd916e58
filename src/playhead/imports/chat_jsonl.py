"""What does a line of OpenAI's chat format say, as chat logs and fine-tuning files hold it?

`{"id"?, "messages": [{"role", "content", "tool_calls"?, "tool_call_id"?, "name"?}], "tools"?, "metadata"?}`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from playhead.errors import BadInput
from playhead.imports.conversation import Fact, ImportedConversation, made_conversation

FORM: Final = 'Write {"id": …, "messages": [{"role": "user", "content": …}, …], "metadata": {…}} on each line.'

TAKEN: Final = ("run_id", "thread_id", "event", "source", "step", "parents", "file", "file_sha256", "conversation")
"""Names of metadata that LangGraph or we give a meaning: two runs with one `run_id` would be one to LangGraph."""
GIVEN: Final = "given_"
"""What stands before such a name, so that its value is kept all the same."""


def read_chat(where: str, line: Mapping[str, Any], name: str) -> ImportedConversation:
    """The conversation of one line; `name` is its thread's where the line has no id. Raises `BadInput`."""
    messages, metadata, tools = line.get("messages"), line.get("metadata") or {}, line.get("tools")
    if not isinstance(messages, list) or not messages:
        raise BadInput(where, "it has no 'messages', or they are no list.", FORM)
    if not isinstance(metadata, dict):
        raise BadInput(where, "its 'metadata' is no object.", FORM)
    if tools is not None and not (isinstance(tools, list) and all(isinstance(tool, dict) for tool in tools)):
        raise BadInput(where, "its 'tools' are no list of objects.", FORM)
    id = line.get("id")
    if id is not None and not (isinstance(id, str | int) and str(id)):
        raise BadInput(where, f"its id is {id!r:.80}.", "Write text or a number, or leave it out.")
    facts = {_key(key): _fact(value) for key, value in metadata.items() if value is not None}
    model = facts.get("model")
    return made_conversation(
        where,
        name if id is None else str(id),
        messages,
        tools=tools,
        model=model if isinstance(model, str) else None,
        facts=facts,
    )


def _key(key: str) -> str:
    taken = key in TAKEN or key.startswith(("__", "langgraph_", "checkpoint_"))
    return f"{GIVEN}{key}" if taken else key


def _fact(value: Any) -> Fact:
    """A fact is one plain value: anything else is kept as its JSON text."""
    return value if isinstance(value, str | int | float | bool) else json.dumps(value, ensure_ascii=False)
