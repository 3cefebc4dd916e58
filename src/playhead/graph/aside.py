"""Where does a replay keep the conversations that its nodes work on beside their own?

In memory, as it keeps its own. A node may run a graph under another `thread_id`, and that graph's saver is a recording:
it would be written into, and its state then would not be the one that the recorded run found.
"""

from __future__ import annotations

import threading

from playhead.graph.saver import Saver
from playhead.graph.shelf import Shelf


class Aside:
    """What stands in for savers while one run, which started then, is played."""

    def __init__(self, started: float) -> None:
        self._started, self._lock = started, threading.Lock()
        self._shelves: dict[tuple[int, str], Shelf] = {}

    def __call__(self, saver: Saver, thread: str) -> Shelf:
        """The conversation as the recorded run found it, and as it was left since."""
        place = id(saver.store), thread
        with self._lock:
            if place not in self._shelves:
                self._shelves[place] = Shelf(saver.serde, saver.as_of(thread, self._started))
            return self._shelves[place]
