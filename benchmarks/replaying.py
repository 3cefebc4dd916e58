"""What does a replay ask, and at what cost? Beside a request cache, LangGraph's time travel, and running all again.

The first figures are counts: the same on every machine. The last is CPU: exact replay of a chain against the same
graph run bare, both with a model that answers at once.
"""

from __future__ import annotations

import gc
import random
import statistics
import tempfile
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

from langchain_core.caches import InMemoryCache
from langchain_core.globals import set_llm_cache
from langgraph.checkpoint.memory import InMemorySaver

import playhead
from benchmarks.desk import NODES, SENT, KnownModel, desk, play, write_prompts
from benchmarks.figures import Figure
from benchmarks.recording import asking_chain
from benchmarks.subjects import chain
from playhead.prompts import PromptSet

TURNS, EDITED, ROUNDS, REPEATS = 10, "check", 5, 10
MIXED = 1_000
LINES = {EDITED: "Be brief. Be kind."}


def counts() -> list[Figure]:
    """Model calls and sends after one of four prompts was edited, in a conversation of ten turns."""
    ours = _ours()
    others = {
        "set_llm_cache": _cached(),
        "LangGraph's time travel": _travelled(),
        "running everything again": _again(),
    }
    figures = [
        Figure("1 of 4 prompts edited, 40 calls: asked, of them 10 changed", ours["asked"], "calls", 10, "≤"),
        Figure("of it, stale answers", ours["stale"], "", 0, "≤"),
        Figure("of it, sends", ours["sends"], "", 0, "≤"),
    ]
    for name, found in others.items():
        figures.append(Figure(f"the same by {name}: asked", found["asked"], "calls"))
        figures.append(Figure(f"the same by {name}: sends", found["sends"], ""))
    return figures


def _ours() -> dict[str, int]:
    model = KnownModel()
    with tempfile.TemporaryDirectory() as folder:
        prompts, changed = write_prompts(Path(folder) / "a"), write_prompts(Path(folder) / "b", LINES)
        with playhead.open(Path(folder) / "r.db", prompts=prompts, models={"default": model}) as deck:
            graph = desk().compile()
            play(deck.record(graph), "c-1", TURNS)
            model.asked.clear()
            SENT.clear()
            replays = [deck.replay(run, graph, prompts=changed) for run in deck.runs("c-1")]
            asked = len(model.asked)
            stale = sum(_stale(model, replay) for replay in replays)
    return {"asked": asked, "stale": stale, "sends": len(SENT)}


def _stale(model: KnownModel, replay: playhead.Run) -> int:
    """How many of its model calls were answered with what answers another request."""
    calls = [call for call in replay.calls if call.kind == "model"]
    return sum(call.response["message"].text != model.answer(call.request["messages"]) for call in calls)


def _cached() -> dict[str, int]:
    model = KnownModel()
    set_llm_cache(InMemoryCache())
    try:
        play(desk(model).compile(checkpointer=InMemorySaver()), "c-1", TURNS)
        model.asked.clear()
        SENT.clear()
        play(desk(model, LINES).compile(checkpointer=InMemorySaver()), "c-1", TURNS)
    finally:
        set_llm_cache(None)
    return {"asked": len(model.asked), "sends": len(SENT)}


def _travelled() -> dict[str, int]:
    model, saver = KnownModel(), InMemorySaver()
    play(desk(model).compile(checkpointer=saver), "c-1", TURNS)
    changed = desk(model, LINES).compile(checkpointer=saver)
    model.asked.clear()
    SENT.clear()
    config: Any = {"configurable": {"thread_id": "c-1"}}
    for state in [found for found in changed.get_state_history(config) if found.next == ("sort",)]:
        changed.invoke(None, state.config)
    return {"asked": len(model.asked), "sends": len(SENT)}


def _again() -> dict[str, int]:
    model = KnownModel()
    SENT.clear()
    play(desk(model, LINES).compile(checkpointer=InMemorySaver()), "c-1", TURNS)
    return {"asked": len(model.asked), "sends": len(SENT)}


# ── many conversations, edited at random ─────────────────────────────────────────────────────────────────────


def mixed() -> list[Figure]:
    """Live calls over the lower bound: the requests that the edited graph makes and the recording does not answer."""
    rng = random.Random(20)
    live = bound = stale = 0
    with tempfile.TemporaryDirectory() as name:
        folder, model = Path(name), KnownModel(by_request=True)
        with playhead.open(
            folder / "r.db", prompts=write_prompts(folder / "a"), models={"default": model}, synchronous="NORMAL"
        ) as deck:
            graph = desk().compile()
            agent = deck.record(graph)
            for number in range(MIXED):
                model.asked.clear()
                play(agent, f"c-{number}", 1)
                recorded = Counter(model.asked)
                edit = _edit(rng, folder)
                model.asked.clear()
                (run,) = deck.runs(f"c-{number}")
                replay = deck.replay(run, graph, **edit["replay"])
                live += len(model.asked)
                bound += (_by_force(deck, graph, run, edit, model) - recorded).total()
                stale += _stale(model, replay)
    return [
        Figure(
            f"{MIXED} conversations, random edits of prompts and state: live calls over the lower bound",
            live / bound,
            "×",
            1,
            "≤",
        ),
        Figure("of it, stale answers", stale, "", 0, "≤"),
    ]


def _edit(rng: random.Random, folder: Path) -> dict[str, Any]:
    lines = {name: f"Be {rng.choice(['kind', 'quick', 'brief'])}." for name in NODES if rng.random() < 0.3}
    state = {"sort": f"as {rng.randrange(3)}"} if rng.random() < 0.3 else {}
    replay: dict[str, Any] = {"state": state, "code": True}
    if lines:
        replay["prompts"] = write_prompts(folder / "-".join(f"{k}={v}" for k, v in sorted(lines.items())), lines)
    return {"state": state, "replay": replay}


def _by_force(
    deck: playhead.Deck, graph: Any, run: playhead.Run, edit: dict[str, Any], model: KnownModel
) -> Counter[bytes]:
    """Every request that the edited graph makes, found by running all of it with nothing reused."""
    prompts = edit["replay"].get("prompts")
    agent = deck.record(graph, prompts=PromptSet.load(prompts) if prompts else None)
    model.asked.clear()
    agent.invoke({**run.input, **edit["state"]}, {"configurable": {"thread_id": f"{run.thread}-by-force"}})
    return Counter(model.asked)


# ── exact replay ─────────────────────────────────────────────────────────────────────────────────────────────


def exact() -> list[Figure]:
    """Steps per CPU-second of an exact replay over those of the same graph run bare."""
    figures = []
    subjects = {"a model call in every node": asking_chain, "no calls": lambda: chain(20, is_async=False)}
    for what, make in subjects.items():
        graph = make().compile()
        with tempfile.TemporaryDirectory() as folder, playhead.open(Path(folder) / "r.db") as deck:
            deck.record(graph).invoke({"n": 0}, {"configurable": {"thread_id": "c-1"}})
            (run,) = deck.runs("c-1")
            again = partial(deck.replay, run, graph)
            rounds = [(_cpu(partial(graph.invoke, {"n": 0})), _cpu(again)) for _ in range(ROUNDS)]
        bare, ours = (statistics.median(times) for times in zip(*rounds, strict=True))
        steps = 20 * REPEATS
        bar = 0.6 if what.startswith("a model") else None
        figures.append(Figure(f"20 nodes, {what}: bare", steps / bare, "steps a CPU-second"))
        figures.append(Figure(f"20 nodes, {what}: exact replay", steps / ours, "steps a CPU-second"))
        figures.append(Figure(f"20 nodes, {what}: exact replay over bare", bare / ours, "×", bar))
    return figures


def _cpu(run: Any) -> float:
    gc.collect()  # what the subject before left behind is not this one's cost
    began = time.process_time()
    for _ in range(REPEATS):
        run()
    return time.process_time() - began


def measure() -> list[Figure]:
    """All of it."""
    return [*counts(), *mixed(), *exact()]
