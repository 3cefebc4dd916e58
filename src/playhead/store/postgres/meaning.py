"""What does an error of PostgreSQL mean for the person in front of it?"""

from __future__ import annotations

import re
from typing import Final

from psycopg import OperationalError
from psycopg import errors as pg

from playhead.errors import Corrupt, ServerUnreachable, StoreBusy, StoreError, StoreUnusable

WAIT_SECONDS: Final = 10.0
REMEDY: Final = "Check the address, that the server runs and lets this user in and write, or pass --store."

SHORTER: Final = "PostgreSQL keeps names of up to some 2,000 bytes: give a shorter thread_id or event."


def explained(error: Exception, shown: str) -> StoreError:
    """The error of ours that says it; `shown` is the recording's address without its password."""
    if isinstance(error, pg.LockNotAvailable | pg.DeadlockDetected | pg.SerializationFailure):
        return StoreBusy(shown, WAIT_SECONDS)
    text = getattr(getattr(error, "diag", None), "message_primary", None) or str(error)
    if isinstance(error, pg.DataCorrupted | pg.IndexCorrupted):
        return Corrupt("pages", shown, text)
    if isinstance(error, pg.ProgramLimitExceeded):
        return StoreUnusable(shown, text, SHORTER)
    found = re.search(r"failed: (?!connection to)(FATAL:\s+)?([^\n]*)", text)
    problem = (found[2] if found else text.partition("\n")[0]).strip()
    answered = (found and found[1]) or getattr(error, "sqlstate", None)  # a server that turns one away is there
    went_away = isinstance(error, pg.AdminShutdown | pg.CrashShutdown)
    unreachable = went_away or (isinstance(error, OperationalError) and not answered)
    return (ServerUnreachable if unreachable else StoreUnusable)(shown, problem, REMEDY)
