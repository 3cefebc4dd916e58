"""What does an earlier execution leave to the one that goes on with it?

After an interrupt: its cause, and where it has been. After a crash: its run, too; and where the process died before
anything of the run was saved, the input, which LangGraph would otherwise never see.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from langchain_core.runnables import RunnableConfig
from langgraph.types import Command

from playhead.errors import NothingToResume
from playhead.graph.encoding import is_by_text
from playhead.graph.recording import Recording
from playhead.graph.saver import Saver
from playhead.records import ERASED
from playhead.store import runs

COMMAND_PARTS: Final = ("resume", "update", "goto")


def is_command(given: Any) -> bool:
    """Is a recorded input of the form that a command has?"""
    return isinstance(given, dict) and bool(given) and given.keys() <= set(COMMAND_PARTS)


@dataclass
class Continued:
    """What an earlier execution leaves to the one that goes on: its cause, its numbers, and where it has been.

    `again` is the input to give once more, where the earlier execution was cut off before anything of it was saved.
    """

    cause: str
    run: int | None = None
    name: str = ""
    attempt: int = 1
    next_step: int = 1
    next_call: int = 1
    visited: dict[str, list[str]] = field(default_factory=dict)
    context: Any = None
    again: Any = None


def find_before(recording: Recording, thread: str, given: Any) -> Continued | None:
    """What the conversation's last run leaves to the one that goes on with it.

    Raises `NothingToResume` where the run that was to be gone on with is no longer the last, or no longer open.
    """
    store, thread = recording.store, recording.encoder.redactor.name(thread)
    store.flush()
    recording.saver.forget(thread)
    with store.reading() as session:
        rows = runs.thread_runs(session, thread)
        if not rows:
            return None
        last = rows[-1]
        if recording.resumes is not None and (last["name"] != recording.resumes.id or last["status"] == "done"):
            raise NothingToResume(thread, last["status"])
        same_cause = [row for row in rows if row["cause"] == last["cause"]]
        visited = runs.places(session, same_cause)
        numbers = runs.next_numbers(session, last["id"])
    found = Continued(cause=last["cause"], context=_unless_erased(store.read(last["context"])))
    if given is None and last["status"] not in ("done", "interrupted"):
        found.run, found.name, found.attempt = last["id"], last["name"], last["attempt"] + 1
        found.next_step, found.next_call = numbers
        if not _saved_since(recording.saver, thread, last["started"]):
            given_then = store.read(last["input"])
            found.again = None if is_by_text(given_then) else _given_before(given_then, answer=len(same_cause) > 1)
    if found.again is None or isinstance(found.again, Command):
        found.visited = _visited_since_input(recording.saver, thread, visited)
    return found


def _saved_since(saver: Saver, thread: str, started: float) -> bool:
    """Was a checkpoint saved since then? If not, going on from the last one would lose the input."""
    latest = saver.get_tuple({"configurable": {"thread_id": thread}})
    return latest is not None and datetime.fromisoformat(latest.checkpoint["ts"]).timestamp() >= started


def _given_before(recorded: Any, *, answer: bool) -> Any:
    if answer and is_command(recorded) and "resume" in recorded:
        return Command(**recorded)
    return _unless_erased(recorded)


def _unless_erased(value: Any) -> Any:
    return None if value == ERASED else value


def _visited_since_input(saver: Saver, thread: str, visited: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The addresses reached since the conversation's last input: an event that came again was a walk of its own."""
    config: RunnableConfig = {"configurable": {"thread_id": thread, "checkpoint_ns": ""}}
    inputs = [found.metadata.get("step", -1) for found in saver.list(config, filter={"source": "input"}, limit=1)]
    after = inputs[0] if inputs else -2
    return {
        place: [address for address in addresses if superstep(address) > after] for place, addresses in visited.items()
    }


def superstep(address: str) -> int:
    """The outermost graph's superstep in an address."""
    found = re.search(r"@(-?\d+)", address)
    return int(found[1]) if found else 0
