"""Where do two values differ, and which words of two texts?

Plain JSON data and texts only. Ids that a library made up (of messages, runs, tool calls) are new in every run, so
values are compared up to a one-to-one renaming of them.
"""

from __future__ import annotations

from playhead.diff.renaming import Renaming
from playhead.diff.sequences import align
from playhead.diff.values import MISSING, Difference, Missing, differences, first_difference
from playhead.diff.words import Words, words

__all__ = ["MISSING", "Difference", "Missing", "Renaming", "Words", "align", "differences", "first_difference", "words"]
