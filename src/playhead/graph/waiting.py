"""What waited at a state when a run set out from it?

LangGraph keeps beside a state what was written since: by nodes that ended while another asked a question, and by
commands (`Command(goto=…, update=…)`), which count whatever comes next, a new message, too. All that was ever written
there is on the recording, in order, but not when. So what the run itself and those after it added is taken away, by
what they were given and which nodes they ran; what is left was there before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from langgraph.checkpoint.base import WRITES_IDX_MAP, CheckpointTuple
from langgraph.types import Command

from playhead.errors import NotReplayable
from playhead.graph.continuing import is_command
from playhead.graph.identity import as_data
from playhead.graph.private import map_command
from playhead.graph.saver import Saver
from playhead.records import Run
from playhead.store.checkpoints import (
    COMMANDS,
    WriteRow,
    first_id_at,
    first_since,
    last_before,
    long_id,
    space_of,
    spaces,
    write_rows,
)

RESUME: Final = "__resume__"
PULLED: Final = "~__pregel_pull, "
PUSHED: Final = "~__pregel_push, "
UNCLEAR: Final = "what waited at the state it began from cannot be told from what came later"

Write = tuple[str, str, Any]


@dataclass(frozen=True)
class Waiting:
    """Tells what waited at a state, for a run that is replayed from there."""

    saver: Saver

    def for_input(self, run: Run, found: CheckpointTuple, *, is_last: bool) -> list[Write]:
        """What counts for a new message, or a branch: what commands wrote.

        And the answer that they left, if no later state was there.
        """
        commands = _of_commands(found)
        if not commands:
            return []
        after = [each for each in self._stood(run, found) if each.id != run.id]
        answers = [write for write in commands if write[1] == RESUME] if is_last else []
        if answers and any(_command_of(each.input, run).resume is not None for each in after):
            raise NotReplayable(run.id, "an answer waited at the state it began from, and another took its place")
        return [*_without(commands, after, run), *answers]

    def for_next(self, run: Run, found: CheckpointTuple) -> list[Write]:
        """What counts where it goes on from there: what other commands wrote, and nodes that had ended by then."""
        if not found.pending_writes:
            return []
        standing = self._stood(run, found)
        return [*_without(_of_commands(found), standing, run), *self._of_nodes(run, found, standing)]

    # ── of nodes ─────────────────────────────────────────────────────────────────────────────────────────────

    def _of_nodes(self, run: Run, found: CheckpointTuple, standing: Sequence[Run]) -> list[Write]:
        """What nodes had written there before: those that neither this run nor one after it from there ran."""
        superstep = found.metadata.get("step", -1) + 1
        here = [run, *(each for each in standing if each.id != run.id)]
        ran = {step.address for each in here for step in each.steps}
        rows = [row for row in self._rows(run, found) if row.task != COMMANDS]
        again = {row.task for row in rows if _is_among(row, superstep, ran)}
        self._check_within(run, again)
        kept = [write for write in found.pending_writes or () if write[0] not in {*again, COMMANDS}]
        answers = [write for write in found.pending_writes or () if write[0] in again and write[1] == RESUME]
        if answers and any(_answers(each, run) for each in here):
            if any(_answers(each, run) for each in self._stood(run, found, after=False)):
                raise NotReplayable(run.id, "some of its state's questions were answered before it and some after")
            answers = []
        return [*kept, *answers]

    def _rows(self, run: Run, found: CheckpointTuple) -> list[WriteRow]:
        with self.saver.store.reading() as session:
            space = space_of(session, run.thread, "")
            return write_rows(session, space, found.checkpoint["id"]) if space else []

    def _check_within(self, run: Run, tasks: set[str]) -> None:
        """A graph within it that waited goes on from a state of its own, of which a replay has none."""
        before = long_id(first_id_at(run.started))
        with self.saver.store.reading() as session:
            names = {ns for _, ns in spaces(session, run.thread).values() if ns.split("|")[0].split(":")[-1] in tasks}
            if any(last_before(session, run.thread, before, ns) for ns in names):
                raise NotReplayable(run.id, "a graph within the state that it began from was waiting there")

    # ── of commands ──────────────────────────────────────────────────────────────────────────────────────────

    def _stood(self, run: Run, found: CheckpointTuple, *, after: bool = True) -> list[Run]:
        """This run and those after it that gave a command to this very state, or else those before it.

        A branch has a state of its own.
        """
        commanded = (each for each in self.saver.store.runs_of(run.thread) if (each.started >= run.started) == after)
        return [each for each in commanded if is_command(each.input) and self._stood_at(each, found.checkpoint["id"])]

    def _stood_at(self, run: Run, id: str) -> bool:
        with self.saver.store.reading() as session:
            first = first_since(session, run.thread, run.started)
            if first is None:
                row = last_before(session, run.thread, long_id(first_id_at(run.started)))
                return row is not None and row.id == id
        return first.parent == id and not self.saver.told_apart([first], "fork")


def _of_commands(found: CheckpointTuple) -> list[Write]:
    return [write for write in found.pending_writes or () if write[0] == COMMANDS]


def _without(writes: Sequence[Write], standing: Sequence[Run], run: Run) -> list[Write]:
    """What is left of what commands wrote without what these runs did, which were the last to: never an answer."""
    left = [write for write in writes if write[1] not in WRITES_IDX_MAP]
    for each in reversed(standing):
        for channel, value in reversed(list(_written_by(_command_of(each.input, run)))):
            if left and left[-1][1] == channel and as_data(left[-1][2]) == as_data(value):
                left.pop()
            elif any(name == channel for _, name, _ in left):  # else it is one of those that LangGraph keeps nowhere
                raise NotReplayable(run.id, UNCLEAR)
    return left


def _written_by(command: Command[Any]) -> Iterator[tuple[str, Any]]:
    yield from ((channel, value) for _, channel, value in map_command(command) if channel not in WRITES_IDX_MAP)


def _command_of(given: Any, run: Run) -> Command[Any]:
    """The command that a run was given. Raises `NotReplayable` where what is recorded of it is none."""
    try:
        command: Command[Any] = Command(**given)
        list(_written_by(command))
    except Exception as error:  # an input of that form that was none
        raise NotReplayable(run.id, UNCLEAR) from error
    return command


def _answers(run: Run, of: Run) -> bool:
    return is_command(run.input) and _command_of(run.input, of).resume is not None


def _is_among(row: WriteRow, superstep: int, addresses: set[str]) -> bool:
    """Is the task that wrote this row the one of a step at one of these addresses? What was kept there, is of none."""
    if not row.path:
        return False
    if row.path.startswith(PULLED):
        return f"{row.path.removeprefix(PULLED)}@{superstep}" in addresses
    number = row.path.removeprefix(PUSHED).split(",")[0]
    if not number.isdigit():  # a task that a node called: it belongs to that node's step
        return any(address.split("/")[0].partition("@")[2].startswith(f"{superstep}") for address in addresses)
    return any(address.endswith(f"@{superstep}[{int(number)}]") and "/" not in address for address in addresses)
