"""What is queued when LangGraph saves something, and how is it stored?

One small object for each save, which says itself what it will store and where it belongs: what waits to be written is
kept small (see `store.writer`).
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from threading import local
from typing import Any, NamedTuple, Protocol

from playhead.codec import Part
from playhead.store import Store, checkpoints
from playhead.store.leases import Lease, hold
from playhead.store.session import MissingValue, WritingSession


class Losing(Protocol):
    """Who is told of what could not be stored."""

    def lose(self, thread: str, error: BaseException) -> None:
        """Something of this conversation."""


class StandIns(Protocol):
    """What a replay has in the place of savers and stores."""

    def __call__(self, saver: Any, thread: str) -> Any:
        """What stands in for a saver of ours and a conversation."""

    def instead(self, original: Any, place: str, make: Callable[[], Any]) -> Any:
        """The same for another's: what was made when it was first asked for."""


class Saving(NamedTuple):
    """How the run at work saves: may saves wait, in order, for the next commit (LangGraph's `async` durability)?

    `lease` is what it has taken its conversation by: it saves nothing once that was lost. Both hold in its own `store`:
    a node may run a graph that another recording saves. In a replay, `aside` gives what stands in for savers.
    """

    lingers: bool = False
    lease: Lease | None = None
    store: Store | None = None
    aside: StandIns | None = None


SAVING: ContextVar[Saving] = ContextVar("playhead_saving", default=Saving())  # noqa: B039 - it does not change


class Here(local):
    """The replayed step that a thread is at work for, where its context does not say which."""

    step: Any = None


HERE = Here()


def stand_ins() -> StandIns | None:
    """What stands in for savers and stores; None where nothing is replayed."""
    saving: Saving = SAVING.get() if HERE.step is None else HERE.step.run.saving()
    return saving.aside


@dataclass(slots=True)
class SaveCheckpoint:
    """Stores a checkpoint. `whole` gives its parts in full, where one that was to be shared is no longer stored."""

    saver: Losing
    lease: Lease | None
    thread: str
    ns: str
    id: str
    parent: str | None
    data: bytes
    parts: tuple[Part, ...]
    whole: Callable[[], tuple[Part, ...]] | None

    def __call__(self, session: WritingSession) -> None:
        """Store it, under the lease of the run that made it."""
        hold(session, self.lease)
        put = (session, self.thread, self.ns, self.id, self.parent, self.data)
        try:
            checkpoints.put_checkpoint(*put, self.parts)
        except MissingValue:
            if self.whole is None:
                raise
            checkpoints.put_checkpoint(*put, self.whole())

    def lost(self, error: BaseException) -> None:
        """It is not stored."""
        self.saver.lose(self.thread, error)


@dataclass(slots=True)
class SaveWrites:
    """Stores a task's writes at a checkpoint; each of `rows` is the index of a special one, or 0, and its value."""

    saver: Losing
    lease: Lease | None
    thread: str
    ns: str
    checkpoint: str
    task: str
    path: str
    rows: tuple[tuple[int, Part], ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """What is to be stored."""
        return tuple([value for _, value in self.rows])

    def __call__(self, session: WritingSession) -> None:
        """Store them, under the lease of the run that made them."""
        hold(session, self.lease)
        place = (session, self.thread, self.ns, self.checkpoint, self.task, self.path)
        for special, value in self.rows:
            checkpoints.put_writes(*place, special, value)

    def lost(self, error: BaseException) -> None:
        """They are not stored."""
        self.saver.lose(self.thread, error)
