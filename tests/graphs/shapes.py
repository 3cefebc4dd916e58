"""Graphs as other people write them, none of which knows of the recorder: each is built around a given model."""

from __future__ import annotations

import asyncio
import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, TypedDict

from langchain.agents import create_agent
from langchain_core.messages import AnyMessage, BaseMessage
from langchain_core.tools import tool
from langgraph.func import entrypoint, task
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.graph.message import add_messages
from langgraph.types import Command, RetryPolicy, Send
from pydantic import BaseModel

from tests.scripted import ScriptedModel, calling


class Notes(TypedDict):
    """A list that grows."""

    notes: Annotated[list[str], operator.add]


@dataclass(frozen=True)
class Shape:
    """A graph, what it is asked, and where its model calls must be found on the recording, in order."""

    build: Callable[[type[ScriptedModel]], Any]
    given: Any
    steps: list[str]
    calls: list[tuple[str, str]]
    is_async: bool = False
    config: dict[str, Any] = field(default_factory=dict)


def chain(*nodes: tuple[str, Callable[..., Any]], state: Any = Notes, **options: Any) -> Any:
    """The nodes one after another."""
    graph = StateGraph(state)
    for before, (name, node) in zip([START, *(name for name, _ in nodes)], nodes, strict=False):
        graph.add_node(name, node, **options)
        graph.add_edge(before, name)
    return graph.compile()


def conversation(kind: type[ScriptedModel]) -> Any:
    """One node that answers the messages."""
    model = kind()
    return chain(("reply", lambda state: {"messages": [model.invoke(state["messages"])]}), state=MessagesState)


def fan_out(kind: type[ScriptedModel]) -> Any:
    """Several drafts from the same words, side by side."""
    model = kind()

    def draft(state: dict[str, str]) -> dict[str, list[str]]:
        return {"notes": [f"{state['topic']}: {model.invoke('Draft a note').text}"]}

    graph = StateGraph(Notes)
    graph.add_node("plan", lambda state: {"notes": ["planned"]})
    graph.add_node("draft", draft)
    graph.add_node("join", lambda state: {"notes": ["joined"]})
    graph.add_edge(START, "plan")
    graph.add_conditional_edges("plan", lambda state: [Send("draft", {"topic": t}) for t in "abc"], ["draft"])
    graph.add_edge("draft", "join")
    return graph.compile()


def inner(kind: type[ScriptedModel]) -> Any:
    """A small graph to put into others."""
    model = kind()
    return chain(
        ("think", lambda state: {"notes": [model.invoke("think").text]}),
        ("speak", lambda state: {"notes": [model.invoke("speak").text]}),
    )


def subgraph_as_node(kind: type[ScriptedModel]) -> Any:
    """A compiled graph as a node of another."""
    return chain(("inner", inner(kind)), ("after", lambda state: {"notes": ["after"]}))


def subgraph_called_twice(kind: type[ScriptedModel]) -> Any:
    """A node whose code runs another graph, twice."""
    within = inner(kind)

    def outer(state: Notes) -> Notes:
        first = within.invoke({"notes": []})
        second = within.invoke({"notes": ["again"]})
        return {"notes": first["notes"] + second["notes"]}

    return chain(("outer", outer))


def commands(kind: type[ScriptedModel]) -> Any:
    """Nodes that say themselves where to go."""
    model = kind()
    graph = StateGraph(Notes)
    graph.add_node("sort", lambda state: Command(goto="right", update={"notes": [model.invoke("sort").text]}))
    graph.add_node("left", lambda state: {"notes": ["left"]})
    graph.add_node("right", lambda state: {"notes": ["right"]})
    graph.add_edge(START, "sort")
    return graph.compile()


def command_to_parent(kind: type[ScriptedModel]) -> Any:
    """A subgraph whose node leaves it for a node of the graph around it."""
    model = kind()

    def leave(state: Notes) -> Command[Any]:
        return Command(graph=Command.PARENT, goto="after", update={"notes": [model.invoke("leave").text]})

    graph = StateGraph(Notes)
    graph.add_node("child", chain(("leave", leave)))
    graph.add_node("after", lambda state: {"notes": ["after"]})
    graph.add_edge(START, "child")
    return graph.compile()


def router(kind: type[ScriptedModel]) -> Any:
    """Routers that ask a model: from the start, and from a node."""
    model = kind(script={"Where first": "two", "Where next": "end"})
    graph = StateGraph(Notes)
    graph.add_node("one", lambda state: {"notes": ["one"]})
    graph.add_node("two", lambda state: {"notes": ["two"]})
    graph.add_conditional_edges(START, lambda state: model.invoke("Where first?").text, ["one", "two"])
    graph.add_conditional_edges("two", lambda state: model.invoke("Where next?").text, {"one": "one", "end": END})
    return graph.compile()


def loop(kind: type[ScriptedModel]) -> Any:
    """A node that comes round three times."""
    model = kind()
    graph = StateGraph(Notes)
    graph.add_node("turn", lambda state: {"notes": [model.invoke(f"turn {len(state['notes'])}").text]})
    graph.add_edge(START, "turn")
    graph.add_conditional_edges("turn", lambda state: "turn" if len(state["notes"]) < 3 else END, ["turn", END])
    return graph.compile()


def retried(kind: type[ScriptedModel]) -> Any:
    """A node that fails once and is tried again."""
    model = kind(script={"risky": [ConnectionError("down"), "up"]})
    policy = RetryPolicy(max_attempts=3, initial_interval=0.001, jitter=False)
    return chain(("work", lambda state: {"notes": [model.invoke("risky").text]}), retry_policy=policy)


def structured(kind: type[ScriptedModel]) -> Any:
    """Structured output."""

    class Person(BaseModel):
        name: str
        age: int

    model = kind(script={"Who": {"name": "Ada", "age": 36}}).with_structured_output(Person)
    return chain(("read", lambda state: {"notes": [model.invoke("Who?").name]}))


def batched(kind: type[ScriptedModel]) -> Any:
    """Several questions at once, in LangChain's own thread pool."""
    model = kind()

    def ask_all(state: Notes) -> Notes:
        return {"notes": [reply.text for reply in model.batch(["a", "b", "c"], {"max_concurrency": 1})]}

    return chain(("ask", ask_all))


@tool
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


@tool
def fail(why: str) -> str:
    """Fail."""
    raise ValueError(why)


def agent(kind: type[ScriptedModel]) -> Any:
    """LangChain's agent, with two calls of one tool at once."""
    model = kind(script={"sum": calling(("add", {"a": 1, "b": 2}), ("add", {"a": 3, "b": 4})), "7": "All added."})
    return create_agent(model, [add], system_prompt="You add.")


def functional(kind: type[ScriptedModel]) -> Any:
    """The functional API: a flow with tasks side by side."""
    model = kind()

    @task
    def look(word: str) -> str:
        return model.invoke(f"look {word}").text

    @entrypoint()
    def flow(words: list[str]) -> list[str]:
        return [found.result() for found in [look(word) for word in words]]

    return flow


def async_functional(kind: type[ScriptedModel]) -> Any:
    """The functional API, async."""
    model = kind()

    @task
    async def look(word: str) -> str:
        return (await model.ainvoke(f"look {word}")).text

    @entrypoint()
    async def flow(words: list[str]) -> list[str]:
        return list(await asyncio.gather(*(look(word) for word in words)))

    return flow


def async_nodes(kind: type[ScriptedModel]) -> Any:
    """Async nodes, and a sync node among them."""
    model = kind()

    async def first(state: Notes) -> Notes:
        return {"notes": [(await model.ainvoke("first")).text]}

    def second(state: Notes) -> Notes:
        return {"notes": [model.invoke("second").text]}

    async def third(state: Notes) -> Notes:
        return {"notes": [reply.text for reply in await model.abatch(["x", "y"], {"max_concurrency": 1})]}

    return chain(("first", first), ("second", second), ("third", third))


def streaming_nodes(kind: type[ScriptedModel]) -> Any:
    """A node that streams its model itself."""
    model = kind()

    def speak(state: Notes) -> Notes:
        return {"notes": ["".join(chunk.text for chunk in model.stream("say three words"))]}

    return chain(("speak", speak))


def async_streaming_nodes(kind: type[ScriptedModel]) -> Any:
    """A node that streams its model itself, async."""
    model = kind()

    async def speak(state: Notes) -> Notes:
        return {"notes": ["".join([chunk.text async for chunk in model.astream("say three words")])]}

    return chain(("speak", speak))


class Typed(BaseModel):
    """A state with a schema that checks."""

    messages: Annotated[list[AnyMessage], add_messages] = []
    count: int = 0


def typed_state(kind: type[ScriptedModel]) -> Any:
    """A state that is a pydantic model."""
    model = kind()

    def reply(state: Typed) -> dict[str, Any]:
        return {"messages": [model.invoke(state.messages)], "count": state.count + 1}

    return chain(("reply", reply), state=Typed)


HELLO = {"messages": [("user", "hello")]}
NOTHING: dict[str, Any] = {"notes": []}
M = "model"

SHAPES = {
    "conversation": Shape(conversation, HELLO, ["reply@1"], [("reply@1", M)]),
    "fan_out": Shape(
        fan_out,
        NOTHING,
        ["plan@1", "draft@2[0]", "draft@2[1]", "draft@2[2]", "join@3"],
        [("draft@2[0]", M), ("draft@2[1]", M), ("draft@2[2]", M)],
    ),
    "subgraph_as_node": Shape(
        subgraph_as_node,
        NOTHING,
        ["inner@1", "inner@1/think@1", "inner@1/speak@2", "after@2"],
        [("inner@1/think@1", M), ("inner@1/speak@2", M)],
    ),
    "subgraph_called_twice": Shape(
        subgraph_called_twice,
        NOTHING,
        ["outer@1", "outer@1/think@1", "outer@1/speak@2", "outer@1/1/think@1", "outer@1/1/speak@2"],
        [("outer@1/think@1", M), ("outer@1/speak@2", M), ("outer@1/1/think@1", M), ("outer@1/1/speak@2", M)],
    ),
    "commands": Shape(commands, NOTHING, ["sort@1", "right@2"], [("sort@1", M)]),
    "command_to_parent": Shape(
        command_to_parent, NOTHING, ["child@1", "child@1/leave@1", "after@2"], [("child@1/leave@1", M)]
    ),
    "router": Shape(router, NOTHING, ["two@1"], [("__start__@0", M), ("two@1", M)]),
    "loop": Shape(loop, NOTHING, ["turn@1", "turn@2", "turn@3"], [("turn@1", M), ("turn@2", M), ("turn@3", M)]),
    "retried": Shape(retried, NOTHING, ["work@1", "work@1"], [("work@1", M), ("work@1", M)]),
    "structured": Shape(structured, NOTHING, ["read@1"], [("read@1", M)]),
    "batched": Shape(batched, NOTHING, ["ask@1"], [("ask@1", M)] * 3),
    "agent": Shape(
        agent,
        {"messages": [("user", "sum, please")]},
        ["model@1", "tools@2[0]", "tools@2[1]", "model@3"],
        [("model@1", M), ("tools@2[0]", "tool"), ("tools@2[1]", "tool"), ("model@3", M)],
    ),
    "functional": Shape(
        functional,
        ["a", "b"],
        ["flow@0", "flow@0/look@0[0]", "flow@0/look@0[1]"],
        [("flow@0/look@0[0]", M), ("flow@0/look@0[1]", M)],
    ),
    "async_functional": Shape(
        async_functional,
        ["a", "b"],
        ["flow@0", "flow@0/look@0[0]", "flow@0/look@0[1]"],
        [("flow@0/look@0[0]", M), ("flow@0/look@0[1]", M)],
        is_async=True,
    ),
    "async_nodes": Shape(
        async_nodes,
        NOTHING,
        ["first@1", "second@2", "third@3"],
        [("first@1", M), ("second@2", M), ("third@3", M), ("third@3", M)],
        is_async=True,
    ),
    "streaming_nodes": Shape(streaming_nodes, NOTHING, ["speak@1"], [("speak@1", M)]),
    "async_streaming_nodes": Shape(async_streaming_nodes, NOTHING, ["speak@1"], [("speak@1", M)], is_async=True),
    "typed_state": Shape(typed_state, HELLO, ["reply@1"], [("reply@1", M)]),
}


def bare(value: Any) -> Any:
    """A value without what LangChain and LangGraph draw at random."""
    if isinstance(value, BaseMessage):
        kept = value.model_dump(exclude={"id", "response_metadata"})
        return bare({**kept, "type": value.type.removesuffix("MessageChunk")})
    if isinstance(value, BaseModel):
        return bare(value.model_dump())
    if isinstance(value, dict):
        return {key: bare(element) for key, element in value.items()}
    if isinstance(value, list | tuple):
        return [bare(element) for element in value]
    return getattr(value, "value", value)
