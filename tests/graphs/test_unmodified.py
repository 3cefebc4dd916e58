"""Any graph is recorded as it is, and does what it did without the recorder."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from structlog.testing import capture_logs

from playhead.codec import inflate
from playhead.deck import Deck
from playhead.records import Run
from tests.graphs.shapes import SHAPES, Shape, bare
from tests.scripted import ScriptedModel, StreamingModel

every_shape = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
both_models = pytest.mark.parametrize("kind", [ScriptedModel, StreamingModel])


def play(graph: Any, shape: Shape, thread: str | None = None) -> Any:
    config = {"configurable": {"thread_id": thread}} if thread else {}
    if shape.is_async:
        return asyncio.run(graph.ainvoke(shape.given, config))
    return graph.invoke(shape.given, config)


def record(deck: Deck, shape: Shape, kind: type[ScriptedModel] = ScriptedModel, thread: str = "t-1") -> Run:
    play(deck.record(shape.build(kind), "shape"), shape, thread)
    return deck.runs(thread)[-1]


def addresses(run: Run) -> list[str]:
    """In order, but parallel steps start in whatever order their threads do."""
    return sorted(step.address for step in run.steps if step.node != "__start__")


@both_models
@every_shape
def test_a_recorded_graph_gives_what_it_gives_unrecorded(deck: Deck, shape: Shape, kind: type[ScriptedModel]) -> None:
    expected = play(shape.build(kind), shape)
    given = play(deck.record(shape.build(kind), "shape"), shape, "t-1")
    assert bare(given) == bare(expected)


@every_shape
def test_without_a_thread_id_it_works_as_unrecorded_and_is_recorded_all_the_same(deck: Deck, shape: Shape) -> None:
    expected = play(shape.build(ScriptedModel), shape)
    assert bare(play(deck.record(shape.build(ScriptedModel)), shape)) == bare(expected)
    assert len(deck.runs()) == 1


async def test_without_a_thread_id_a_graph_that_had_a_saver_is_refused_as_unrecorded(deck: Deck) -> None:
    agent = deck.record(deck.record(SHAPES["loop"].build(ScriptedModel).copy(update={"checkpointer": InMemorySaver()})))
    with pytest.raises(ValueError, match="thread_id"):
        agent.invoke({"notes": []})
    with pytest.raises(ValueError, match="thread_id"):
        await agent.with_config(tags=["x"]).ainvoke({"notes": []})
    assert not deck.runs()


@both_models
@every_shape
def test_every_node_is_a_step_at_its_address(deck: Deck, shape: Shape, kind: type[ScriptedModel]) -> None:
    run = record(deck, shape, kind)
    assert addresses(run) == sorted(shape.steps)
    assert run.status == "done"
    assert run.input == shape.given or bare(run.input) == bare(shape.given)


@both_models
@every_shape
def test_every_call_is_in_the_step_that_made_it(deck: Deck, shape: Shape, kind: type[ScriptedModel]) -> None:
    run = record(deck, shape, kind)
    assert sorted((call.address, call.kind) for call in run.calls) == sorted(shape.calls)


@every_shape
def test_the_runs_output_is_what_the_graph_returned(deck: Deck, shape: Shape) -> None:
    returned = play(deck.record(shape.build(ScriptedModel)), shape, "t-1")
    assert bare(deck.runs("t-1")[-1].output) == bare(returned)


@every_shape
def test_the_same_graph_run_twice_has_the_same_addresses_ordinals_and_kinds(deck: Deck, shape: Shape) -> None:
    def places(run: Run) -> list[tuple[str, int, str]]:
        return sorted((call.address, call.ordinal, call.kind) for call in run.calls)

    first, second = record(deck, shape, thread="t-1"), record(deck, shape, thread="t-2")
    assert addresses(first) == addresses(second)
    assert places(first) == places(second)
    assert len(set(places(first))) == len(first.calls) or shape is SHAPES["retried"]


@every_shape
def test_runs_side_by_side_do_not_mix(deck: Deck, shape: Shape) -> None:
    agent = deck.record(shape.build(ScriptedModel), "shape")

    async def both() -> None:
        config = [{"configurable": {"thread_id": name}} for name in ("t-1", "t-2", "t-3")]
        await asyncio.gather(*(agent.ainvoke(shape.given, each) for each in config))

    asyncio.run(both())
    for thread in ("t-1", "t-2", "t-3"):
        (run,) = deck.runs(thread)
        if shape is not SHAPES["retried"]:  # the model fails once for all three
            assert addresses(run) == sorted(shape.steps)
            assert sorted((call.address, call.kind) for call in run.calls) == sorted(shape.calls)


@every_shape
def test_the_recording_holds_no_damage(deck: Deck, shape: Shape) -> None:
    record(deck, shape)
    assert not deck.check().problems


def test_a_steps_input_and_output_are_what_the_node_was_given_and_wrote(deck: Deck) -> None:
    run = record(deck, SHAPES["loop"])
    second = next(step for step in run.steps if step.address == "turn@2")
    assert second.input == {"notes": ["echo: turn 0"]}
    assert second.output == {"notes": ["echo: turn 1"]}


def test_the_step_that_leaves_a_subgraph_has_its_update_as_output(deck: Deck) -> None:
    run = record(deck, SHAPES["command_to_parent"])
    outer = next(step for step in run.steps if step.address == "child@1")
    assert (outer.status, outer.error) == ("done", None)
    assert outer.output == {"notes": ["echo: leave"]}


def test_parallel_sends_are_told_apart_by_what_they_were_given(deck: Deck) -> None:
    run = record(deck, SHAPES["fan_out"])
    given = {step.address: step.input for step in run.steps if step.node == "draft"}
    assert given == {f"draft@2[{place}]": {"topic": topic} for place, topic in enumerate("abc")}


def test_each_attempt_of_a_retried_node_is_a_step(deck: Deck) -> None:
    run = record(deck, SHAPES["retried"])
    first, second = [step for step in run.steps if step.node == "work"]
    assert [(step.attempt, step.status) for step in (first, second)] == [(1, "failed"), (2, "done")]
    assert first.error is not None
    assert first.error.kind == "builtins.ConnectionError"
    assert [call.status for call in run.calls] == ["failed", "done"]


def test_graph_batch_is_one_run_each(deck: Deck) -> None:
    agent = deck.record(SHAPES["loop"].build(ScriptedModel))
    configs = [{"configurable": {"thread_id": name}} for name in ("t-1", "t-2")]
    agent.batch([{"notes": []}, {"notes": ["x"]}], configs)
    assert [len(deck.runs(name)[0].calls) for name in ("t-1", "t-2")] == [3, 2]


async def test_graph_abatch_is_one_run_each(deck: Deck) -> None:
    agent = deck.record(SHAPES["async_nodes"].build(ScriptedModel))
    configs = [{"configurable": {"thread_id": name}} for name in ("t-1", "t-2")]
    await agent.abatch([{"notes": []}, {"notes": ["x"]}], configs)
    assert [len(deck.runs(name)[0].calls) for name in ("t-1", "t-2")] == [4, 4]


def test_turns_of_one_conversation_are_runs_of_one_thread(deck: Deck) -> None:
    agent = deck.record(SHAPES["conversation"].build(ScriptedModel))
    config = {"configurable": {"thread_id": "c-1"}}
    agent.invoke({"messages": [("user", "one")]}, config)
    returned = agent.invoke({"messages": [("user", "two")]}, config)
    first, second = deck.runs("c-1")
    assert [message.text for message in returned["messages"]] == ["one", "echo: one", "two", "echo: two"]
    assert bare(second.output) == bare(returned)
    assert len(first.output["messages"]) == 2
    assert addresses(second) == ["reply@4"]


def test_what_a_turn_was_given_is_stored_once(deck: Deck) -> None:
    """By the run, by its first step, and by LangGraph's checkpoint of the input."""
    agent = deck.record(SHAPES["conversation"].build(ScriptedModel))
    agent.invoke({"messages": [("user", "one " * 9)]}, {"configurable": {"thread_id": "c-1"}})
    with deck.store.reading() as session:
        stored = [inflate(row["kind"], row["data"])[1] for row in session.rows("vals_scan", after=0, limit=1_000)]
    assert len([data for data in stored if b"one " * 9 in data and b"user" in data]) == 1


def test_an_input_that_langgraph_ignores_for_its_run_id_is_warned_of(deck: Deck) -> None:
    agent = deck.record(SHAPES["conversation"].build(ScriptedModel))
    config = {"configurable": {"thread_id": "c-1"}, "metadata": {"run_id": "r-1"}}
    with capture_logs() as logs:
        agent.invoke({"messages": [("user", "one")]}, config)
        assert not logs
        agent.invoke({"messages": [("user", "two")]}, config)  # unrecorded, too, nothing comes of it
    assert [(entry["event"], entry["run_id"]) for entry in logs] == [("nothing was run", "r-1")]
    assert [len(run.calls) for run in deck.runs("c-1")] == [1, 0]


def test_a_copy_with_other_config_is_recorded_too(deck: Deck) -> None:
    agent = deck.record(SHAPES["loop"].build(ScriptedModel)).with_config({"tags": ["x"], "recursion_limit": 50})
    agent.invoke({"notes": []}, {"configurable": {"thread_id": "t-1"}})
    assert len(deck.runs("t-1")[0].calls) == 3


def test_recording_a_recorded_graph_records_it_once(deck: Deck) -> None:
    agent = deck.record(deck.record(SHAPES["loop"].build(ScriptedModel), "one"), "two")
    agent.invoke({"notes": []}, {"configurable": {"thread_id": "t-1"}})
    (run,) = deck.runs("t-1")
    assert (run.graph, len(run.calls)) == ("two", 3)


def test_a_recorded_graph_in_a_node_of_another_recorded_graph_is_part_of_its_run(deck: Deck) -> None:
    within = deck.record(SHAPES["loop"].build(ScriptedModel), "within")
    shape = SHAPES["subgraph_called_twice"]

    def build(_: Any) -> Any:
        from tests.graphs.shapes import chain

        return chain(("outer", lambda state: within.invoke({"notes": []})))

    run = record(deck, Shape(build, shape.given, [], []))
    assert addresses(run) == ["outer@1", "outer@1/turn@1", "outer@1/turn@2", "outer@1/turn@3"]
    assert len(deck.runs()) == 1
