"""Where does a replay keep what its nodes work on beside their own conversation?

In memory, as it keeps its own. A node may run a graph under another `thread_id`, and that graph's saver is a recording:
it would be written into, and its state then would not be the one that the recorded run found. So it is with savers of
others, and with stores (see `foreign`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from langgraph.checkpoint.base import CheckpointTuple

from playhead.graph.saver import Saver

Make: TypeAlias = Callable[[Saver, str, Mapping[str, CheckpointTuple]], Any]
"""What makes the stand-in for a conversation of ours that began with these states."""


class Aside:
    """What stands in for savers and stores while one run, which started then, is played."""

    def __init__(self, started: float, make: Make) -> None:
        self._started, self._make, self._lock = started, make, threading.Lock()
        self._kept: dict[tuple[int, str], tuple[Any, Any]] = {}

    def __call__(self, saver: Saver, thread: str) -> Any:
        """The conversation as the recorded run found it, and as it was left since."""
        return self.instead(saver.store, thread, lambda: self._make(saver, thread, saver.as_of(thread, self._started)))

    def instead(self, original: Any, place: str, make: Callable[[], Any]) -> Any:
        """What stands in for this place in it; the original is kept, or another might be taken for it later."""
        with self._lock:
            if (id(original), place) not in self._kept:
                self._kept[id(original), place] = original, make()
            return self._kept[id(original), place][1]
