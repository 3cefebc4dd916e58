"""What would a change have done in the conversations that were recorded?"""

from playhead.backtest.limits import Limit
from playhead.backtest.planning import Wishes
from playhead.backtest.records import Backtest, Control, Conversation, Mode, Plan, Progress, Turn

__all__ = ["Backtest", "Control", "Conversation", "Limit", "Mode", "Plan", "Progress", "Turn", "Wishes"]
