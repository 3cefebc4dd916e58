"""Which recorded conversations does a backtest take, and which of them can a changed prompt not reach?"""

from playhead.selection.choosing import Conversation, Selected, choose, newest_first
from playhead.selection.conditions import OF_THE_RUN, Condition, Selection, selection_of
from playhead.selection.proof import Proof, Reach, affected
from playhead.store.catalogue import RunRow

__all__ = [
    "OF_THE_RUN",
    "Condition",
    "Conversation",
    "Proof",
    "Reach",
    "RunRow",
    "Selected",
    "Selection",
    "affected",
    "choose",
    "newest_first",
    "selection_of",
]
