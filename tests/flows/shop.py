"""A small shop whose conversations are replayed by the hundred: it sorts a message, then prices it or replies.

Four prompts, of which a turn uses two or three: `sort` always, then `reply`, or `price` and `check`. The scripted model
repeats what it was asked, but for the sorting: so a changed instruction (the system part) changes no answer, and a
changed question changes every answer after it.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, TypedDict

from langgraph.graph import END, START, StateGraph

from playhead import aask, ask, effect
from playhead.deck import Deck

PROMPTS: dict[str, tuple[str, str]] = {
    "sort": ("Say what it is about.", "sort: {{message}}"),
    "reply": ("Be kind.", "reply to {{message}} after {{before}}"),
    "price": ("Name a price.", "price of {{message}}"),
    "check": ("Is it fine?", "check {{draft}}"),
}
SCRIPT = {"sort: what": "price", "sort: ": "talk"}

HEADER = """---
format: prompt/1
name: {name}
title: A test
description: A test.
owner: desk
model: {model}
inputs:
{inputs}---
=== system ===
{instruction}
=== user ===
{question}
"""


class State(TypedDict, total=False):
    """A conversation with the shop."""

    message: str
    topic: str
    reply: str
    fine: str
    said: Annotated[list[str], operator.add]


@effect(idempotent=True, simulate=lambda text: {"sent": text})
def tell_customer(text: str) -> dict[str, Any]:
    return {"sent": text}


def sort(state: State) -> State:
    return {"topic": ask("sort", message=state["message"])}


def reply(state: State) -> State:
    before = (state.get("said") or ["nothing"])[-1]
    return {"reply": ask("reply", message=state["message"], before=before)}


def price(state: State) -> State:
    return {"reply": ask("price", message=state["message"])}


def check(state: State) -> State:
    return {"fine": ask("check", draft=state["reply"])}


def tell(state: State) -> State:
    tell_customer(state["reply"])
    return {"said": [state["reply"]]}


def reply_more(state: State) -> State:
    """As `reply`, in a later version of the code."""
    before = (state.get("said") or ["nothing"])[-1]
    return {"reply": ask("reply", message=state["message"] + " indeed", before=before)}


async def sort_async(state: State) -> State:
    return {"topic": await aask("sort", message=state["message"])}


def make_graph(*, is_async: bool = False, talkative: bool = False) -> Any:
    """The shop, compiled; with an async node, or with other code for its replies, where asked for."""
    graph: Any = StateGraph(State)
    graph.add_node("sort", sort_async if is_async else sort)
    graph.add_node("reply", reply_more if talkative else reply)
    for node in (price, check, tell):
        graph.add_node(node.__name__, node)
    graph.add_edge(START, "sort")
    graph.add_conditional_edges("sort", lambda state: "price" if state["topic"] == "price" else "reply")
    graph.add_edge("price", "check")
    graph.add_edge("check", "tell")
    graph.add_edge("reply", "tell")
    graph.add_edge("tell", END)
    return graph.compile()


def prompt_file(name: str, instruction: str, question: str, model: str = "default") -> str:
    """The text of a prompt file."""
    names = dict.fromkeys(part.split("}}")[0] for part in question.split("{{")[1:])
    inputs = "".join(f"  {each}: {{type: string, description: A text, examples: [hi]}}\n" for each in names)
    return HEADER.format(name=name, model=model, inputs=inputs, instruction=instruction, question=question)


def write_prompts(folder: Path, prompts: Mapping[str, tuple[str, str]]) -> Path:
    """A folder with these prompts."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (instruction, question) in prompts.items():
        (folder / f"{name}.md").write_text(prompt_file(name, instruction, question), "utf-8")
    return folder


def talk(deck: Deck, graph: Any, thread: str, messages: Iterable[str], **facts: Any) -> None:
    """A recorded conversation: each message is a turn."""
    agent = deck.record(graph, "shop")
    for message in messages:
        config: Any = {"configurable": {"thread_id": thread}, "metadata": facts}
        agent.invoke({"message": message}, config)
