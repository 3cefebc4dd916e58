"""Does it end? What does not is stopped, and the test that began it fails, rather than the suite waiting for ever."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NoReturn

A_MINUTE: Final = 60.0  # seconds of this process's own work: how busy the machine is says nothing of a pattern


LONG: Final = 60.0  # seconds until nobody waits any more


def until(comes_true: Callable[[], bool], *, before: Callable[[], bool] | None = None) -> None:
    """Wait until it is so. Fails where it is not after a minute, or at once where what should bring it about ended."""
    given_up = time.monotonic() + LONG
    while not comes_true():
        assert not (before and before()), "what it waits for has ended without it"
        assert time.monotonic() < given_up, f"it is not so after {LONG:g} seconds"
        time.sleep(0.005)


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
