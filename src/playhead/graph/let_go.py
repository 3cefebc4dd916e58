"""Who closes a stream that nobody reads any more?

Whoever let go of it, there and then. But one that hung in a circle Python finds while it looks for garbage, in the
middle of whatever some thread does: it may be the writer's, for which closing waits, or hold a lock that closing takes.
And where the program has ended, closing waits for threads that do not run any more. So what is under way is held here,
where neither comes upon it: of garbage a thread of its own closes it, and the program as it ends, while all still run.
"""

from __future__ import annotations

import _thread
import atexit
import gc
import os
from collections.abc import AsyncGenerator, Generator
from contextlib import suppress
from threading import local
from typing import Any, Final

OPEN: Final[set[Generator[Any, None, None] | AsyncGenerator[Any, None]]] = set()
"""What is under way."""


class Here(local):
    """Does this thread look for garbage just now?"""

    collects = False


HERE: Final = Here()


def _hear(phase: str, _: object, here: Here = HERE) -> None:
    here.collects = phase == "start"


gc.callbacks.append(_hear)


def held(pieces: Generator[Any, None, None]) -> Generator[Any, None, None]:
    """The pieces of a stream, for its reader."""
    OPEN.add(pieces)
    try:
        for piece in pieces:  # noqa: UP028 - `yield from` would close them, whoever lets go
            yield piece
    except GeneratorExit:
        if HERE.collects:
            _thread.start_new_thread(pieces.close, ())  # a `Thread` takes locks to start, and waits
        else:
            pieces.close()
        raise
    except BaseException as error:
        pieces.throw(error)  # which reached its reader, or came from there
        raise
    finally:
        OPEN.discard(pieces)


class Held:
    """Within this, the pieces of an async stream are held: its event loop closes it, wherever garbage was found.

    Where no loop runs any more that does, its reader's frame is cleared, and this with it.
    """

    def __init__(self, pieces: AsyncGenerator[Any, None]) -> None:
        self._pieces = pieces

    def __enter__(self) -> None:
        OPEN.add(self._pieces)

    def __exit__(self, *_: object) -> None:
        OPEN.discard(self._pieces)

    def __del__(self) -> None:
        if not HERE.collects:
            OPEN.discard(self._pieces)


def close_at_exit() -> None:
    """Have all that is under way closed as the program ends, before the recordings that are open by now."""
    atexit.unregister(_close_all)
    atexit.register(_close_all, os.getpid())


def _close_all(process: int) -> None:
    for pieces in list(OPEN) if process == os.getpid() else ():  # what was forked from it reads none of them
        with suppress(Exception):  # a thread that goes on reads it, or it cannot be closed: it is as if killed
            if isinstance(pieces, Generator):
                pieces.close()
            else:
                _cut_short(pieces)


def _cut_short(pieces: AsyncGenerator[Any, None]) -> None:
    """Close it without a loop: as far as it comes without waiting."""
    closing: Any = pieces.aclose()
    with suppress(StopIteration, GeneratorExit):
        closing.send(None)
        closing.throw(GeneratorExit())
