"""A conversation that was cut off goes on as if it never had been: nothing sent twice, nothing lost."""

from __future__ import annotations

import itertools
import sqlite3
from pathlib import Path
from typing import Any, TypedDict

import pytest
from langgraph.errors import EmptyInputError
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt

import playhead
from playhead.deck import Deck
from playhead.errors import EffectUnknown, NodeGone, NothingToResume, NothingToSettle, RunNotFound, StillRunning
from playhead.records import Run
from tests.flows import crashing
from tests.flows.processes import PROCESSES
from tests.graphs.shapes import chain
from tests.scale import FULL, at_scale

CONFIG: Any = {"configurable": {"thread_id": "c-1"}}
POINTS = [
    "node begins",
    "after the model answered",
    "before the effect",
    "inside effect, before the world changed",
    "inside effect, after the world changed",
    "after the effect",
    "before the effect #2",
    "inside effect, after the world changed #2",
    "inside effect, before the world changed #3",
    "inside effect, after the world changed #4",
]
MODES = [("kill", "async"), ("exit", "async"), ("kill", "sync"), ("kill", "exit")]
SENT = ["hello 1", "hello 2", "hello 3", "goodbye"]
SAID = ["Dear Ada", *SENT]


def crash(folder: Path, where: str, how: str = "kill", durability: str = "async", kind: str = "verify") -> None:
    """Run the conversation in a process that dies there."""
    process = PROCESSES.Process(target=crashing.main, args=(folder, where, how, durability, kind))
    process.start()
    process.join(60)
    assert process.exitcode == (9 if how == "exit" else -9)


def go_on(folder: Path, deck: Deck, kind: str = "verify") -> Any:
    """Resume it here, or, where not even its run was recorded yet, bring the event again as its sender would."""
    resources = {"world": crashing.World(folder / "world.db")}
    if not deck.runs("c-1"):
        config = {"configurable": {"thread_id": "c-1", "event": "m-1"}}
        return deck.record(crashing.build(kind), "talk", resources=resources).invoke(crashing.GIVEN, config)
    return deck.resume("c-1", crashing.build(kind), resources=resources)


def what_happened(run: Run) -> set[tuple[str, str]]:
    done = {(step.address, "step") for step in run.steps if step.status == "done"}
    return done | {(call.address, f"{call.kind} {call.ordinal}") for call in run.calls}


@pytest.fixture(scope="module")
def never_killed(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    folder = tmp_path_factory.mktemp("whole")
    crashing.main(folder, "nowhere", "kill", "async", "verify")
    with crashing.open_deck(folder) as deck:
        (run,) = deck.runs("c-1")
        return what_happened(run)


@pytest.mark.parametrize(("how", "durability"), MODES if FULL else MODES[::3])
@pytest.mark.parametrize("where", POINTS)
def test_killed_anywhere_it_ends_as_if_it_had_not_been(
    tmp_path: Path, where: str, how: str, durability: str, never_killed: set[tuple[str, str]]
) -> None:
    crash(tmp_path, where, how, durability)
    ends_as_if_it_had_not_been(tmp_path, never_killed)


def ends_as_if_it_had_not_been(folder: Path, never_killed: set[tuple[str, str]]) -> None:
    """Go on with what is in this folder: all was sent, and once; the state and the steps are the whole ones."""
    with crashing.open_deck(folder) as deck:
        if [run.status for run in deck.runs("c-1")] != ["done"]:  # else it died with nothing left to do
            assert go_on(folder, deck)["said"] == SAID
        (run,) = deck.runs("c-1")
        assert (run.status, run.output["said"]) == ("done", SAID)
        assert crashing.World(folder / "world.db").texts() == SENT
        assert what_happened(run) >= never_killed
        assert not deck.check().problems


@pytest.mark.parametrize("durability", ["sync", "async"])
def test_killed_at_the_nth_crossing_of_any_boundary_it_ends_as_if_it_had_not_been(
    tmp_path: Path, durability: str, never_killed: set[tuple[str, str]]
) -> None:
    for deadly in itertools.count(1, at_scale(1, 9)):
        folder = tmp_path / str(deadly)
        folder.mkdir()
        process = PROCESSES.Process(target=crashing.cross, args=(folder, deadly, durability))
        process.start()
        process.join(60)
        if process.exitcode == 0:  # there are not so many
            break
        assert process.exitcode == -9
        ends_as_if_it_had_not_been(folder, never_killed)
    assert deadly > 50


def test_going_on_is_the_next_attempt_of_the_same_run(tmp_path: Path) -> None:
    crash(tmp_path, "after the effect")
    with crashing.open_deck(tmp_path) as deck:
        (before,) = deck.runs("c-1")
        known = [(call.number, call.address) for call in before.calls]
        assert (before.status, before.attempt) == ("running", 1)
        go_on(tmp_path, deck)
        (after,) = deck.runs("c-1")
        assert (after.id, after.status, after.attempt) == (before.id, "done", 2)
        assert [(call.number, call.address) for call in after.calls][: len(known)] == known


def test_killed_twice_it_still_sends_once(tmp_path: Path) -> None:
    crash(tmp_path, "inside effect, after the world changed")
    process = PROCESSES.Process(
        target=crashing.resume_and_die, args=(tmp_path, "inside effect, after the world changed")
    )
    process.start()
    process.join(60)
    assert process.exitcode == -9
    with crashing.open_deck(tmp_path) as deck:
        go_on(tmp_path, deck)
        assert crashing.World(tmp_path / "world.db").texts() == SENT
        assert deck.runs("c-1")[0].attempt == 3


def test_killed_and_brought_again_and_killed_again_it_ends_as_if_it_had_not_been(
    tmp_path: Path, never_killed: set[tuple[str, str]]
) -> None:
    crash(tmp_path, "after the effect")
    crash(tmp_path, "after the effect #2")  # the same event, delivered again, goes on where it was
    with crashing.open_deck(tmp_path) as deck:
        assert [(run.cause, run.attempt, run.status) for run in deck.runs("c-1")] == [("m-1", 2, "running")]
    crashing.main(tmp_path, "nowhere", "kill", "async", "verify")
    ends_as_if_it_had_not_been(tmp_path, never_killed)
    with crashing.open_deck(tmp_path) as deck:
        (run,) = deck.runs("c-1")
        assert run.attempt == 3
        assert deck.replay(run, crashing.build()).unchanged


async def test_a_message_brought_again_to_an_async_graph_goes_on_where_it_was(
    tmp_path: Path, never_killed: set[tuple[str, str]]
) -> None:
    crash(tmp_path, "after the effect")
    with crashing.open_deck(tmp_path) as deck:
        resources = {"world": crashing.World(tmp_path / "world.db")}
        agent = deck.record(crashing.build(), "talk", resources=resources)
        assert (await agent.ainvoke(crashing.GIVEN, crashing.CONFIG))["said"] == SAID
    ends_as_if_it_had_not_been(tmp_path, never_killed)


def test_an_effect_nobody_can_look_up_stops_as_unknown_and_does_not_send(tmp_path: Path) -> None:
    crash(tmp_path, "inside effect, after the world changed", kind="blind")
    with crashing.open_deck(tmp_path) as deck:
        for attempt in (2, 3):
            with pytest.raises(EffectUnknown, match="send_blind"):
                go_on(tmp_path, deck, "blind")
            (run,) = deck.runs("c-1")
            assert (run.status, run.attempt) == ("failed", attempt)
            assert run.calls[-1].status == "unknown"
    assert crashing.World(tmp_path / "world.db").texts() == ["hello 1"]
    with sqlite3.connect(tmp_path / "runs.db") as connection:
        assert connection.execute("SELECT status FROM effects").fetchall() == [("unknown",)]


@pytest.mark.parametrize("happened", [True, False])
def test_a_person_says_whether_it_happened_and_it_goes_on_from_there(tmp_path: Path, happened: bool) -> None:
    crash(tmp_path, f"inside effect, {'after' if happened else 'before'} the world changed", kind="blind")
    with crashing.open_deck(tmp_path) as deck:
        with pytest.raises(EffectUnknown, match="playhead settle"):
            go_on(tmp_path, deck, "blind")
        result = "hello 1" if happened else None
        key = deck.settle("c-1", happened=happened, result=result, by="ada")
        assert go_on(tmp_path, deck, "blind")["said"] == SAID
        (run,) = deck.runs("c-1")
        (label,) = deck.labels(run)
        assert (label.name, label.run, label.value) == (
            "settled",
            run.id,
            {"effect": key, "happened": happened, "by": "ada"},
        )
    assert crashing.World(tmp_path / "world.db").texts() == SENT


def test_only_what_is_in_doubt_is_settled_and_once(tmp_path: Path) -> None:
    crash(tmp_path, "inside effect, after the world changed #2", kind="blind")
    with crashing.open_deck(tmp_path) as deck:
        with pytest.raises(NothingToSettle, match="in doubt: c-1/m-1/speak#1/send_blind/0"):
            deck.settle("c-1", happened=True, key="c-1/m-1/speak/send_blind/0")  # that one is known to be done
        deck.settle("c-1", happened=True, key="c-1/m-1/speak#1/send_blind/0", result="hello 2")
        with pytest.raises(NothingToSettle, match="none of its effects is in doubt"):
            deck.settle("c-1", happened=False)


def test_what_somebody_is_at_work_on_is_not_settled(tmp_path: Path) -> None:
    process = PROCESSES.Process(target=crashing.wait_in_effect, args=(tmp_path, started := PROCESSES.Event()))
    process.start()
    try:
        assert started.wait(60)
        with crashing.open_deck(tmp_path) as deck, pytest.raises(StillRunning):
            deck.settle("c-1", happened=False)
    finally:
        process.kill()
        process.join()


def test_an_idempotent_effect_is_run_again_under_the_same_key(tmp_path: Path) -> None:
    crash(tmp_path, "inside effect, after the world changed", kind="idempotent")
    with crashing.open_deck(tmp_path) as deck:
        go_on(tmp_path, deck, "idempotent")
    with sqlite3.connect(tmp_path / "world.db") as connection:
        keys = [key for (key,) in connection.execute("SELECT key FROM sent ORDER BY rowid")]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 4


def test_a_finished_conversation_has_nothing_to_resume(tmp_path: Path) -> None:
    crashing.main(tmp_path, "nowhere", "kill", "async", "verify")
    with crashing.open_deck(tmp_path) as deck, pytest.raises(NothingToResume):
        deck.resume("c-1", crashing.build())


def test_an_unknown_conversation_is_not_found(tmp_path: Path) -> None:
    with crashing.open_deck(tmp_path) as deck, pytest.raises(RunNotFound):
        deck.resume("c-9", crashing.build())


def test_a_run_that_another_process_is_at_work_on_is_left_alone(tmp_path: Path) -> None:
    process = PROCESSES.Process(target=crashing.wait_in_node, args=(tmp_path, started := PROCESSES.Event()))
    process.start()
    try:
        assert started.wait(60)
        with crashing.open_deck(tmp_path) as deck, pytest.raises(StillRunning, match=str(process.pid)):
            deck.resume("c-1", crashing.build())
    finally:
        process.kill()
        process.join()


def test_an_error_in_a_node_can_be_gone_on_from(tmp_path: Path) -> None:
    with crashing.open_deck(tmp_path) as deck:
        resources = {"world": crashing.World(tmp_path / "world.db")}
        graph = crashing.build(broken := crashing.Breaks())
        agent = deck.record(graph, "talk", resources=resources)
        with pytest.raises(ZeroDivisionError):
            agent.invoke(crashing.GIVEN, {"configurable": {"thread_id": "c-1"}})
        broken.mended = True
        assert deck.resume("c-1", graph, resources=resources)["said"] == SAID
        (run,) = deck.runs("c-1")
        assert (run.status, run.attempt, run.error) == ("done", 2, None)
        assert crashing.World(tmp_path / "world.db").texts() == SENT


def test_a_replay_of_a_run_that_was_gone_on_with_does_not_differ_from_it(tmp_path: Path) -> None:
    with crashing.open_deck(tmp_path) as deck:
        resources = {"world": crashing.World(tmp_path / "world.db")}
        graph = crashing.build(broken := crashing.Breaks())
        with pytest.raises(ZeroDivisionError):
            deck.record(graph, "talk", resources=resources).invoke(crashing.GIVEN, CONFIG)
        broken.mended = True
        deck.resume("c-1", graph, resources=resources)
        (run,) = deck.runs("c-1")
        replay = deck.replay(run, graph)
        assert replay.unchanged
        assert deck.diff(run, replay).unchanged
        assert deck.diff(deck.keep(replay)).unchanged


class Order(TypedDict, total=False):
    item: str
    answer: str


def asks_within(*, called: str = "approve") -> Any:
    """A graph whose subgraph `sales` asks in the node of this name."""
    inner = StateGraph(Order)
    inner.add_node(called, lambda state: {"answer": interrupt(f"Ship {state['item']}?")})
    inner.add_edge(START, called)
    outer = StateGraph(Order)
    outer.add_node("sales", inner.compile())
    outer.add_edge(START, "sales")
    return outer.compile()


def test_a_graph_without_the_node_that_asks_is_refused_and_the_question_still_waits(tmp_path: Path) -> None:
    with playhead.open(tmp_path / "runs.db") as deck:
        deck.record(asks_within(), "sales").invoke({"item": "tea"}, CONFIG)
        with pytest.raises(NodeGone, match=r"stands at the node 'sales'.*Give the graph 'sales'"):
            deck.resume("c-1", crashing.build(), answer="yes")
        with pytest.raises(NodeGone, match="stands at the node 'sales/approve'"):
            deck.resume("c-1", asks_within(called="agree"), answer="yes")
        assert deck.resume("c-1", asks_within(), answer="yes")["answer"] == "yes"


def test_the_context_given_at_first_is_given_again(tmp_path: Path) -> None:
    crash(tmp_path, "after the effect", kind="context")
    with crashing.open_deck(tmp_path) as deck:
        go_on(tmp_path, deck, "context")
        assert crashing.World(tmp_path / "world.db").texts()[1] == "hello 2 from the shop"


def test_an_input_of_which_only_the_text_could_be_recorded_is_not_given_again(tmp_path: Path) -> None:
    """LangGraph's serializer takes no whole number of more than 64 bits, so nothing of the run was saved either."""
    with crashing.open_deck(tmp_path) as deck:
        agent = deck.record(chain(("count", lambda state: {"notes": [len(state["notes"])]})))
        with pytest.raises(TypeError):
            agent.invoke({"notes": [2**64]}, CONFIG)
        with pytest.raises(EmptyInputError):  # as it is unrecorded
            agent.invoke(None, CONFIG)
        assert agent.invoke({"notes": ["one"]}, CONFIG)["notes"] == ["one", 1]
