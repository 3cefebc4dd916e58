"""What came of all those turns?

Silence is scored against the labels only while the agent has the conversation: after a hand-off it is silent because
a person has it, which says nothing about whether it knows an ending when it sees one. Those turns are counted apart.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from playhead.play.playing import Played

OUTCOMES: Final = ("booked", "moved", "cancelled", "handed_off", "answered", "silent", "opted_out", "waiting", "failed")


class Tally:
    """Counts turns by outcome, conversations by the outcomes in them, and silence against the labels."""

    def __init__(self) -> None:
        self.turns: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.handed_off_for: Counter[str] = Counter()
        self._seen: dict[str, set[str]] = {}
        self._labelled: Counter[tuple[int, bool]] = Counter()
        self._with_person: set[str] = set()
        self.not_scored = 0

    def add(self, played: Played) -> None:
        """One more turn."""
        self.turns[played.outcome] += 1
        self._seen.setdefault(played.conversation, set()).add(played.outcome)
        if played.outcome == "failed":
            self.reasons[played.reason] += 1
        elif played.outcome != "waiting":
            self._score(played)
        if played.outcome == "handed_off":
            self._with_person.add(played.thread)
            self.handed_off_for[played.reason] += 1

    def _score(self, played: Played) -> None:
        silent = played.reply is None
        if not silent:
            self._with_person.discard(played.thread)
        if played.label is None:
            return
        if played.thread in self._with_person:
            self.not_scored += 1
        else:
            self._labelled[played.label, silent] += 1

    @property
    def failed(self) -> int:
        """How many conversations had a turn that failed."""
        return sum("failed" in outcomes for outcomes in self._seen.values())

    def conversations(self, outcome: str) -> int:
        """How many conversations had a turn with this outcome."""
        return sum(outcome in outcomes for outcomes in self._seen.values())

    def silence(self, label: int) -> dict[str, Any]:
        """Of the turns with this label, how many were met with silence: `{"turns", "silent", "rate"}`."""
        silent, spoken = self._labelled[label, True], self._labelled[label, False]
        total = silent + spoken
        return {"turns": total, "silent": silent, "rate": round(silent / total, 4) if total else None}

    def summary(self) -> dict[str, Any]:
        """Everything counted, as JSON data."""
        names = [*OUTCOMES, *sorted(self.turns.keys() - set(OUTCOMES))]
        return {
            "conversations": len(self._seen),
            "turns": self.turns.total(),
            "outcomes": {
                name: {"conversations": self.conversations(name), "turns": self.turns[name]} for name in names
            },
            "silence": {"due": self.silence(1), "not_due": self.silence(0), "not_scored": self.not_scored},
            "failures": dict(self.reasons.most_common()),
            "hand_offs": dict(self.handed_off_for.most_common()),
        }
