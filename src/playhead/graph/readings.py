"""What can be read of a saver or a store, and how is what it gave written down, and made again of that?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import CheckpointTuple, DeltaChannelHistory, get_checkpoint_id
from langgraph.store.base import GetOp, Item, ListNamespacesOp, Op, SearchItem, SearchOp

from playhead.codec import Part, listing, mapping
from playhead.diff import first_difference
from playhead.graph.encoding import Encoder
from playhead.graph.identity import as_data


@dataclass
class Listed:
    """States as they were read one by one, and whether that was all of them."""

    states: list[CheckpointTuple] = field(default_factory=list)
    is_all: bool = False


class Ask(NamedTuple):
    """What is asked of a saver or a store: its name, what it names, and how what is given is stored."""

    name: str
    request: Mapping[str, Any]
    part: Callable[[Encoder, Any], Part]


# ── a conversation's state ───────────────────────────────────────────────────────────────────────────────────


def ask_state(thread: str, ns: str, id: str | None) -> Ask:
    """What a saver is asked: the state of a conversation, the latest one or by its id."""
    return Ask("state", {"thread": thread, "namespace": ns, "checkpoint": id}, _state)


def _state(encoder: Encoder, found: CheckpointTuple | None) -> Part:
    if found is None:
        return encoder.plain(None)
    values = found.checkpoint["channel_values"]
    waiting = [[task, channel, value] for task, channel, value in found.pending_writes or ()]
    return mapping(
        {
            "checkpoint": encoder.anything({**found.checkpoint, "channel_values": {}}),
            "values": mapping({name: encoder.by_element_or_repr(value, name) for name, value in values.items()}),
            "metadata": encoder.anything(dict(found.metadata)),
            "parent": encoder.plain(found.parent_config and found.parent_config["configurable"]["checkpoint_id"]),
            "waiting": encoder.anything(waiting),
        }
    )


def state_of(data: Any, thread: str, ns: str) -> CheckpointTuple | None:
    """The state that this data is of."""
    if data is None:
        return None
    checkpoint = {**data["checkpoint"], "channel_values": dict(data["values"])}
    place = {"thread_id": thread, "checkpoint_ns": ns}
    config: Any = {"configurable": {**place, "checkpoint_id": checkpoint["id"]}}
    parent: Any = {"configurable": {**place, "checkpoint_id": data["parent"]}} if data["parent"] else None
    waiting = [(task, channel, value) for task, channel, value in data["waiting"]]
    made: Any = checkpoint
    return CheckpointTuple(config, made, data["metadata"], parent, waiting)


def are_alike(left: CheckpointTuple, right: CheckpointTuple) -> bool:
    """Do two states say the same, up to generated ids?"""
    return first_difference(_said(left), _said(right)) is None


def _said(state: CheckpointTuple) -> Any:
    waiting = [[channel, value] for _, channel, value in state.pending_writes or ()]
    return as_data([state.metadata.get("step"), state.checkpoint["channel_values"], waiting])


# ── its history ──────────────────────────────────────────────────────────────────────────────────────────────


def ask_history(
    config: RunnableConfig | None, filter: Any = None, before: RunnableConfig | None = None, limit: int | None = None
) -> Ask:
    """What a saver is asked: a conversation's states, or all conversations', newest first."""
    place = config["configurable"] if config else {}
    named = {"thread": place.get("thread_id"), "namespace": place.get("checkpoint_ns")}
    ids = {"checkpoint": config and get_checkpoint_id(config), "before": before and get_checkpoint_id(before)}
    return Ask("history", {**named, **ids, "filter": filter, "limit": limit}, _history)


def _history(encoder: Encoder, given: Listed) -> Part:
    return mapping(
        {"states": listing([_placed(encoder, each) for each in given.states]), "is_all": encoder.plain(given.is_all)}
    )


def _placed(encoder: Encoder, found: CheckpointTuple) -> Part:
    place = found.config["configurable"]
    named = encoder.anything([place["thread_id"], place.get("checkpoint_ns") or ""])
    return mapping({"place": named, "state": _state(encoder, found)})


def history_of(data: Any) -> Listed:
    """The states that this data is of."""
    states = [state_of(each["state"], *each["place"]) for each in data["states"]]
    return Listed([state for state in states if state is not None], data["is_all"])


def ask_deltas(config: RunnableConfig, channels: Sequence[str]) -> Ask:
    """What a saver is asked: what was written to these channels (`DeltaChannel`) up to a state."""
    place = config["configurable"]
    named = {"thread": str(place["thread_id"]), "namespace": place.get("checkpoint_ns") or ""}
    return Ask("deltas", {**named, "checkpoint": get_checkpoint_id(config), "channels": sorted(channels)}, _deltas)


def deltas_of(data: Any) -> dict[str, DeltaChannelHistory]:
    """What was written, of this data."""
    made: dict[str, Any] = {}
    for channel, found in data.items():
        made[channel] = {"writes": [(task, channel, value) for task, value in found["writes"]]}
        if "seed" in found:
            made[channel]["seed"] = found["seed"]
    return made


def _deltas(encoder: Encoder, given: Mapping[str, Any]) -> Part:
    return mapping(
        {
            channel: mapping(
                {
                    "writes": encoder.anything([[task, value] for task, _, value in found["writes"]]),
                    **({"seed": encoder.anything(found["seed"])} if "seed" in found else {}),
                }
            )
            for channel, found in given.items()
        }
    )


# ── what a store remembers ───────────────────────────────────────────────────────────────────────────────────


def ask_store(op: Op) -> Ask | None:
    """What a store is asked; None where it is told something."""
    if isinstance(op, GetOp):
        return Ask("get", {"namespace": list(op.namespace), "key": op.key}, _items)
    if isinstance(op, SearchOp):
        named = {"query": op.query, "filter": op.filter, "limit": op.limit, "offset": op.offset}
        return Ask("search", {"namespace": list(op.namespace_prefix), **named}, _items)
    if isinstance(op, ListNamespacesOp):
        matching = [[one.match_type, list(one.path)] for one in op.match_conditions or ()]
        named = {"depth": op.max_depth, "limit": op.limit, "offset": op.offset}
        return Ask("list_namespaces", {"matching": matching, **named}, lambda encoder, given: encoder.as_it_was(given))
    return None


def _items(encoder: Encoder, given: Any) -> Part:
    made = [item.dict() for item in given] if isinstance(given, list) else given and given.dict()
    return encoder.as_it_was(made)


def items_of(op: Op, data: Any) -> Any:
    """What the store gave, of this data."""
    if isinstance(op, SearchOp):
        return [SearchItem(**{**item, "namespace": tuple(item["namespace"])}) for item in data]
    if isinstance(op, GetOp):
        return None if data is None else Item(**data)
    return [tuple(path) for path in data]
