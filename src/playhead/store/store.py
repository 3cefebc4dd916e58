"""Where is a recording kept, and who may touch it?

The store is one database. Writing goes through the one writer thread; reading through a handful of read connections
that are lent out one at a time. Everything above it speaks of parts, rows and references, never of SQL.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from playhead.codec import Part
from playhead.errors import (
    Corrupt,
    DriverMissing,
    PlayheadError,
    RunNotFound,
    SchemaTooNew,
    StoreClosed,
    StoreError,
    StoreUnusable,
)
from playhead.location import Location, Server, located
from playhead.records import Label, Read, Run, Step
from playhead.store import answers, counts, labels, naming, runs
from playhead.store.backend import Backend, Row, Synchronous, plain_errors
from playhead.store.line import Line
from playhead.store.session import Session, WritingSession
from playhead.store.sqlite import SQLite
from playhead.store.values import Decode, Values, load
from playhead.store.writer import DONE, Operation, Posted, T, Writer, nothing

log = structlog.get_logger("playhead")


def raw(kind: str, data: bytes) -> Any:
    """Read a serializer's leaf without the serializer: its bytes."""
    return data


class _Undone(Exception):
    """Takes an operation back, and its result along."""

    def __init__(self, result: Any) -> None:
        self.result = result
        super().__init__()


def backend_of(location: Location, synchronous: Synchronous, *, create: bool) -> Backend:
    """The database that keeps the recording at this place. Raises `DriverMissing`."""
    if isinstance(location, Path):
        return SQLite(location, synchronous, create=create)
    try:
        from playhead.store.postgres import Postgres
    except ImportError as error:
        raise DriverMissing(str(location), str(error).partition("\n")[0]) from error
    return Postgres(location, synchronous, create=create)


class Store:
    """A recording, at a path or a server's address. `decode(type, bytes)` reads what LangGraph's serializer wrote.

    Raises `StoreUnusable`, `SchemaTooNew`, `StoreBusy` or `DriverMissing` on opening, and without `create`
    `RecordingNotFound` where there is none.
    """

    def __init__(
        self,
        place: str | Path | Server,
        *,
        synchronous: Synchronous = "FULL",
        create: bool = True,
        decode: Decode = raw,
    ) -> None:
        self.location = located(place)
        self.decode = decode
        self.backend = backend_of(self.location, synchronous, create=create)
        self._failures, self._counting = 0, threading.Lock()
        self._closed = False
        self._writer = Writer(self._open_writer, self._explain)
        self.line = Line(partial(self._writer.submit, urgent=False), self.reading, self.backend.check_place)
        atexit.register(self._close_at_exit, os.getpid())

    def _open_writer(self) -> WritingSession:
        return WritingSession(self.backend.open())

    def _explain(self, error: BaseException) -> BaseException:
        if not isinstance(error, self.backend.errors):
            return error
        explained = self.backend.explain(error)
        explained.__cause__ = error
        return explained

    # ── writing ──────────────────────────────────────────────────────────────────────────────────────────────

    def submit(self, operation: Operation[T], parts: Sequence[Part] = ()) -> Future[T]:
        """Write; the future resolves once it is committed, or carries the error. `parts` are what it will store."""
        return self._writer.submit(operation, parts=parts)

    def post(self, operation: Posted, *, urgent: bool = False) -> int:
        """Write with whatever is committed next; gives its number. The operation is told where it is `lost`."""
        return self._writer.post(operation, urgent=urgent)

    def has_settled(self, number: int) -> bool:
        """Is what was posted under this number committed, or lost?"""
        return self._writer.has_settled(number)

    def write(self, operation: Operation[T], parts: Sequence[Part] = ()) -> T:
        """Write and wait until it is committed."""
        if self._writer.is_here:
            raise RuntimeError("Whoever is told by the writer that something is lost cannot wait for it to write.")
        return self.submit(operation, parts).result()

    def tried(self, operation: Operation[T]) -> T:
        """What an operation gives, with all that it wrote taken back."""

        def undone(session: WritingSession) -> None:
            raise _Undone(operation(session))

        try:
            self.write(undone)
        except _Undone as done:
            return done.result  # type: ignore[no-any-return]
        raise AssertionError("an operation that raises does not return")

    def gap(self, error: BaseException) -> None:
        """Something could not be written: it is logged and counted."""
        log.error("not recorded", store=str(self.location), error=repr(error), gaps=self.missed())

    def missed(self) -> int:
        """Count something that is not recorded, or not as it was; gives how much that is since the opening."""
        with self._counting:
            self._failures += 1
            return self._failures

    def flush(self) -> None:
        """Wait until everything submitted so far is committed."""
        self.flushed().result()

    def flushed(self) -> Future[None]:
        """Resolves when everything submitted so far is committed, or lost; in the writer's own thread at once."""
        return DONE if self._writer.is_idle or self._writer.is_here else self.submit(nothing)

    def compact(self) -> None:
        """Give freed space back, so that nothing erased is left in the files. Raises `StoreBusy`."""
        self.flush()
        self.backend.compact()

    def keep_answer(
        self,
        experiment: str,
        call: str,
        answer: Part,
        *,
        thread: str,
        started: float,
        seconds: float,
        input_tokens: int | None = None,
        output_tokens: int | None = None,
    ) -> bool:
        """Keep what a call of an experiment was answered, and wait until it is committed.

        `thread` is the conversation it is about, and is erased with. False where there was an answer, which stays.
        Raises `RunNotFound`, `BadInput`.
        """
        row = {"experiment": experiment, "call": call, "started": started, "seconds": seconds, "answer": answer}
        row |= {"input_tokens": input_tokens, "output_tokens": output_tokens}
        return self.write(lambda session: answers.keep(session, thread, row), [answer])

    def label(self, thread: str, run: str | None, facts: Mapping[str, Part], at: float) -> None:
        """Label a run, or without one the whole conversation, as of `at` (Unix seconds). Raises `RunNotFound`."""
        self.write(lambda session: labels.add(session, thread, run, facts, at), list(facts.values()))

    @property
    def failures(self) -> int:
        """How much could not be recorded, or not as it was, since the store was opened. A run says so of itself."""
        return self._failures

    def close(self) -> None:
        """Commit what is queued and close every connection."""
        atexit.unregister(self._close_at_exit)
        self.line.close()
        self._writer.close()
        self._closed = True
        self.backend.close()

    def _close_at_exit(self, process: int) -> None:
        """After the program's end the writer does not run any more: who still came would wait for it for ever."""
        if process == os.getpid():  # what was forked from it has none to close
            self.close()

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Borrow a read connection; the database's errors come out as ours. Raises `StoreClosed`.

        What cannot be read because a newer Playhead upgraded the recording meanwhile is `SchemaTooNew`, no damage.
        """
        if self._closed:
            raise StoreClosed
        try:
            with plain_errors(self.backend), self.backend.lend() as connection:
                yield Session(connection)
        except (Corrupt, StoreUnusable) as error:
            self._check_version(error)
            raise

    def _check_version(self, error: StoreError) -> None:
        """Asked only where something went wrong: reading costs nothing for it."""
        try:
            self.backend.version()
        except SchemaTooNew as newer:
            raise newer from error
        except PlayheadError:  # the error at hand says more
            return

    def load(self, refs: Iterable[int | None]) -> list[Any]:
        """The values of these references, in order."""
        with self.reading() as session:
            return load(session, refs, self.decode)

    def read(self, ref: int | None) -> Any:
        """The value of one reference."""
        return self.load([ref])[0]

    def values(self) -> Values:
        """Values that are read with few queries, once it is said which will be needed."""
        return Values(self.reading, self.decode)

    def run(self, name: str) -> Run:
        """The run of this id (which may be shortened). Raises `RunNotFound`."""
        self.flush()
        with self.reading() as session:
            found = runs.runs_named(session, name) if name else []
            exact = [row for row in found if row["name"] == name] or found
            if len(exact) != 1:
                raise RunNotFound(name, [row["name"] for row in found] or self._recent_names(session))
            (run,) = self._records(session, exact)
            return run

    def runs_of(self, thread: str) -> list[Run]:
        """A conversation's runs, oldest first; none if it is unknown."""
        self.flush()
        with self.reading() as session:
            return [self._record(row, thread) for row in runs.thread_runs(session, thread)]

    def newest_runs(self, limit: int = 50) -> list[Run]:
        """The newest runs, newest first."""
        self.flush()
        with self.reading() as session:
            return self._records(session, runs.newest(session, limit))

    def newest_threads(self, limit: int) -> list[str]:
        """The names of the conversations with the newest runs, newest first."""
        self.flush()
        with self.reading() as session:
            return runs.newest_threads(session, limit)

    def threads_named(self, name: str) -> list[str]:
        """The conversation of this name; where there is none, a few of those whose names begin so."""
        self.flush()
        with self.reading() as session:
            return runs.threads_named(session, name)

    def thread_count(self) -> int:
        """How many conversations are recorded."""
        self.flush()
        with self.reading() as session:
            return int(session.rows("threads_count")[0]["threads"])

    def threads(self) -> list[str]:
        """Names of all recorded conversations, in the order they began."""
        self.flush()
        with self.reading() as session:
            return [row["name"] for row in naming.conversations(session)]

    def labels(self, thread: str, run: str | None = None) -> tuple[Label, ...]:
        """What a conversation is labelled, oldest first: with a run, what counts for it; without, its runs' too."""
        self.flush()
        with self.reading() as session:
            found = labels.of_thread(session, thread, self.decode)
        if run is None:
            return tuple(found)
        theirs = [label for label in found if label.run in (None, run)]
        return tuple(sorted(theirs, key=lambda label: label.run is not None))  # the run's own come last, and win

    def answer_of(self, experiment: str, call: str) -> answers.Answer | None:
        """The answer kept for a call of an experiment, if it was asked already."""
        with self.reading() as session:
            return answers.find(session, experiment, call, self.decode)

    def answered(self, experiment: str) -> set[str]:
        """The calls of an experiment that an answer was kept for."""
        self.flush()
        with self.reading() as session:
            return answers.calls(session, experiment)

    def experiments(self) -> list[str]:
        """The names of the experiments of which answers are kept."""
        self.flush()
        with self.reading() as session:
            return [row["experiment"] for row in session.rows("answers_experiments")]

    def _recent_names(self, session: Session) -> list[str]:
        threads = [row["name"] for row in session.rows("threads_scan", after=0, limit=1000)]
        return threads + [row["name"] for row in session.rows("runs_newest", before=runs.NEWEST, limit=1000)]

    def _records(self, session: Session, rows: Sequence[Row]) -> list[Run]:
        names = runs.thread_names(session, [row["thread"] for row in rows])
        return [self._record(row, names[row["thread"]]) for row in rows]

    def _record(self, row: Row, thread: str) -> Run:
        number = row["id"]

        def load_steps(read: Read) -> tuple[Step, ...]:
            self.flush()
            with self.reading() as reader:
                return runs.read_steps(reader, number, read)

        def load_labels() -> tuple[Label, ...]:
            return self.labels(thread, run.id)

        def load_gaps() -> int:
            self.flush()
            with self.reading() as reader:
                return counts.gaps(reader, number)

        run = runs.read_run(row, thread, self.read, load_steps, load_labels, load_gaps)
        return run
