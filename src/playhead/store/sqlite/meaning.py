"""What does an error of SQLite mean for the person in front of it?"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from playhead.errors import Corrupt, StoreBusy, StoreError, StoreUnusable

WAIT_SECONDS: Final = 10.0
ANOTHER: Final = "Pass --store with the file of a recording, or with one that is not there yet."
REOPEN: Final = "Put the file back where it was, if it is to be kept, and start this process anew."


def explained(error: Exception, path: Path) -> StoreError:
    """The error of ours that says it."""
    text = str(error)
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without what says where it happened
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(str(path), WAIT_SECONDS)
    if code == sqlite3.SQLITE_CORRUPT or isinstance(error, UnicodeDecodeError) or "decode to UTF-8" in text:
        return Corrupt("pages", path.name, text)
    if code == sqlite3.SQLITE_CANTOPEN and not path.parent.is_dir():
        return StoreUnusable(str(path), f"its folder {path.parent} does not exist")
    if path.is_dir():
        return StoreUnusable(str(path), "it is a folder")
    if code == sqlite3.SQLITE_NOTADB:
        return StoreUnusable(str(path), "it is no database", ANOTHER)
    return StoreUnusable(str(path), text)
