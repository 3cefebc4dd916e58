"""What does a library of ten thousand conversations cost to keep, to list and to open?

One conversation of twenty turns, three nodes a turn of which one asks a model, is played through LangGraph; what that
asked of its checkpointer, gave its nodes and was answered is then handed to the recorder again for every conversation,
with other words and other ids in it, as recording.py does. So rows and bytes are those of conversations that were
played. Listing and opening are `playhead ls --json` and `playhead show --json`, each with a recording opened anew.

Making all of it takes some ten minutes; `python -m benchmarks library:500` makes a smaller one.
"""

from __future__ import annotations

import io
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from langchain_core.language_models.fake_chat_models import FakeListChatModel
from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langgraph.graph import END, START, StateGraph

import playhead
from benchmarks.figures import Figure
from benchmarks.recording import Asked
from benchmarks.subjects import Talk, size_on_disk, text
from playhead.cli.listing import ls
from playhead.cli.showing import show
from playhead.codec import NODES, inflate
from playhead.graph.model_call import ModelCall
from playhead.graph.recorder import RunRecorder
from playhead.graph.recording import Recording
from playhead.store.references import base_kind

CONVERSATIONS, TURNS, PAGES = 10_000, 20, 60
SYSTEM = SystemMessage(text(7, 600))
MODEL = FakeListChatModel(responses=[""])


class Played(Asked):
    """What one conversation asked of its checkpointer and gave its nodes, turn by turn, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.turns: list[list[tuple[str, Any]]] = []

    def put(self, config: Any, checkpoint: Any, metadata: Any, new_versions: Any) -> Any:
        """Remember, and do it."""
        done = super().put(config, checkpoint, metadata, new_versions)
        self.turns[-1].append(("put", self.put_calls[-1]))
        return done

    def put_writes(self, config: Any, writes: Any, task_id: str, task_path: str = "") -> None:
        """Remember, and do it."""
        super().put_writes(config, writes, task_id, task_path)
        self.turns[-1].append(("writes", self.write_calls[-1]))

    def step(self, node: str, given: Any) -> None:
        """Remember that a node began."""
        self.turns[-1].append(("step", (node, len(self.turns), {"messages": list(given["messages"])})))


def said(turn: int, role: str) -> str:
    """The id of a message of the template."""
    return f"{role}-{turn}"


def played() -> Played:
    """A conversation played through LangGraph."""
    kept = Played()

    def node(name: str) -> Callable[[Any], dict[str, Any]]:
        def run(given: Any) -> dict[str, Any]:
            kept.step(name, given)
            answers = name == "answer"
            return {"messages": [AIMessage("", id=said(len(kept.turns), "ai"))]} if answers else {}

        return run

    graph = StateGraph(Talk)
    for before, after in ((START, "read"), ("read", "answer"), ("answer", "close"), ("close", END)):
        if after != END:
            graph.add_node(after, node(after))
        graph.add_edge(before, after)
    agent = graph.compile(checkpointer=kept)
    for turn in range(1, TURNS + 1):
        kept.turns.append([])
        given = {"messages": [HumanMessage("", id=said(turn, "human"))]}
        agent.invoke(given, {"configurable": {"thread_id": "c"}}, durability="sync")
    return kept


class Conversation:
    """The template with words and ids of its own."""

    def __init__(self, recording: Recording, number: int) -> None:
        self._recording, self._thread = recording, f"c-{number:06}"
        self._messages: dict[str, AnyMessage] = {}
        for turn in range(1, TURNS + 1):
            for role, kind in (("human", HumanMessage), ("ai", AIMessage)):
                words = text(hash((number, turn, role == "ai")), 300)
                self._messages[said(turn, role)] = kind(words, id=f"{role}-{number:x}-{turn:x}")

    def record(self, template: Played) -> None:
        """Its runs, one after the other."""
        for turn, events in enumerate(template.turns, 1):
            run = RunRecorder(self._recording, self._thread, None, f"m-{turn}")
            question = self._messages[said(turn, "human")]
            run.begin({"messages": [("user", question.content)]}, None, {"channel": "chat", "shop": "bikes"})
            with run.current():
                for kind, event in events:
                    getattr(self, f"_{kind}")(run, event)
                run.finish("done", self._recording.saver.last_values(self._thread), None)
        self._recording.saver.settle(self._thread)

    def _put(self, run: RunRecorder, event: Any) -> None:
        config, checkpoint, metadata, versions = event
        own = {**checkpoint, "channel_values": self._own(checkpoint["channel_values"])}
        self._recording.saver.put(self._of(config), own, metadata, versions)

    def _writes(self, run: RunRecorder, event: Any) -> None:
        config, writes, *rest = event
        self._recording.saver.put_writes(self._of(config), self._own(writes), *rest)

    def _step(self, run: RunRecorder, event: Any) -> None:
        name, turn, given = event
        state = self._own(given)
        step = run.begin_step(f"{name}@{turn}", name, run.outside, 1, state)
        writes: list[tuple[str, Any]] = []
        if name == "answer":
            answer = self._messages[said(turn, "ai")]
            result = ChatResult(generations=[ChatGeneration(message=AIMessage(answer.content))])
            ModelCall(step, MODEL, [SYSTEM, *state["messages"]], None, {}).answered(result)
            writes = [("messages", [answer])]
        step.finish(writes, None)

    def _own(self, value: Any) -> Any:
        """The value with its messages replaced by this conversation's."""
        if isinstance(value, BaseMessage):
            return self._messages[str(value.id)]
        if isinstance(value, dict):
            return {key: self._own(one) for key, one in value.items()}
        return type(value)(self._own(one) for one in value) if isinstance(value, list | tuple) else value

    def _of(self, config: Any) -> Any:
        return {**config, "configurable": {**config["configurable"], "thread_id": self._thread}}


def canonical_bytes(path: Path) -> int:
    """Canonical bytes of everything recorded, each distinct value once; lists and mappings of values count nothing."""
    with sqlite3.connect(path) as raw:
        found = raw.execute("SELECT kind, data FROM vals")
        return sum(len(inflate(kind, data)[1]) for kind, data in found if base_kind(kind) not in NODES)


def p95(verb: Callable[[], None]) -> float:
    """Milliseconds in which nineteen of twenty are done."""
    taken = []
    for _ in range(PAGES):
        began = time.perf_counter()
        with redirect_stdout(io.StringIO()):
            verb()
        taken.append((time.perf_counter() - began) * 1e3)
    return sorted(taken)[int(PAGES * 0.95)]


def measure(conversations: int = CONVERSATIONS) -> list[Figure]:
    """Record them, and measure at a tenth of them and at the end."""
    template = played()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "runs.db"
        tenth = _grow(path, template, 0, max(conversations // 10, 1))
        listed, opened = _pages(path, tenth)
        count = _grow(path, template, tenth, conversations)
        lists, opens = _pages(path, count)
        size = size_on_disk(Path(folder))
        canonical = canonical_bytes(path)
    return [
        Figure("conversations", count),
        Figure("a page of the list, p95", lists, "ms", 300, "≤"),
        Figure("  beside a tenth of the conversations", lists / listed, "×"),
        Figure("a conversation opened, p95", opens, "ms", 500, "≤"),
        Figure("  beside a tenth of the conversations", opens / opened, "×"),
        Figure("bytes a turn", size / (count * TURNS), "B"),
        Figure("size beside the distinct canonical bytes recorded", size / canonical, "×", 2, "≤"),
    ]


def _grow(path: Path, template: Played, first: int, last: int) -> int:
    """Record conversations from `first` up to `last`; gives that."""
    with playhead.open(path, synchronous="NORMAL") as deck:
        graph = StateGraph(Talk).add_node("read", lambda _: {}).add_edge(START, "read").compile()
        recording = deck.record(graph, "talk")._playhead
        for number in range(first, last):
            Conversation(recording, number).record(template)
    return last


def _pages(path: Path, count: int) -> tuple[float, float]:
    """p95 of a page of the list, and of a conversation opened."""
    rng = random.Random(1)
    return (
        p95(lambda: ls(limit=20, store=path, json=True)),
        p95(lambda: show(f"c-{rng.randrange(count):06}", store=path, json=True)),
    )
