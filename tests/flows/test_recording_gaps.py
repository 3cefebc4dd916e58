"""A failure to record never stops a conversation: it leaves a gap in the log; unless the recording is strict."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

import playhead
from playhead.cli import main
from playhead.config import load_config
from playhead.deck import Deck
from playhead.errors import PlayheadError, StoreUnusable
from tests.graphs.shapes import NOTHING, SHAPES, chain
from tests.scripted import ScriptedModel

CONFIG: Any = {"configurable": {"thread_id": "t-1"}}
ANSWER = {"notes": ["echo: turn 0", "echo: turn 1", "echo: turn 2"]}


@pytest.fixture
def deck(tmp_path: Path) -> Iterator[Deck]:
    with playhead.open(tmp_path / "runs.db", synchronous="NORMAL", config=load_config(tmp_path)) as opened:
        yield opened


def refuse(deck: Deck, table: str) -> None:
    """From now on the database takes no rows into this table."""
    trigger = f"CREATE TRIGGER no_{table} BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'no {table}'); END"
    deck.store.write(lambda session: session.connection.execute(trigger))


def gaps(logs: list[Any]) -> list[Any]:
    return [entry for entry in logs if entry["event"] == "not recorded"]


@pytest.mark.parametrize("table", ["runs", "steps", "calls"])
def test_the_conversation_goes_on_and_the_gap_is_logged(deck: Deck, table: str) -> None:
    refuse(deck, table)
    with structlog.testing.capture_logs() as logs:
        assert deck.record(SHAPES["loop"].build(ScriptedModel)).invoke(NOTHING, CONFIG) == ANSWER
        deck.store.flush()
    assert gaps(logs)
    assert deck.store.failures == len(gaps(logs))
    if table != "runs":  # of which nothing can be said where it is not there
        (run,) = deck.runs("t-1")
        assert run.gaps == deck.check().gaps == len(gaps(logs))


@pytest.mark.parametrize("table", ["runs", "steps", "calls"])
async def test_an_async_conversation_goes_on_too(deck: Deck, table: str) -> None:
    refuse(deck, table)
    with structlog.testing.capture_logs() as logs:
        assert await deck.record(SHAPES["loop"].build(ScriptedModel)).ainvoke(NOTHING, CONFIG) == ANSWER
        deck.store.flush()
    assert gaps(logs)


@pytest.mark.parametrize("table", ["runs", "steps", "calls"])
def test_a_strict_recording_raises_instead(deck: Deck, table: str) -> None:
    refuse(deck, table)
    with pytest.raises(StoreUnusable, match=f"no {table}"):
        deck.record(SHAPES["loop"].build(ScriptedModel), strict=True).invoke(NOTHING, CONFIG)
    assert deck.store.failures


def test_a_strict_recording_that_can_write_works_as_any_other(deck: Deck) -> None:
    agent = deck.record(SHAPES["loop"].build(ScriptedModel), strict=True)
    assert agent.invoke(NOTHING, CONFIG) == ANSWER
    assert len(deck.runs("t-1")[0].calls) == 3


@pytest.mark.parametrize("durability", ["async", "sync", "exit"])
def test_a_checkpoint_that_cannot_be_saved_raises(deck: Deck, durability: Any) -> None:
    refuse(deck, "checkpoints")
    with pytest.raises((PlayheadError, sqlite3.Error), match="no checkpoints"):
        deck.record(SHAPES["loop"].build(ScriptedModel)).invoke(NOTHING, CONFIG, durability=durability)


def test_rows_of_a_run_that_could_not_be_recorded_are_not_put_to_another(deck: Deck) -> None:
    agent = deck.record(SHAPES["loop"].build(ScriptedModel))
    refuse(deck, "runs")
    agent.invoke(NOTHING, CONFIG)
    deck.store.flush()
    with sqlite3.connect(deck.store.location) as connection:
        assert connection.execute("SELECT count(*) FROM steps").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM calls").fetchone() == (0,)


def test_a_run_after_the_trouble_is_recorded_whole(deck: Deck) -> None:
    agent = deck.record(SHAPES["loop"].build(ScriptedModel))
    refuse(deck, "calls")
    agent.invoke(NOTHING, CONFIG)
    deck.store.write(lambda session: session.connection.execute("DROP TRIGGER no_calls"))
    agent.invoke(NOTHING, {"configurable": {"thread_id": "t-2"}})
    assert len(deck.runs("t-2")[0].calls) == 3
    assert not deck.check().problems


def test_what_cannot_be_encoded_leaves_the_rest_of_its_row(deck: Deck) -> None:
    class Odd(ScriptedModel):
        def _get_invocation_params(self, stop: Any = None, **kwargs: Any) -> dict[str, Any]:
            return {"limit": 2**80}  # more than the 64 bits of msgpack

    model = Odd()
    with structlog.testing.capture_logs() as logs:
        graph = chain(("node", lambda state: {"notes": [model.invoke("x").text]}))
        assert deck.record(graph).invoke(NOTHING, CONFIG) == {"notes": ["echo: x"]}
    (call,) = deck.runs("t-1")[0].calls
    assert (call.request, call.response["message"].text) == (None, "echo: x")
    assert len(gaps(logs)) == deck.store.failures == deck.runs("t-1")[0].gaps == 1


def test_a_fact_that_cannot_be_recorded_takes_no_other_with_it(deck: Deck) -> None:
    agent = deck.record(SHAPES["loop"].build(ScriptedModel))
    with structlog.testing.capture_logs() as logs:
        agent.invoke(NOTHING, {**CONFIG, "metadata": {"customer": "ana", "note": "half a character \ud800"}})
    assert len(gaps(logs)) == 1
    assert deck.runs("t-1")[0].metadata == {"customer": "ana"}
    assert deck.threads_of("ana") == ["t-1"]


def test_what_is_not_recorded_of_a_run_is_counted_in_it_and_told(
    deck: Deck, capsys: pytest.CaptureFixture[str]
) -> None:
    graph = chain(("node", lambda state: {"notes": ["half \ud800"]}))
    agent = deck.record(graph)
    agent.invoke(NOTHING, {**CONFIG, "metadata": {"customer": "ana", "note": "half a character \ud800"}})
    deck.record(SHAPES["loop"].build(ScriptedModel)).invoke(NOTHING, {"configurable": {"thread_id": "t-2"}})
    (run,), (whole,) = deck.runs("t-1"), deck.runs("t-2")
    assert (run.gaps, whole.gaps, deck.store.failures) == (2, 0, 2)
    assert (deck.check().gaps, deck.check().problems) == (2, ())
    deck.forget("t-2")  # all is counted anew
    assert deck.runs("t-1")[0].gaps == deck.check().gaps == 2
    assert main(["show", "t-1", "--store", str(deck.store.location)]) == 0
    assert "Not all of it is recorded: 2 gaps" in capsys.readouterr().out
    assert main(["db", "check", "--store", str(deck.store.location)]) == 0
    assert "2 gaps: what could not be recorded" in capsys.readouterr().out


def test_a_run_that_goes_on_keeps_the_gaps_it_had(deck: Deck) -> None:
    mended = []

    def node(state: Any) -> Any:
        if not mended:
            raise ZeroDivisionError
        return {"notes": ["done"]}

    graph = chain(("node", node))
    with pytest.raises(ZeroDivisionError):
        deck.record(graph).invoke(NOTHING, {**CONFIG, "metadata": {"note": "\ud800"}})
    mended.append(True)
    deck.resume("t-1", graph)
    (run,) = deck.runs("t-1")
    assert (run.attempt, run.gaps) == (2, 1)


def test_an_empty_thread_id_is_recorded_as_langgraph_takes_it_and_warned_of(deck: Deck) -> None:
    nameless: Any = {"configurable": {"thread_id": ""}}
    with structlog.testing.capture_logs() as logs:
        assert deck.record(SHAPES["loop"].build(ScriptedModel), "desk").invoke(NOTHING, nameless) == ANSWER
    assert [(entry["log_level"], entry["graph"]) for entry in logs if "thread_id is empty" in entry["event"]] == [
        ("warning", "desk")
    ]
    assert len(deck.runs("")) == 1
