"""What was read in a saver or a store that is not ours, and what is read there in a replay?

The same: what it gave is on the recording, as what the clock said is. A replay needs no saver and no store, and finds
them as the recorded run did, whatever they hold by now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, NamedTuple, NoReturn

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import CheckpointTuple, DeltaChannelHistory, get_checkpoint_id
from langgraph.store.base import GetOp, Item, ListNamespacesOp, Op, SearchItem, SearchOp

from playhead.codec import Part, listing, mapping
from playhead.diff import first_difference
from playhead.graph.encoding import Encoder, is_by_text
from playhead.graph.identity import arguments_key, as_data
from playhead.graph.player import RunPlayer, Verdict
from playhead.graph.raised import exception_of
from playhead.graph.recalling import Outcome
from playhead.graph.recorder import CURRENT, StepRecorder
from playhead.records import ERASED
from playhead.reuse import Place
from playhead.store.runs import OUTSIDE

NOTING: ContextVar[bool] = ContextVar("playhead_noting", default=False)
"""Set while a saver or a store works on what is noted already: one may ask another, or itself."""


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


def at_work() -> StepRecorder | None:
    """The step that reads, on the recording or in a replay; None where nothing records."""
    step = CURRENT.get()
    return step if step is not None and step.number != OUTSIDE else None


def noting() -> StepRecorder | None:
    """The step whose readings are to be noted, if one is at work that is recorded."""
    step = at_work()
    return None if step is None or NOTING.get() or isinstance(step.run, RunPlayer) else step


@contextmanager
def at_it() -> Iterator[None]:
    """Within this, a saver or a store works on what is noted already, or answered."""
    token = NOTING.set(True)
    try:
        yield
    finally:
        NOTING.reset(token)


@contextmanager
def noted(step: StepRecorder, asked: Sequence[Ask | None]) -> Iterator[list[Any]]:
    """Note what is put into the list: what was given to each that was asked."""
    begun = [(each, step.begin_call("memory", each.name, 1, _request(each))) if each else None for each in asked]
    given: list[Any] = []
    try:
        with at_it():
            yield given
    except BaseException as error:
        for _, call in filter(None, begun):
            call.finish(lambda encoder: {}, status="failed", error=error)
        raise
    for one, found in zip(begun, given, strict=False):
        if one is not None:
            one[1].finish(_response(one[0], found))


@contextmanager
def listed(step: StepRecorder, asked: Sequence[Ask | None]) -> Iterator[Listed]:
    """As `noted`, of what is read piece by piece, and perhaps not to its end."""
    (ask,) = asked
    call = step.begin_call("memory", ask.name, 1, _request(ask)) if ask else None
    given, failed = Listed(), None
    try:
        yield given
    except Exception as error:
        failed = error
        raise
    finally:
        if call is not None and ask is not None:
            call.finish(_response(ask, given), status="failed" if failed else "done", error=failed)


def recall(ask: Ask, otherwise: Callable[[], Any] | None) -> Outcome | None:
    """What was given when this was recorded, as data; None where nothing is recorded, and `otherwise` is given.

    Without that it goes unsaid that nothing is recorded: older recordings have less. Raises what was raised then, and
    `Stopped` where the replay is over.
    """
    step = at_work()
    if step is None or NOTING.get() or not isinstance(run := step.run, RunPlayer):
        return None
    place = run.place(step, "memory")
    recorded = run.calls.find_reading(place, arguments_key(ask.name, ask.request, run.recording.encoder.redactor))
    if recorded is not None and (error := exception_of(recorded.error)) is not None:
        run.serve(step, place, recorded)
        raise error
    if recorded is not None and (ref := recorded.refs["response"]) is not None:
        response = run.values.value(ref)
        if response != ERASED and not is_by_text(response):
            run.serve(step, place, recorded)
            return Outcome(response)
    if otherwise is not None:
        run.expect(step, place, Verdict("new", "the recorded run read nothing here", recorded))
        step.begin_call("memory", ask.name, 1, _request(ask)).finish(_response(ask, otherwise()))
    return None


def reads_on() -> NoReturn:
    """End the replay where it reads more than the recorded run did of what was given in pieces."""
    step = at_work()
    assert step is not None
    run: Any = step.run
    place = Place(step.address, step.tries, "memory", max(step.upcoming("memory") - 1, 0))
    if run.terms.unanswered == "diverge":
        raise run.part_ways(step, place, "", "read so far", "read on")
    raise run.refuse(step, place, "the recorded run read no further")


def _request(ask: Ask) -> Callable[[Encoder], Mapping[str, Part]]:
    return lambda encoder: {"request": encoder.anything(ask.request)}


def _response(ask: Ask, given: Any) -> Callable[[Encoder], Mapping[str, Part]]:
    return lambda encoder: {"response": ask.part(encoder, given)}


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


def is_raced_for(thread: str, ns: str) -> bool:
    """Did recorded steps that stood side by side go on with this conversation? Which came first was chance then."""
    step = at_work()
    if step is None or not isinstance(run := step.run, RunPlayer):
        return False
    place = tuple(run.recording.encoder.value(run.recording.encoder.plain([thread, ns])))  # as it is stored
    return place in run.calls.raced_for


def is_changed() -> bool:
    """Is it played with changes? Then what it left itself counts, not what the recorded run found."""
    step = at_work()
    return step is not None and isinstance(run := step.run, RunPlayer) and run.terms.changes.any


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
