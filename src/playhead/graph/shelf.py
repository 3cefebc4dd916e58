"""Where does a replay keep its state? In memory, beside the recording, and only as long as it is played.

It begins with the state that the recorded run began from (and an older one, where that run was made by LangGraph's
time travel, which asks for it by its id), keeps that state's ids (LangGraph makes a task's id of its
checkpoint's), and is written when the graph stops: LangGraph's `exit` durability. So a replay costs no database, and
cannot write into the conversation it replays.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    WRITES_IDX_MAP,
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    copy_checkpoint,
    get_checkpoint_id,
)
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.types import Command

from playhead.graph.waiting import RESUME
from playhead.store.checkpoints import COMMANDS, DELTAS, outlives_runs


class Shelf(BaseCheckpointSaver[Any]):
    """A LangGraph saver that holds the latest checkpoint of each namespace of one conversation, and older ones it is
    given."""

    def __init__(self, serde: SerializerProtocol, before: Mapping[str, CheckpointTuple]) -> None:
        super().__init__(serde=serde)
        self._latest: dict[str, CheckpointTuple] = dict(before)
        self._older: dict[str, CheckpointTuple] = {}
        self._needed: dict[tuple[str, str], CheckpointTuple] = {}  # what a later one is put together from
        self._writes: dict[tuple[str, str], dict[tuple[str, int], tuple[str, str, Any]]] = {}

    def stand_at(self, latest: Mapping[str, CheckpointTuple], older: Mapping[str, CheckpointTuple]) -> None:
        """Hold these states from now on, and no other."""
        self._latest, self._older, self._needed, self._writes = {}, dict(older), {}, {}
        for ns, found in latest.items():
            self.hold(ns, found)

    def hold(self, ns: str, found: CheckpointTuple) -> None:
        """Hold this state of a namespace from now on, with what waits there."""
        self._latest[ns] = found
        self._keep_waiting(ns, found)

    def _keep_waiting(self, ns: str, found: CheckpointTuple) -> None:
        for task in dict.fromkeys(task for task, _, _ in found.pending_writes or ()):
            writes = [(channel, value) for own, channel, value in found.pending_writes or () if own == task]
            self._keep((ns, found.checkpoint["id"]), writes, task)

    def leave_answer(self, given: Any) -> None:
        """Hold the answer that was given to the state as it is, as a recording does that is written as it goes."""
        if (found := self.latest()) is not None and isinstance(given, Command) and given.resume is not None:
            self._keep(("", found.checkpoint["id"]), [(RESUME, given.resume)], COMMANDS)

    def latest(self, ns: str = "") -> CheckpointTuple | None:
        """The namespace's state as it is now."""
        found = self._latest.get(ns)
        return None if found is None else self._with_writes(ns, found)

    def _with_writes(self, ns: str, found: CheckpointTuple) -> CheckpointTuple:
        writes = self._writes.get((ns, found.checkpoint["id"]), {})
        return found._replace(pending_writes=list(writes.values()))

    def begun(self) -> dict[str, CheckpointTuple]:
        """The states as they are, of the namespaces that outlive a run; LangGraph changes those it is given."""
        return {
            ns: found._replace(checkpoint=copy_checkpoint(found.checkpoint))
            for ns, found in {**{ns: self.latest(ns) for ns in self._latest}, **self._older}.items()
            if found is not None and outlives_runs(ns)
        }

    def namespaces(self) -> list[str]:
        """The namespaces that have a state."""
        return list(self._latest)

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Keep a checkpoint, as it is now: by way of the serializer, as a recording would."""
        ns = config["configurable"].get("checkpoint_ns") or ""
        made: RunnableConfig = {
            "configurable": {
                "thread_id": config["configurable"]["thread_id"],
                "checkpoint_ns": ns,
                "checkpoint_id": checkpoint["id"],
            }
        }
        kept = self._as_saved(checkpoint)
        parent = config if get_checkpoint_id(config) else None
        if DELTAS in metadata and (before := self._latest.get(ns)) is not None:
            self._needed[ns, before.checkpoint["id"]] = before
        self._latest[ns] = CheckpointTuple(made, kept, metadata, parent)
        return made

    def put_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """Keep a task's writes."""
        configurable = config["configurable"]
        saved = [(channel, self._value_as_saved(value)) for channel, value in writes]
        self._keep((configurable.get("checkpoint_ns") or "", configurable["checkpoint_id"]), saved, task_id)

    def _keep(self, place: tuple[str, str], writes: Sequence[tuple[str, Any]], task_id: str) -> None:
        kept = self._writes.setdefault(place, {})
        for index, (channel, value) in enumerate(writes):
            kept[task_id, WRITES_IDX_MAP.get(channel, index)] = (task_id, channel, value)

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """The latest checkpoint of the namespace, or the older one by its id; of others nothing is known.

        It is read anew each time, as from a database: LangGraph's channels change the sets and lists they are given.
        """
        ns, id = config["configurable"].get("checkpoint_ns") or "", get_checkpoint_id(config)
        found = self.latest(ns)
        if id is not None and (found is None or found.checkpoint["id"] != id):
            needed = self._needed.get((ns, str(id)))
            found = self._older.get(ns) if needed is None else self._with_writes(ns, needed)
        if found is None or id not in (None, found.checkpoint["id"]):
            return None
        return self._read(found)

    def _read(self, found: CheckpointTuple) -> CheckpointTuple:
        return found._replace(checkpoint=self._as_saved(found.checkpoint))

    def _as_saved(self, checkpoint: Checkpoint) -> Checkpoint:
        """A checkpoint as a recording gives it back, which keeps each value by itself, and a list by its elements."""
        values = {name: self._value_as_saved(value) for name, value in checkpoint["channel_values"].items()}
        made: Checkpoint = self.serde.loads_typed(self.serde.dumps_typed({**checkpoint, "channel_values": {}}))
        made["channel_values"] = values
        return made

    def _value_as_saved(self, value: Any) -> Any:
        if type(value) is list:
            return [self.serde.loads_typed(self.serde.dumps_typed(each)) for each in value]
        return self.serde.loads_typed(self.serde.dumps_typed(value))

    def list(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> Iterator[CheckpointTuple]:
        """The latest checkpoint, or with `before` the older one: a replay has no further history of its own.

        LangGraph asks for what was before where it goes back in time, of graphs within that remember.
        """
        if config is None:
            return
        ns = config["configurable"].get("checkpoint_ns") or ""
        found = self.get_tuple(config) if before is None else self._older.get(ns)
        yield from [self._read(found)] if found else []

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """As `put`: nothing waits."""
        return self.put(config, checkpoint, metadata, new_versions)

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """As `put_writes`."""
        self.put_writes(config, writes, task_id, task_path)

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """As `get_tuple`."""
        return self.get_tuple(config)

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        """As `list`."""
        for found in self.list(config, filter=filter, before=before, limit=limit):
            yield found
