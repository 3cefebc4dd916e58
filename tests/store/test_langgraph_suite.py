"""The plugin that runs LangGraph's own suite against our saver stands in where that suite makes its SQLite savers."""

from __future__ import annotations

import sys
from collections import Counter
from types import ModuleType

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from playhead.graph.recorded import Recorded
from tests import langgraph_suite as plugin
from tests.graphs.shapes import NOTHING, SHAPES, chain
from tests.scripted import ScriptedModel


def test_both_sqlite_savers_of_the_suite_are_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    conftest = ModuleType("tests.conftest")
    vars(conftest).update(dict.fromkeys(plugin.REPLACED))
    monkeypatch.setitem(sys.modules, "tests.conftest", conftest)
    plugin.pytest_collection_finish()
    assert [getattr(conftest, name) for name in plugin.REPLACED] == [plugin.saver, plugin.async_saver]


def test_another_suite_is_told_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tests.conftest", ModuleType("tests.conftest"))
    with pytest.raises(pytest.UsageError, match=r"lacks \['_checkpointer_sqlite', '_checkpointer_sqlite_aio'\]"):
        plugin.pytest_collection_finish()


def test_what_was_recorded_is_replayed_when_the_test_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugin, "WANTED", [True])
    monkeypatch.setattr(plugin, "REPLAYED", Counter[str]())
    calls: list[int] = []
    counting = chain(("count", lambda state: calls.append(1) or {"notes": [str(len(calls))]}))
    for graph in (SHAPES["loop"].build(ScriptedModel), counting):
        with plugin.saver() as ours:
            plugin.recorded(graph.copy(update={"checkpointer": ours})).invoke(
                NOTHING, {"configurable": {"thread_id": "t-1"}}
            )
    assert plugin.REPLAYED == {"as recorded": 1, "differs": 1}
    assert "run 1 of 1: differs: count@1" in plugin.TOLD[-1]


async def test_a_graph_is_recorded_where_it_saves_with_ours_and_else_left_alone() -> None:
    graph = SHAPES["loop"].build(ScriptedModel)
    async with plugin.async_saver() as ours:
        recorded = plugin.recorded(graph.copy(update={"checkpointer": ours}))
        await recorded.ainvoke(NOTHING, {"configurable": {"thread_id": "t-1"}})
        (run,) = ours.store.runs_of("t-1")
        assert [step.address for step in run.steps] == ["__start__@0", "turn@1", "turn@2", "turn@3"]
    assert not isinstance(plugin.recorded(graph.copy(update={"checkpointer": InMemorySaver()})), Recorded)
