"""Which conversations does a file hold that others recorded?

One a line, in one of two formats. A broken line is an error with its number; the lines before it were good.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from playhead.errors import BadInput, nearest_name
from playhead.imports.chat_jsonl import read_chat
from playhead.imports.conversation import ImportedConversation
from playhead.imports.tau import read_tau

FORMATS: Final[Mapping[str, Callable[[str, Mapping[str, Any], str], ImportedConversation]]] = {
    "chat-jsonl": read_chat,
    "tau": read_tau,
}


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """A file of conversations: its SHA-256 (hex) and how many lines of it are not empty."""

    path: Path
    sha256: str
    lines: int

    @classmethod
    def open(cls, path: Path) -> RecordedFile:
        """Read the file through once. Raises `BadInput` where it cannot be read."""
        digest, lines = hashlib.sha256(), 0
        try:
            with path.open("rb") as file:
                for line in file:
                    digest.update(line)
                    lines += bool(line.strip())
        except OSError as error:
            problem = f"it cannot be read: {error.strerror}."
            raise BadInput(str(path), problem, "Give the path of a JSON Lines file.") from error
        return cls(path, digest.hexdigest(), lines)


def read_conversations(format: str, file: RecordedFile) -> Iterator[ImportedConversation]:
    """The file's conversations, as they are read. Raises `BadInput` for an unknown format and for a broken line."""
    if format not in FORMATS:
        problem = f"there is no format {format!r}.{nearest_name(format, FORMATS)}"
        raise BadInput("FORMAT", problem, f"Known are {' and '.join(FORMATS)}.")
    source = {"file": file.path.name, "file_sha256": file.sha256}
    with file.path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                where = f"{file.path}:{number}"
                found = FORMATS[format](where, _object(where, line), f"{file.path.stem}-{number}")
                yield replace(found, facts={**found.facts, **source})


def _object(where: str, line: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BadInput(where, f"it is not JSON: {error}.", "Write one JSON object on each line.") from error
    if not isinstance(found, dict):
        raise BadInput(where, "it is JSON, but not an object.", "Write one JSON object on each line.")
    return found
