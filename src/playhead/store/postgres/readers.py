"""Which connections are read with, by whom, and what becomes of those that the server ended?

As many are open as were needed at once, up to a limit. One that is lent again is tried first, and where a server was
restarted all that it ended are passed over at once: whoever reads waits for the server, and for nothing else.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

import psycopg
from psycopg.pq import TransactionStatus

from playhead.store.postgres.connection import Connection, Raw
from playhead.store.postgres.meaning import WAIT_SECONDS

MOST: Final = 16  # connections lent at once; who comes then waits


class Readers:
    """Connections that are lent to read with."""

    def __init__(self, connect: Callable[[], Raw]) -> None:
        self._connect = connect
        self._closed = False
        self._begin()

    def _begin(self) -> None:
        """None is open yet in this process."""
        self._process = os.getpid()
        self._idle: queue.LifoQueue[Raw] = queue.LifoQueue()
        self._places = threading.BoundedSemaphore(MOST)

    @contextmanager
    def lend(self) -> Iterator[Connection]:
        """One that the server answers on. Raises what keeps a new one from being made."""
        if self._process != os.getpid():  # forked: on these it would hear its parent's answers
            self._begin()
        if not self._places.acquire(timeout=WAIT_SECONDS):
            raise psycopg.InterfaceError(f"all {MOST} connections to read with were lent for {WAIT_SECONDS:g} s")
        try:
            raw = self._answering() or self._connect()
            try:
                yield Connection(lambda: raw)
            finally:
                self._take_back(raw)
        finally:
            self._places.release()

    def _answering(self) -> Raw | None:
        """One that was lent before, if the server still has one of them."""
        with suppress(queue.Empty):
            while True:
                raw = self._idle.get_nowait()
                try:
                    raw.execute("")
                except psycopg.OperationalError:
                    raw.close()
                else:
                    return raw
        return None

    def _take_back(self, raw: Raw) -> None:
        if self._closed or raw.info.transaction_status != TransactionStatus.IDLE:
            raw.close()
        else:
            self._idle.put(raw)

    def close(self) -> None:
        """Close them; one that is lent, when it comes back."""
        self._closed = True
        with suppress(queue.Empty):
            while True:
                self._idle.get_nowait().close()
