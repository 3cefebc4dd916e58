"""What is left of a checkpoint when its values are taken out, and how is it put together again?

A shape: the names of channels and nodes, the same all through a conversation, so stored once. A short packed row: the
versions and the time. And facts: its metadata, which a run's checkpoints mostly share.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

from langgraph.checkpoint.base import Checkpoint

from playhead.codec import Part, pack, plain, unpack

TIME: Final = re.compile(r"(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}\+00:00")
CORE: Final = frozenset(
    {"v", "id", "ts", "channel_values", "channel_versions", "versions_seen", "updated_channels"},
)

Names: TypeAlias = tuple[str, ...]


class Skeleton(NamedTuple):
    """A checkpoint without its values: the packed row, and two values of its own that are shared by others like it."""

    data: bytes
    shape: list[Any]
    facts: list[Any]


class Shape(NamedTuple):
    """The names in a checkpoint as the part that is stored, and the places of the channels."""

    part: Part
    places: dict[str, int]


def take_apart(checkpoint: Checkpoint, metadata: Any) -> tuple[bytes, Part, list[Any]]:
    """The packed row, shape and facts of a checkpoint; its values are `channel_values`, in their order."""
    versions, seen = checkpoint["channel_versions"], checkpoint["versions_seen"]
    nodes = tuple(seen), tuple(map(tuple, seen.values()))
    part, places = _shape(tuple(checkpoint["channel_values"]), tuple(versions), *nodes)
    updated = checkpoint.get("updated_channels")
    facts = dict(metadata)
    data = [
        checkpoint["v"],
        _short_time(checkpoint["ts"]),
        tuple(versions.values()),
        tuple([tuple(channels.values()) for channels in seen.values()]),
        None if updated is None else [places.get(name, name) for name in updated],
        facts.pop("step", None),
    ]
    rest = {} if checkpoint.keys() <= CORE else {name: checkpoint[name] for name in checkpoint if name not in CORE}  # type: ignore[literal-required]
    return pack(data), part, [facts, "step" in metadata, rest]


@lru_cache(maxsize=1024)
def _shape(values: Names, channels: Names, nodes: Names, seen: tuple[Names, ...]) -> Shape:
    """The shape of these names: it is the same in checkpoint after checkpoint, and long."""
    part = plain([values, channels, tuple(zip(nodes, seen, strict=True))])
    return Shape(part, {name: place for place, name in enumerate(channels)})


def put_together(id: str, skeleton: Skeleton, values: Sequence[Any]) -> tuple[Any, Any]:
    """The checkpoint and its metadata; further `values` than it has channels are not its own."""
    v, ts, versions, seen, updated, step = unpack(skeleton.data)
    value_names, names, nodes = skeleton.shape
    facts, has_step, rest = skeleton.facts
    checkpoint = {
        "v": v,
        "id": id,
        "ts": _long_time(ts),
        "channel_values": dict(zip(value_names, values, strict=False)),
        "channel_versions": dict(zip(names, versions, strict=True)),
        "versions_seen": {
            node: dict(zip(channels, numbers, strict=True))
            for (node, channels), numbers in zip(nodes, seen, strict=True)
        },
        "updated_channels": None if updated is None else [names[n] if type(n) is int else n for n in updated],
        **rest,
    }
    return checkpoint, {**facts, "step": step} if has_step else facts


def _short_time(text: str) -> int | str:
    """An ISO time in UTC, as LangGraph writes it, as microseconds; what would not come back the same stays as it is."""
    if not isinstance(text, str) or TIME.fullmatch(text) is None or ".000000" in text:
        return text
    try:
        return round(datetime.fromisoformat(text).timestamp() * 1_000_000)
    except ValueError:  # a 30th of February
        return text


def _long_time(value: int | str) -> str:
    return value if isinstance(value, str) else datetime.fromtimestamp(value / 1_000_000, UTC).isoformat()
