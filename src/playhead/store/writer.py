"""Who writes, and when is it durable?

One thread owns the writing connection. It takes whatever operations are waiting, runs them in one transaction,
commits once and then resolves their futures: many conversations share one fsync, and sync and async callers share one
code path (`put` waits for the future, `aput` awaits it). Operations that nobody waits for linger until somebody's
come along, or for a moment: a step's and a call's rows ride on the next checkpoint's commit. Order is kept. Should
one operation of a group fail, the group is rolled back and each is run alone, so that only the faulty one fails.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

from playhead.codec import Part
from playhead.errors import StoreClosed
from playhead.store.session import WritingSession

GROUP: Final = 1_000  # operations in one commit at most
LINGER: Final = 0.02  # seconds that operations nobody waits for may stay uncommitted

T = TypeVar("T")
Operation: TypeAlias = Callable[[WritingSession], T]


class Item(NamedTuple):
    """One queued operation, and who waits for it."""

    operation: Operation[Any]
    future: Future[Any]
    parts: Sequence[Part]


class Writer:
    """The one thread that writes; `connect` is called in it."""

    def __init__(self, connect: Callable[[], WritingSession]) -> None:
        self._queue: deque[Item] = deque()
        self._work_to_do, self._hurry = threading.Event(), threading.Event()
        self._closed = False
        self._ready: Future[None] = Future()
        self._thread = threading.Thread(target=self._work, args=(connect,), name="playhead-writer", daemon=True)
        self._thread.start()
        self._ready.result()

    def submit(self, operation: Operation[T], *, urgent: bool = True, parts: Sequence[Part] = ()) -> Future[T]:
        """Queue an operation; its future resolves once it is committed. Not `urgent`: it may linger for company.

        `parts` are those the operation will store: those of a whole group are looked up together. Raises `StoreClosed`.
        """
        if self._closed:
            raise StoreClosed
        future: Future[T] = Future()
        self._queue.append(Item(operation, future, parts))
        if urgent:
            self._hurry.set()
        if not self._work_to_do.is_set():  # waking the thread is what costs: once for a group, not for each operation
            self._work_to_do.set()
        return future

    def close(self) -> None:
        """Commit what is queued and close the connection."""
        self._closed = True
        self._hurry.set()
        self._work_to_do.set()
        self._thread.join()

    def _work(self, connect: Callable[[], WritingSession]) -> None:
        try:
            session = connect()
        except BaseException as error:  # noqa: BLE001 - carried to whoever opens the store
            self._ready.set_exception(error)
            return
        self._ready.set_result(None)
        while not self._closed or self._queue:
            group = self._next_group()
            try:
                self._commit(session, group)
            except BaseException:  # noqa: BLE001 - each operation is tried alone, and carries its own error
                for single in group:
                    self._commit_alone(session, single)
        session.connection.close()

    def _next_group(self) -> list[Item]:
        if not self._queue:
            self._work_to_do.wait()
            self._hurry.wait(LINGER)
        self._work_to_do.clear()
        self._hurry.clear()  # before the queue is read: what comes later rings again
        return [self._queue.popleft() for _ in range(min(len(self._queue), GROUP))]

    def _commit(self, session: WritingSession, group: list[Item]) -> None:
        if not group:
            return
        try:
            session.begin()
            session.prepare(part for item in group for part in item.parts)
            results = [item.operation(session) for item in group]
            session.finish()
        except BaseException:
            session.forget_caches()
            if session.connection.in_transaction:
                session.connection.execute("ROLLBACK")
            raise
        for item, result in zip(group, results, strict=True):
            item.future.set_result(result)

    def _commit_alone(self, session: WritingSession, item: Item) -> None:
        try:
            self._commit(session, [item])
        except BaseException as error:  # noqa: BLE001 - carried to whoever waits for it
            item.future.set_exception(error)
