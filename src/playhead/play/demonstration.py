"""Which conversations does a demo play, and where does it record them?"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from playhead.deck import Deck
from playhead.errors import BadInput, RecordingNotFound, StoreUnusable
from playhead.location import Location, located
from playhead.play.conversations import read_conversations
from playhead.play.playing import Player
from playhead.play.talking import world_path
from playhead.records import Application


def play_demo(deck: Deck, application: Application, name: str) -> list[str]:
    """Play the application's own demo conversations; gives their threads."""
    conversations = read_conversations(application.demo, application.businesses())
    with Player(deck, application, name) as player:
        return list(dict.fromkeys(played.thread for played in player.play(conversations)))


def fresh_recording(given: str | None, usual: Path) -> Location:
    """Where to record: `given`, where none must be, or the `usual` file, which is removed with what is beside it.

    Raises `BadInput`, `StoreUnusable`.
    """
    if given is not None:
        place = located(given)
        with suppress(RecordingNotFound), Deck(place, create=False):
            raise BadInput(str(place), "it exists already.", "A demo starts with an empty recording: name a new one.")
        return place
    for path in (usual, world_path(usual, usual.parent)):
        for file in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            try:
                file.unlink(missing_ok=True)
            except OSError as error:
                raise StoreUnusable(str(file), f"it cannot be removed ({error.strerror})") from error
    return usual
