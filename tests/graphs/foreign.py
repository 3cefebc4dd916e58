"""Twelve shapes of graphs as other people write them, each with what it is given turn after turn.

Those of `shapes` that have another such use here come along; `bared` and `numbered` are what is left of states and
events when what is drawn at random, or read off a clock, is taken out of them.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, is_dataclass
from typing import Annotated, Any, Final, TypedDict

from langgraph.cache.memory import InMemoryCache
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph
from langgraph.types import CachePolicy, Command, interrupt
from pydantic import BaseModel

from tests.graphs import shapes
from tests.graphs.shapes import NOTHING, Notes, chain
from tests.scripted import ScriptedModel

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{32}\b")
CACHED: Final[Any] = CachePolicy()
TIMES = ("created_at", "timestamp", "ts")


@dataclass(frozen=True)
class Foreign:
    """A graph, what it is given turn after turn, and whether its tasks may end in any order."""

    build: Callable[[type[ScriptedModel]], Any]
    turns: tuple[Any, ...] = (NOTHING, {"notes": ["more"]})
    parallel: bool = False


def subgraph_with_its_own_saver(kind: type[ScriptedModel]) -> Any:
    """A subgraph that remembers, over the turns, what the graph around it does not know."""
    model = kind()

    class Memory(TypedDict):
        notes: Annotated[list[str], operator.add]
        kept: Annotated[list[str], operator.add]

    within = StateGraph(Memory)
    within.add_node("keep", lambda state: {"kept": [model.invoke(f"kept {len(state['kept'])}").text]})
    within.add_node("tell", lambda state: {"notes": [f"{len(state['kept'])} kept"]})
    within.add_edge(START, "keep")
    within.add_edge("keep", "tell")
    return chain(("within", within.compile(checkpointer=True)), ("after", lambda state: {"notes": ["after"]}))


def interrupt_in_a_loop(kind: type[ScriptedModel]) -> Any:
    """A node that asks a person until the answer is enough."""
    model = kind()

    def ask(state: Notes) -> Notes:
        question = model.invoke(f"question {len(state['notes'])}").text
        return {"notes": [question, interrupt({"question": question})]}

    graph = StateGraph(Notes)
    graph.add_node("ask", ask)
    graph.add_edge(START, "ask")
    graph.add_conditional_edges("ask", lambda state: END if state["notes"][-1] == "enough" else "ask", ["ask", END])
    return graph.compile()


def streaming(kind: type[ScriptedModel]) -> Any:
    """A node that streams its model, and tells its reader of its own accord."""
    model = kind()

    def speak(state: Notes) -> Notes:
        tell = get_stream_writer()
        words = []
        for chunk in model.stream("say three words"):
            words.append(chunk.text)
            tell({"word": chunk.text})
        return {"notes": ["".join(words)]}

    return chain(("speak", speak), ("sum_up", lambda state: {"notes": [model.invoke("sum up").text]}))


class Secret(TypedDict):
    """What only two nodes know."""

    secret: str


def private_state(kind: type[ScriptedModel]) -> Any:
    """Two nodes that hand each other what is in no schema of the graph."""
    model = kind()

    def find(state: Notes) -> Secret:
        return {"secret": model.invoke("find it").text}

    def use(state: Secret) -> Notes:
        return {"notes": [f"{len(state['secret'])} letters"]}

    return chain(("find", find), ("use", use), ("after", lambda state: {"notes": [str(sorted(state))]}))


class Question(TypedDict):
    """What the graph is given."""

    question: str


class Answer(TypedDict):
    """What it gives."""

    answer: str


class Inside(Question, Answer):
    """What its nodes know."""

    drafts: Annotated[list[str], operator.add]


def input_and_output_schemas(kind: type[ScriptedModel]) -> Any:
    """A graph that takes one thing, gives another, and knows more than both."""
    model = kind()
    graph = StateGraph(Inside, input_schema=Question, output_schema=Answer)
    graph.add_node("draft", lambda state: {"drafts": [model.invoke(state["question"]).text]})
    graph.add_node("answer", lambda state: {"answer": f"{state['drafts'][-1]}, draft {len(state['drafts'])}"})
    graph.add_edge(START, "draft")
    graph.add_edge("draft", "answer")
    return graph.compile()


def cached(kind: type[ScriptedModel], policy: Any = CACHED) -> Any:
    """A node whose result LangGraph's cache gives, where it was given the same before."""
    model = kind()

    def look(state: Question) -> dict[str, list[str]]:
        return {"drafts": [model.invoke(state["question"]).text]}

    graph = StateGraph(Inside, input_schema=Question)
    graph.add_node("look", look, cache_policy=policy)
    graph.add_node("answer", lambda state: {"answer": model.invoke(f"answer {len(state['drafts'])}").text})
    graph.add_edge(START, "look")
    graph.add_edge("look", "answer")
    return graph.compile(cache=InMemoryCache())


def adding(words: str) -> dict[str, Any]:
    """What the agent is asked."""
    return {"messages": [("user", words)]}


FOREIGN = {
    "loops": Foreign(shapes.loop),
    "map-reduce with equal prompts": Foreign(shapes.fan_out, parallel=True),
    "a subgraph with its own saver": Foreign(subgraph_with_its_own_saver),
    "an interrupt in a loop": Foreign(
        interrupt_in_a_loop, (NOTHING, Command(resume="more"), Command(resume="enough"), {"notes": ["again"]})
    ),
    "Command(goto)": Foreign(shapes.commands),
    "@task": Foreign(shapes.functional, (["a", "b"], ["c"]), parallel=True),
    "create_agent with parallel tools": Foreign(
        shapes.agent, (adding("sum, please"), adding("sum once more")), parallel=True
    ),
    "streaming modes": Foreign(streaming),
    "private state": Foreign(private_state),
    "input and output schemas": Foreign(input_and_output_schemas, ({"question": "who?"}, {"question": "why?"})),
    "retries": Foreign(shapes.retried),
    "node caches": Foreign(cached, tuple({"question": asked} for asked in ("who?", "who?", "why?", "who?"))),
}


def bared(value: Any) -> Any:
    """As plain data, without times; what it is an object of is told, too."""
    if isinstance(value, BaseModel):
        value = {"is": type(value).__name__, **value.model_dump()}
    elif is_dataclass(value) and not isinstance(value, type):
        value = {"is": type(value).__name__, **{field.name: getattr(value, field.name) for field in fields(value)}}
    elif hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, dict):
        return {bared(key): bared(each) for key, each in value.items() if key not in TIMES}
    if isinstance(value, list | tuple | set):
        return [bared(each) for each in value]
    return value if isinstance(value, str | int | float | bool | None) else repr(value)


def numbered(value: Any) -> Any:
    """With ids as numbers, in the order they appear: which is whose parent can still be told."""
    names: dict[str, str] = {}
    return _with_ids(bared(value), lambda found: names.setdefault(found[0], f"id {len(names)}"))


def in_any_order(values: Iterable[Any]) -> list[str]:
    """Without ids, sorted: where tasks side by side end in whatever order."""
    return sorted(repr(_with_ids(bared(value), lambda found: "id")) for value in values)


def _with_ids(value: Any, name: Callable[[re.Match[str]], str]) -> Any:
    if isinstance(value, dict):
        return {_with_ids(key, name): _with_ids(each, name) for key, each in value.items()}
    if isinstance(value, list):
        return [_with_ids(each, name) for each in value]
    return ID.sub(name, value) if isinstance(value, str) else value
