"""Whose turn is it on a conversation, and who tells them?

Who takes a lease has a future that resolves when it is theirs: at once, with the commit that writes it, or after those
who stood before; sync callers wait for it, async ones await it. One thread looks along the lines while somebody waits,
and says from time to time that those who are at work for long still are.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, Final

import structlog

from playhead.errors import LeaseLost, StoreClosed, ThreadBusy
from playhead.store import leases
from playhead.store.leases import Lease
from playhead.store.session import Session
from playhead.store.writer import Promise

log = structlog.get_logger("playhead")
LOOK: Final = 0.02  # seconds between looks along a line that somebody of this process waits in
SAY: Final = leases.LASTS / 3  # seconds between two words of those at work


class Line:
    """The leases that are taken through one open store."""

    def __init__(
        self,
        submit: Callable[..., Future[Any]],
        reading: Callable[[], AbstractContextManager[Session]],
        check_place: Callable[[], None],
    ) -> None:
        self._submit, self._reading, self._check_place = submit, reading, check_place
        self._held: set[Lease] = set()
        self._waiting: set[Lease] = set()
        self._lock, self._ring = threading.RLock(), threading.Event()  # as the writer's
        self._thread: threading.Thread | None = None
        self._closed = False

    def take(self, thread: str, patience: float, *, event: str | None = None, urgent: bool = False) -> Lease:
        """Stand in line for a conversation, with what is committed next; `granted` resolves when it is one's turn.

        It is committed at once if `urgent`. Who brings an `event` learns when it is granted of that one's earlier runs.
        `granted` carries `ThreadBusy` after `patience` seconds. Whoever takes a lease must `leave` it, come what may.
        Raises `StoreUnusable` where the recording is no longer at its place.
        """
        self._check_place()
        lease = Lease(thread, patience, leases.new_holder(), Promise(), event=event)
        try:
            stood = self._submit(partial(leases.stand, lease=lease), urgent=urgent)
        except StoreClosed:
            leases.TOKENS.discard(lease.holder)
            raise
        stood.add_done_callback(partial(self._stood, lease))
        return lease

    def leave(self, lease: Lease) -> None:
        """Give a lease back, with what is committed next, or give up waiting for it. Once is enough."""
        with self._lock:
            if lease.left:
                return
            lease.left = True
            self._held.discard(lease)
            self._waiting.discard(lease)
        try:
            left = self._submit(partial(leases.leave, lease=lease))
        except StoreClosed:  # nobody of this process is there any more: its row counts for nothing
            leases.TOKENS.discard(lease.holder)
            return
        left.add_done_callback(partial(self._left, lease))

    def close(self) -> None:
        """Who still waits is told that the store is closed."""
        with self._lock:
            self._closed = True
        self._ring.set()
        if (thread := self._thread) is not None:
            thread.join()
        self._give_up(StoreClosed())

    # ── in the writer's thread, after the commit ─────────────────────────────────────────────────────────────

    def _stood(self, lease: Lease, done: Future[Any]) -> None:
        if (error := done.exception()) is not None:
            lease.granted.set_exception(error)
            return
        lease.waited = lease.waited or lease.ahead is not None
        if lease.ahead is not None and lease.patience <= 0:
            lease.granted.set_exception(ThreadBusy(lease.thread, lease.ahead, lease.patience))
            return
        with self._lock:
            turned_away = self._closed and lease.ahead is not None  # nobody looks along the line any more
            if not (lease.left or turned_away):
                (self._held if lease.ahead is None else self._waiting).add(lease)
        if turned_away:
            lease.granted.set_exception(StoreClosed())
            return
        if lease.ahead is None:
            lease.granted.set_result(None)
        try:
            self._watch()
        except RuntimeError as refused:  # the machine gives no thread, so nobody will look along the line
            self._give_up(refused)
        if lease.waited:
            self._ring.set()

    def _left(self, lease: Lease, done: Future[Any]) -> None:
        leases.TOKENS.discard(lease.holder)
        if (error := done.exception()) is not None:
            log.warning("a lease was not given back; it ends by itself", thread=lease.thread, error=repr(error))
        if self._waiting:
            self._ring.set()

    # ── in a thread of its own ───────────────────────────────────────────────────────────────────────────────

    def _watch(self) -> None:
        with self._lock:  # whoever closes the recording meanwhile finds none, or one that was started
            if self._thread is None and not self._closed:
                thread = threading.Thread(target=self._work, name="playhead-line", daemon=True)
                thread.start()
                self._thread = thread

    def _work(self) -> None:
        try:
            self._look_along()
        except BaseException as error:
            with self._lock:
                self._thread = None  # who comes next has another
            self._give_up(error)
            if not isinstance(error, StoreClosed):
                raise

    def _give_up(self, error: BaseException) -> None:
        """Nobody looks along the line any more: who waits is told."""
        with self._lock:
            waiting, self._waiting = self._waiting, set()
        for lease in waiting:
            lease.granted.set_exception(error)

    def _look_along(self) -> None:
        said = time.monotonic()
        while not self._closed:
            self._ring.wait(LOOK if self._waiting else SAY)
            self._ring.clear()
            if time.monotonic() - said >= SAY:
                said = time.monotonic()
                self._say()
            self._look()

    def _say(self) -> None:
        """Those at work and those who wait are still there."""
        with self._lock:
            here = [lease for lease in (*self._held, *self._waiting) if lease.until - time.time() < 2 * SAY]
        for lease in here:
            self._submit(partial(leases.renew, lease=lease)).add_done_callback(partial(self._said, lease))

    def _said(self, lease: Lease, done: Future[Any]) -> None:
        if (error := done.exception()) is not None and not isinstance(error, LeaseLost):  # it is told where it writes
            log.warning("a lease could not be renewed", thread=lease.thread, error=repr(error))

    def _look(self) -> None:
        """Whoever waits and is the first of its line by now moves on; whose patience is at an end is told."""
        with self._lock:
            waiting = list(self._waiting)
        for lease in waiting:
            try:
                with self._reading() as session:
                    line = [row["holder"] for row in leases.line_of(session, lease.thread)]
            except StoreClosed:
                raise
            except Exception as error:  # noqa: BLE001 - carried to whoever waits
                self._end_wait(lease, error)
                continue
            if not line or line[0] == lease.holder:
                self._move_on(lease)
            elif time.monotonic() >= lease.deadline:
                self._end_wait(lease, ThreadBusy(lease.thread, line[0], lease.patience))

    def _move_on(self, lease: Lease) -> None:
        with self._lock:  # who left meanwhile must not be written down again: what is written last would stay
            if lease not in self._waiting:
                return
            stood = self._submit(partial(leases.stand, lease=lease))
            self._waiting.discard(lease)
        stood.add_done_callback(partial(self._stood, lease))

    def _end_wait(self, lease: Lease, error: BaseException) -> None:
        with self._lock:
            if lease not in self._waiting:
                return
            self._waiting.discard(lease)
        lease.granted.set_exception(error)
