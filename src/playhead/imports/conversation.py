"""What is in a conversation that others recorded, turn by turn?

Plain messages in OpenAI's chat format, whatever the file's own. Each customer message begins a turn, which will be one
run. Results follow their calls in order, and are paired by it: providers repeat ids.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from playhead.errors import BadInput
from playhead.imports.lines import parsed
from playhead.store.session import can_name

Fact: TypeAlias = str | int | float | bool
Message: TypeAlias = Mapping[str, Any]

ROLES: Final = ("system", "developer", "user", "assistant", "tool")
ANSWERS: Final = ("assistant", "tool")
MOST: Final = 5_000
"""Messages of a conversation: every call records all that was said before, so one of many more takes hours."""
FORM: Final = "Each message is an object with a role, and content or tool calls, as in OpenAI's chat format."


@dataclass(frozen=True, slots=True)
class Placed:
    """A message and its place in the conversation, counted from 0."""

    seq: int
    message: Message


@dataclass(frozen=True, slots=True)
class ImportedTurn:
    """What came in, the customer's message last, and what the agent and its tools said to it.

    `breaks_off` is True where that is not the end of a turn: nothing, a tool's result, or a call without result.
    """

    given: tuple[Placed, ...]
    said: tuple[Placed, ...]

    @property
    def breaks_off(self) -> bool:
        """Does the recording end before the agent answered in words?"""
        last = self.said[-1].message if self.said else {}
        return last.get("role") != "assistant" or bool(last.get("tool_calls"))


@dataclass(frozen=True, slots=True)
class ImportedConversation:
    """One conversation: `id` names its thread, `facts` become its runs' metadata, `where` is its file and line.

    `system` is the system prompt it began with. `tools` are offered to the model as OpenAI's API takes them.
    """

    id: str
    where: str
    system: str | None
    turns: tuple[ImportedTurn, ...]
    tools: tuple[Mapping[str, Any], ...]
    model: str | None
    facts: Mapping[str, Fact]

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of all that was said and offered: equal for the same conversation from another file."""
        said = [placed.message for turn in self.turns for placed in (*turn.given, *turn.said)]
        whole = [self.system, said, self.tools, self.model]
        text = json.dumps(whole, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def made_conversation(
    where: str,
    id: str,
    messages: Sequence[Message],
    *,
    tools: Sequence[Mapping[str, Any]] | None = None,
    model: str | None = None,
    facts: Mapping[str, Fact],
) -> ImportedConversation:
    """The conversation of these messages. Raises `BadInput`, saying which message is wrong.

    Where it is not known which tools the model was offered, they are those it called, with the arguments it gave.
    """
    if len(messages) > MOST:
        raise BadInput(where, f"it has {len(messages):,} messages, more than {MOST:,}.", "Cut it into several.")
    for what, one in (("id", id), ("model", model or "")):
        if not can_name(one):
            raise BadInput(where, f"its {what} is {one!r:.80}, which no database keeps as text.", "Give it another.")
    for number, message in enumerate(messages):
        _check(f"{where}, message {number}", message)
    _check_pairs(where, messages)
    offered = tuple(tools) if tools is not None else tools_called(messages)
    known = facts if tools is not None or not offered else {**facts, "tools_seen": True}
    system = messages[0]["content"] if messages and _is_plain_system(messages[0]) else None
    placed = [Placed(seq, message) for seq, message in enumerate(messages)]
    turns = tuple(_turns(placed if system is None else placed[1:]))
    return ImportedConversation(id, where, system, turns, offered, model, known)


def _is_plain_system(message: Message) -> bool:
    return message["role"] == "system" and isinstance(message["content"], str) and len(message) == 2


def _turns(messages: Sequence[Placed]) -> Iterator[ImportedTurn]:
    """The messages cut before each that is not an answer to what came in; what follows the last customer, too."""
    given: list[Placed] = []
    said: list[Placed] = []
    open_ = False  # has the customer spoken, so that answers belong to it?
    for placed in messages:
        if open_ and placed.message["role"] in ANSWERS and not _in_words(said):
            said.append(placed)
            continue
        if open_:
            yield ImportedTurn(tuple(given), tuple(said))
            given, said = [], []
        given.append(placed)
        open_ = placed.message["role"] == "user"
    if given:
        yield ImportedTurn(tuple(given), tuple(said))


def _in_words(said: Sequence[Placed]) -> bool:
    """Did the agent answer in words, which ends its turn?"""
    return bool(said) and said[-1].message["role"] == "assistant" and not said[-1].message.get("tool_calls")


def _check(where: str, message: Any) -> None:
    if not isinstance(message, dict):
        raise BadInput(where, "it is not an object.", FORM)
    role, content = message.get("role"), message.get("content")
    if role not in ROLES:
        raise BadInput(where, f"its role is {role!r:.80}.", f"Known are {', '.join(ROLES)}.")
    if content is not None and not isinstance(content, str | list):
        raise BadInput(where, f"its content is {content!r:.80}.", "Write text, a list of parts, or null.")
    if isinstance(content, list) and not all(isinstance(part, str | dict) for part in content):
        raise BadInput(where, "a part of its content is neither text nor an object.", FORM)
    if content is None and role != "assistant":
        raise BadInput(where, "it has no content.", FORM)
    for name, kinds in (("name", str), ("tool_call_id", str | int)):
        if (value := message.get(name)) is not None and not isinstance(value, kinds):
            raise BadInput(where, f"its {name} is {value!r:.80}.", "Write text, or leave it out.")
    calls = message.get("tool_calls")
    if calls is not None and (role != "assistant" or not isinstance(calls, list)):
        raise BadInput(where, "its tool_calls are no list, or not the assistant's.", FORM)
    for call in calls or ():
        _check_call(where, call)


def _check_call(where: str, call: Any) -> None:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str) or not function["name"]:
        raise BadInput(where, "a tool call has no function with a name.", FORM)
    if not can_name(function["name"]):
        raise BadInput(where, f"no database keeps the name {function['name']!r:.80} as text.", "Give it another.")
    if (id := call.get("id")) is not None and not isinstance(id, str | int):
        raise BadInput(where, f"the id of a tool call is {id!r:.80}.", "Write text, or leave it out.")
    try:
        arguments = parsed(function.get("arguments", ""))
    except (ValueError, TypeError) as error:
        raise BadInput(where, f"the arguments of {function['name']!r:.80} are not JSON: {error}.", FORM) from error
    if not isinstance(arguments, dict):
        raise BadInput(where, f"the arguments of {function['name']!r:.80} are not a JSON object.", FORM)


def _check_pairs(where: str, messages: Sequence[Message]) -> None:
    """Every result must follow its call, in order; at the very end all results of a message may be missing."""
    waiting: list[Any] = []
    for number, message in enumerate(messages):
        here = f"{where}, message {number}"
        if message["role"] == "tool":
            if not waiting:
                raise BadInput(here, "no tool call waits for this result.", "Results follow their calls, in order.")
            _check_order(here, message.get("tool_call_id"), waiting)
            waiting.pop(0)
        elif waiting:
            raise BadInput(here, f"{len(waiting)} tool calls before it have no result.", "Add the results.")
        else:
            waiting = [call.get("id") for call in message.get("tool_calls") or ()]
    if waiting and messages[-1]["role"] == "tool":
        raise BadInput(where, f"its last {len(waiting)} tool calls have no result, others have.", "Add the results.")


def _check_order(where: str, id: Any, waiting: Sequence[Any]) -> None:
    if id != waiting[0] and id in waiting[1:]:
        problem = f"it is the result of {id!r:.80}, and the call that is next in order is {waiting[0]!r:.80}."
        raise BadInput(where, problem, "Put the results in the order of their calls.")


def tools_called(messages: Sequence[Message]) -> tuple[dict[str, Any], ...]:
    """The tools that were called, by name, each with the names of the arguments it was given."""
    seen: dict[str, set[str]] = {}
    for message in messages:
        for call in message.get("tool_calls") or ():
            function = call["function"]
            seen.setdefault(function["name"], set()).update(json.loads(function["arguments"]))
    return tuple(
        {
            "type": "function",
            "function": {
                "name": name,
                "parameters": {"type": "object", "properties": {argument: {} for argument in sorted(seen[name])}},
            },
        }
        for name in sorted(seen)
    )
