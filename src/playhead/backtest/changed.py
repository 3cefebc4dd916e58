"""What came out otherwise in a conversation, and how much of it?

Effects weigh most: a booking that moves matters more than a word. Then that an answer came where there was silence, or
the other way round; then the words of what was said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from playhead.backtest.effects import EffectChange, effect_changes
from playhead.backtest.records import Conversation, Turn
from playhead.comparison.conversation import OutcomeOf
from playhead.diff import Words, words
from playhead.records import ReplayedCall, Run
from playhead.transcript import transcript

NOT_KNOWN: Final = "not known: it ends at an effect that was held back"


@dataclass(frozen=True, slots=True)
class AskedCall:
    """A call that was not answered from the recording, and why."""

    step: str
    kind: str
    name: str
    prompt: str
    fate: str
    why: str


@dataclass(frozen=True, slots=True)
class ChangedTurn:
    """A turn that came out otherwise. `number` counts from 1, `before` and `after` are what the business said.

    Where it said nothing they are "", and `silent_before` and `silent_after` say what happened instead. `stopped` says
    which effect was held back, if that ended the turn.
    """

    number: int
    run: str
    within_horizon: bool
    customer: str
    before: str
    after: str
    silent_before: str
    silent_after: str
    words: tuple[Words, ...]
    words_changed: int
    fates: Mapping[str, int]
    asked: tuple[AskedCall, ...]
    effects: tuple[EffectChange, ...]
    stopped: str

    @property
    def weight(self) -> tuple[int, int, int]:
        """How much it changed: effects, whether it was answered at all, words."""
        known = sum(effect.what != "not reached" for effect in self.effects)
        answered = bool(self.before) != bool(self.after) and not self.stopped
        return known, int(answered), self.words_changed


@dataclass(frozen=True, slots=True)
class ChangedConversation:
    """A conversation with a turn that came out otherwise; `valid` is up to which of its `turns` it is valid."""

    thread: str
    facts: Mapping[str, Any]
    group: str
    turns: int
    valid: int
    changed: tuple[ChangedTurn, ...]

    @property
    def weight(self) -> tuple[int, int, int]:
        """How much it changed, as its turns say; turns past the horizon do not count."""
        counted = [turn.weight for turn in self.changed if turn.within_horizon]
        effects, answered, said = (sum(weight[place] for weight in counted) for place in range(3))
        return effects, answered, said


def changed_conversation(conversation: Conversation, outcome_of: OutcomeOf) -> ChangedConversation | None:
    """What came out otherwise in it; None if nothing did."""
    found = [turn for each in conversation.turns if (turn := changed_turn(each, outcome_of)) is not None]
    if not found:
        return None
    return ChangedConversation(
        thread=conversation.thread,
        facts=dict(conversation.facts),
        group=conversation.group,
        turns=len(conversation.turns),
        valid=conversation.valid,
        changed=tuple(found),
    )


def changed_turn(turn: Turn, outcome_of: OutcomeOf) -> ChangedTurn | None:
    """How the turn came out; None where what was played says nothing, or it came out as recorded."""
    replay = turn.replay
    if replay is None or not turn.is_told or not (turn.is_changed or any(_not_reused(replay))):
        return None
    before, silent_before = said_in(turn.runs[-1], outcome_of)
    after, silent_after = said_in(replay, outcome_of) if not replay.stopped else ("", NOT_KNOWN)
    effects = tuple(effect_changes(turn, replay, (before, after)))
    if not (turn.is_changed or effects or before != after):
        return None
    found = compared((before, silent_before), (after, silent_after))
    return ChangedTurn(
        number=turn.index + 1,
        run=turn.runs[-1].id,
        within_horizon=turn.within_horizon,
        customer=_heard(turn.runs[0], outcome_of),
        before=before,
        after=after,
        silent_before=silent_before,
        silent_after=silent_after,
        words=found,
        words_changed=sum(len(each.text.split()) for each in found if each.op != "same"),
        fates=dict(Counter(call.fate for call in replay.calls if isinstance(call, ReplayedCall))),
        asked=tuple(_asked(replay)),
        effects=effects,
        stopped=replay.stopped,
    )


def compared(before: tuple[str, str], after: tuple[str, str]) -> tuple[Words, ...]:
    """What became of the words of an answer; of two silences for one reason, that. Of any other, nothing is alike."""
    if before == after and not before[0]:
        return (Words("same", f"({before[1]})"),)
    return tuple(words(before[0], after[0])) if before[0] and after[0] else ()


def said_in(run: Run, outcome_of: OutcomeOf) -> tuple[str, str]:
    """What the business said at the end of a run, and what is to be told where it said nothing."""
    lines = transcript([run], outcome_of)
    said = "\n".join(line.text for line in lines if line.role == "business")
    notes = [line.text for line in lines if line.role == "note"]
    return said, "" if said else "; ".join(notes) or "silent"


def _heard(run: Run, outcome_of: OutcomeOf) -> str:
    return "\n".join(line.text for line in transcript([run], outcome_of) if line.role == "customer")


def _not_reused(replay: Run) -> Iterator[ReplayedCall]:
    return (call for call in replay.calls if isinstance(call, ReplayedCall) and call.fate != "reused")


def _asked(replay: Run) -> Iterator[AskedCall]:
    """The calls that people want to know of: readings of the clock are not."""
    for call in _not_reused(replay):
        if call.kind in ("model", "tool", "effect"):
            use = call.prompt
            yield AskedCall(call.address, call.kind, call.name, use.name if use else "", call.fate, call.why)
