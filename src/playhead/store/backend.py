"""What must a database do to keep a recording?

Open and migrate itself, run a named query, hold one writing transaction at a time, and say in our words what went
wrong. Each database is a file of its own that answers this; everything above knows only what is here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

from playhead.errors import StoreError

Row: TypeAlias = dict[str, Any]
Synchronous = Literal["FULL", "NORMAL"]
"""FULL: a commit is on the disk once it is answered. NORMAL: the last moments may be lost where the power fails."""


class InDoubt(Exception):
    """What was written may have come to pass, or not: the database went away, and cannot be asked."""


class Connection(Protocol):
    """One connection, used by one thread at a time. Outside `begin` … `commit` each query is on its own."""

    def rows(self, query: str, params: Mapping[str, Any]) -> list[Row]:
        """What a named query finds."""

    def run(self, query: str, params: Mapping[str, Any]) -> int:
        """Run a named statement; gives how many rows it touched."""

    def run_many(self, batches: Mapping[str, Sequence[Row]]) -> dict[str, int]:
        """Run each named statement once for each of its rows, in order; gives how many rows each touched."""

    def begin(self) -> bool:
        """Open the one transaction that may write. Has nobody else written since this connection's last?

        Raises `SchemaTooNew` where a newer Playhead has.
        """

    def commit(self) -> None:
        """Make what was written last. Raises `InDoubt`."""

    def roll_back(self) -> None:
        """Undo the transaction, if there still is one."""

    @property
    def is_lost(self) -> bool:
        """Did the database go away, and with it what was not committed? The next transaction looks for it again."""

    def damage(self) -> list[str]:
        """What the database itself finds wrong with what it keeps."""

    def close(self) -> None:
        """Give it back for good."""


class Backend(Protocol):
    """One kind of database, and the recording in it."""

    errors: tuple[type[Exception], ...]

    def version(self) -> int:
        """The schema's version; nothing is changed. Raises as `open`, and `RecordingNotFound`."""

    def back_up(self, copy: Path) -> None:
        """Write a copy of the recording as it is into this file, which is not there. Raises `BadInput`."""

    def open(self) -> Connection:
        """The connection that writes; the recording is made if it is not there and may be, its schema up to date.

        Raises `StoreUnusable`, `SchemaTooNew`, `StoreBusy`, `RecordingNotFound`. Another's database is left as it is.
        """

    def lend(self) -> AbstractContextManager[Connection]:
        """A connection to read with, for a while."""

    def check_place(self) -> None:
        """Raises `StoreUnusable` where what was opened is no longer what is kept at its place."""

    def explain(self, error: Exception) -> StoreError:
        """The error of ours that says what one of `errors` means for the person in front of it."""

    def compact(self) -> None:
        """Give freed space back, so that nothing erased is left in the files. Raises `StoreBusy`."""

    def size(self) -> int:
        """How many bytes the recording takes where it is kept."""

    def close(self) -> None:
        """Close the connections that were lent."""


@contextmanager
def plain_errors(backend: Backend) -> Iterator[None]:
    """Turn a database's errors into ours, which say what to do."""
    try:
        yield
    except backend.errors as error:
        raise backend.explain(error) from error
