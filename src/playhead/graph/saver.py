"""How does LangGraph save and find a graph's state on the recording?

Each method is written once: it makes an operation for the store's writer; `put` waits for its future, `aput` awaits it.
A checkpoint is kept as a shape (names of channels and nodes, the same all through a conversation, stored once), a short
row of versions, and references to its values. A channel whose version is the parent's is not serialized again.
"""

from __future__ import annotations

import asyncio
import copy
import random
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final, TypeAlias

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    WRITES_IDX_MAP,
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    DeltaChannelHistory,
    get_checkpoint_id,
    get_checkpoint_metadata,
    writes_sort_key,
)

from playhead.codec import KNOWN, Part, known, pairs
from playhead.errors import BadInput, Corrupt, EffectHeldBack
from playhead.graph.encoding import Encoder
from playhead.graph.saves import SAVING, SaveCheckpoint, SaveWrites, Saving, stand_ins
from playhead.graph.skeleton import Skeleton, put_together, take_apart
from playhead.store import Store, checkpoints, erasure
from playhead.store.session import EVERYTHING, Session, WritingSession
from playhead.store.values import UNREADABLE, load

REMEMBERED: Final = 1_000  # conversations of whose last checkpoint it is known what is stored
UNWATCHED: Final = 10_000  # conversations whose last write is remembered, written or not, before it is looked
ELSEWHERE: Final = Saving()

Stored: TypeAlias = dict[str, tuple[Any, Part]]  # by channel: its version, and the part that is stored


class Saver(BaseCheckpointSaver[Any]):
    """A LangGraph checkpoint saver on a Playhead store."""

    def __init__(self, store: Store, encoder: Encoder) -> None:
        super().__init__(serde=encoder.serde)
        self.store, self._encoder = store, encoder
        self._last: OrderedDict[tuple[str, str], tuple[str, Stored]] = OrderedDict()
        self._written: dict[str, int] = {}  # by conversation: the number of the last write that nobody waits for
        self._lost: dict[str, list[BaseException]] = {}
        self._lock = threading.Lock()

    def get_next_version(self, current: Any, channel: None) -> Any:
        """One more; a text version, of a conversation that another saver began, is counted on in its own form."""
        if not isinstance(current, str):
            return super().get_next_version(current, channel)
        return f"{int(current.split('.')[0]) + 1:032}.{random.random():016}"  # noqa: S311 - as LangGraph's savers do

    def _thread(self, config: RunnableConfig) -> str:
        """The conversation's name as it is stored: what must not reach the disk is no part of a name either."""
        return self._encoder.redactor.name(str(config["configurable"]["thread_id"]))

    def _place(self, config: RunnableConfig) -> tuple[str, str]:
        return self._thread(config), config["configurable"].get("checkpoint_ns") or ""

    def saving(self) -> Saving:
        """How the run at work saves here: of a run on another recording nothing is known."""
        saving = SAVING.get()
        return saving if saving.store is None or saving.store is self.store else ELSEWHERE

    def is_beside(self, config: RunnableConfig | None, store: Store, thread: str) -> bool:
        """Is this, to a run of that conversation, another one, or what a graph within it remembers?"""
        if config is None or self.store is not store or self._thread(config) != thread:
            return True
        ns = config["configurable"].get("checkpoint_ns") or ""
        return bool(ns) and checkpoints.outlives_runs(ns)

    def _aside(self, config: RunnableConfig) -> BaseCheckpointSaver[Any] | None:
        """What stands in for this conversation in a replay, which saves nothing."""
        aside = stand_ins()
        return None if aside is None else aside(self, self._thread(config))

    # ── put ──────────────────────────────────────────────────────────────────────────────────────────────────

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Store a checkpoint; returns the config that names it."""
        if (shelf := self._aside(config)) is not None:
            return shelf.put(config, checkpoint, metadata, new_versions)
        save = self._put(config, checkpoint, metadata)
        if self.saving().lingers:
            self._soon(save)
        else:
            self.store.write(save, save.parts)
            self._look_back(save.thread)
        return _config(save.thread, save.ns, save.id)

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """As `put`."""
        if (shelf := self._aside(config)) is not None:
            return shelf.put(config, checkpoint, metadata, new_versions)
        save = self._put(config, checkpoint, metadata)
        if self.saving().lingers:
            self._soon(save)
        else:
            await asyncio.wrap_future(self.store.submit(save, save.parts))
            self._look_back(save.thread)
        return _config(save.thread, save.ns, save.id)

    def _soon(self, save: SaveCheckpoint | SaveWrites) -> None:
        """Store with whatever is committed next; an error shows at the next look back."""
        self._look_back(save.thread)
        with self._lock:  # tasks of one superstep write from threads of their own
            if len(self._written) >= UNWATCHED:
                for thread, last in list(self._written.items()):  # in place: a clone shares it
                    if self.store.has_settled(last):
                        self._written.pop(thread, None)
            self._written[save.thread] = self.store.post(save)

    def lose(self, thread: str, error: BaseException) -> None:
        """Something of this conversation could not be stored: it is raised at the next look back."""
        with self._lock:
            self._lost.setdefault(thread, []).append(error)

    def _look_back(self, thread: str) -> None:
        """Raise what kept earlier writes of this conversation, which are stored in order, from being stored."""
        if self._lost and (lost := self.let_go(thread)):
            raise lost[0]

    def let_go(self, thread: str) -> list[BaseException]:
        """What kept writes of this conversation from being stored that nobody looked back at: no later run's affair."""
        with self._lock:
            return self._lost.pop(thread, [])

    def _put(self, config: RunnableConfig, checkpoint: Checkpoint, metadata: CheckpointMetadata) -> SaveCheckpoint:
        thread, ns = self._place(config)
        parent = get_checkpoint_id(config)
        named = self._encoder.facts(get_checkpoint_metadata(config, metadata))
        data, shape, facts = take_apart(checkpoint, named)
        frame = (shape, self._encoder.state(facts))
        values = self._values(thread, ns, parent, checkpoint)
        shared = any(part.kind == KNOWN for part in values)
        whole = partial(self._whole, frame, checkpoint["channel_values"]) if shared else None
        return SaveCheckpoint(
            self, self.saving().lease, thread, ns, checkpoint["id"], parent, data, (*frame, *values), whole
        )

    def _whole(self, frame: tuple[Part, ...], values: dict[str, Any]) -> tuple[Part, ...]:
        """A checkpoint's parts with nothing of it taken for stored already."""
        return (*frame, *(self._encoder.channel(*each) for each in values.items()))

    def _values(self, thread: str, ns: str, parent: str | None, checkpoint: Checkpoint) -> list[Part]:
        before_id, before = self._last.pop((thread, ns), (None, {}))
        usable = before if before_id == parent and parent is not None else {}
        versions = checkpoint["channel_versions"]
        parts: list[Part] = []
        stored: Stored = {}
        for channel, value in checkpoint["channel_values"].items():
            version = versions.get(channel)
            same = usable.get(channel)
            if same is not None and version is not None and same[0] == version:
                parts.append(same[1])
            else:
                parts.append(self._encoder.channel(channel, value))
                same = version, known(parts[-1].hash)
            stored[channel] = same
        self._last[(thread, ns)] = (checkpoint["id"], stored)
        while len(self._last) > REMEMBERED:
            self._last.popitem(last=False)
        return parts

    def last_values(self, thread: str) -> dict[str, bytes]:
        """Hashes of the values in the last checkpoint put for a conversation here, by channel."""
        _, stored = self._last.get((thread, ""), ("", {}))
        return {channel: part.hash for channel, (_, part) in stored.items()}

    def saved_values(self, thread: str) -> dict[str, bytes]:
        """The same of the last checkpoint that is stored, whoever put it.

        As stored, not encoded again: LangGraph's serializer gives a tuple back as a list.
        """
        self._catch_up(thread)
        with self.store.reading() as session:
            space = checkpoints.space_of(session, thread, "")
            rows = checkpoints.checkpoint_rows(session, space, "") if space else []
            if not rows:
                return {}
            shape, _, *refs = rows[0].refs
            ((names, *_),) = load(session, [shape], self._encoder.decode)
            stored = session.values(ref for ref in refs if ref)
        return {name: stored[ref]["hash"] for name, ref in zip(names, refs, strict=True) if ref}

    def forget(self, thread: str) -> None:
        """Another process may have put the conversation's last checkpoint since one was put here."""
        self._last.pop((thread, ""), None)

    def put_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """Store a task's writes at the checkpoint that `config` names.

        They are committed with the next checkpoint, or within milliseconds; an error shows there.
        """
        if (shelf := self._aside(config)) is not None:
            shelf.put_writes(config, writes, task_id, task_path)
        else:
            self._soon(self._put_writes(config, writes, task_id, task_path))

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """As `put_writes`: neither waits."""
        self.put_writes(config, writes, task_id, task_path)

    def _catch_up(self, thread: str) -> None:
        """Readers see what was written before."""
        if not self.store.has_settled(self._written.get(thread, 0)):
            self.settle(thread)

    def settle(self, thread: str) -> None:
        """Wait until all that was saved so far is committed; raises what kept this conversation's from being.

        What is raised here is told; the conversation's next run does not hear of it again.
        """
        try:
            self.store.flush()
        except BaseException:
            self.let_go(thread)
            raise
        self._look_back(thread)

    async def asettle(self, thread: str) -> None:
        """As `settle`."""
        try:
            await asyncio.wrap_future(self.store.flushed())
        except BaseException:
            self.let_go(thread)
            raise
        self._look_back(thread)

    def _put_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str
    ) -> SaveWrites:
        thread, ns = self._place(config)
        ordinary: list[tuple[str, Part]] = []
        rows: list[tuple[int, Part]] = []
        for channel, value in writes:
            part = self._encoder.by_element(value, channel)
            if channel in WRITES_IDX_MAP:
                rows.append((WRITES_IDX_MAP[channel], pairs([(channel, part)])))
            else:
                ordinary.append((channel, part))
        if ordinary:
            rows.append((0, pairs(ordinary)))
        checkpoint = config["configurable"]["checkpoint_id"]
        return SaveWrites(self, self.saving().lease, thread, ns, checkpoint, task_id, task_path, tuple(rows))

    def copied(
        self, found: CheckpointTuple, thread: str, parent: str | None
    ) -> tuple[Callable[[WritingSession], None], Sequence[Part]]:
        """What stores a checkpoint and its tasks' writes on another conversation: an operation, and what it stores."""
        ns = found.config["configurable"].get("checkpoint_ns") or ""
        place: RunnableConfig = {"configurable": {"thread_id": thread, "checkpoint_ns": ns}}
        if parent is not None:
            place["configurable"]["checkpoint_id"] = parent
        own = _config(thread, ns, found.checkpoint["id"])
        tasks: dict[str, list[tuple[str, Any]]] = {}
        for task, channel, value in found.pending_writes or ():
            tasks.setdefault(task, []).append((channel, value))
        made: list[SaveCheckpoint | SaveWrites] = [self._put(place, found.checkpoint, found.metadata)]
        made += [self._put_writes(own, writes, task, "") for task, writes in tasks.items()]

        def operation(session: WritingSession) -> None:
            for save in made:
                save(session)

        return operation, [part for save in made for part in save.parts]

    # ── get ──────────────────────────────────────────────────────────────────────────────────────────────────

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """The checkpoint that `config` names, or the latest of its thread and namespace."""
        if (shelf := self._aside(config)) is not None:
            return shelf.get_tuple(config)
        thread, ns = self._place(config)
        self._catch_up(thread)
        with self.store.reading() as session:
            space = checkpoints.space_of(session, thread, ns)
            if space is None:
                return None
            rows = checkpoints.checkpoint_rows(session, space, ns, get_checkpoint_id(config))
            return self._tuple(session, thread, space, rows[0]) if rows else None

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """As `get_tuple`, in a thread."""
        return await asyncio.to_thread(self.get_tuple, config)

    def _tuple(self, session: Session, thread: str, space: int, row: checkpoints.CheckpointRow) -> CheckpointTuple:
        written = checkpoints.write_rows(session, space, row.id)
        refs = [*row.refs, *(write.value for write in written)]
        values = load(session, refs, self._encoder.decode)
        try:
            shape, facts, *values = values
            checkpoint, metadata = put_together(row.id, Skeleton(row.data, shape, facts), values)
            pending = _ordered(written, values[len(shape[0]) :])
        except UNREADABLE as error:  # its seal was right: whoever wrote it was no saver
            raise Corrupt("checkpoints", row.id, f"it cannot be put together ({error})") from error
        return CheckpointTuple(
            config=_config(thread, row.ns, row.id),
            checkpoint=checkpoint,
            metadata=metadata,
            parent_config=_config(thread, row.ns, row.parent) if row.parent else None,
            pending_writes=pending,
        )

    def as_of(self, thread: str, started: float) -> dict[str, CheckpointTuple]:
        """A conversation's states as a run that started then (Unix seconds) found them; not what waited there."""
        self._catch_up(thread)
        with self.store.reading() as session:
            return {
                ns: self._tuple(session, thread, space, row)._replace(pending_writes=[])
                for ns, row in checkpoints.before_run(session, thread, started).items()
                if row is not None and (space := checkpoints.space_of(session, thread, ns))
            }

    def told_apart(self, rows: Sequence[checkpoints.CheckpointRow], *sources: str) -> list[checkpoints.CheckpointRow]:
        """Those of these checkpoints that came about in one of these ways: LangGraph's words for it."""
        with self.store.reading() as session:
            facts = load(session, [row.refs[1] for row in rows], self._encoder.decode)
        return [row for row, fact in zip(rows, facts, strict=True) if fact[0].get("source") in sources]

    def list(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> Iterator[CheckpointTuple]:
        """Checkpoints, newest first within a namespace; `filter` compares metadata for equality."""
        if config is not None and (shelf := self._aside(config)) is not None:
            yield from shelf.list(config, filter=filter, before=before, limit=limit)
            return
        for thread in [self._thread(config)] if config else list(self._written):
            self._catch_up(thread)
        with self.store.reading() as session:
            found = [(space, *place, id) for space, place, id in self._matching(session, config, before)]
        wanted = self._encoder.facts(filter or {})
        for space, thread, ns, id in found:
            if limit is not None and limit <= 0:
                return
            with self.store.reading() as session:
                rows = checkpoints.checkpoint_rows(session, space, ns, id)
                made = self._tuple(session, thread, space, rows[0]) if rows else None
            if made and all(made.metadata.get(key) == value for key, value in wanted.items()):
                limit = None if limit is None else limit - 1
                yield made

    def _matching(
        self, session: Session, config: RunnableConfig | None, before: RunnableConfig | None
    ) -> Iterator[tuple[int, tuple[str, str], str]]:
        thread = self._thread(config) if config else None
        only_ns = config["configurable"].get("checkpoint_ns") if config else None
        only_id = get_checkpoint_id(config) if config else None
        before_id = get_checkpoint_id(before) if before else None
        for space, place in checkpoints.spaces(session, thread).items():
            if only_ns is not None and place[1] != only_ns:
                continue
            for row in checkpoints.checkpoint_rows(session, space, place[1], only_id, before_id, limit=EVERYTHING):
                if before_id is None or row.id < before_id:
                    yield space, place, row.id

    def get_delta_channel_history(
        self, *, config: RunnableConfig, channels: Sequence[str]
    ) -> Mapping[str, DeltaChannelHistory]:
        """What was written to these channels (`DeltaChannel`) up to the state that `config` names."""
        if (shelf := self._aside(config)) is not None:
            return shelf.get_delta_channel_history(config=config, channels=channels)
        return super().get_delta_channel_history(config=config, channels=channels)

    async def aget_delta_channel_history(
        self, *, config: RunnableConfig, channels: Sequence[str]
    ) -> Mapping[str, DeltaChannelHistory]:
        """As `get_delta_channel_history`, in a thread."""
        return await asyncio.to_thread(self.get_delta_channel_history, config=config, channels=channels)

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        """As `list`, each read in a thread."""
        found = self.list(config, filter=filter, before=before, limit=limit)
        while (made := await asyncio.to_thread(next, found, None)) is not None:
            yield made

    # ── delete, copy, prune ──────────────────────────────────────────────────────────────────────────────────

    def delete_thread(self, thread_id: str) -> None:
        """Remove a conversation with everything recorded of it."""
        thread = self._encoder.redactor.name(str(thread_id))
        self._change("delete_thread", lambda session: erasure.delete_thread(session, thread))

    async def adelete_thread(self, thread_id: str) -> None:
        """As `delete_thread`."""
        await asyncio.to_thread(self.delete_thread, thread_id)

    def delete_for_runs(self, run_ids: Sequence[str]) -> None:
        """Remove the checkpoints that LangGraph runs of these ids made."""
        doomed = set(run_ids)

        def made_by_them(session: Session, row: checkpoints.CheckpointRow) -> bool:
            ((facts, _, _),) = load(session, row.refs[1:2], self._encoder.decode)
            return facts.get("run_id") in doomed

        self._change("delete_for_runs", lambda session: erasure.delete_checkpoints(session, None, made_by_them))

    async def adelete_for_runs(self, run_ids: Sequence[str]) -> None:
        """As `delete_for_runs`."""
        await asyncio.to_thread(self.delete_for_runs, run_ids)

    def copy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        """Copy a conversation's checkpoints, ids and all, under another name; whatever the target had is replaced."""
        source, target = (self._encoder.redactor.name(str(id)) for id in (source_thread_id, target_thread_id))
        self._change("copy_thread", lambda session: erasure.copy_thread(session, source, target))

    async def acopy_thread(self, source_thread_id: str, target_thread_id: str) -> None:
        """As `copy_thread`."""
        await asyncio.to_thread(self.copy_thread, source_thread_id, target_thread_id)

    def prune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        """Thin conversations out: `keep_latest` keeps each namespace's newest checkpoint, `delete` keeps none."""
        threads = [self._encoder.redactor.name(str(id)) for id in thread_ids]
        if strategy == "keep_latest":
            self._check_whole(threads)
        for thread in threads:
            self._change("prune", partial(erasure.prune, thread=thread, keep_latest=strategy == "keep_latest"))

    def _check_whole(self, threads: Sequence[str]) -> None:
        """Of a `DeltaChannel` the newest checkpoint has only what came since one before it, which would be gone."""
        for thread in threads:
            self._catch_up(thread)
            with self.store.reading() as session:
                places = checkpoints.spaces(session, thread).items()
                newest = [row for space, (_, ns) in places for row in checkpoints.checkpoint_rows(session, space, ns)]
                is_whole = not any(checkpoints.needs_older(session, row) for row in newest)
            if not is_whole:
                problem = "it keeps a channel as what was written to it since an older checkpoint (DeltaChannel)"
                raise BadInput(f"Conversation {thread!r}", problem, "Prune others, or remove all of it (`delete`).")

    async def aprune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        """As `prune`."""
        await asyncio.to_thread(self.prune, thread_ids, strategy=strategy)

    def _change(self, what: str, operation: Callable[[WritingSession], None]) -> None:
        if stand_ins() is not None:
            raise EffectHeldBack(what, "a replay changes nothing of a recording")
        self.store.write(operation)
        self._last.clear()

    def with_allowlist(self, extra_allowlist: Collection[tuple[str, ...]]) -> Saver:
        """A clone that may also read these classes; the store is shared."""
        made = super().with_allowlist(extra_allowlist)
        if made is self or not isinstance(made, Saver):
            return self
        clone = copy.copy(made)
        clone._encoder = Encoder(self._encoder.redactor, made.serde)
        return clone


def _config(thread: str, ns: str, id: str) -> RunnableConfig:
    return {"configurable": {"thread_id": thread, "checkpoint_ns": ns, "checkpoint_id": id}}


def _ordered(rows: Iterable[checkpoints.WriteRow], values: Iterable[Any]) -> list[tuple[str, str, Any]]:
    writes = [
        (writes_sort_key(row.path, row.task, row.special or index), (row.task, channel, value))
        for row, pairs in zip(rows, values, strict=True)
        for index, (channel, value) in enumerate(pairs)
    ]
    return [write for _, write in sorted(writes, key=lambda write: write[0])]
