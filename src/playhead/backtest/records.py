"""What is a backtest: which turns were played, what they led to, and what was asked?

Plain frozen records, made by `planning` (before) and `running` (after); reports and verdicts are read from them. A turn
is what one event led to: a customer's message with the answers to its interrupts. What is *valid* of a conversation is
what the customer's recorded messages still answer: what came after a reply that was never given says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from playhead.backtest.resuming import Begun
from playhead.receipt import Amount, Receipt
from playhead.records import Call, Divergence, Replay, ReplayedCall, Run
from playhead.replays import NO_ANSWER, Wanted
from playhead.selection import Reach, Selected

Mode = Literal["per turn", "onward"]
"""Each turn from its recorded state; or from the state that the turn before it, played again, left."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a conversation. `index` is its place there (0 = the first), `runs` are its runs, oldest first.

    `replay` is None where nothing was played: the turn was proved unaffected, or drifted, or there was a `problem`.
    `drift` is where its exact replay, on today's code, parted from the recording; such a turn is not compared.
    `problem` says why it was not played to its end, in words: "" if it was. `spent` is what its re-asked and new calls
    took, in whichever session of the experiment they were asked.
    """

    thread: str
    index: int
    runs: tuple[Run, ...]
    replay: Replay | None = None
    drift: Divergence | None = None
    problem: str = ""
    within_horizon: bool = True
    spent: Amount = field(default_factory=Amount)

    @property
    def is_compared(self) -> bool:
        """Does it count in scores: was it played to its end, and is it within the horizon?"""
        return self.replay is not None and not self.problem and self.drift is None and self.within_horizon

    @property
    def is_told(self) -> bool:
        """Does what was played say something: to its end, or to an effect that was held back and ended it?"""
        calls = self.replay.calls if self.replay is not None and self.drift is None else ()
        held = (
            isinstance(call, ReplayedCall) and call.fate == "held back" for call in calls if call.status == "unknown"
        )
        return (self.replay is not None and self.drift is None and not self.problem) or any(held)

    @property
    def is_changed(self) -> bool:
        """Was it played, and did something come out otherwise?"""
        return self.replay is not None and not self.replay.unchanged

    @property
    def asked(self) -> tuple[ReplayedCall, ...]:
        """The calls that were asked: re-asked and new ones, in order."""
        calls = self.replay.calls if self.replay is not None else ()
        return tuple(
            call
            for call in calls
            if isinstance(call, ReplayedCall) and call.kind == "model" and call.fate in ("re-asked", "new")
        )


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation that the change may reach, its turns oldest first, those that were not played among them.

    `valid` is the number of turns, from the first, up to which it is valid: all of them where each turn was played from
    its recorded state. `group` is its value of the fact that the sample was balanced by.
    """

    thread: str
    facts: Mapping[str, Any]
    turns: tuple[Turn, ...]
    valid: int
    group: str = ""

    @property
    def compared(self) -> tuple[Turn, ...]:
        """The turns that count in scores."""
        return tuple(turn for turn in self.turns if turn.is_compared)

    @property
    def spent(self) -> Amount:
        """What all its turns took."""
        return sum((turn.spent for turn in self.turns), Amount())


@dataclass(frozen=True, slots=True)
class Control:
    """A recorded call that was asked again unchanged: what the model's own noise and its provider's drift do.

    `answer` is what came now, of the form of `recorded.response` (`{"message": …}`), or None where there was a
    `problem`; `model` is the one that was asked, `recorded.name` the one that answered then.
    """

    thread: str
    run: str
    recorded: Call
    prompt: str
    model: str
    answer: Any = None
    problem: str = ""
    spent: Amount = field(default_factory=Amount)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a backtest would do, said before anything is spent.

    `selected` are the conversations taken; `reach` says of each of their runs, by id, what the change can do to it, and
    `users` are the runs with a call that is changed. Conversations with no run to be opened are in `selected` only.
    `controls` recorded calls are to be asked again unchanged. `receipt` is None where nobody asked for it; `most` is
    the worst case on it: the most calls of each turn, by its last run's id. `wanted` is the change as the user said it,
    `graphs` are those of the runs to be opened, by name. `begun` is what the experiment wants if it is gone on with.
    """

    experiment: str
    changed: tuple[str, ...]
    mode: Mode
    selected: Selected
    reach: Mapping[str, Reach] = field(repr=False)
    users: frozenset[str] = field(repr=False)
    wanted: Wanted = field(repr=False)
    graphs: Mapping[str, Any] = field(repr=False)
    begun: Begun | None = field(default=None, repr=False)
    controls: int = 0
    receipt: Receipt | None = None
    most: Mapping[str, int] = field(default_factory=dict, repr=False)

    def count(self, reach: Reach) -> int:
        """How many runs are `affected`, proved `unaffected`, or of `other_code`."""
        return sum(one == reach for one in self.reach.values())

    @property
    def threads(self) -> tuple[str, ...]:
        """The conversations with a run to be opened: affected, or of other code."""
        return tuple(
            one.thread
            for one in self.selected.conversations
            if any(self.reach[run.id] != "unaffected" for run in one.runs)
        )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a backtest is: runs done of those in the conversations it opens, calls asked, what this session spent."""

    done: int
    runs: int
    asked: int
    spent: Amount


@dataclass(frozen=True, slots=True)
class Backtest:
    """A backtest that was run, to its end or until it was stopped; `stopped` says why ("" if it was not).

    `spent` is what this session asked; what an earlier one of the same experiment had asked (`remembered` calls) was
    taken from the journal. `seconds` is how long this session took.
    """

    experiment: str
    changed: tuple[str, ...]
    plan: Plan
    conversations: tuple[Conversation, ...]
    controls: tuple[Control, ...]
    spent: Amount
    remembered: int
    seconds: float
    stopped: str = ""

    @property
    def was_never_answered(self) -> bool:
        """Was every turn that was played left without an answer by the model that it asked?"""
        played = [turn for turn in self.turns if turn.replay is not None and turn.asked]
        return bool(played) and all(turn.problem.startswith(NO_ANSWER) for turn in played)

    @property
    def turns(self) -> Iterator[Turn]:
        """Every turn of every conversation that was opened."""
        return (turn for conversation in self.conversations for turn in conversation.turns)

    @property
    def drifted(self) -> tuple[Turn, ...]:
        """Turns that today's code does not replay as recorded: reported apart, and not compared."""
        return tuple(turn for turn in self.turns if turn.drift is not None)

    @property
    def actual(self) -> Amount:
        """What the experiment took in all its sessions, controls left out: to be held against the receipt."""
        return sum((conversation.spent for conversation in self.conversations), Amount())

    @property
    def effects_recorded(self) -> int:
        """How many effects the turns that were played had recorded."""
        return sum(turn.replay.effects_recorded for turn in self.turns if turn.replay is not None)

    @property
    def effects_executed(self) -> int:
        """How many of them happened again: none, ever."""
        return sum(turn.replay.effects_executed for turn in self.turns if turn.replay is not None)
