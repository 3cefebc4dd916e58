"""What would a change have done in the conversations that were recorded?"""

from playhead.backtest.records import Backtest, Control, Conversation, Mode, Plan, Progress, Turn

__all__ = ["Backtest", "Control", "Conversation", "Mode", "Plan", "Progress", "Turn"]
