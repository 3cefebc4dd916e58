"""Which conversations does a demo play, and where does it record them?"""

from __future__ import annotations

from pathlib import Path

from playhead.deck import Deck
from playhead.errors import BadInput, StoreUnusable
from playhead.play.conversations import read_conversations
from playhead.play.playing import Player
from playhead.play.talking import world_path
from playhead.records import Application


def play_demo(deck: Deck, application: Application, name: str) -> list[str]:
    """Play the application's own demo conversations; gives their threads."""
    conversations = read_conversations(application.demo, application.businesses())
    with Player(deck, application, name) as player:
        return list(dict.fromkeys(played.thread for played in player.play(conversations)))


def fresh_recording(given: Path | None, usual: Path) -> Path:
    """Where to record: `given`, which must not exist, or the `usual` file, which is removed with what is beside it.

    Raises `BadInput`, `StoreUnusable`.
    """
    if given is not None:
        if given.exists():
            raise BadInput(str(given), "it exists already.", "A demo starts with an empty recording: name a new file.")
        return given
    for path in (usual, world_path(usual)):
        for file in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            try:
                file.unlink(missing_ok=True)
            except OSError as error:
                raise StoreUnusable(str(file), f"it cannot be removed ({error.strerror})") from error
    return usual
