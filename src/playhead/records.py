"""What is on a recording: runs, their steps, their calls, as plain frozen records.

Metadata is in the record; values (inputs, outputs, requests, responses) are read when asked for, so that a timeline
of thousands of steps never loads a state. `None` as a reference means that nothing was recorded there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, Protocol, TypeVar, get_args

from playhead.receipt import Receipt

ERASED: Final = "[erased]"
"""What a value reads as after its customer was forgotten."""

RunStatus = Literal["running", "done", "interrupted", "failed", "cancelled"]
RUN_STATUSES: Final = frozenset(get_args(RunStatus))
"""How a run may have ended, or not yet."""
StepStatus = Literal["done", "cached", "failed", "interrupted", "cancelled", "unfinished"]
CallKind = Literal["model", "tool", "effect", "clock", "id", "memory"]
CallStatus = Literal["done", "failed", "interrupted", "unknown"]
Fate = Literal["reused", "re-asked", "new", "held back"]

MADE_FROM: Final = ("replay_of", "forked_from", "origin_thread", "edits", "models")
"""In the metadata of a run that was made from another: which run, of which thread, and what was put into its state, or
in the place of its models."""
LIMIT: Final = "__recursion_limit"
"""In the metadata of a run whose caller limited its supersteps: to how many. No caller's own fact begins so."""
DURABILITY: Final = "__durability"
"""In the metadata of a run whose caller had LangGraph save at its exit only: "exit"."""
PRUNED_CUSTOMER: Final = "pruned_customer"
"""The label that keeps which customer a conversation's runs named that were pruned."""
NO_FACTS: Final = (*MADE_FROM, LIMIT, DURABILITY, PRUNED_CUSTOMER)
"""The names in a run's metadata, or labels on it, that nobody gave."""

RETURNED: Final = {"__return__": "returned", "__end__": "returned"}
"""The channels to which LangGraph's functional API writes what a task, and what its entrypoint, returned; in words."""

TRACING: Final = "ls_"
"""How names begin that LangChain puts into the metadata of a run for its own tracing."""

Read = Callable[[int | None], Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Unread:
    """A value of a class that this program has not imported, as the data that it would be made of."""

    of: str
    data: Any


@dataclass(frozen=True, slots=True)
class PromptUse:
    """The prompt text that a call was made from: its name, two hashes, and the files as they were."""

    name: str
    content_hash: str
    file_hash: str
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ErrorRecord:
    """An exception as it was seen: `kind` is its full class name, `details` its plain attributes.

    `bases` are the classes that its own is made of, the nearest first, but for those that every program has.
    """

    kind: str
    message: str
    details: Mapping[str, Any]
    bases: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """One model call, tool call or effect inside a step (or a reading of the clock, a new id, or what was
    read in a LangGraph store, or in a saver other than the recording).

    `ordinal` counts calls of one kind within the step, from 0; `attempt` counts retries of the same question, from 1;
    `started` is in Unix seconds, `seconds` its latency; tokens are as the provider reported them, or None.
    """

    number: int
    step: int
    address: str
    kind: CallKind
    name: str
    ordinal: int
    attempt: int
    status: CallStatus
    started: float
    seconds: float
    input_tokens: int | None
    output_tokens: int | None
    refs: Mapping[str, int | None] = field(repr=False)
    read: Read = field(repr=False, compare=False)

    @property
    def request(self) -> Any:
        """What was asked, as sent: for a model `{"messages", "model", "params", "tools", …}`; else the arguments."""
        return self.read(self.refs["request"])

    @property
    def response(self) -> Any:
        """What came back: for a model the message as plain data; None where the call failed."""
        return self.read(self.refs["response"])

    @property
    def prompt(self) -> PromptUse | None:
        """The prompt file this call was made from, if it came from one."""
        found = self.read(self.refs["prompt"])
        return _made(PromptUse, found) if isinstance(found, dict) else None

    @property
    def inputs(self) -> Any:
        """The values the prompt was rendered with."""
        return self.read(self.refs["inputs"])

    @property
    def error(self) -> ErrorRecord | None:
        """The exception that ended the call."""
        return _error(self.read(self.refs["error"]))


@dataclass(frozen=True, slots=True)
class Step:
    """One execution of a node. `address` is its node path, superstep and `Send` index: `gather@4/draft@2[1]`.

    `place` is the address without supersteps, `attempt` the node's own retries (1 = first), `started` is in Unix
    seconds, `seconds` its duration. A step that is `cached` ran no code: LangGraph's node cache gave what an earlier
    execution had written. One that is `unfinished` was at work when its process was killed.
    """

    number: int
    address: str
    place: str
    attempt: int
    status: StepStatus
    started: float
    seconds: float
    calls: tuple[Call, ...]
    refs: Mapping[str, int | None] = field(repr=False)
    read: Read = field(repr=False, compare=False)

    @property
    def node(self) -> str:
        """The node's name, without the path to it."""
        return self.place.rsplit("/", 1)[-1].split("[")[0]

    @property
    def input(self) -> Any:
        """What the node was given."""
        return self.read(self.refs["input"])

    @property
    def writes(self) -> list[tuple[str, Any]]:
        """Every write of the node in order, routing included: `(channel, value)`."""
        found = self.read(self.refs["output"])
        return [tuple(write) for write in found] if isinstance(found, list) else []

    @property
    def output(self) -> dict[str, Any]:
        """What the node wrote to the state, by channel; of several writes to one channel, a list.

        Of a task of the functional API, what it returned, as `__return__`; of its entrypoint, as `__end__`.
        """
        out: dict[str, list[Any]] = {}
        for channel, value in self.writes:
            if channel in RETURNED or not channel.startswith(("branch:", "__")):
                out.setdefault(channel, []).append(value)
        return {channel: values[0] if len(values) == 1 else values for channel, values in out.items()}

    @property
    def prompts(self) -> tuple[str, ...]:
        """Names of the prompts that the step's calls were made from."""
        used = (call.prompt for call in self.calls)
        return tuple(dict.fromkeys(use.name for use in used if use))

    @property
    def error(self) -> ErrorRecord | None:
        """The exception that ended the step."""
        return _error(self.read(self.refs["error"]))


@dataclass(frozen=True, slots=True)
class Label:
    """A business fact said later, `at` (Unix seconds), of a run, or (`run` None) of its whole conversation.

    The newest of a name counts. A value of None takes the fact away again.
    """

    name: str
    value: Any
    at: float
    run: str | None


def said_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Those facts that somebody gave or said: what people are shown."""
    return {name: value for name, value in facts.items() if name not in NO_FACTS and not name.startswith(TRACING)}


def overlaid(facts: Mapping[str, Any], labels: Sequence[Label]) -> dict[str, Any]:
    """Facts with labels over them, the later over the earlier."""
    found = {**facts, **{label.name: label.value for label in labels}}
    taken = {label.name for label in labels if found[label.name] is None}
    return {name: value for name, value in found.items() if name not in taken}


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a graph for one incoming event: a message, an answer to an interrupt, a timer.

    `cause` names the event (its id if one was given); going on after a crash is another `attempt` of the same run.
    `started` and `ended` are Unix seconds, `ended` None as long as it runs or where it was killed; `owner` is the
    process that it ran in.
    """

    id: str
    thread: str
    graph: str
    cause: str
    status: RunStatus
    attempt: int
    owner: str
    started: float
    ended: float | None
    refs: Mapping[str, int | None] = field(repr=False)
    read: Read = field(repr=False, compare=False)
    load_steps: Callable[[Read], tuple[Step, ...]] = field(repr=False, compare=False)
    load_labels: Callable[[], tuple[Label, ...]] = field(default=tuple, repr=False, compare=False)
    load_gaps: Callable[[], int] = field(default=int, repr=False, compare=False)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The run's steps in the order they started."""
        return self.load_steps(self.read)

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every call of the run, in order."""
        return tuple(sorted((call for step in self.steps for call in step.calls), key=lambda call: call.number))

    @property
    def input(self) -> Any:
        """What the graph was invoked with; `{"resume": …}` for an answer to an interrupt."""
        return self.read(self.refs["input"])

    @property
    def context(self) -> Any:
        """The `context=` of the invocation."""
        return self.read(self.refs["context"])

    @property
    def metadata(self) -> dict[str, Any]:
        """Business facts given with the run: business type, channel, customer, experiment arm."""
        found = self.read(self.refs["metadata"])
        return found if isinstance(found, dict) else {}

    @property
    def facts(self) -> dict[str, Any]:
        """What is known of the run by now: its metadata, over it its conversation's labels, over them its own."""
        return overlaid(self.metadata, self.load_labels())

    @property
    def versions(self) -> dict[str, str]:
        """Versions of the code, the prompt set and the libraries the run was made with."""
        found = self.read(self.refs["versions"])
        return found if isinstance(found, dict) else {}

    @property
    def gaps(self) -> int:
        """How much of it could not be recorded, or not as it was; the log of that time says what, and why."""
        return self.load_gaps()

    @property
    def output(self) -> Any:
        """The last values the graph returned; for an interrupted run, the interrupts."""
        return self.read(self.refs["output"])

    @property
    def error(self) -> ErrorRecord | None:
        """The exception that ended the run."""
        return _error(self.read(self.refs["error"]))


@dataclass(frozen=True, slots=True)
class Doubt:
    """An effect that was begun, at `started` (Unix seconds), and of which nobody knows whether it happened.

    `effect` is its name, `run` the id of the run that it was begun for.
    """

    key: str
    effect: str
    run: str
    started: float
    arguments: Any


@dataclass(frozen=True, slots=True)
class ReplayedCall(Call):
    """A call of a replay: what became of it, why, and the number of the recorded call it stands for, if any."""

    fate: Fate = "reused"
    why: str = ""
    recorded: int | None = None


@dataclass(frozen=True, slots=True)
class Divergence:
    """Where a replay and the recording part: the step's address, the field, and both values as plain data.

    `hint` is what may have led to it, for a person.
    """

    step: str
    field: str
    recorded: Any
    replayed: Any
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.step} · {self.field}: {self.recorded!r} → {self.replayed!r}"


@dataclass(frozen=True, slots=True)
class Replay(Run):
    """A recorded run played again: a run of its own, and how it compares to `original`.

    `divergences` are the steps that came out otherwise, in the order of the recording; `held_back` says which effect
    ended the replay, if one did. No recorded effect is ever executed: `effects_recorded` says how many there were.
    `played` is what `deck.keep` needs, for the engine's eyes only.
    `receipt` says what a replay with changes was to ask, and what it asked.
    """

    original: Run | None = None
    divergences: tuple[Divergence, ...] = ()
    effects_recorded: int = 0
    effects_executed: int = 0
    stopped: str = ""
    played: Any = field(default=None, repr=False, compare=False)
    receipt: Receipt | None = None

    @property
    def calls(self) -> tuple[ReplayedCall, ...]:
        """Every call of the replay, in order, each with its fate and why."""
        found = [call for step in self.steps for call in step.calls if isinstance(call, ReplayedCall)]
        return tuple(sorted(found, key=lambda call: call.number))

    @property
    def unchanged(self) -> bool:
        """Did every step come out as recorded?"""
        return not self.divergences and not self.stopped

    @property
    def divergence(self) -> Divergence | None:
        """The first step that came out otherwise."""
        return self.divergences[0] if self.divergences else None


class Application(Protocol):
    """What `playhead run`, `chat`, `resume` and `demo` need to know of an agent that talks to customers.

    It is named under `[tool.playhead.applications]`.

    `demo` is a file of conversations that `playhead demo` plays. One that has a tape of such, as another model answered
    them, names it as `recording: Path`, and the demo plays that again.
    """

    graph: Any
    demo: Path

    def businesses(self) -> list[str]:
        """Ids of the businesses the agent can answer for; the first is the default."""

    def resources(self, path: Path) -> dict[str, Any]:
        """Handles to the world, kept in the SQLite file at `path`; each may have `forget(customer)` and `close()`."""

    def incoming(self, text: str, **event: Any) -> dict[str, Any]:
        """The graph's input for one customer message (`thread`, `business`, `message_id`, `at`, `channel`)."""

    def outcome(self, state: Mapping[str, Any]) -> dict[str, Any]:
        """`{"reply": str | None, "outcome": str, "reason": str}` of a finished run."""


def _error(found: Any) -> ErrorRecord | None:
    if found == ERASED:
        return ErrorRecord(ERASED, ERASED, {})
    return _made(ErrorRecord, found) if isinstance(found, dict) else None


def _made(kind: type[T], found: dict[str, Any]) -> T:
    """A record of what was read. Raises `Corrupt` where it is something else."""
    from playhead.errors import Corrupt

    try:
        return kind(**found)
    except TypeError as error:
        raise Corrupt("vals", kind.__name__, f"it is no {kind.__name__} ({error})") from error
