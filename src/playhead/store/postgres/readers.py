"""Which connections are read with, and what becomes of those that the server ended?

They come from a pool, which makes as many as were needed at once, up to a limit. One that is lent again is tried first.
Where the server was restarted it ended all that waited: one look finds that out, and all are made anew, as the pool's
own check would try them one by one and wait longer after each.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

from playhead.store.backend import Row
from playhead.store.postgres.connection import Connection, Raw
from playhead.store.postgres.meaning import WAIT_SECONDS

MOST: Final = 16  # connections lent at once; who comes then waits


class Readers:
    """Connections that are lent to read with; `how` is what they are made by."""

    def __init__(self, how: Mapping[str, Any]) -> None:
        self._how = dict(how)
        self._process, self._pool = os.getpid(), self._new_pool()

    def _new_pool(self) -> ConnectionPool[Raw]:
        return ConnectionPool(
            kwargs=self._how,
            connection_class=psycopg.Connection[Row],
            min_size=0,
            max_size=MOST,
            num_workers=1,
            timeout=WAIT_SECONDS,
            open=False,
        )

    @contextmanager
    def lend(self) -> Iterator[Connection]:
        """One that the server answers on. Raises `psycopg.Error`, which says why there is none to be had."""
        if self._process != os.getpid():  # forked: on these it would hear its parent's answers, and nobody makes others
            self._process, self._pool = os.getpid(), self._new_pool()
        pool = self._pool
        pool.open()
        raw = self._answering(pool)
        try:
            yield Connection(lambda: raw)
        finally:
            pool.putconn(raw)

    def _answering(self, pool: ConnectionPool[Raw]) -> Raw:
        raw = self._taken(pool)
        try:
            raw.execute("")
        except psycopg.OperationalError:
            pool.putconn(raw)
            pool.drain()
            return self._taken(pool)
        except BaseException:  # whoever interrupts the program: what is not put back is lent for ever
            pool.putconn(raw)
            raise
        return raw

    def _taken(self, pool: ConnectionPool[Raw]) -> Raw:
        try:
            return pool.getconn()
        except PoolTimeout:
            psycopg.connect(**self._how).close()  # where none can be made, this says why
            problem = f"all {MOST} connections to read with were lent for {pool.timeout:g} s"
            raise psycopg.InterfaceError(problem) from None

    def close(self) -> None:
        """Close them; one that is lent, when it comes back."""
        if self._process == os.getpid():
            self._pool.close()
