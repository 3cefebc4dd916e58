"""The agent of the replay benchmarks: four prompts, four nodes, a model of known answers, and a send.

Two graphs say the same: one asks its prompt files through Playhead, the other builds the same messages itself, so that
caches and LangGraph alone can be measured on it.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Container, Mapping
from pathlib import Path
from typing import Annotated, Any, TypedDict

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from pydantic import Field, PrivateAttr

import playhead

NODES = ("sort", "find", "write", "check")
RARE = "recheck"
"""Asked in the place of the last prompt where a message is `special`."""
SENT: list[str] = []
"""What was really sent: the world of these benchmarks."""


class KnownModel(BaseChatModel):
    """Answers from the last line of what it is asked, or, `by_request`, from every byte of it; after `seconds`."""

    by_request: bool = False
    seconds: float = 0.0
    asked: list[bytes] = Field(default_factory=list)
    _lock: Any = PrivateAttr(default_factory=threading.Lock)

    @property
    def model_name(self) -> str:
        """Its name."""
        return "known-1"

    @property
    def _llm_type(self) -> str:
        return "known"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model_name": self.model_name, "by_request": self.by_request}

    def answer(self, messages: list[BaseMessage]) -> str:
        """The answer, the same whenever it is asked."""
        request = request_bytes(messages)
        return hashlib.blake2b(request if self.by_request else messages[-1].text.encode(), digest_size=6).hexdigest()

    def _generate(
        self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        with self._lock:
            self.asked.append(request_bytes(messages))
        if self.seconds:
            time.sleep(self.seconds)
        usage = {"input_tokens": 100, "output_tokens": 10, "total_tokens": 110}
        message = AIMessage(self.answer(messages), usage_metadata=usage)  # type: ignore[arg-type]
        return ChatResult(generations=[ChatGeneration(message=message)])


def request_bytes(messages: list[BaseMessage]) -> bytes:
    """What a request says, without the ids that were drawn for its messages."""
    return repr([(message.type, message.content) for message in messages]).encode()


class Desk(TypedDict):
    """What is known in a conversation."""

    messages: Annotated[list[BaseMessage], add_messages]
    sort: str
    find: str
    write: str
    check: str


@playhead.effect(simulate=lambda text: text)
def send(text: str, *, key: str) -> str:
    """Say it to the customer."""
    SENT.append(key)
    return text


def prompt_files(lines: Mapping[str, str] | None = None) -> dict[str, str]:
    """The four prompt files; `lines` are added to the system block of some."""
    named = (*NODES, RARE)
    return {f"{name}.md": PROMPT.format(name=name, line=(lines or {}).get(name, "Be brief.")) for name in named}


PROMPT = """---
format: prompt/1
name: {name}
title: {name}
description: One step of the desk.
owner: benchmarks
inputs:
  message: {{type: string, description: "What the customer said", untrusted: true}}
  before: {{type: string, description: "What the step before found"}}
---
=== system ===
You are the {name} step. {line}

=== user ===
{{{{before}}}}: {{{{message}}}}
"""


def write_prompts(folder: Path, lines: Mapping[str, str] | None = None) -> Path:
    """A prompt folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in prompt_files(lines).items():
        (folder / name).write_text(text, "utf-8")
    return folder


def desk(model: BaseChatModel | None = None, lines: Mapping[str, str] | None = None) -> Any:
    """The graph: of prompt files, or, with a `model`, of messages that its nodes make themselves. Not compiled."""

    def node(name: str, before: str) -> Any:
        def run(state: Desk) -> dict[str, Any]:
            message = state["messages"][-1].text
            found = state.get(before) or "nothing"  # type: ignore[call-overload]
            if model is None:
                is_rare = name == NODES[-1] and "special" in message
                answer = playhead.ask(RARE if is_rare else name, message=message, before=found)
            else:
                line = (lines or {}).get(name, "Be brief.")
                answer = model.invoke(
                    [("system", f"You are the {name} step. {line}\n"), ("user", f"{found}: {message}\n")]
                ).text
            return {name: answer}

        return run

    def close(state: Desk) -> dict[str, Any]:
        text = state["write"]
        if model is None:
            send(text)
        else:
            SENT.append(text)
        return {"messages": [AIMessage(text)]}

    graph = StateGraph(Desk)
    order = [*NODES, "close"]
    for name, before in zip(NODES, ("none", *NODES), strict=False):
        graph.add_node(name, node(name, before))
    graph.add_node("close", close)
    for first, second in zip([START, *order], [*order, END], strict=True):
        graph.add_edge(first, second)
    return graph


def play(agent: Any, thread: str, turns: int, special: Container[int] = ()) -> None:
    """A conversation of so many turns; those in `special` say so."""
    for turn in range(turns):
        said = f"{thread} asks {'special ' if turn in special else ''}{turn}"
        agent.invoke({"messages": [("user", said)]}, {"configurable": {"thread_id": thread}})
