"""The interception is where the libraries are, and does nothing where nothing records."""

from __future__ import annotations

import inspect
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.tools import BaseTool
from langgraph.pregel import _runner
from langgraph.pregel._executor import AsyncBackgroundExecutor, BackgroundExecutor
from langgraph.pregel._loop import AsyncPregelLoop, SyncPregelLoop

import playhead
from playhead.config import load_config
from playhead.graph import in_passing, intercept
from tests.graphs.shapes import NOTHING, SHAPES, add
from tests.scripted import ScriptedModel, StreamingModel

# What each patched name is called with, in the installed versions. When this fails after an upgrade, read the library's
# source, mend graph/intercept.py, and only then this table.
SIGNATURES = {
    (BaseChatModel, "_generate_with_cache"): ["self", "messages", "stop", "run_manager", "kwargs"],
    (BaseChatModel, "_agenerate_with_cache"): ["self", "messages", "stop", "run_manager", "kwargs"],
    (BaseChatModel, "stream"): ["self", "input", "config", "stop", "kwargs"],
    (BaseChatModel, "astream"): ["self", "input", "config", "stop", "kwargs"],
    (BaseChatModel, "_iter_v2_events"): ["self", "messages", "run_manager", "stream", "stop", "kwargs"],
    (BaseChatModel, "_aiter_v2_events"): ["self", "messages", "run_manager", "stream", "stop", "kwargs"],
    (BaseTool, "run"): ["self", "tool_input", "verbose", "start_color", "color", "callbacks", "tags", "metadata"],
    (BaseTool, "arun"): ["self", "tool_input", "verbose", "start_color", "color", "callbacks", "tags", "metadata"],
    (_runner, "run_with_retry"): ["task", "retry_policy", "configurable"],
    (_runner, "arun_with_retry"): ["task", "retry_policy", "stream", "configurable"],
    (SyncPregelLoop, "match_cached_writes"): ["self"],
    (AsyncPregelLoop, "amatch_cached_writes"): ["self"],
    (BackgroundExecutor, "__init__"): ["self", "config"],
    (BackgroundExecutor, "submit"): ["self", "fn", "args"],
    (AsyncBackgroundExecutor, "submit"): ["self", "fn", "args"],
}


@pytest.mark.parametrize(
    ("owner", "name"),
    [(owner, name) for owner, names in intercept.PATCHED.items() for name in names],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_what_is_patched_is_still_there_and_called_as_we_call_it(owner: Any, name: str) -> None:
    original = inspect.unwrap(getattr(owner, name, None) or pytest.fail(f"{owner.__name__}.{name} is gone"))
    assert isinstance(original, FunctionType)
    assert list(inspect.signature(original).parameters)[: len(SIGNATURES[owner, name])] == SIGNATURES[owner, name]


def test_the_table_above_is_complete() -> None:
    assert {(owner, name) for owner, names in intercept.PATCHED.items() for name in names} == set(SIGNATURES)


def test_what_the_node_runner_reads_of_langgraph_is_there() -> None:
    from langgraph.types import PregelExecutableTask

    assert {"name", "input", "proc", "writes", "config", "path", "cache_key", "retry_policy"} <= set(
        PregelExecutableTask.__dataclass_fields__
    )


@pytest.mark.parametrize("loop", [SyncPregelLoop, AsyncPregelLoop])
def test_a_checkpoint_is_saved_by_the_method_we_know(loop: Any) -> None:
    parameters = list(inspect.signature(getattr(loop, in_passing.PUT_AFTER)).parameters)
    assert parameters == ["self", "prev", "delta_write_futs", "config", "checkpoint", "metadata", "new_versions"]


def test_installing_twice_patches_once() -> None:
    intercept.install()
    patched = BaseChatModel.stream
    intercept.install()
    assert BaseChatModel.stream is patched


@pytest.mark.parametrize("kind", [ScriptedModel, StreamingModel])
async def test_outside_a_recorded_run_nothing_is_written(tmp_path: Path, kind: type[ScriptedModel]) -> None:
    with playhead.open(tmp_path / "runs.db", config=load_config(tmp_path)) as deck:
        graph = SHAPES["loop"].build(kind)
        deck.record(graph)
        model = kind()
        graph.invoke(NOTHING)
        await graph.ainvoke(NOTHING)
        model.invoke("x")
        model.batch(["x", "y"])
        assert "".join(chunk.text for chunk in model.stream("a b")) == "echo: a b"
        assert "".join([chunk.text async for chunk in model.astream("a b")]) == "echo: a b"
        assert add.invoke({"a": 1, "b": 2}) == 3
        assert deck.runs() == []
        assert not any(
            deck.store.write(
                lambda session, table=table: session.connection.execute(f"SELECT * FROM {table}").fetchall()
            )
            for table in ("runs", "steps", "calls", "checkpoints", "vals")
        )


def test_the_graph_that_was_given_stays_unrecorded_and_as_it_was(tmp_path: Path) -> None:
    with playhead.open(tmp_path / "runs.db", config=load_config(tmp_path)) as deck:
        graph = SHAPES["loop"].build(ScriptedModel)
        kind, before = type(graph), graph.checkpointer
        agent = deck.record(graph)
        assert isinstance(agent, kind)
        assert (type(graph), graph.checkpointer) == (kind, before)


def test_between_two_steps_nothing_is_recorded_as_theirs(tmp_path: Path) -> None:
    model = ScriptedModel()
    with playhead.open(tmp_path / "runs.db", config=load_config(tmp_path)) as deck:
        agent = deck.record(SHAPES["loop"].build(ScriptedModel))
        for _ in agent.stream(NOTHING, {"configurable": {"thread_id": "t-1"}}):
            model.invoke("asked by the reader of the stream")
        asked = [call.request["messages"][0].text for call in deck.runs("t-1")[0].calls]
    assert asked == ["turn 0", "turn 1", "turn 2"]
