"""Which conversations does a file hold that others recorded?

One a line, in one of two formats. A broken line is an error with its number; the lines before it were good.
What is no file (a folder, a pipe that nobody writes to) is not opened.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from playhead.errors import BadInput, nearest_name
from playhead.imports.chat_jsonl import read_chat
from playhead.imports.conversation import ImportedConversation
from playhead.imports.lines import lines_of, parsed
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
        try:
            if not path.is_file() and path.exists():
                problem = "it is a folder." if path.is_dir() else "it is no file."
                raise BadInput(str(path), problem, "Give the path of a JSON Lines file.")
            with path.open("rb") as file:
                return cls(path, hashlib.file_digest(file, "sha256").hexdigest(), _count(path))
        except (OSError, ValueError) as error:
            problem = f"it cannot be read: {getattr(error, 'strerror', None) or error}."
            raise BadInput(str(path), problem, "Give the path of a JSON Lines file.") from error


def _count(path: Path) -> int:
    lines = 0
    with suppress(BadInput):  # told when that line's turn comes
        for _ in lines_of(path):
            lines += 1
    return lines


def read_conversations(format: str, file: RecordedFile) -> Iterator[ImportedConversation]:
    """The file's conversations, as they are read. Raises `BadInput` for an unknown format and for a broken line."""
    if format not in FORMATS:
        problem = f"there is no format {format!r}.{nearest_name(format, FORMATS)}"
        raise BadInput("FORMAT", problem, f"Known are {' and '.join(FORMATS)}.")
    return _read(format, file)


def _read(format: str, file: RecordedFile) -> Iterator[ImportedConversation]:
    source = {"file": file.path.name, "file_sha256": file.sha256}
    number = 0
    for number, line in lines_of(file.path):
        where = f"{file.path}:{number}"
        found = FORMATS[format](where, _object(where, line), f"{file.path.stem}-{number}")
        yield replace(found, facts={**found.facts, **source})
    if not number:
        raise BadInput(str(file.path), "there is no conversation in it.", "Write one JSON object on each line.")


def _object(where: str, line: bytes) -> Mapping[str, Any]:
    try:
        found = parsed(line.decode())
    except UnicodeDecodeError as error:
        problem = f"it is not UTF-8: byte {error.start} of the line is 0x{line[error.start]:02x}."
        raise BadInput(where, problem, "Write the file as UTF-8.") from error
    except ValueError as error:
        raise BadInput(where, f"it is not JSON: {error}.", "Write one JSON object on each line.") from error
    if not isinstance(found, dict):
        raise BadInput(where, "it is JSON, but not an object.", "Write one JSON object on each line.")
    return found
