"""Of one conversation's messages one is worked on at a time, whoever works: none is lost, and each is replied to."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from langgraph.types import interrupt

from playhead.deck import Deck
from playhead.errors import LeaseLost, NothingToResume, StillRunning, StoreClosed, ThreadBusy
from playhead.store import leases, line
from tests.ending import auntil, until
from tests.flows.crashing import World
from tests.flows.processes import PROCESSES
from tests.flows.workers import Talk, build, config, main, open_deck, said, think, work, work_async, work_until_killed

GAPS = (0, 0.05, 0.2)


@pytest.fixture
def deck(tmp_path: Path) -> Iterator[Deck]:
    with open_deck(tmp_path, synchronous="NORMAL") as opened:
        yield opened


@pytest.fixture
def another(tmp_path: Path, deck: Deck) -> Iterator[Deck]:
    """Another worker's deck on the same recording."""
    with open_deck(tmp_path, synchronous="NORMAL") as opened:
        yield opened


class Gate:
    """A node that says when it is reached, and waits until it is let through."""

    def __init__(self) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()

    def __call__(self, state: Talk) -> None:
        self.reached.set()
        assert self.opened.wait(60)


@pytest.fixture
def at_work(deck: Deck, tmp_path: Path) -> Iterator[Any]:
    """Somebody at work on the message "one" in another thread of this process, until told to end."""
    gate = Gate()
    with ThreadPoolExecutor(1) as threads:
        future = threads.submit(work, deck, tmp_path, "one", 0, build(gate))
        assert gate.reached.wait(60)

        def end() -> Any:
            gate.opened.set()
            return future.result(60)

        yield end
        gate.opened.set()


def nothing_lost(deck: Deck, folder: Path, *messages: str) -> None:
    """Every message is in the state with its reply beside it, every reply was sent once, every run is done."""
    runs = deck.runs("c-1")
    assert [run.status for run in runs] == ["done"] * len(messages)
    assert [run.cause for run in runs] == list(messages)
    assert runs[-1].output["said"] == [text for message in messages for text in (message, f"re {message}")]
    assert World(folder / "world.db").texts() == [f"re {message}" for message in messages]
    assert not deck.check().problems
    assert rows(folder) == []


def rows(folder: Path) -> list[Any]:
    """The leases in the recording."""
    with sqlite3.connect(folder / "runs.db") as connection:
        return connection.execute("SELECT holder FROM leases").fetchall()


def in_order(folder: Path) -> list[str]:
    """Both messages, in the order in which they were replied to: which came first is the machine's affair."""
    texts = [text.removeprefix("re ") for text in World(folder / "world.db").texts()]
    assert sorted(texts) == ["one", "two"]
    return texts


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("gap", GAPS)
def test_two_processes_lose_nothing(tmp_path: Path, deck: Deck, gap: float, is_async: bool) -> None:
    together = PROCESSES.Barrier(2)
    workers = [
        PROCESSES.Process(target=main, args=(tmp_path, message, after, together, is_async))
        for message, after in (("one", 0), ("two", gap))
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    nothing_lost(deck, tmp_path, *in_order(tmp_path))


@pytest.mark.parametrize("gap", GAPS)
def test_two_threads_of_one_process_lose_nothing(deck: Deck, tmp_path: Path, gap: float) -> None:
    with ThreadPoolExecutor(2) as threads:
        futures = [threads.submit(work, deck, tmp_path, *each) for each in (("one", 0), ("two", gap))]
    assert [future.exception() for future in futures] == [None, None]
    nothing_lost(deck, tmp_path, *in_order(tmp_path))


@pytest.mark.parametrize("gap", GAPS)
async def test_two_tasks_of_one_loop_lose_nothing(deck: Deck, tmp_path: Path, gap: float) -> None:
    await asyncio.gather(work_async(deck, tmp_path, "one", 0), work_async(deck, tmp_path, "two", gap))
    nothing_lost(deck, tmp_path, *in_order(tmp_path))


async def test_more_tasks_than_there_are_threads_wait_without_one(deck: Deck, tmp_path: Path) -> None:
    messages = [f"message {n}" for n in range(12)]
    await asyncio.gather(*(work_async(deck, tmp_path, message, 0) for message in messages))
    nothing_lost(deck, tmp_path, *messages)


def test_messages_are_taken_in_the_order_they_came(deck: Deck, another: Deck, tmp_path: Path, at_work: Any) -> None:
    messages = ["two", "three", "four", "five"]
    with ThreadPoolExecutor(4) as threads:
        for message, own in zip(messages, (deck, another, deck, another), strict=True):
            brought = threads.submit(work, own, tmp_path, message, 0)
            place = messages.index(message) + 2
            until(lambda place=place: len(rows(tmp_path)) >= place, brought)
        at_work()
    nothing_lost(deck, tmp_path, "one", *messages)


def test_who_waited_long_enough_is_told_what_to_do_and_nothing_is_recorded_of_it(
    tmp_path: Path, deck: Deck, at_work: Any
) -> None:
    with open_deck(tmp_path, patience=0.05) as hasty:
        with pytest.raises(ThreadBusy, match=r"'c-1' is being worked on .* waited 0\.05 s .* Bring it again"):
            work(hasty, tmp_path, "two", 0)
        assert [run.cause for run in deck.runs("c-1")] == ["one"]
        at_work()
        work(hasty, tmp_path, "two", 0)  # as it was told
    nothing_lost(deck, tmp_path, "one", "two")


def test_without_patience_nobody_waits(tmp_path: Path, deck: Deck, at_work: Any) -> None:
    with open_deck(tmp_path, patience=0) as hasty, pytest.raises(ThreadBusy):
        work(hasty, tmp_path, "two", 0)


async def test_a_task_that_is_cancelled_while_it_waits_leaves_the_line(
    deck: Deck, tmp_path: Path, at_work: Any
) -> None:
    waiting = asyncio.create_task(work_async(deck, tmp_path, "two", 0))
    await auntil(lambda: len(rows(tmp_path)) == 2, waiting)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await asyncio.to_thread(at_work)
    await work_async(deck, tmp_path, "three", 0)
    nothing_lost(deck, tmp_path, "one", "three")


def test_a_deck_that_is_closed_turns_away_who_waits(tmp_path: Path, deck: Deck, at_work: Any) -> None:
    with ThreadPoolExecutor(1) as threads:
        with open_deck(tmp_path) as closing:
            future = threads.submit(work, closing, tmp_path, "two", 0)
            until(lambda: len(rows(tmp_path)) == 2, future)
        assert isinstance(future.exception(60), StoreClosed)
    at_work()
    work(deck, tmp_path, "three", 0)
    nothing_lost(deck, tmp_path, "one", "three")


def test_conversations_do_not_wait_for_each_other(deck: Deck, tmp_path: Path, at_work: Any) -> None:
    agent = deck.record(build(), resources={"world": World(tmp_path / "world.db")})
    assert agent.invoke(said("hello"), {"configurable": {"thread_id": "c-2"}})["said"] == ["hello", "re hello"]


def killed_at_work(folder: Path, message: str) -> Any:
    """A worker process that is at work on a message; to be killed by calling what is given."""
    process = PROCESSES.Process(target=work_until_killed, args=(folder, message, started := PROCESSES.Event()))
    process.start()
    assert started.wait(60)

    def kill() -> None:
        process.kill()
        process.join()

    return kill


def test_the_next_in_line_goes_on_at_once_for_a_worker_that_is_killed_then_takes_its_own_message(
    tmp_path: Path, deck: Deck
) -> None:
    kill = killed_at_work(tmp_path, "one")
    with ThreadPoolExecutor(1) as threads:
        future = threads.submit(work, deck, tmp_path, "two", 0)
        until(lambda: len(rows(tmp_path)) == 2, future)
        assert not future.done()
        kill()
        future.result(20)  # long before the lease would end
    nothing_lost(deck, tmp_path, "one", "two")
    assert [run.attempt for run in deck.runs("c-1")] == [2, 1]


async def test_a_message_that_comes_after_a_crash_does_not_push_aside_the_one_before(
    tmp_path: Path, deck: Deck
) -> None:
    killed_at_work(tmp_path, "one")()
    await work_async(deck, tmp_path, "two", 0)
    nothing_lost(deck, tmp_path, "one", "two")


def test_what_fails_in_the_message_before_does_not_keep_the_next_from_being_taken(tmp_path: Path, deck: Deck) -> None:
    killed_at_work(tmp_path, "one")()

    def fail_at_first(state: Talk) -> None:
        if state["said"][-1] == "one":
            raise ZeroDivisionError

    work(deck, tmp_path, "two", 0, build(fail_at_first))
    first, second = deck.runs("c-1")
    assert (first.status, first.attempt, second.status) == ("failed", 2, "done")
    assert second.output["said"] == ["one", "two", "re two"]


def test_what_comes_under_the_event_of_one_that_was_cut_off_and_is_another_message_is_not_lost(
    tmp_path: Path, deck: Deck
) -> None:
    killed_at_work(tmp_path, "one")()
    agent = deck.record(build(), "talk", resources={"world": World(tmp_path / "world.db")})
    assert agent.invoke(said("two"), config("one"))["said"] == ["one", "re one", "two", "re one"]
    assert [(run.cause, run.status, run.attempt) for run in deck.runs("c-1")] == [
        ("one", "done", 2),
        ("one", "done", 1),
    ]
    assert World(tmp_path / "world.db").texts() == ["re one"]  # of one event, once


def test_the_run_of_another_graph_that_was_cut_off_is_left_to_be_resumed_with_it(tmp_path: Path, deck: Deck) -> None:
    killed_at_work(tmp_path, "one")()
    agent = deck.record(build(), "another", resources={"world": World(tmp_path / "world.db")})
    agent.invoke(said("two"), config("two"))
    assert [run.status for run in deck.runs("c-1")] == ["running", "done"]


def test_what_another_machine_holds_is_free_when_its_time_is_up(deck: Deck, tmp_path: Path) -> None:
    def from_elsewhere(session: Any) -> None:
        row = {"id": 1, "thread": session.thread("c-1"), "holder": "elsewhere/1:1:ab", "until": time.time() + 0.2}
        session.write("leases_put", row)

    deck.store.write(from_elsewhere)
    began = time.time()
    work(deck, tmp_path, "one", 0)
    assert deck.runs("c-1")[0].started >= began + 0.15
    nothing_lost(deck, tmp_path, "one")


def test_a_worker_that_is_long_at_work_keeps_its_conversation(
    deck: Deck, another: Deck, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "LASTS", 0.6)
    monkeypatch.setattr(line, "SAY", 0.05)
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(work, deck, tmp_path, "one", 0, build(lambda state: time.sleep(1.0)))
        until(lambda: bool(rows(tmp_path)), slow)
        work(another, tmp_path, "two", 0)
        assert slow.done()
    nothing_lost(deck, tmp_path, "one", "two")


def test_who_was_not_heard_of_writes_and_sends_nothing_more(
    deck: Deck, another: Deck, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "LASTS", 0.1)  # and nobody says anything for as long as this takes
    gate = Gate()
    with ThreadPoolExecutor(1) as threads:
        asleep = threads.submit(work, deck, tmp_path, "one", 0, build(gate))
        assert gate.reached.wait(60)
        assert work(another, tmp_path, "two", 0)["said"] == ["one", "re one", "two", "re two"]
        before = another._saver.get_tuple(config("two"))
        gate.opened.set()
        assert isinstance(asleep.exception(60), LeaseLost)
    assert another._saver.get_tuple(config("two")) == before
    nothing_lost(deck, tmp_path, "one", "two")


# ── going on ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_run_at_work_in_another_thread_of_this_process_is_not_resumed(
    deck: Deck, tmp_path: Path, at_work: Any
) -> None:
    with pytest.raises(StillRunning):
        deck.resume("c-1", build())
    at_work()
    nothing_lost(deck, tmp_path, "one")


def test_of_two_that_resume_at_once_one_does(deck: Deck, another: Deck, tmp_path: Path) -> None:
    killed_at_work(tmp_path, "one")()
    together = threading.Barrier(2)

    def resume(own: Deck) -> Any:
        together.wait(60)
        return own.resume("c-1", build(), resources={"world": World(tmp_path / "world.db")})

    with ThreadPoolExecutor(2) as threads:
        ended = [future.exception(60) for future in [threads.submit(resume, own) for own in (deck, another)]]
    refused = [error for error in ended if error is not None]
    assert len(refused) == 1
    assert isinstance(refused[0], StillRunning | ThreadBusy | NothingToResume)
    nothing_lost(deck, tmp_path, "one")


def test_a_run_that_stopped_to_ask_holds_nothing(deck: Deck, tmp_path: Path) -> None:
    graph = build(lambda state: {"said": [interrupt("sure?")]})
    work(deck, tmp_path, "one", 0, graph)
    assert rows(tmp_path) == []
    result = deck.resume("c-1", graph, answer="yes", resources={"world": World(tmp_path / "world.db")})
    assert result["said"] == ["one", "yes", "re yes"]
    assert rows(tmp_path) == []


@pytest.mark.parametrize("trouble", ["an error", "closed early"])
def test_a_run_that_ends_before_its_time_holds_nothing(deck: Deck, tmp_path: Path, trouble: str) -> None:
    def fail(state: Talk) -> None:
        raise ZeroDivisionError

    agent = deck.record(build(fail if trouble == "an error" else think), resources={})
    stream = agent.stream(said("one"), config("one"), stream_mode="values")
    next(stream)
    if trouble == "an error":
        with pytest.raises(ZeroDivisionError):
            next(stream)
    else:
        stream.close()
    assert rows(tmp_path) == []
