"""Which files of a project speak of a customer without being the recording?

Tapes, reports, exports and copies of the database are whoever made them's: forgetting a customer does not reach them,
so it says where they are. Only their bytes are looked at; nothing in them is read as anything.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

PASSED_OVER: Final = {"node_modules", "__pycache__", "site-packages"}
LARGEST: Final = 50_000_000  # bytes


def files_naming(root: Path, names: Iterable[str], *, besides: Path) -> list[Path]:
    """Files below `root`, or beside the recording `besides`, in which one of these names stands as a word."""
    words = b"|".join(re.escape(name.encode(errors="surrogatepass")) for name in sorted(names) if name)
    if not words:
        return []
    named = re.compile(rb"(?<![\w~-])(?:" + words + rb")(?![\w-])")
    own = {path.resolve() for path in besides.parent.glob(f"{glob_safe(besides.stem)}*") if is_of(path, besides)}
    folders = [root] if besides.parent.resolve().is_relative_to(root.resolve()) else [root, besides.parent]
    found = (file for folder in folders for file in _files(folder) if file.resolve() not in own)
    return sorted({file for file in found if named.search(file.read_bytes())})


def glob_safe(name: str) -> str:
    """A name in which no letter stands for others."""
    return re.sub(r"([*?\[])", r"[\1]", name)


def is_of(path: Path, recording: Path) -> bool:
    """Is this a file of the recording, or of the agent's own facts beside it?"""
    stems = (recording.name, recording.with_suffix(".world.db").name)
    return path.name in {f"{stem}{end}" for stem in stems for end in ("", "-wal", "-shm", "-journal")}


def _files(folder: Path) -> Iterator[Path]:
    for place, below, names in os.walk(folder):
        below[:] = [name for name in below if not name.startswith(".") and name not in PASSED_OVER]
        for name in names:
            file = Path(place, name)
            if file.is_file() and not file.is_symlink() and 0 < file.stat().st_size <= LARGEST:
                yield file
