"""What stands in for a saver or a store that is not ours while a replay is played?

What the recorded run was given there is given again (see `memories`); what is written is kept in memory, as long as
the run is played, and is what is read where the replay wrote otherwise.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    DeltaChannelHistory,
    get_checkpoint_id,
)
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.store.base import BaseStore, GetOp, Item, Op, PutOp, Result, SearchOp
from langgraph.store.memory import InMemoryStore

from playhead.graph.memories import at_it, is_changed, is_raced_for, reads_on, recall
from playhead.graph.readings import (
    Listed,
    are_alike,
    ask_deltas,
    ask_history,
    ask_state,
    ask_store,
    deltas_of,
    history_of,
    items_of,
    state_of,
)
from playhead.graph.shelf import Shelf
from playhead.store.checkpoints import DELTAS, outlives_runs


class RememberedConversation(Shelf):
    """A conversation beside the one that is replayed, as the recorded run found it, and as it was left since.

    Where steps side by side went on with it, each as the one before had left it, which was first is chance: then what
    each found is what the recording says, if that is not what another left here. `begun` is what is known without it.
    """

    def __init__(
        self, serde: SerializerProtocol, thread: str, begun: Mapping[str, CheckpointTuple] | None = None
    ) -> None:
        super().__init__(serde, {})
        self._thread, self._is_gone, self._is_ours = thread, False, begun is not None
        self._left: set[str] = set()  # the namespaces that a state was left in
        self._raced: set[str] = set()
        self._written: dict[tuple[str, str, str], DeltaChannelHistory] = {}  # by namespace, state and channel
        for ns, found in (begun or {}).items():
            self.hold(ns, found)

    def stand_at(self, latest: Mapping[str, CheckpointTuple], older: Mapping[str, CheckpointTuple]) -> None:
        """Hold these states from now on, and no other: none was left here."""
        self._left = set()
        super().stand_at(latest, older)

    def hold(self, ns: str, found: CheckpointTuple) -> None:
        """Hold this state of a namespace from now on; one that was held before is still found by its id."""
        super().hold(ns, found)
        self._needed[ns, found.checkpoint["id"]] = found

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Keep a checkpoint; the one before it is still found by its id."""
        made = super().put(config, checkpoint, metadata, new_versions)
        ns = made["configurable"]["checkpoint_ns"]
        self._needed[ns, checkpoint["id"]] = self._latest[ns]
        self._left.add(ns)
        return made

    def asks(self, ns: str) -> bool:
        """Is what is read of this namespace on the recording?"""
        return True

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """The state: as it was left here, else as it was found."""
        ns, id = config["configurable"].get("checkpoint_ns") or "", get_checkpoint_id(config)
        here = super().get_tuple(config)
        if not self.asks(ns):
            return here
        given = recall(ask_state(self._thread, ns, id), None if self._is_ours else lambda: here)
        if given is None or self._is_gone or (id is not None and here is not None):
            return here
        found = state_of(given.value, self._thread, ns)
        return self._found(ns, found) if id is None else self._older_one(ns, found)

    def _older_one(self, ns: str, found: CheckpointTuple | None) -> CheckpointTuple | None:
        """A state that was named by its id: it is not the latest one here."""
        if found is None:
            return None
        self._find(ns, found)
        return super().get_tuple(found.config)

    def _find(self, ns: str, found: CheckpointTuple) -> None:
        """Find this state by its id from now on, unless there is one."""
        if (ns, found.checkpoint["id"]) not in self._needed:
            self._needed[ns, found.checkpoint["id"]] = found
            self._keep_waiting(ns, found)

    def _found(self, ns: str, given: CheckpointTuple | None) -> CheckpointTuple | None:
        """The latest state, of which the recorded run was given this."""
        here, is_raced = self.latest(ns), self._is_raced_for(ns)
        if ns in self._left:
            if not is_raced:
                return here and self._read(here)
            same = given and self._alike(ns, given)
            if same is None and is_changed():
                return here and self._read(here)
            given = same or given
        if given is None:
            return None
        self.hold(ns, given)
        return self._read(given)  # with what waited there then: others may have written beside it since

    def _is_raced_for(self, ns: str) -> bool:
        """Did steps side by side go on with it, in this run or in one before it of the same turn?"""
        if ns not in self._raced and is_raced_for(self._thread, ns):
            self._raced.add(ns)
        return ns in self._raced

    def _alike(self, ns: str, given: CheckpointTuple) -> CheckpointTuple | None:
        """The last state here that says what this one does; one that is not whole (`DeltaChannel`) does not say."""
        if DELTAS in given.metadata:
            return None
        known = [self._with_writes(ns, each) for (of, _), each in list(self._needed.items()) if of == ns]
        return next((each for each in reversed(known) if are_alike(each, given)), None)

    def list(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> Iterator[CheckpointTuple]:
        """Its states, newest first: those that the recorded run was given, unless it was left otherwise here."""
        with at_it():
            here = [*super().list(config, filter=filter, before=before, limit=limit)]
        ns = config["configurable"].get("checkpoint_ns") if config else None
        if not self.asks(ns or ""):
            yield from here
            return
        given = recall(
            ask_history(config, filter, before, limit), None if self._is_ours else lambda: Listed(here, is_all=True)
        )
        if given is None or self._is_gone:
            yield from here
            return
        found = history_of(given.value)
        if self._is_otherwise(ns or "", found.states, is_part=bool(before or filter)):
            yield from here
            return
        for each in found.states:
            self._find(each.config["configurable"]["checkpoint_ns"], each)
            yield self._read(each)
        if not found.is_all:
            reads_on()

    def _is_otherwise(self, ns: str, given: Sequence[CheckpointTuple], *, is_part: bool) -> bool:
        """Was it left here in another state than the latest of these? Of a part of its states that is not known."""
        here = self.latest(ns) if ns in self._left else None
        if here is None:
            return False
        if is_part or self._is_raced_for(ns):
            return is_changed()
        return not given or not are_alike(here, given[0])

    def get_delta_channel_history(
        self, *, config: RunnableConfig, channels: Sequence[str]
    ) -> Mapping[str, DeltaChannelHistory]:
        """What was written to these channels: to what the recorded run was given, what was written here is added."""
        here = super().get_tuple(config)
        if here is None:
            return {channel: {"writes": []} for channel in channels}
        ns, id = here.config["configurable"]["checkpoint_ns"], here.checkpoint["id"]
        if self.asks(ns) and (given := recall(ask_deltas(here.config, channels), None)) is not None:
            for channel, found in deltas_of(given.value).items():
                self._written[ns, id, channel] = found
        return {channel: self._written_to(channel, ns, here) for channel in channels}

    def _written_to(self, channel: str, ns: str, state: CheckpointTuple) -> DeltaChannelHistory:
        """What was written to it up to this state: from here back to one of which that is known."""
        writes: list[Any] = []
        while (found := self._written.get((ns, state.checkpoint["id"], channel))) is None:
            before = super().get_tuple(state.parent_config) if state.parent_config else None
            if before is None:
                return {"writes": writes}
            writes = [*(write for write in before.pending_writes or () if write[1] == channel), *writes]
            if channel in before.checkpoint["channel_values"]:
                return {"writes": writes, "seed": before.checkpoint["channel_values"][channel]}
            state = before
        return {**found, "writes": [*found["writes"], *writes]}

    async def aget_delta_channel_history(
        self, *, config: RunnableConfig, channels: Sequence[str]
    ) -> Mapping[str, DeltaChannelHistory]:
        """As `get_delta_channel_history`."""
        return self.get_delta_channel_history(config=config, channels=channels)

    def delete_thread(self, thread_id: str) -> None:
        """Hold nothing from now on but what is left here."""
        self.stand_at({}, {})
        self._is_gone = True

    async def adelete_thread(self, thread_id: str) -> None:
        """As `delete_thread`."""
        self.delete_thread(thread_id)


class ReplayedConversation(RememberedConversation):
    """The conversation that is replayed; of graphs within it that remember it is recorded what each found."""

    def __init__(self, serde: SerializerProtocol, thread: str) -> None:
        super().__init__(serde, thread, {})

    def asks(self, ns: str) -> bool:
        """Is it the namespace of such a graph?"""
        return bool(ns) and outlives_runs(ns)


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
