"""How do conversations that others recorded become recordings like any other?

A reader for each format makes plain conversations of a file's lines; they are then played through a small agent loop of
ours under the ordinary recorder, with the file's own answers. So addresses, checkpoints and calls are those of any
recording, and the same conversation can be given back as it came.
"""

from __future__ import annotations

from playhead.imports.conversation import ImportedConversation, ImportedTurn
from playhead.imports.exporting import as_chat
from playhead.imports.playing import AGENT, Imported, Importer
from playhead.imports.reading import FORMATS, RecordedFile, read_conversations

__all__ = [
    "AGENT",
    "FORMATS",
    "Imported",
    "ImportedConversation",
    "ImportedTurn",
    "Importer",
    "RecordedFile",
    "as_chat",
    "read_conversations",
]
