"""Whoever stands in line for a conversation is answered, whenever the recording is closed and whatever breaks."""

from __future__ import annotations

import threading
from typing import Any, NoReturn

import pytest

from playhead.errors import StoreClosed
from playhead.store import Store, leases
from playhead.store.leases import Lease
from playhead.store.line import Line

from .conftest import hold_up

PATIENCE = 60.0


@pytest.fixture
def at_work(store: Store) -> Lease:
    """Somebody has the conversation."""
    lease = store.line.take("c-1", PATIENCE)
    lease.granted.result(10)
    return lease


def out_of_memory(*_: object) -> NoReturn:
    """What nobody reckons with."""
    raise MemoryError


@pytest.mark.usefixtures("at_work")
def test_who_waits_as_it_is_closed_is_told(store: Store) -> None:
    waits = store.line.take("c-1", PATIENCE)
    store.flush()
    store.close()
    assert isinstance(waits.granted.exception(10), StoreClosed)


@pytest.mark.usefixtures("at_work")
def test_who_is_written_down_while_it_is_closed_is_told(store: Store) -> None:
    go = hold_up(store)
    waits = store.line.take("c-1", PATIENCE)
    store.line.close()
    go.set()
    assert isinstance(waits.granted.exception(10), StoreClosed)


def test_who_waits_for_nobody_has_the_conversation_all_the_same(store: Store) -> None:
    go = hold_up(store)
    first = store.line.take("c-1", PATIENCE)
    store.line.close()
    go.set()
    assert first.granted.exception(10) is None


@pytest.mark.usefixtures("at_work")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_who_waits_while_nobody_can_look_any_more_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Line, "_look", out_of_memory)
        assert isinstance(store.line.take("c-1", PATIENCE).granted.exception(10), MemoryError)


def test_who_waits_where_the_machine_gives_no_thread_to_look_is_told(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = threading.Thread.start

    def none_left(thread: threading.Thread) -> None:
        if thread.name == "playhead-line":
            raise RuntimeError("can't start new thread")
        start(thread)

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", none_left)
        first = store.line.take("c-1", PATIENCE)
        assert first.granted.exception(10) is None
        second = store.line.take("c-1", PATIENCE)
        assert isinstance(second.granted.exception(10), RuntimeError)
    for lease in (second, first):
        store.line.leave(lease)
    store.line.take("c-1", PATIENCE).granted.result(10)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_whose_turn_comes_when_nothing_can_be_written_any_more_is_told(
    store: Store, at_work: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(session: Any) -> NoReturn:
        raise store.backend.errors[0]

    waits = store.line.take("c-1", PATIENCE)
    store.flush()
    with monkeypatch.context() as patched:
        patched.setattr(store.backend, "explain", out_of_memory)
        assert isinstance(store.submit(fail).exception(10), StoreClosed)
    store.line.leave(at_work)
    assert isinstance(waits.granted.exception(10), StoreClosed)


def test_who_gives_up_as_its_turn_comes_is_not_written_down_again(
    store: Store, at_work: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = store.line.take("c-1", PATIENCE)
    left = threading.Event()

    def first(*_: object) -> list[Any]:
        store.line.leave(waits)
        left.set()
        return []

    monkeypatch.setattr(leases, "line_of", first)
    assert left.wait(10)
    store.line.leave(at_work)
    store.line.close()  # whoever looked has come to an end
    store.flush()
    with store.reading() as session:
        assert session.rows("leases_of_thread", thread=waits.conversation) == []
