"""Does it end? What does not is stopped, and the test that began it fails, rather than the suite waiting for ever."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, NoReturn, Protocol

A_MINUTE: Final = 60.0  # seconds of this process's own work: how busy the machine is says nothing of a pattern


LONG: Final = 60.0  # seconds until nobody waits any more
LOOK: Final = 0.005


class Work(Protocol):
    """A future, or a task."""

    def done(self) -> bool:
        """Has it ended?"""

    def result(self) -> Any:
        """What came of it, raised where that is an error."""


def until(comes_true: Callable[[], bool], by: Work | None = None) -> None:
    """Wait until it is so. Fails where it is not after a minute, and at once with what failed, or ended, instead."""
    given_up = time.monotonic() + LONG
    while not _is_so(comes_true, by, given_up):
        time.sleep(LOOK)


async def auntil(comes_true: Callable[[], bool], by: Work | None = None) -> None:
    """As `until`."""
    given_up = time.monotonic() + LONG
    while not _is_so(comes_true, by, given_up):
        await asyncio.sleep(LOOK)


def _is_so(comes_true: Callable[[], bool], by: Work | None, given_up: float) -> bool:
    has_ended = by is not None and by.done()
    if comes_true():
        return True
    if has_ended and by is not None:
        raise AssertionError(f"it ended with {by.result()!r}, and it is not so")
    assert time.monotonic() < given_up, f"it is not so after {LONG:g} seconds"
    return False


@contextmanager
def within_a_minute() -> Iterator[None]:
    """What does not end within a minute of work is stopped, and fails. `re` looks for signals while it matches.

    Where a pattern has two ways to read a word, a text of a line takes longer than anyone lives.
    """

    def stop(*_: object) -> NoReturn:
        raise AssertionError("a minute's work was not enough")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, A_MINUTE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
