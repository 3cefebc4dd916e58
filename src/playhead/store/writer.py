"""Who writes, and when is it durable?

One thread owns the writing connection. It takes whatever operations are waiting, runs them in one transaction, commits
once and then resolves their futures: many conversations share one fsync, and sync and async callers share one code path
(`put` waits for the future, `aput` awaits it). Should one operation of a group fail, the group is rolled back and each
is run alone, so that only the faulty one fails.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final, TypeAlias, TypeVar

from playhead.store.session import WritingSession

GROUP: Final = 1_000  # operations in one commit at most

T = TypeVar("T")
Operation: TypeAlias = Callable[[WritingSession], T]


class Writer:
    """The one thread that writes; `connect` is called in it."""

    def __init__(self, connect: Callable[[], WritingSession]) -> None:
        self._queue: queue.SimpleQueue[tuple[Operation[Any], Future[Any]] | None] = queue.SimpleQueue()
        self._ready: Future[None] = Future()
        self._thread = threading.Thread(target=self._work, args=(connect,), name="playhead-writer", daemon=True)
        self._thread.start()
        self._ready.result()

    def submit(self, operation: Operation[T]) -> Future[T]:
        """Queue an operation; its future resolves once it is committed."""
        future: Future[T] = Future()
        self._queue.put((operation, future))
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
                    self._commit_alone(session, *single)
        session.connection.close()

    def _next_group(self) -> list[tuple[Operation[Any], Future[Any]]] | None:
        if (first := self._queue.get()) is None:
            return None
        group = [first]
        while len(group) < GROUP and not self._queue.empty():
            if (item := self._queue.get()) is None:
                self._queue.put(None)  # come back to it when this group is done
                break
            group.append(item)
        return group

    def _commit(self, session: WritingSession, group: list[tuple[Operation[Any], Future[Any]]]) -> None:
        try:
            session.begin()
            results = [operation(session) for operation, _ in group]
            session.connection.execute("COMMIT")
        except BaseException:
            session.forget_caches()
            if session.connection.in_transaction:
                session.connection.execute("ROLLBACK")
            raise
        for (_, future), result in zip(group, results, strict=True):
            future.set_result(result)

    def _commit_alone(self, session: WritingSession, operation: Operation[Any], future: Future[Any]) -> None:
        try:
            self._commit(session, [(operation, future)])
        except BaseException as error:  # noqa: BLE001 - carried to whoever waits for it
            future.set_exception(error)
