"""Which agent were conversations had with that others recorded, so that they can be replayed and changed?

A small one of ours: a model with a system prompt and tools, asked again until it answers in words. How a conversation
goes on is decided by its state alone, so that an exact replay takes the same way: where a recording breaks off (a
customer left unanswered, a last tool result), the run's input says after how many messages.
"""

from __future__ import annotations

import itertools
from typing import Annotated, Any, Final, Literal, TypedDict

from langchain_core.messages import AIMessage, AnyMessage, SystemMessage, ToolMessage
from langgraph.graph import START, StateGraph
from langgraph.graph.message import add_messages

from playhead.graph.asking import describe_prompt
from playhead.graph.imported import imported_model, imported_tool
from playhead.graph.provenance import Asked
from playhead.graph.recorder import CURRENT

SYSTEM_PROMPT: Final = "system"
"""The prompt file that the system prompt is recorded as, so that other prompts with a system.md change it."""
MOST_SUPERSTEPS: Final = 10_000


class Talk(TypedDict, total=False):
    """A conversation: its messages, and what its source says of the agent.

    `breaks_off` is the number of messages after the customer's with which the recording of this run ends; None where it
    ends as it should, with an answer in words.
    """

    messages: Annotated[list[AnyMessage], add_messages]
    system: str | None
    tools: list[dict[str, Any]]
    model: str | None
    breaks_off: int | None


def ask(state: Talk) -> dict[str, Any]:
    """The node `model`: ask it the whole conversation."""
    messages = [*system_messages(state.get("system")), *state["messages"]]
    offered: dict[str, Any] = {"tools": tools} if (tools := state.get("tools")) else {}
    return {"messages": [imported_model(state.get("model")).invoke(messages, **offered)]}


def run_tools(state: Talk) -> dict[str, Any]:
    """The node `tools`: each call of the model's last message, one after the other; LangGraph's own pairs by id."""
    last = state["messages"][-1]
    calls = last.tool_calls if isinstance(last, AIMessage) else []
    return {"messages": [imported_tool(call["name"]).invoke({**call, "type": "tool_call"}) for call in calls]}


def system_messages(recorded: str | None) -> list[SystemMessage]:
    """The system prompt as its prompt file says it, in the blank space around the recorded one."""
    if recorded is None:
        return []
    step = CURRENT.get()
    prompts = step.run.prompts_at(step.address) if step is not None else None
    if step is None or prompts is None or SYSTEM_PROMPT not in prompts.names():
        return [SystemMessage(recorded)]
    found = prompts.get(SYSTEM_PROMPT)
    text = "\n\n".join(message["content"] for message in found.render({}) if message["role"] == "system")
    core = recorded.strip()
    before, after = recorded.split(core, 1) if core else ("", "")
    messages = [SystemMessage(f"{before}{text}{after}")]
    step.run.renderings.remember(messages, Asked(describe_prompt(found), {}))
    return messages


def after_customer(state: Talk) -> Literal["model", "__end__"]:
    """Where to go when a customer, or the tools, have spoken."""
    return "__end__" if broken_off(state) else "model"


def after_model(state: Talk) -> Literal["tools", "__end__"]:
    """Where to go when the model has."""
    last = state["messages"][-1]
    return "tools" if isinstance(last, AIMessage) and last.tool_calls and not broken_off(state) else "__end__"


def broken_off(state: Talk) -> bool:
    """Does the recording of this run end here?"""
    end = state.get("breaks_off")
    if end is None:
        return False
    said = itertools.takewhile(lambda message: isinstance(message, AIMessage | ToolMessage), state["messages"][::-1])
    return sum(1 for _ in said) >= end


def _build() -> Any:
    builder = StateGraph(Talk)
    builder.add_node("model", ask)
    builder.add_node("tools", run_tools)
    builder.add_conditional_edges(START, after_customer)
    builder.add_conditional_edges("model", after_model)
    builder.add_conditional_edges("tools", after_customer)
    return builder.compile().with_config(recursion_limit=MOST_SUPERSTEPS)


graph: Final = _build()
