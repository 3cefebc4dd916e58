"""How much CPU does it take to record a step with its model call? The same graph in four ways, with an instant model.

Bare; with LangGraph's in-memory saver, which shows what having any checkpointer costs; with our saver as its
checkpointer and nothing else; and recorded. What steps and calls cost is the difference of the last two.

LangGraph's own work for a checkpointer is in all of these but the first. To see what the recorder itself spends, it is
also driven directly: what a run of that graph asked of its checkpointer, and what its nodes were given, asked and
answered, is handed to the recorder in the same order, with neither LangGraph nor the model at work.
"""

from __future__ import annotations

import copy
import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from langchain_core.language_models.fake_chat_models import FakeListChatModel
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph

import playhead
from benchmarks.figures import Figure
from benchmarks.subjects import Count, text
from playhead.graph.model_call import ModelCall
from playhead.graph.recorder import RunRecorder
from playhead.graph.recording import Recording
from playhead.graph.saves import SAVING, Saving

NODES, RUNS, ROUNDS = 20, 15, 5


def asking_chain() -> Any:
    """A chain in which every node asks a model once."""
    model = FakeListChatModel(responses=[text(1, 120)])

    def ask(given: Count) -> Count:
        model.invoke([("system", text(2)), ("user", f"{given['n']} {text(3, 100)}")])
        return {"n": given["n"] + 1}

    graph = StateGraph(Count)
    names = [f"node{i}" for i in range(NODES)]
    for name in names:
        graph.add_node(name, ask)
    for before, after in zip([START, *names], [*names, END], strict=True):
        graph.add_edge(before, after)
    return graph


def _cpu(agent: Any) -> float:
    gc.collect()  # what the subject before left behind is not this one's cost
    began = time.process_time()
    for run in range(RUNS):
        agent.invoke({"n": 0}, {"configurable": {"thread_id": f"c-{run}"}})
    return time.process_time() - began


def recorded(deck: playhead.Deck) -> Any:
    """The graph under the recorder."""
    return deck.record(asking_chain().compile())


def saved(deck: playhead.Deck) -> Any:
    """The graph with our saver in it, and no recorder."""
    return asking_chain().compile(checkpointer=recorded(deck).checkpointer)


class Asked(InMemorySaver):
    """Remembers what LangGraph asks of a checkpointer, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.put_calls: list[Any] = []
        self.write_calls: list[Any] = []

    def get_next_version(self, current: Any, channel: None) -> Any:
        """A number, as our saver has it."""
        return BaseCheckpointSaver.get_next_version(self, current, channel)

    def put(self, config: Any, checkpoint: Any, metadata: Any, new_versions: Any) -> Any:
        """Remember, and do it."""
        self.put_calls.append((config, copy.deepcopy(checkpoint), dict(metadata), new_versions))
        return super().put(config, checkpoint, metadata, new_versions)

    def put_writes(self, config: Any, writes: Any, task_id: str, task_path: str = "") -> None:
        """Remember, and do it."""
        self.write_calls.append((config, list(writes), task_id, task_path))
        super().put_writes(config, writes, task_id, task_path)


def asked_of_checkpointer() -> Asked:
    """What one run of the chain asks of its checkpointer."""
    asked = Asked()
    asking_chain().compile(checkpointer=asked).invoke({"n": 0}, {"configurable": {"thread_id": "c"}})
    return asked


class Driver:
    """Hands runs of the chain to the recorder, with everything that is not the recorder's made before."""

    def __init__(self, recording: Recording) -> None:
        asked = asked_of_checkpointer()
        self._recording = recording
        self._puts, (self._first_writes, *self._writes) = asked.put_calls, asked.write_calls
        self._model = FakeListChatModel(responses=[""])
        self._answer = ChatResult(generations=[ChatGeneration(message=AIMessage(text(1, 120)))])
        self._requests = [[SystemMessage(text(2)), HumanMessage(f"{n} {text(3, 100)}")] for n in range(NODES)]

    def run(self, thread: str) -> None:
        """One run: its input, its steps and its end."""
        saver = self._recording.saver
        run = RunRecorder(self._recording, thread, None, None)
        run.begin({"n": 0}, None, {})
        with run.current():
            self._put(thread, self._puts[0])
            self._put_writes(thread, self._first_writes)
            self._put(thread, self._puts[1])
            for number in range(NODES):
                self._step(run, number)
            run.finish("done", saver.last_values(thread), None)
        saver.settle(thread)

    def _step(self, run: RunRecorder, number: int) -> None:
        """A step's start, its call, its end, its writes and the checkpoint after it."""
        step = run.begin_step(f"node{number}@{number + 1}", f"node{number}", run.outside, 1, {"n": number})
        ModelCall(step, self._model, self._requests[number], None, {}).answered(self._answer)
        step.finish(self._writes[number][1], None)
        self._put_writes(run.thread, self._writes[number])
        self._put(run.thread, self._puts[number + 2])

    def _put(self, thread: str, asked: Any) -> None:
        config, *rest = asked
        self._recording.saver.put(_of(thread, config), *rest)

    def _put_writes(self, thread: str, asked: Any) -> None:
        config, *rest = asked
        self._recording.saver.put_writes(_of(thread, config), *rest)


def _of(thread: str, config: Any) -> Any:
    return {**config, "configurable": {**config["configurable"], "thread_id": thread}}


def driven() -> float:
    """CPU of the recorder driven directly, the writer's thread included, until all is committed."""
    with tempfile.TemporaryDirectory() as folder, playhead.open(Path(folder) / "r.db") as deck:
        driver = Driver(recorded(deck)._playhead)
        for run in range(RUNS):
            driver.run(f"warm-{run}")
        gc.collect()
        began = time.process_time()
        for run in range(RUNS):
            driver.run(f"c-{run}")
        return time.process_time() - began


def on_disk(make: Callable[[playhead.Deck], Any]) -> float:
    """CPU of the whole process, the writer's thread included, until all is committed."""
    with tempfile.TemporaryDirectory() as folder, playhead.open(Path(folder) / "r.db") as deck:
        agent = make(deck)
        _cpu(agent)  # warm
        deck.store.flush()
        saving = SAVING.set(Saving(lingers=True))  # as in a recorded run
        taken, began = _cpu(agent), time.process_time()
        deck.store.flush()
        SAVING.reset(saving)
        return taken + time.process_time() - began


def measure() -> list[Figure]:
    """CPU seconds of the process per step."""
    rounds = [
        (
            _cpu(asking_chain().compile()),
            _cpu(asking_chain().compile(checkpointer=InMemorySaver())),
            on_disk(saved),
            on_disk(recorded),
            driven(),
        )
        for _ in range(ROUNDS)
    ]
    bare, memory, saver, ours, own = (
        statistics.median(times) / (RUNS * NODES) * 1e6 for times in zip(*rounds, strict=True)
    )
    return [
        Figure("bare graph", bare, "µs CPU a step"),
        Figure("with InMemorySaver", memory, "µs CPU a step"),
        Figure("with our saver only", saver, "µs CPU a step"),
        Figure("recorded", ours, "µs CPU a step"),
        Figure("all that is recorded, checkpoints too: recorded − bare", ours - bare, "µs CPU a step"),
        Figure("of it, the step and its call: recorded − our saver only", ours - saver, "µs CPU a step", 250, "≤"),
        Figure("more than any checkpointer costs: recorded − InMemorySaver", ours - memory, "µs CPU a step"),
        Figure("the recorder itself, driven without LangGraph: step, call, checkpoint", own, "µs CPU a step", 150, "≤"),
    ]
