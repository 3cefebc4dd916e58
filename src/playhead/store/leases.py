"""Who is at work on a conversation, and who waits in line for it?

Two workers on one conversation would overwrite each other's state: messages would be lost. So whoever runs it takes its
lease, a row with who it is and until when it holds. The rows of one conversation are a line: the first that lives is at
work. A row lives until its time is up, and, where its process ran on this machine, as long as that does. Who is at work
for long says so by moving its time on; who could not, because its machine slept, learns it before it writes anything.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

from playhead.errors import ConversationForgotten, LeaseLost
from playhead.store.backend import Row
from playhead.store.session import Session, WritingSession

LASTS: Final = 30  # seconds that a lease holds without a word from who has it
TOKENS: Final[set[str]] = set()
"""Holders of this process, from the moment they stand in line until they are known to have left it."""


@dataclass(eq=False)
class Lease:
    """One worker's place in the line for a conversation; `ahead` is who stood before it when it last looked.

    `since` is when it was its turn, `last` the conversation's last run by then, `earlier` its runs for this `event`.
    """

    thread: str
    patience: float
    holder: str
    granted: Future[None] = field(repr=False)
    number: int = 0
    conversation: int = 0
    until: float = 0.0
    since: float = 0.0
    ahead: str | None = None
    waited: bool = False
    event: str | None = None
    last: Row | None = None
    earlier: list[Row] = field(default_factory=list)
    left: bool = False
    deadline: float = field(init=False)

    def __post_init__(self) -> None:
        self.deadline = time.monotonic() + self.patience

    @property
    def at_once(self) -> bool:
        """Was nobody before it when it came?"""
        return self.number > 0 and self.ahead is None and not self.waited

    @property
    def cut_off(self) -> Row | None:
        """The conversation's last run, where its worker left that unfinished."""
        return self.last if self.last is not None and self.last["status"] == "running" else None


def new_holder() -> str:
    """Who takes a lease: machine, process, and a token, as many work in one process."""
    holder = f"{machine()}:{os.getpid()}:{secrets.token_hex(6)}"
    TOKENS.add(holder)
    return holder


@lru_cache(maxsize=1)
def machine() -> str:
    """This machine, as far as numbers of processes mean the same: containers may share a host's name."""
    space = ""
    with suppress(OSError):  # not Linux
        space = Path("/proc/self/ns/pid").readlink().name.strip("pid:[]")
    return f"{socket.gethostname()}/{space}"


def process_of(holder: str) -> int:
    """The number of a holder's process."""
    return int(holder.rsplit(":", 2)[1])


def has_died(holder: str) -> bool:
    """Is it certain that this holder is no more? Of another machine's nothing is known."""
    where, number, _ = holder.rsplit(":", 2)
    if where != machine():
        return False
    if int(number) == os.getpid():
        return holder not in TOKENS
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # somebody else's process, and alive
        return False
    return False


def lives(row: Row, now: float) -> bool:
    """Does whoever wrote this row still count?"""
    return bool(row["until"] > now) and not has_died(row["holder"])


def line_of(session: Session, thread: str) -> list[Row]:
    """The rows of a conversation's line that live, in order: the first is at work."""
    owner = session.conversation(thread)
    now = time.time()
    rows = session.rows("leases_of_thread", thread=owner["id"]) if owner else []
    return [row for row in rows if lives(row, now)]


def stand(session: WritingSession, lease: Lease) -> None:
    """Stand in line, or move on in it, and clear away those before that live no more. Without patience, only look."""
    thread = lease.conversation = session.thread(lease.thread)
    rows = session.rows("leases_of_thread", thread=thread)
    lease.number = next((row["id"] for row in rows if row["holder"] == lease.holder), 0)
    before = [row for row in rows if not lease.number or row["id"] < lease.number]
    now = time.time()
    living = [row["holder"] for row in before if lives(row, now)]
    for row in before:
        if row["holder"] not in living:
            session.delete("leases_delete", id=row["id"], holder=row["holder"])
    lease.ahead = living[0] if living else None
    if lease.ahead is not None and lease.patience <= 0:
        return
    if lease.ahead is None:
        lease.since = now
        lease.last = session.one("runs_latest", thread=thread)
        if lease.event is not None and lease.last is not None:  # by conversation: many may have an event of this name
            lease.earlier = session.rows("runs_of_event", thread=thread, cause=lease.event)
    if not lease.number:
        lease.number = session.next_id("leases")
    _put(session, lease, thread)


def hold(session: WritingSession, lease: Lease | None) -> None:
    """Make sure, before anything is written, that the lease still holds.

    Raises `LeaseLost`, and `ConversationForgotten` as `find` does.
    """
    find(session, lease)
    if lease is not None and time.time() >= lease.until:
        renew(session, lease)


def find(session: WritingSession, lease: Lease | None) -> None:
    """Make sure that the conversation is still there. Raises `ConversationForgotten`: nothing of it may come back."""
    if lease is not None and session.known_thread(lease.thread) != lease.conversation:
        raise ConversationForgotten


def renew(session: WritingSession, lease: Lease) -> None:
    """Move the lease's time on. Raises `LeaseLost` where another has cleared it away meanwhile."""
    thread = session.thread(lease.thread)
    rows = session.rows("leases_of_thread", thread=thread)
    if not any(row["holder"] == lease.holder for row in rows):
        raise LeaseLost(lease.thread, LASTS)
    _put(session, lease, thread)


def leave(session: WritingSession, lease: Lease) -> None:
    """Go out of the line."""
    session.delete("leases_delete", id=lease.number, holder=lease.holder)


def _put(session: WritingSession, lease: Lease, thread: int) -> None:
    lease.until = time.time() + LASTS
    row = {"id": lease.number, "thread": thread, "holder": lease.holder, "until": lease.until}
    session.write("leases_put", row)
