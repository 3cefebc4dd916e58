"""What keeps a replay from acting on the world, whatever its code tries?

An audit hook (PEP 578): Python itself reports every connection and every new process, from whatever library, and the
hook refuses those that a replayed node makes, and ends the replay there: code that catches every exception does not get
past. Only a model call that is to be asked may reach out. Threads that a replayed node starts are bound by it, too, as
is what it hands to a pool of threads; the pool's threads are not, others may use them. Nothing of this can be taken out
again; where nothing is replayed it looks at one context variable and lets everything pass.

What is not seen: a connection that a library makes in C without Python's sockets (libpq, gRPC), and what code does with
files and memory of its own.
"""

from __future__ import annotations

import functools
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.thread import _worker
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from playhead.errors import EffectHeldBack
from playhead.graph.model_call import INSIDE, ModelCall
from playhead.graph.player import RunPlayer
from playhead.graph.recorder import CURRENT, StepRecorder

REFUSED: Final = {
    "socket.connect": "a connection",
    "socket.sendto": "a datagram",
    "socket.sendmsg": "a datagram",
    "subprocess.Popen": "a process",
    "os.fork": "a process",
    "os.forkpty": "a process",
    "os.system": "a process",
    "os.exec": "a process",
    "os.posix_spawn": "a process",
    "os.spawn": "a process",
}
"""Audit events by which code reaches the world, and what they are to a reader."""

REPLAYING: ContextVar[bool] = ContextVar("playhead_replaying", default=False)
OFFLINE: ContextVar[bool] = ContextVar("playhead_offline", default=False)
FROM: ContextVar[StepRecorder | None] = ContextVar("playhead_from", default=None)
"""The replayed step that handed this to another thread, where the context was not handed on with it."""

_born: weakref.WeakKeyDictionary[threading.Thread, StepRecorder | None] = weakref.WeakKeyDictionary()
_installing = threading.Lock()
_installed = False


@contextmanager
def no_effects() -> Iterator[None]:
    """Within this, nothing but a model call reaches the world: what tries ends the replay."""
    _install()
    token = REPLAYING.set(True)
    try:
        yield
    finally:
        REPLAYING.reset(token)


@contextmanager
def offline() -> Iterator[None]:
    """Within this, not even the model calls of a replay reach the world."""
    token = OFFLINE.set(True)
    try:
        yield
    finally:
        OFFLINE.reset(token)


def _install() -> None:
    global _installed  # noqa: PLW0603
    with _installing:
        if not _installed:
            thread, pool = threading.Thread, ThreadPoolExecutor
            thread.start = _bind_threads(thread.start)  # type: ignore[method-assign, assignment]
            pool.submit = _bind_work(pool.submit)  # type: ignore[method-assign]
            sys.addaudithook(_hook)
            _installed = True


def _bind_threads(original: Callable[[threading.Thread], None]) -> Callable[[threading.Thread], None]:
    @functools.wraps(original)
    def start(self: threading.Thread) -> None:
        if _is_replayed() and getattr(self, "_target", None) is not _worker:
            _born[self] = _step()
        original(self)

    return start


def _bind_work(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def submit(self: ThreadPoolExecutor, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        bound = functools.partial(_bound, _step(), work) if _is_replayed() else work
        return original(self, bound, *args, **kwargs)

    return submit


def _bound(step: StepRecorder | None, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """What a replayed node gave a thread to do, bound as the node is."""
    replaying, origin = REPLAYING.set(True), FROM.set(step)
    try:
        return work(*args, **kwargs)
    finally:
        FROM.reset(origin)
        REPLAYING.reset(replaying)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event in REFUSED and _is_replayed():
        what, why = REFUSED[event], f"a replay reaches nothing ({event} {_target(arguments)})"
        step = _step()
        raise EffectHeldBack(what, why) if step is None else step.run.hold_back(step, what, why)  # type: ignore[attr-defined]


def _is_replayed() -> bool:
    """Is this code of a replayed node, outside every model call that may be made?"""
    if OFFLINE.get() and REPLAYING.get():
        return True
    if not REPLAYING.get() and not (_born and threading.current_thread() in _born):
        return False
    return not isinstance(INSIDE.get(), ModelCall)


def _step() -> StepRecorder | None:
    """The replayed step that this is done for, as far as is known."""
    step = CURRENT.get() or FROM.get() or _born.get(threading.current_thread())
    return step if step is not None and isinstance(step.run, RunPlayer) else None


def _target(arguments: tuple[Any, ...]) -> str:
    """Where it was to go: the address of a connection, the command of a process."""
    if not arguments:
        return ""
    shown = arguments[1] if len(arguments) > 1 and not isinstance(arguments[0], str) else arguments[0]
    return repr(shown)[:120]
