"""Which saves need no thread and no task of their own?

LangGraph hands every save to an executor, because a saver may wait for its database. A replay's shelf has none, and
ours does not wait where saves linger: it encodes what is to be saved and queues it, which takes less time than handing
it over does. Such a save is made where it is asked for, and so at a moment when nobody has changed the values yet.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final, TypeAlias

from playhead.graph.private import AsyncBackgroundExecutor, BackgroundExecutor
from playhead.graph.saver import Saver
from playhead.graph.saves import SAVING
from playhead.graph.shelf import Shelf
from playhead.store.writer import DONE

Original: TypeAlias = Callable[..., Any]

RERAISED: Final = (False, True)
"""How LangGraph's executors keep what failed: it was not to be cancelled on exit, and is raised then."""

PUT_WRITES: Final = ("put_writes", "aput_writes")
PUT_AFTER: Final = "_checkpointer_put_after_previous"
"""The method by which LangGraph's loops save a checkpoint: `(save before, its writes, config, checkpoint, …)`."""


def waits_for_nothing(save: Callable[..., Any], args: tuple[Any, ...]) -> bool:
    """Is this a save of ours that comes back at once?"""
    owner = getattr(save, "__self__", None)  # of a task's writes the saver, of a checkpoint the loop
    if isinstance(owner, Saver | Shelf):
        return save.__name__ in PUT_WRITES and (isinstance(owner, Shelf) or owner.saving().lingers)
    if getattr(save, "__name__", "") != PUT_AFTER:
        return False
    saver = owner.checkpointer  # type: ignore[union-attr]
    if not isinstance(saver, Shelf) and not (isinstance(saver, Saver) and saver.saving().lingers):
        return False
    before, writes, *_ = args
    return not writes and (before is None or before.done())


def made(save: Callable[..., Any], args: tuple[Any, ...]) -> Future[Any]:
    """The outcome of a save that is made now."""
    try:
        save(*args)
    except Exception as error:  # noqa: BLE001 - raised where the future is looked at, as if it came from a thread
        failed: Future[Any] = Future()
        failed.set_exception(error)
        return failed
    return DONE


def amade(save: Callable[..., Any], args: tuple[Any, ...]) -> Exception | None:
    """As `made`, of a coroutine: what it raised."""
    coroutine = save(*args)
    try:
        coroutine.send(None)
    except StopIteration:
        return None
    except Exception as error:  # noqa: BLE001 - as above; whoever interrupts the program gets through
        return error
    coroutine.close()
    raise RuntimeError("A save that should linger waits for something.")


def made_for(original: Original) -> Original:
    """An executor remembers how the run saves that it was made for."""

    @functools.wraps(original)
    def init(self: BackgroundExecutor, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self.playhead_saving = SAVING.get()  # type: ignore[attr-defined]

    return init


def submit(original: Original) -> Original:
    """LangGraph saves what parallel tasks wrote from the threads that ran them, outside of every context."""

    @functools.wraps(original)
    def handed_over(self: BackgroundExecutor, fn: Original, *args: Any, **kwargs: Any) -> Any:
        saving = getattr(self, "playhead_saving", SAVING.get())
        token = None if saving is SAVING.get() else SAVING.set(saving)
        try:
            if kwargs or not waits_for_nothing(fn, args):
                return original(self, fn, *args, **kwargs)
            future = made(fn, args)
        finally:
            if token is not None:
                SAVING.reset(token)
        if future is not DONE:
            self.tasks[future] = RERAISED
        return future

    return handed_over


def asubmit(original: Original) -> Original:
    """As `submit`."""

    @functools.wraps(original)
    def handed_over(self: AsyncBackgroundExecutor, fn: Original, *args: Any, **kwargs: Any) -> Any:
        if kwargs or not waits_for_nothing(fn, args):
            return original(self, fn, *args, **kwargs)
        error = amade(fn, args)
        future: asyncio.Future[None] = self.loop.create_future()
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
            future.exception()  # looked at, as LangGraph does: else asyncio says at the end that nobody did
            self.tasks[future] = RERAISED
        return future

    return handed_over
