"""A conversation that is killed at a chosen point, in a process of its own.

The graph asks a model, sends, comes round, sends again, and closes. The world is a table of what was really sent.
"""

from __future__ import annotations

import functools
import operator
import os
import signal
import sqlite3
import threading
from pathlib import Path
from typing import Annotated, Any, Final, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

import playhead
from playhead import ask, effect, new_id, now, resource
from playhead.config import load_config
from playhead.graph.effects import Attempt
from playhead.graph.node_run import NodeRun
from playhead.graph.saver import Saver
from playhead.store.session import WritingSession
from tests.scripted import ScriptedModel

PROMPT = """---
format: prompt/1
name: greet
title: Greet
description: Greets.
owner: desk
model: default
inputs:
  name: {type: string, description: Who, examples: [Ada]}
---
=== user ===
Greet {{name}} warmly.
"""


class World:
    """What was really sent: each row once per key where the world itself keeps keys, else once per call."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.connection.execute("CREATE TABLE IF NOT EXISTS sent (text TEXT, key TEXT)")

    def send(self, text: str, key: str) -> None:
        """Send."""
        self.connection.execute("INSERT INTO sent VALUES (?, ?)", (text, key))

    def find(self, key: str) -> str | None:
        """What was sent under this key."""
        row = self.connection.execute("SELECT text FROM sent WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def texts(self) -> list[str]:
        """Everything sent, in order."""
        return [text for (text,) in self.connection.execute("SELECT text FROM sent ORDER BY rowid")]


class Point:
    """Where the process dies, and how: at the n-th time that the point of this name is reached."""

    name, left, how = "", 0, ""


def set_point(where: str, how: str) -> None:
    """`name`, or `name #2` for the second time it is reached."""
    Point.name, _, times = where.partition(" #")
    Point.left, Point.how = int(times or 1), how


def reach(name: str) -> None:
    """Die here, if this is the point."""
    if name == Point.name:
        Point.left -= 1
        if Point.left == 0:
            if Point.how == "exit":
                os._exit(9)
            os.kill(os.getpid(), signal.SIGKILL)


BOUNDARIES: Final = (
    (NodeRun, "invoke"),
    (Attempt, "begin"),
    (Attempt, "done"),
    (World, "send"),
    (Saver, "put"),
    (Saver, "put_writes"),
    (WritingSession, "finish"),
)
"""A node, an effect's journal before and after it, the effect itself, a checkpoint, a task's writes, a commit."""


class Crossings:
    """Counts how often a boundary is crossed, on the way in and on the way out; dies at the n-th crossing."""

    def __init__(self, deadly: int) -> None:
        self._left, self._lock = deadly, threading.Lock()
        for owner, name in BOUNDARIES:
            setattr(owner, name, self._counted(getattr(owner, name)))

    def _counted(self, original: Any) -> Any:
        @functools.wraps(original)
        def counted(*args: Any, **kwargs: Any) -> Any:
            self._cross()
            result = original(*args, **kwargs)
            self._cross()
            return result

        return counted

    def _cross(self) -> None:
        with self._lock:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def cross(folder: Path, deadly: int, durability: str) -> None:
    """Hold the conversation, and die at the n-th crossing of a boundary, if there are so many."""
    Crossings(deadly)
    main(folder, "nowhere", "kill", durability, "verify")


def act(text: str, key: str) -> str:
    """Send, with a place to die before and after."""
    reach("inside effect, before the world changed")
    resource("world").send(text, key)
    reach("inside effect, after the world changed")
    return text


@effect(verify=lambda key: resource("world").find(key))
def send(text: str, *, key: str) -> str:
    """An effect that can be looked up."""
    return act(text, key)


@effect(idempotent=True)
def send_idempotent(text: str, *, key: str) -> str:
    """An effect that may be run again."""
    return act(text, key)


@effect()
def send_blind(text: str, *, key: str) -> str:
    """An effect that nobody can look up."""
    return act(text, key)


SENDS: dict[Any, Any] = {"idempotent": send_idempotent, "blind": send_blind}
GIVEN: dict[str, Any] = {"said": [], "stamps": []}
CONFIG: Any = {"configurable": {"thread_id": "c-1", "event": "m-1"}, "metadata": {"customer": "+1555"}}


class Talk(TypedDict):
    """What was said, and when and under which ids."""

    said: Annotated[list[str], operator.add]
    stamps: Annotated[list[str], operator.add]


class Breaks:
    """A defect in a node, until it is mended."""

    mended = False

    def check(self) -> None:
        """Fail, unless mended."""
        _ = 1 / self.mended


def think(state: Talk) -> dict[str, Any]:
    """Ask a model."""
    reach("node begins")
    answer = ask("greet", name="Ada")
    reach("after the model answered")
    return {"said": [answer], "stamps": [now().isoformat(), new_id()]}


def build(kind: str | Breaks = "verify") -> Any:
    """The graph, with the kind of effect that it sends by, or with a defect."""
    send_it = SENDS.get(kind, send)

    def speak(state: Talk, runtime: Runtime[Any]) -> dict[str, Any]:
        reach("before the effect")
        if isinstance(kind, Breaks) and len(state["said"]) == 2:
            kind.check()
        place = f" from {runtime.context['place']}" if kind == "context" else ""
        text = send_it(f"hello {len(state['said'])}{place}")
        reach("after the effect")
        return {"said": [text]}

    graph = StateGraph(Talk)
    graph.add_node("think", think)
    graph.add_node("speak", speak)
    graph.add_node("close", lambda state: {"said": [send_it("goodbye")]})
    graph.add_edge(START, "think")
    graph.add_edge("think", "speak")
    graph.add_conditional_edges("speak", lambda state: "speak" if len(state["said"]) < 4 else "close")
    graph.add_edge("close", END)
    return graph.compile()


def open_deck(folder: Path) -> Any:
    """The recording in this folder, with a prompt and a model."""
    (folder / "prompts").mkdir(exist_ok=True)
    (folder / "prompts" / "greet.md").write_text(PROMPT, "utf-8")
    model = ScriptedModel(script={"Greet": "Dear Ada"})
    models = {"default": model}
    return playhead.open(folder / "runs.db", prompts=folder / "prompts", models=models, config=load_config(folder))


def main(folder: Path, where: str, how: str, durability: str, kind: str) -> None:
    """Hold the conversation, and die where told."""
    set_point(where, how)
    with open_deck(folder) as deck:
        agent = deck.record(build(kind), "talk", resources={"world": World(folder / "world.db")})
        context = {"place": "the shop"} if kind == "context" else None
        agent.invoke(GIVEN, CONFIG, durability=durability, context=context)


def resume_and_die(folder: Path, where: str) -> None:
    """Go on with it, and die again."""
    set_point(where, "kill")
    with open_deck(folder) as deck:
        deck.resume("c-1", build(), resources={"world": World(folder / "world.db")})


def wait_in_node(folder: Path, started: Any) -> None:
    """Be at work on the conversation until killed."""

    def wait(state: Talk) -> None:
        playhead.effect(idempotent=True)(waited)()  # commits what came before
        started.set()
        signal.pause()

    graph = StateGraph(Talk)
    graph.add_node("wait", wait)
    graph.add_edge(START, "wait")
    with open_deck(folder) as deck:
        deck.record(graph.compile(), "talk").invoke(GIVEN, CONFIG)


def waited() -> None:
    """Nothing."""


def wait_in_effect(folder: Path, started: Any) -> None:
    """Be in the middle of an effect until killed."""

    @effect()
    def wait() -> None:
        started.set()
        signal.pause()

    graph = StateGraph(Talk)
    graph.add_node("wait", lambda state: wait())
    graph.add_edge(START, "wait")
    with open_deck(folder) as deck:
        deck.record(graph.compile(), "talk").invoke(GIVEN, CONFIG)
