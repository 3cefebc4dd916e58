"""Who writes, and when is it durable?

One thread owns the writing connection. It takes whatever operations are waiting, runs them in one transaction,
commits once and then resolves their futures: many conversations share one fsync, and sync and async callers share one
code path (`put` waits for the future, `aput` awaits it). Operations that nobody waits for linger until somebody's
come along, or for a moment: a step's and a call's rows ride on the next checkpoint's commit. Order is kept. Should
one operation of a group fail, the group is rolled back and each is run alone, so that only the faulty one fails. One
that was run alone is run once more where it was the database that went away.

What nobody waits for has no future: a future is a dozen objects, and what waits here outlives the garbage collector's
young generations, so that each object is paid for again when all of the program's memory is searched.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias, TypeVar

from playhead.codec import Part
from playhead.errors import StoreClosed
from playhead.store.backend import InDoubt
from playhead.store.session import WritingSession

GROUP: Final = 1_000  # operations in one commit at most
LINGER: Final = 0.05  # seconds that operations nobody waits for may stay uncommitted

DONE: Final[Future[None]] = Future()
"""What is given where there is nothing to wait for: one for all, as a future is a dozen objects."""

DONE.set_result(None)

T = TypeVar("T")
Operation: TypeAlias = Callable[[WritingSession], T]


class Posted(Protocol):
    """An operation that nobody waits for. `parts` are those it will store."""

    @property
    def parts(self) -> Sequence[Part]:
        """Looked up together with those of a whole group."""

    def __call__(self, session: WritingSession) -> object:
        """Write."""

    def lost(self, error: BaseException) -> None:
        """It is not written, and will not be. Called in the writer's thread."""


@dataclass(slots=True)
class Note:
    """An operation, and who is told what kept it from being written."""

    operation: Operation[Any]
    failed: Callable[[BaseException], None]
    parts: Sequence[Part] = ()

    def __call__(self, session: WritingSession) -> object:
        """Write."""
        return self.operation(session)

    def lost(self, error: BaseException) -> None:
        """Tell of it."""
        self.failed(error)


@dataclass(slots=True)
class Awaited:
    """An operation that somebody waits for."""

    operation: Operation[Any]
    future: Future[Any]
    parts: Sequence[Part]

    def __call__(self, session: WritingSession) -> Any:
        """Write."""
        return self.operation(session)

    def lost(self, error: BaseException) -> None:
        """Raise it where somebody waits."""
        self.future.set_exception(error)


Item: TypeAlias = Awaited | Posted


def nothing(session: WritingSession) -> None:
    """An operation to wait for: what came before it is committed then."""


class Promise(Future[T]):
    """A future that cannot be cancelled: who gives up waiting does not take back what is to be written."""

    def cancel(self) -> bool:
        """Never: an async task that is cancelled while it waits asks for this."""
        return False


class Bell:
    """Rung for the writer. In the middle of it a signal's handler may ring, where an `Event` waits for its own lock."""

    def __init__(self) -> None:
        self._silence = threading.Lock()
        self._silence.acquire()

    def ring(self) -> None:
        """Once is enough."""
        if self._silence.locked():
            with suppress(RuntimeError):  # another just did
                self._silence.release()

    def wait(self, seconds: float = -1) -> None:
        """Until it is rung; it is silent again."""
        self._silence.acquire(timeout=seconds)


class Writer:
    """The one thread that writes; `connect` is called in it, and `explain` says what an error means."""

    def __init__(
        self, connect: Callable[[], WritingSession], explain: Callable[[BaseException], BaseException]
    ) -> None:
        self._explain = explain
        self._queue: deque[Item] = deque()
        self._work_to_do, self._hurry = Bell(), Bell()
        self._process, self._closed = os.getpid(), False
        self._closing = threading.RLock()  # a signal's handler may close it in the middle of anything
        self._submitted = self._settled = 0
        self._ready: Future[None] = Future()
        self._thread = threading.Thread(target=self._work, args=(connect,), name="playhead-writer", daemon=True)
        self._thread.start()
        self._ready.result()

    def submit(self, operation: Operation[T], *, urgent: bool = True, parts: Sequence[Part] = ()) -> Future[T]:
        """Queue an operation; its future resolves once it is committed. Not `urgent`: it may linger for company.

        `parts` are those the operation will store: those of a whole group are looked up together. Raises `StoreClosed`.
        """
        future: Future[T] = Promise()
        self._queue_up(Awaited(operation, future, parts), urgent=urgent)
        return future

    def post(self, operation: Posted, *, urgent: bool = False) -> int:
        """Queue an operation that nobody waits for; gives its number. Raises `StoreClosed`."""
        return self._queue_up(operation, urgent=urgent)

    def _queue_up(self, item: Item, *, urgent: bool) -> int:
        if self._process != os.getpid():  # a forked process has no writer, and may find the lock held by nobody
            raise StoreClosed
        with self._closing:
            if self._closed:
                raise StoreClosed
            self._queue.append(item)
            self._submitted += 1
            number = self._submitted
        if urgent:
            self._hurry.ring()
        self._work_to_do.ring()  # waking the thread is what costs: once for a group, not for each operation
        return number

    def has_settled(self, number: int) -> bool:
        """Is the operation of this number committed, or lost? Order is kept: so are those before it."""
        return number <= self._settled

    @property
    def is_idle(self) -> bool:
        """Is everything submitted so far committed, or lost? Not once closed."""
        return not self._closed and self._settled == self._submitted

    @property
    def is_here(self) -> bool:
        """Is this its own thread, as where somebody's log hears of what is lost? Nobody may wait for it there."""
        return threading.current_thread() is self._thread

    def close(self) -> None:
        """Commit what is queued and close the connection. A forked process has none to close."""
        if self._process != os.getpid():
            return
        with self._closing:
            self._closed = True
        self._hurry.ring()
        self._work_to_do.ring()
        if not self.is_here:
            self._thread.join()

    def _work(self, connect: Callable[[], WritingSession]) -> None:
        try:
            session = connect()
        except BaseException as error:  # noqa: BLE001 - carried to whoever opens the store
            self._ready.set_exception(error)
            return
        self._ready.set_result(None)
        group: Sequence[Item] = ()
        before = 0  # how many were settled when this group was taken
        try:
            while not self._closed or self._queue:
                group, before = self._next_group(), self._settled
                self._commit(session, group)
        except BaseException as error:
            self._end(group, self._settled - before, error)
            raise
        finally:
            session.connection.close()

    def _end(self, group: Sequence[Item], settled: int, error: BaseException) -> None:
        """What nobody reckoned with ends the writer: whoever waits for what will not be written is told."""
        with self._closing:
            self._closed = True
        closed = StoreClosed()
        closed.__cause__ = error
        self._tell([item for item in group[:settled] if isinstance(item, Awaited) and not item.future.done()], closed)
        self._tell([*group[settled:], *self._queue], closed)
        self._settled = self._submitted

    def _next_group(self) -> list[Item]:
        if not self._queue:
            self._work_to_do.wait()
            self._hurry.wait(LINGER)
        self._work_to_do.wait(0)
        self._hurry.wait(0)  # before the queue is read: what comes later rings again
        return [self._queue.popleft() for _ in range(min(len(self._queue), GROUP))]

    def _commit(self, session: WritingSession, group: Sequence[Item], *, again: bool = False) -> None:
        """Run these operations in one transaction; should one fail, each in its own."""
        if all(isinstance(item, Awaited) and item.operation is nothing for item in group):  # no lock is needed to wait
            self._settle(group, [None] * len(group))
            return
        try:
            session.begin(alone=len(group) == 1)
        except BaseException as error:  # noqa: BLE001 - the database's error, not an operation's: all of them have it
            self._fail(session, group, error)
            return
        try:
            session.prepare(part for item in group for part in item.parts)
            results = [item(session) for item in group]
            session.finish()
        except InDoubt as doubt:  # run again, it might be written twice
            self._fail(session, group, doubt.__cause__ or doubt)
            return
        except BaseException as error:  # noqa: BLE001 - carried to whoever waits for it
            session.roll_back()
            if len(group) > 1 or (session.connection.is_lost and not again):
                for item in group:
                    self._commit(session, [item], again=len(group) == 1)
            else:
                self._fail(session, group, error)
            return
        self._settle(group, results)

    def _settle(self, group: Sequence[Item], results: Sequence[Any]) -> None:
        self._settled += len(group)  # first: who is told may ask whether all is settled
        for item, result in zip(group, results, strict=True):
            if isinstance(item, Awaited):
                item.future.set_result(result)

    def _fail(self, session: WritingSession, group: Sequence[Item], error: BaseException) -> None:
        session.roll_back()
        self._tell(group, self._explain(error))
        self._settled += len(group)  # last: who finds all settled finds what was lost, too

    def _tell(self, group: Sequence[Item], error: BaseException) -> None:
        for item in group:
            try:
                item.lost(error)
            except Exception:  # who is told may fail, as a log on a closed pipe does: others still wait to be told
                logging.getLogger("playhead").exception("whoever was told that something is not recorded failed")
