"""Who writes, and when is it durable?

One thread owns the writing connection. It takes whatever operations are waiting, runs them in one transaction,
commits once and then resolves their futures: many conversations share one fsync, and sync and async callers share one
code path (`put` waits for the future, `aput` awaits it). Operations that nobody waits for linger until somebody's
come along, or for a moment: a step's and a call's rows ride on the next checkpoint's commit. Order is kept. Should
one operation of a group fail, the group is rolled back and each is run alone, so that only the faulty one fails.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

from playhead.codec import Part
from playhead.store.session import WritingSession

GROUP: Final = 1_000  # operations in one commit at most
LINGER: Final = 0.02  # seconds that operations nobody waits for may stay uncommitted

T = TypeVar("T")
Operation: TypeAlias = Callable[[WritingSession], T]


class Item(NamedTuple):
    """One queued operation, and who waits for it."""

    operation: Operation[Any]
    future: Future[Any]
    urgent: bool
    parts: Sequence[Part]


class Writer:
    """The one thread that writes; `connect` is called in it."""

    def __init__(self, connect: Callable[[], WritingSession]) -> None:
        self._queue: queue.SimpleQueue[Item | None] = queue.SimpleQueue()
        self._ready: Future[None] = Future()
        self._thread = threading.Thread(target=self._work, args=(connect,), name="playhead-writer", daemon=True)
        self._thread.start()
        self._ready.result()

    def submit(self, operation: Operation[T], *, urgent: bool = True, parts: Sequence[Part] = ()) -> Future[T]:
        """Queue an operation; its future resolves once it is committed. Not `urgent`: it may linger for company.

        `parts` are those the operation will store: those of a whole group are looked up together.
        """
        future: Future[T] = Future()
        self._queue.put(Item(operation, future, urgent, parts))
        return future

    def close(self) -> None:
        """Commit what is queued and close the connection."""
        self._queue.put(None)
        self._thread.join()

    def _work(self, connect: Callable[[], WritingSession]) -> None:
        try:
            session = connect()
        except BaseException as error:  # noqa: BLE001 - carried to whoever opens the store
            self._ready.set_exception(error)
            return
        self._ready.set_result(None)
        while (group := self._next_group()) is not None:
            try:
                self._commit(session, group)
            except BaseException:  # noqa: BLE001 - each operation is tried alone, and carries its own error
                for single in group:
                    self._commit_alone(session, single)
        session.connection.close()

    def _next_group(self) -> list[Item] | None:
        if (item := self._queue.get()) is None:
            return None
        group = [item]
        urgent = item.urgent
        until = time.monotonic() + LINGER
        while len(group) < GROUP:
            try:
                wait = 0.0 if urgent else until - time.monotonic()
                item = self._queue.get(timeout=wait) if wait > 0 else self._queue.get_nowait()
            except queue.Empty:
                break
            if item is None:
                self._queue.put(None)  # come back to it when this group is done
                break
            group.append(item)
            urgent = urgent or item.urgent
        return group

    def _commit(self, session: WritingSession, group: list[Item]) -> None:
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
