"""What keeps a replay from acting on the world, whatever its code tries?

An audit hook (PEP 578): Python itself reports every connection and every new process, from whatever library, and the
hook refuses those that a replayed node makes. Only a model call that is to be asked may reach out. A thread that a
replayed node starts is bound by it, too. The hook cannot be taken out again; where nothing is replayed it looks at one
context variable and lets everything pass.
"""

from __future__ import annotations

import sys
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from playhead.errors import EffectHeldBack
from playhead.graph.model_call import INSIDE

REFUSED: Final = {
    "socket.connect": "a connection",
    "socket.sendto": "a datagram",
    "socket.sendmsg": "a datagram",
    "subprocess.Popen": "a process",
    "os.system": "a process",
    "os.exec": "a process",
    "os.posix_spawn": "a process",
    "os.spawn": "a process",
}
"""Audit events by which code reaches the world, and what they are to a reader."""

REPLAYING: ContextVar[bool] = ContextVar("playhead_replaying", default=False)
OFFLINE: ContextVar[bool] = ContextVar("playhead_offline", default=False)
_born: weakref.WeakSet[threading.Thread] = weakref.WeakSet()
_installing = threading.Lock()
_installed = False


@contextmanager
def no_effects() -> Iterator[None]:
    """Within this, nothing but a model call reaches the world: raises `EffectHeldBack` where code tries."""
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
            sys.addaudithook(_hook)
            _installed = True


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "_thread.start_new_thread":
        if REPLAYING.get() and INSIDE.get() is None:
            starting = getattr(arguments[0], "__self__", None)
            if isinstance(starting, threading.Thread):
                _born.add(starting)
    elif event in REFUSED and _is_replayed():
        raise EffectHeldBack(REFUSED[event], f"a replay reaches nothing ({event} {_target(arguments)})")


def _is_replayed() -> bool:
    """Is this code of a replayed node, outside every model call that may be made?"""
    if OFFLINE.get() and REPLAYING.get():
        return True
    return INSIDE.get() is None and (REPLAYING.get() or (bool(_born) and threading.current_thread() in _born))


def _target(arguments: tuple[Any, ...]) -> str:
    """Where it was to go: the address of a connection, the command of a process."""
    shown = arguments[1] if len(arguments) > 1 and not isinstance(arguments[0], str) else arguments[0]
    return repr(shown)[:120]
