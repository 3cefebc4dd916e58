"""Which version of the prompt files changed how recorded conversations would go?"""

from playhead.bisecting.history import Version, history
from playhead.bisecting.searching import Found, Probe, Search

__all__ = ["Found", "Probe", "Search", "Version", "history"]
