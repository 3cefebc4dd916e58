"""What stands in for a saver or a store that is not ours while a replay is played?

What the recorded run was given there is given again (see `memories`); what is written is kept in memory, as long as
the run is played, and is what is read where the replay wrote otherwise.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any, Final

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import CheckpointTuple, get_checkpoint_id
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.store.base import BaseStore, GetOp, Item, Op, PutOp, Result, SearchOp
from langgraph.store.memory import InMemoryStore

from playhead.graph.memories import ask_state, ask_store, items_of, recall, state_of
from playhead.graph.shelf import Shelf


class RememberedConversation(Shelf):
    """A conversation of another saver, as the recorded run found it, and as it was left since."""

    def __init__(self, serde: SerializerProtocol, thread: str) -> None:
        super().__init__(serde, {})
        self._thread, self._is_gone = thread, False

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """The state: as it was left here, else as it was found."""
        ns, id = config["configurable"].get("checkpoint_ns") or "", get_checkpoint_id(config)
        here = super().get_tuple(config)
        given = recall(ask_state(self._thread, ns, id), lambda: here)
        if given is None or self._is_gone or ns in self.namespaces():
            return here
        if (found := state_of(given.value, self._thread, ns)) is not None:
            self.hold(ns, found)
        return super().get_tuple(config)

    def delete_thread(self, thread_id: str) -> None:
        """Hold nothing from now on but what is left here."""
        self.stand_at({}, {})
        self._is_gone = True

    async def adelete_thread(self, thread_id: str) -> None:
        """As `delete_thread`."""
        self.delete_thread(thread_id)


class Put(InMemoryStore):
    """What a replay has put into a store."""


class Memory(BaseStore):
    """A store, as the recorded run found it, and with what was put there since."""

    supports_ttl = True

    def __init__(self) -> None:
        self._left: Final = Put()
        self._put: Final[dict[tuple[tuple[str, ...], str], Any]] = {}
        self._lock: Final = threading.Lock()

    def batch(self, ops: Iterable[Op]) -> list[Result]:
        """What each gives."""
        return [self._do(op) for op in ops]

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        """As `batch`: nothing waits."""
        return self.batch(ops)

    def _do(self, op: Op) -> Any:
        if isinstance(op, PutOp):
            with self._lock:
                self._put[op.namespace, op.key] = op.value
                self._left.batch([PutOp(op.namespace, op.key, op.value)])
            return None
        ask = ask_store(op)
        assert ask is not None
        with self._lock:
            (here,) = self._left.batch([op])
        if (given := recall(ask, lambda: here)) is None:
            return here
        found = items_of(op, given.value)
        if isinstance(op, GetOp):
            return self._as_left(found, op.namespace, op.key)
        if isinstance(op, SearchOp):
            left = [(item, self._as_left(item, item.namespace, item.key)) for item in found]
            return [_scored(item, now) for item, now in left if now is not None]
        return found

    def _as_left(self, item: Item | None, namespace: tuple[str, ...], key: str) -> Item | None:
        """The item as the recorded run found it, unless the replay has put something else there."""
        value = self._put.get((namespace, key), self)
        if value is self or (item is not None and item.value == value):
            return item
        return self._left.get(namespace, key)


def _scored(found: Any, now: Item) -> Any:
    """What was left there, at the place that a search had for it."""
    found.value, found.created_at, found.updated_at = now.value, now.created_at, now.updated_at
    return found
