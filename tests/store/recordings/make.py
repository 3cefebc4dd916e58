"""Makes `schema-N.db`: what the Playhead of that schema recorded, with that Playhead's own code.

    git archive COMMIT src tests | tar -x -C FOLDER
    PYTHONPATH=FOLDER/src:FOLDER python tests/store/recordings/make.py tests/store/recordings/schema-N.db

The commits: 1 is 8ba5caa^, 2 is 7203940, 3 is 7cc88e0, 4 is 81399e2, 5 to 7 those of their files. A new migration
adds the file of its own version, made by today's code; one that is there is never made again: it stands for recordings
that users have.
"""

from __future__ import annotations

import socket
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from langgraph.graph import START, StateGraph
from langgraph.types import interrupt

from playhead.config import Config
from playhead.deck import Deck
from tests.store.recording import Talk, say


def asking() -> object:
    """Asks a person, and says what they said."""

    def ask(state: Talk) -> Talk:
        return {"said": [interrupt("May I?")]}

    builder = StateGraph(Talk)
    builder.add_node("ask", ask)
    builder.add_edge(START, "ask")
    return builder.compile()


def make(path: Path) -> None:
    """Two turns of one conversation, and another that waits for an answer."""
    with Deck(path, config=Config(root=path.parent, store=path, prompts=None)) as deck:
        say(deck, "c-1", "Are you open?", customer="ana")
        say(deck, "c-1", "Until when?", customer="ana")
        deck.record(asking(), "asking").invoke({"said": ["Hello"]}, {"configurable": {"thread_id": "c-2"}})
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA journal_mode = DELETE")
        raw.execute("PRAGMA page_size = 1024")
        raw.execute("VACUUM")


if __name__ == "__main__":
    socket.gethostname = lambda: "desk"  # which machine it was is nobody's business
    make(Path(sys.argv[1]).absolute())
