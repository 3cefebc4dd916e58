"""Does it end? Where a pattern of `re` has two ways to read a word, a text of a line takes longer than anyone lives."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NoReturn

A_MINUTE: Final = 60.0  # seconds of this process's own work: how busy the machine is says nothing of a pattern


@contextmanager
def within_a_minute() -> Iterator[None]:
    """What does not end within a minute of work is stopped, and fails. `re` looks for signals while it matches."""

    def stop(*_: object) -> NoReturn:
        raise AssertionError("a minute's work was not enough")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, A_MINUTE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
