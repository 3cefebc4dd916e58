"""How is a channel played again that is saved as what was written to it (LangGraph's `DeltaChannel`)?

Whole. Such a state is read together with those before it, of which a replay has none: it begins with the value that the
channel had, and saves it so at every step. Graphs within it save as they do, and what they need is held (see `shelf`).
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from copy import copy
from typing import Any

from langgraph.channels import DeltaChannel
from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple

from playhead.graph.private import DeltaSnapshot
from playhead.store.checkpoints import DELTAS


def saved_whole(channels: Mapping[str, Any]) -> dict[str, Any]:
    """The channels of a graph, each of which is saved whole."""
    return {
        name: _whole(channel) if isinstance(channel, DeltaChannel) else channel for name, channel in channels.items()
    }


def _whole(channel: DeltaChannel[Any]) -> DeltaChannel[Any]:
    made = copy(channel)
    made.snapshot_frequency = 1
    return made


def is_whole(value: Any) -> bool:
    """Is this the value of such a channel?"""
    return isinstance(value, DeltaSnapshot)


def with_values(graph: Any, saver: BaseCheckpointSaver[Any], found: CheckpointTuple) -> CheckpointTuple | None:
    """The recorded state with the value of each such channel in it; None where a state that it needs is gone."""
    facts: Any = dict(found.metadata)
    names = facts.pop(DELTAS, {}).keys() - found.checkpoint["channel_values"].keys()
    if not names:
        return found
    if not _all_are_there(saver, found, names):
        return None
    state = graph.copy(update={"checkpointer": saver}).get_state(found.config).values
    values = {name: DeltaSnapshot(state[name]) for name in names if name in state}
    checkpoint: Any = {**found.checkpoint, "channel_values": {**found.checkpoint["channel_values"], **values}}
    return found._replace(checkpoint=checkpoint, metadata=facts)


def _all_are_there(saver: BaseCheckpointSaver[Any], found: CheckpointTuple, names: Set[str]) -> bool:
    """Are all the states there that tell the values of these channels, back to one that has them whole?"""
    missing = set(names)
    while missing and found.parent_config is not None:
        before = saver.get_tuple(found.parent_config)
        if before is None:
            return False
        found = before
        missing -= found.checkpoint["channel_values"].keys()
    return True
