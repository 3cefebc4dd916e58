"""Which turns has a conversation that was chosen, and what can the change do to each of them?"""

from __future__ import annotations

from dataclasses import dataclass

from playhead.backtest.records import Plan
from playhead.records import Run
from playhead.replays import turns_of
from playhead.selection import Conversation as Chosen
from playhead.selection import Reach
from playhead.store import Store

WORST_LAST = ("unaffected", "affected", "other_code")


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded turn: its place in the conversation, its runs, and what the change can do to the worst of them.

    `uses_change` says that one of them made a call that is changed.
    """

    thread: str
    index: int
    runs: tuple[Run, ...]
    reach: Reach
    uses_change: bool

    @property
    def key(self) -> str:
        """The id of its last run, by which receipts know it."""
        return self.runs[-1].id


def recorded_turns(store: Store, plan: Plan, chosen: Chosen) -> list[Recorded]:
    """The turns of a conversation that have a run which was chosen, oldest first."""
    made = []
    for index, turn in enumerate(turns_of(store.runs_of(chosen.thread))):
        found = {plan.reach[run.id] for run in turn if run.id in plan.reach}
        if found:
            uses_change = any(run.id in plan.users for run in turn)
            made.append(Recorded(chosen.thread, index, tuple(turn), max(found, key=WORST_LAST.index), uses_change))
    return made
