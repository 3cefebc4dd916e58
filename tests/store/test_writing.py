"""One thread writes: in groups, in order, and each operation for itself where one fails."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import Future, wait
from contextlib import nullcontext, suppress
from functools import partial
from typing import Any

import pytest

from playhead.codec import pairs, split
from playhead.errors import RunNotFound, StoreClosed, StoreError
from playhead.location import Location
from playhead.store import Store, checkpoints, writer
from playhead.store.session import WritingSession
from playhead.store.writer import Note, Operation
from tests.postgres import spelled

from .conftest import a_run, hold_up, keep, on_sqlite


def names(store: Store) -> list[str]:
    """The conversations, in the order they were written."""
    return store.threads()


def note(store: Store, operation: Operation[Any]) -> None:
    """Write what nobody waits for; where it is lost, that is a gap."""
    store.post(Note(operation, store.gap))


def failing(_: WritingSession) -> None:
    """An operation that fails."""
    raise LookupError("no such thing")


def test_a_written_value_is_read_at_once(store: Store) -> None:
    for number in range(50):
        (ref,) = keep(store, number)
        assert store.read(ref) == number


def test_what_was_noted_is_read_at_once(store: Store) -> None:
    for number in range(50):
        note(store, lambda session, name=f"c-{number}": session.thread(name))
    assert names(store) == [f"c-{number}" for number in range(50)]


def test_operations_run_in_the_order_they_came(store: Store) -> None:
    seen: list[int] = []
    for number in range(300):
        seen_now = partial(seen.append, number)
        if number % 3:
            store.submit(lambda _, seen_now=seen_now: seen_now())
        else:
            note(store, lambda _, seen_now=seen_now: seen_now())
    store.flush()
    assert seen == list(range(300))


def test_a_group_is_committed_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    commits: list[WritingSession] = []
    finish = WritingSession.finish
    monkeypatch.setattr(WritingSession, "finish", lambda session: (finish(session), commits.append(session)))
    go = hold_up(store)
    futures = [store.submit(lambda session, name=f"c-{number}": session.thread(name)) for number in range(100)]
    go.set()
    wait(futures, timeout=10)
    assert len(commits) == 2  # of what held it up, and of the hundred
    assert len(names(store)) == 100


def test_an_operation_that_fails_harms_none_of_its_group(store: Store) -> None:
    go = hold_up(store)
    operations = [lambda session: session.thread("one"), failing, lambda session: session.thread("two")]
    futures: list[Future[Any]] = [store.submit(operation) for operation in operations]
    go.set()
    wait(futures, timeout=10)
    assert [type(future.exception()) for future in futures] == [type(None), LookupError, type(None)]
    assert names(store) == ["one", "two"]


def test_what_a_failed_operation_wrote_is_not_kept(store: Store) -> None:
    def half(session: WritingSession) -> None:
        session.thread("half")
        session.intern(split({"a": ["half"]}))
        raise LookupError

    with pytest.raises(LookupError):
        store.write(half)
    assert names(store) == []
    assert keep(store, "after") == [1]


def test_ids_remembered_by_an_operation_that_failed_are_forgotten(store: Store) -> None:
    def half(session: WritingSession) -> None:
        session.intern(split("shared"))
        raise LookupError

    with pytest.raises(LookupError):
        store.write(half)
    (ref,) = keep(store, "shared")
    assert store.read(ref) == "shared"


def test_of_one_tasks_writes_in_one_group_the_first_stand_and_a_longer_list_adds_its_tail(store: Store) -> None:
    """What is added together is thought to be new; where it is not, each operation looks for itself."""
    first, longer = ([("said", "first")], [("place", "shop"), ("topic", "doors")])
    tasks = [("a", first), ("b", first), ("a", longer), ("c", first), ("a", first)]
    go = hold_up(store)
    for task, writes in tasks:
        value = pairs([(channel, split(text)) for channel, text in writes])
        place = ("c-1", "", "checkpoint", task, "", 0)
        store.submit(lambda session, place=place, value=value: checkpoints.put_writes(session, *place, value))
    go.set()
    store.flush()
    with store.reading() as session:
        rows = checkpoints.write_rows(session, checkpoints.space_of(session, "c-1", ""), "checkpoint")
        found = {row.task: store.read(row.value) for row in rows}
    assert found == {
        "a": [["said", "first"], ["topic", "doors"]],
        "b": [["said", "first"]],
        "c": [["said", "first"]],
    }


def test_a_future_that_is_given_up_stops_nobody(store: Store) -> None:
    go = hold_up(store)
    given_up = store.submit(lambda session: session.thread("given up"))
    after = store.submit(lambda session: session.thread("after"))
    given_up.cancel()
    go.set()
    assert after.result(timeout=10)
    assert store.write(lambda session: session.thread("later"))
    assert names(store) == ["given up", "after", "later"]


async def test_a_task_that_is_cancelled_while_it_waits_stops_nobody(store: Store) -> None:
    go = hold_up(store)

    async def put() -> int:
        return await asyncio.wrap_future(store.submit(lambda session: session.thread("cancelled")))

    task = asyncio.create_task(put())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go.set()
    assert await asyncio.wrap_future(store.submit(lambda session: session.thread("after")))
    assert await asyncio.to_thread(names, store) == ["cancelled", "after"]


def test_a_note_that_fails_is_counted_and_raises_nowhere(store: Store) -> None:
    note(store, failing)
    note(store, lambda session: session.thread("after"))
    assert names(store) == ["after"]
    assert store.failures == 1


def test_who_is_told_of_a_failure_may_fail_and_stops_nobody(store: Store) -> None:
    def told(_: BaseException) -> None:
        raise BrokenPipeError("nobody reads the log")

    store.post(Note(failing, told))
    assert store.write(lambda session: session.thread("after"))
    assert names(store) == ["after"]


def test_closing_commits_what_is_queued(address: Location) -> None:
    store = Store(address)
    for number in range(500):
        note(store, lambda session, name=f"c-{number}": session.thread(name))
    store.close()
    again = Store(address)
    assert len(names(again)) == 500
    again.close()


def test_a_closed_recording_says_so(address: Location) -> None:
    store = Store(address)
    store.close()
    for verb in (store.flush, store.threads, lambda: store.write(lambda _: None), lambda: store.read(1)):
        with pytest.raises(StoreClosed):
            verb()
    store.close()


def test_many_threads_closing_and_writing_leave_nobody_waiting(address: Location) -> None:
    for _ in range(8):
        store = Store(address, synchronous="NORMAL")
        made: list[Future[Any]] = []

        def write(store: Store = store, made: list[Future[Any]] = made) -> None:
            try:
                while True:
                    made.append(store.submit(lambda _: None))
            except StoreClosed:
                pass

        threads = [threading.Thread(target=write) for _ in range(3)]
        for thread in threads:
            thread.start()
        store.close()
        for thread in threads:
            thread.join(10)
        assert not wait(made, timeout=10).not_done


@on_sqlite
@pytest.mark.parametrize("moment", range(40))
def test_a_signals_handler_may_close_it_in_the_middle_of_anything(address: Location, moment: int) -> None:
    store = Store(address, synchronous="NORMAL")
    moments = iter(range(moment))
    made: list[Future[None]] = []

    def handle(_: object, event: str, __: object) -> None:
        if event != "c_call" and next(moments, None) is None:  # Python looks for signals after a call in C
            sys.setprofile(None)
            store.close()

    def write() -> None:
        sys.setprofile(handle)
        with suppress(StoreClosed):
            made.append(store.submit(lambda _: None))
        sys.setprofile(None)

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()
    assert [future.exception(10) for future in made] in ([], [None])
    store.close()


@on_sqlite
@pytest.mark.parametrize("moment", range(12))
def test_who_closes_readers_while_another_does_waits_for_none(store: Store, moment: int) -> None:
    with store.reading():
        pass  # there is one to be closed
    close: Any = store.backend._close_readers  # type: ignore[attr-defined]
    moments = iter(range(moment))

    def another(*_: object) -> None:
        if next(moments, None) is None:
            sys.setprofile(None)
            close()

    def both() -> None:
        sys.setprofile(another)
        close()
        sys.setprofile(None)

    thread = threading.Thread(target=both, daemon=True)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()


@pytest.mark.parametrize("verb", ["threads", "write", "close"])
def test_who_is_told_that_something_is_lost_may_ask_the_recording(address: Location, verb: str) -> None:
    """As a log does that is told of a gap: it waits there for nobody, as the writer waits for it."""
    store = Store(address)
    told: list[Any] = []
    verbs = {"threads": store.threads, "write": lambda: store.write(failing), "close": store.close}

    def hear(error: BaseException) -> None:
        try:
            told.append(verbs[verb]())
        except RuntimeError as refused:
            told.append(type(refused))

    store.post(Note(failing, hear))
    store.submit(lambda _: None).result(10)
    assert told == [{"threads": [], "write": RuntimeError, "close": None}[verb]]
    store.close()
    with pytest.raises(StoreClosed):
        store.threads()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_whatever_ends_the_writer_leaves_nobody_waiting(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def unheard_of(error: BaseException) -> BaseException:
        raise MemoryError

    def refused(_: WritingSession) -> None:
        raise store.backend.errors[0]

    monkeypatch.setattr(store.backend, "explain", unheard_of)
    monkeypatch.setattr(writer, "GROUP", 2)
    lost: list[BaseException] = []
    go = hold_up(store)
    made = [store.submit(lambda session: session.thread("c-1"))]
    made += [store.submit(operation) for operation in (refused, lambda _: None)]
    store.post(Note(lambda _: None, lost.append), urgent=True)
    go.set()
    assert made[0].exception(10) is None
    assert [type(future.exception(10)) for future in made[1:]] == [StoreClosed] * 2
    store.close()
    assert [type(error) for error in lost] == [StoreClosed]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("at_work", [False, True], ids=["at rest", "at work"])
def test_a_forked_process_is_told_to_open_its_own(store: Store, at_work: bool) -> None:
    store.flush()
    with store._writer._closing if at_work else nullcontext():  # another thread is about to write
        child = os.fork()
        if not child:
            signal.alarm(10)  # where it waits for a thread that it does not have
            try:
                store.submit(lambda _: None)
                os._exit(1)
            except StoreClosed:
                os._exit(0)
            finally:
                os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_reopening_finds_everything(address: Location) -> None:
    store = Store(address)
    a_run(store, "c-1", "r-1", input={"text": "hello"})
    store.close()
    again = Store(address)
    assert again.threads() == ["c-1"]
    assert again.run("r-1").input == {"text": "hello"}
    assert keep(again, {"text": "hello"})  # the caches are empty, the values found
    again.close()


def test_an_id_may_be_shortened_while_one_run_begins_so(store: Store) -> None:
    for name in ("r-aa11", "r-aa22", "r-bb33", "r-bb3"):
        a_run(store, "c-1", name)
    assert store.run("r-aa1").id == "r-aa11"
    assert store.run("r-bb3").id == "r-bb3"
    for unclear in ("r-aa", "r-", "r-cc", ""):
        with pytest.raises(RunNotFound):
            store.run(unclear)


def test_a_reader_sees_what_is_committed_while_another_writes(store: Store) -> None:
    keep(store, "before")
    go = hold_up(store)
    with store.reading() as session:
        assert session.one("vals_last") == {"id": 1}
    go.set()


def test_many_readers_and_writers_at_once(store: Store) -> None:
    wrong: list[object] = []

    def work(number: int) -> None:
        for turn in range(20):
            value = {"of": number, "turns": list(range(turn))}
            (ref,) = keep(store, value)
            if store.read(ref) != value:
                wrong.append((number, turn))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


# ── two on one file ──────────────────────────────────────────────────────────────────────────────────────────


def test_two_stores_on_one_file_share_values_and_numbers(address: Location) -> None:
    one, other = Store(address), Store(address)
    for number in range(30):
        first, second = (one, other) if number % 2 else (other, one)
        a_run(first, f"c-{number % 3}", f"r-{number}", input={"text": f"hello {number // 2}"})
        assert second.run(f"r-{number}").input == {"text": f"hello {number // 2}"}
    assert len(one.threads()) == 3
    assert len(other.newest_runs(100)) == 30
    one.close()
    other.close()


WORKER = """
import sys
from playhead.codec import pairs, split
from playhead.store import Store, runs
path, who = sys.argv[1:]
store = Store(path, synchronous="NORMAL")
row = dict(graph="g", status="done", attempt=1, owner="x:1", started=1.0, ended=2.0, **dict.fromkeys(runs.RUN_VALUES))
for number in range(100):
    name = f"r-{who}-{number}"
    given = {**row, "name": name, "cause": name, "input": split({"shared": [number], "of": who})}
    store.submit(lambda session, given=given, number=number: runs.add_run(session, f"c-{number % 7}", given))
store.close()
"""


def test_processes_that_write_at_the_same_time_lose_nothing(address: Location) -> None:
    """They also all make the file: none of them finds it half made."""
    workers = [
        subprocess.Popen([sys.executable, "-c", WORKER, spelled(address), str(who)], stderr=subprocess.PIPE)
        for who in range(4)
    ]
    for worker in workers:
        assert worker.wait(60) == 0, worker.stderr and worker.stderr.read().decode()
    store = Store(address)
    found = store.newest_runs(1000)
    assert len(found) == 400
    assert len(store.threads()) == 7
    for run in found:
        _, who, number = run.id.split("-")
        assert run.input == {"shared": [int(number)], "of": who}
    store.close()


def test_a_store_sees_that_another_pruned_what_it_remembers(address: Location) -> None:
    from playhead.store import erasure

    one, other = Store(address), Store(address)
    keep(one, "remembered")
    other.write(erasure.sweep)
    (ref,) = keep(one, "remembered")
    assert one.read(ref) == other.read(ref) == "remembered"
    one.close()
    other.close()


def test_store_errors_are_ours(store: Store) -> None:
    def broken(session: WritingSession) -> None:
        session.connection.run("vals_between", {})

    with pytest.raises(StoreError):
        store.submit(broken).result(10)

    store.flush()
