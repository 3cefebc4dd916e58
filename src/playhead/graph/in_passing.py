"""Which saves need no thread and no task of their own?

LangGraph hands every save to an executor, because a saver may wait for its database. Ours does not where saves linger:
it encodes what is to be saved and queues it, which takes less time than handing it over does. Such a save is made where
it is asked for, and so at the latest moment at which nobody has changed the values yet.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final

from playhead.graph.saver import SAVING, Saver

PUT_AFTER: Final = "_checkpointer_put_after_previous"
"""The method by which LangGraph's loops save a checkpoint: `(save before, its writes, config, checkpoint, …)`."""


def waits_for_nothing(save: Callable[..., Any], args: tuple[Any, ...]) -> bool:
    """Is this a save of ours that comes back at once?"""
    if not SAVING.get().lingers:
        return False
    owner = getattr(save, "__self__", None)
    if isinstance(owner, Saver):
        return save.__name__ in ("put_writes", "aput_writes")
    if getattr(save, "__name__", "") != PUT_AFTER or not isinstance(owner.checkpointer, Saver):  # type: ignore[union-attr]
        return False
    before, writes, *_ = args
    return not writes and (before is None or before.done())


def made(save: Callable[..., Any], args: tuple[Any, ...]) -> Future[Any]:
    """The outcome of a save that is made now."""
    future: Future[Any] = Future()
    try:
        future.set_result(save(*args))
    except BaseException as error:  # noqa: BLE001 - raised where the future is looked at, as if it came from a thread
        future.set_exception(error)
    return future


def amade(save: Callable[..., Any], args: tuple[Any, ...], future: Any) -> Any:
    """As `made`, into a `future` of the event loop."""
    coroutine = save(*args)
    try:
        coroutine.send(None)
    except StopIteration as done:
        future.set_result(done.value)
    except BaseException as error:  # noqa: BLE001 - as above
        future.set_exception(error)
    else:
        coroutine.close()
        raise RuntimeError("A save that should linger waits for something.")
    return future
