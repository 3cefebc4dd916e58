"""Does each step of a replay come out as the one recorded at its address?

Values are compared by their hashes first, which costs next to nothing; where those differ, by what they say, up to ids
that are drawn at random.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from langgraph.checkpoint.serde.types import RESUME

from playhead.codec import Part
from playhead.diff import Renaming, first_difference
from playhead.graph.encoding import Encoder
from playhead.graph.identity import as_data, told
from playhead.graph.likeness import Likeness
from playhead.graph.tries import Ran, Tries, enclosing
from playhead.records import Call, Divergence, ErrorRecord, Step
from playhead.reuse import around, superstep
from playhead.store.values import Values

READINGS: Final = ("clock", "id", "memory")
NOT_RECORDED: Final = "not on the recording"
CUT_OFF = ("unfinished", "cancelled")
"""Steps that were not played to their end say nothing of how they would have ended."""


class Steps:
    """The recorded steps of one run, and which of them a replay has come to.

    Several may have one address: a node ran a graph, it asked a person, and the node went on with the answer. These are
    played `in_turn`, where none of them was cut off.
    """

    def __init__(
        self,
        recorded: Sequence[Step],
        ran: Mapping[int, Ran],
        values: Values,
        encoder: Encoder,
        renaming: Renaming,
        *,
        in_turn: bool = False,
    ) -> None:
        self._ran = ran
        self._turns: dict[tuple[str, Tries], list[Step]] = {}  # what is not cut off and gone on with by another attempt
        for step in recorded if in_turn else ():
            self._turns.setdefault(self._key(step), []).append(step)
        self._played: Counter[tuple[str, Tries]] = Counter()
        self._at = {self._key(step): step for step in recorded}  # of two the later: one was cut off
        over = (step for step in recorded if self._ran[step.number].is_over)
        self._not_again = {(step.address, step.attempt): step for step in over}
        self._encoder, self.renaming = encoder, renaming
        self.likeness = Likeness(values, encoder, renaming)
        self._seen: set[tuple[str, Tries]] = set()
        last = {(step.address, self._ran[step.number].tries[1:]): step for step in recorded}
        self._failed = {_superstep(*key) for key, step in last.items() if step.status == "failed"}
        self._fails: set[Superstep] = set()  # those in which a step fails now

    def _key(self, step: Step) -> tuple[str, Tries]:
        return step.address, self._ran[step.number].tries

    def at(self, address: str, ran: Tries) -> Step | None:
        """The recorded step. One within a node that was gone on with may have been done once for several attempts."""
        return self._at.get((address, ran)) or self._not_again.get((address, ran[0]))

    def compare(self, row: Mapping[str, Any], ran: Tries) -> tuple[int, Divergence] | None:
        """How a step that was played differs from the recorded one, and that one's number; None where it does not."""
        recorded = self._in_turn(row["address"], ran)
        if row["status"] == "cancelled" and self.is_beside_failed(row["address"], ran):
            return None
        if row["status"] == "failed":
            self._fails.add(_superstep(row["address"], ran[1:]))
        self._seen.add((row["address"], ran))
        if recorded is None:
            return row["number"], Divergence(row["address"], "step", NOT_RECORDED, "reached")
        if recorded.status in CUT_OFF or (found := self._difference(recorded, row)) is None:
            return None
        return recorded.number, found

    def _in_turn(self, address: str, ran: Tries) -> Step | None:
        """The recorded step that is played here next."""
        turns, played = self._turns.get((address, ran), ()), self._played[address, ran]
        self._played[address, ran] += 1
        return turns[played] if played < len(turns) else self.at(address, ran)

    def _difference(self, recorded: Step, row: Mapping[str, Any]) -> Divergence | None:
        if _ended(recorded.status) != _ended(row["status"]):
            raised = self._encoder.value(row["error"]) if isinstance(row["error"], Part) else None
            now = f"{row['status']}: {raised['message']}" if isinstance(raised, dict) else row["status"]
            return Divergence(recorded.address, "status", recorded.status, now)
        if recorded.status == "failed" and (error := self._other_error(recorded, row["error"])) is not None:
            return error
        for name in ("input", "output"):
            part, ref = row[name], recorded.refs[name]
            if not ref or not isinstance(part, Part) or self.likeness.holds(ref, part):
                continue
            left, right = as_data(recorded.read(ref)), as_data(self._encoder.value(part))
            sides = (_by_channel(left), _by_channel(right)) if name == "output" else (left, right)
            if (found := first_difference(*sides, self.renaming)) is not None:
                field = f"{name}.{found.path}" if found.path else name
                return Divergence(recorded.address, field, found.left, found.right)
            if name == "output" and (leads := _leads_to(left)) != (now := _leads_to(right)):
                return Divergence(recorded.address, "next", leads, now)
        return None

    def _other_error(self, recorded: Step, part: Part | None) -> Divergence | None:
        if (then := recorded.error) is None or part is None:
            return None
        now = ErrorRecord(**self._encoder.value(part))
        if same_error(then, now, self.renaming):
            return None
        return Divergence(recorded.address, "error", in_words(then), in_words(now))

    def knows(self, address: str, ran: Tries) -> bool:
        """Is there a recorded step at this address?"""
        return self.at(address, ran) is not None

    def cached(self, address: str, ran: Tries, given: Part | None) -> Step | None:
        """The recorded step here, if LangGraph's node cache answered it and it was given the same."""
        found = self.at(address, ran)
        if found is None or found.status != "cached":
            return None
        asked = {"status": found.status, "input": given, "output": None}
        return found if self._difference(found, asked) is None else None

    def cut_off(self, address: str, ran: Tries) -> Step | None:
        """The recorded step here, if it was cut off."""
        found = self._at.get((address, ran))
        return found if found is not None and found.status in CUT_OFF else None

    def after(self, step: Step) -> list[str]:
        """The addresses of the recorded steps that began after this one."""
        return [other.address for other in self._at.values() if other.number > step.number]

    def is_beside_failed(self, address: str, ran: Tries) -> bool:
        """Did a recorded step fail beside it, or beside one around it?

        Then LangGraph begins none of that superstep any more, and ends those that wait: which these are is chance.
        """
        return _is_in(self._failed, address, ran)

    def within(self, call: Call) -> list[Step]:
        """The recorded steps of graphs that a tool or an effect ran."""
        inside = (step for step in self._at.values() if around(call.address, step.address) and is_during(call, step))
        return [step for step in inside if step.address != call.address]

    def pass_over(self, steps: Iterable[Step]) -> None:
        """These are not played: what they led to is served."""
        self._seen.update(keys := [self._key(step) for step in steps])
        self._played.update({key: len(self._turns.get(key, ())) for key in keys})

    def not_made(self, served: Collection[int]) -> list[tuple[int, Divergence]]:
        """Recorded calls of steps that were played to their end, with the steps' numbers, that were not made again."""
        played = [self._at[key] for key in self._seen & self._at.keys() if self._at[key].status not in CUT_OFF]
        return [
            (step.number, Divergence(step.address, f"{call.kind} call {call.ordinal}", "made", "not made"))
            for step in played
            for call in step.calls
            if call.kind not in READINGS and call.number not in served
        ]

    def missing(self) -> list[tuple[int, Divergence]]:
        """Recorded steps, with their numbers, that the replay has not come to."""
        return [
            (step.number, Divergence(step.address, "step", "reached", "not reached"))
            for key, step in self._at.items()
            if key not in self._seen or self._played[key] < len(self._turns.get(key, ()))
            if step.status not in CUT_OFF and not self._ran[step.number].is_over
            if not _is_in(self._fails & self._failed, *key)
        ]


def same_error(left: ErrorRecord, right: ErrorRecord, renaming: Renaming) -> bool:
    """Are they of one class, and do they say the same but for what no two runs share?"""
    return left.kind == right.kind and renaming.same(told(left.message), told(right.message))


def in_words(error: ErrorRecord | None) -> str:
    """An error as a line of a traceback has it."""
    return f"{error.kind.rpartition('.')[2]}: {error.message}" if error else "no error"


ROUTING: Final = ("branch:to:", "join:")


Superstep: TypeAlias = tuple[str, int, Tries]
"""Where it is, its number, and the attempts of the steps around it."""


def _superstep(address: str, around: Tries) -> Superstep:
    return *superstep(address), around


def _is_in(supersteps: Collection[Superstep], address: str, ran: Tries) -> bool:
    """Is a step, or one around it, in one of these supersteps?"""
    while address:
        if _superstep(address, ran[1:]) in supersteps:
            return True
        address, ran = enclosing(address), ran[1:]
    return False


def is_during(call: Call, other: Call | Step) -> bool:
    """Did the other begin while this call was made?"""
    return call.started <= other.started <= call.started + call.seconds


def _ended(status: str) -> str:
    """How a step came out: one that the node cache answered came out as one that was done."""
    return "done" if status == "cached" else status


def _by_channel(writes: Any) -> Any:
    """A step's writes by what they go to, several to one channel in order, without where it leads to.

    That a person's answer was used is LangGraph's own note: a tool that used it does not run where its result is known.
    """
    if not isinstance(writes, list):
        return writes
    made: dict[str, Any] = {}
    for channel, value in writes:
        name = str(channel)
        if name == RESUME or name.startswith(ROUTING):
            continue
        while name in made:
            name += "'"
        made[name] = value
    return made


def _leads_to(writes: Any) -> str:
    """The nodes that a step's writes lead to. LangGraph keeps edges in a set, another in every process: in no order."""
    names = [str(channel) for channel, _ in writes] if isinstance(writes, list) else []
    return ", ".join(sorted(name.rpartition(":")[2] for name in names if name.startswith(ROUTING))) or "nothing"
