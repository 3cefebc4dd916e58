"""What keeps a replay from acting on the world, whatever its code tries?

An audit hook (PEP 578): Python itself reports every connection and every new process, from whatever library, and the
hook refuses those that a replayed node makes, and ends the replay there: code that catches every exception does not get
past. Only a model call that is to be asked may reach out. Threads that a replayed node starts are bound by it, too, as
is what it hands to a pool of threads; the pool's threads are not, others may use them. Where the run's context was not
handed on, nothing of what was done is on the recording: a tool or an effect is held back there, and no recorded graph
is run. Nothing of this can be taken out again; where nothing is replayed it looks at two variables and lets everything
pass.

What is not seen: a connection that a library makes in C without Python's sockets (libpq, gRPC), what code does with
files and memory of its own, and what a thread does that was there before and is told by a queue of the program's own.
"""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from playhead.errors import EffectHeldBack
from playhead.graph.model_call import INSIDE, ModelCall
from playhead.graph.player import RunPlayer
from playhead.graph.private import pool_worker
from playhead.graph.recorder import CURRENT, StepRecorder
from playhead.graph.saves import HERE

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

LOST: Final = "it is done without the run's context, where nothing is recorded (see contextvars.copy_context)"

_installing = threading.Lock()
_installed = False


@contextmanager
def no_effects(step: StepRecorder | None) -> Iterator[None]:
    """Within this, nothing but a model call reaches the world: what tries ends the replay, of which this is a step."""
    _install()
    token, before, HERE.step = REPLAYING.set(True), HERE.step, step
    try:
        yield
    finally:
        HERE.step = before
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
        if _is_replayed() and getattr(self, "_target", None) is not pool_worker:
            self.run = functools.partial(_bound, _step(), self.run)  # type: ignore[method-assign]
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
    with no_effects(step):
        return work(*args, **kwargs)


def hold_back_if_lost(what: str) -> None:
    """Raise where a replayed node does this where nothing is known of its run: in a thread or a context of its own."""
    if CURRENT.get() is None and (REPLAYING.get() or HERE.step is not None):
        raise held_back(what, LOST)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event in REFUSED and _is_replayed():
        raise held_back(REFUSED[event], f"a replay reaches nothing ({event} {_target(arguments)})")


def held_back(what: str, why: str) -> BaseException:
    """What is raised where something would happen in the world: it ends the replay."""
    step = _step()
    return EffectHeldBack(what, why) if step is None else step.run.hold_back(step, what, why)  # type: ignore[attr-defined]


def _is_replayed() -> bool:
    """Is this code of a replayed node, outside every model call that may be made?"""
    return (REPLAYING.get() or HERE.step is not None) and (OFFLINE.get() or not isinstance(INSIDE.get(), ModelCall))


def _step() -> StepRecorder | None:
    """The replayed step that this is done for, as far as is known."""
    step = CURRENT.get() or HERE.step
    return step if step is not None and isinstance(step.run, RunPlayer) else None


def _target(arguments: tuple[Any, ...]) -> str:
    """Where it was to go: the address of a connection, the command of a process."""
    if not arguments:
        return ""
    shown = arguments[1] if len(arguments) > 1 and not isinstance(arguments[0], str) else arguments[0]
    return repr(shown)[:120]
