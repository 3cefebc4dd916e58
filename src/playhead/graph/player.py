"""Who goes through a recorded run again?

The recorder's own classes do, with this room where the store stood: every row that would be written comes here, every
call asks here first. What the recording answers is served; what becomes of the rest is said by the terms of the replay.
"""

from __future__ import annotations

import itertools
import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from langgraph.errors import GraphRecursionError

from playhead.diff import Renaming
from playhead.errors import EffectHeldBack, NotRecorded, PlayheadError
from playhead.graph.aside import Aside, Make
from playhead.graph.branches import limit_of, models_of
from playhead.graph.changes import Changes, Edit, Unanswered
from playhead.graph.continuing import Continued
from playhead.graph.provenance import Asked
from playhead.graph.questions import Desk, Question
from playhead.graph.recorded_calls import RecordedCalls
from playhead.graph.recorded_keys import RecordedKeys
from playhead.graph.recorder import RowOfRun, RunRecorder, StepRecorder
from playhead.graph.recording import Recording
from playhead.graph.saves import Saving
from playhead.graph.stepwise import READINGS, Steps
from playhead.graph.texts import Texts
from playhead.graph.tries import Tries, tries, tries_of
from playhead.prompts import PromptSet
from playhead.records import Call, Divergence, Fate, Run
from playhead.reuse import Place, around, precedes, superstep, visit_within
from playhead.store.values import Values
from playhead.store.writer import Posted

RUNS_AWAY: Final = "{} steps are more than twice as many as the recorded run took: it seems to go on for ever"
ACTING: Final = ("tool", "effect")


class Stopped(BaseException):
    """A branch of a replay ends here. Not an `Exception`: the code that is replayed must not catch it."""

    generations: Final[list[Any]] = []  # LangChain takes what is no `Exception` for an answer before it raises it
    llm_output: Final = None


def is_stop(error: BaseException | None) -> bool:
    """Does a branch of a replay end with this? A group of tasks passes on what one of them raised in a group."""
    if isinstance(error, BaseExceptionGroup):
        return error.subgroup(Stopped) is not None
    return isinstance(error, Stopped)


@dataclass(frozen=True)
class Terms:
    """How a replay is played: what is changed, what becomes of calls without an answer, whether reads may be made.

    Where there is a `desk`, every model call that is asked goes by it. What the graph streams in `stream_mode` is told
    to `hear`; where nobody hears, it streams nothing, which costs least.
    """

    changes: Changes = field(default_factory=Changes)
    unanswered: Unanswered = "diverge"
    live_reads: bool = False
    resources: Mapping[str, Any] = field(default_factory=dict)
    desk: Desk | None = None
    hear: Callable[[Any], None] | None = None
    stream_mode: str = "updates"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a call: its fate, why, the recorded call it stands for, and the question that is asked for it."""

    fate: Fate
    why: str
    recorded: Call | None = None
    question: Question | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """A call that is certain to be asked: where it stands, why, the recorded one there, and what it would ask."""

    place: Place
    why: str
    recorded: Call | None
    model: str
    characters: int


class Served(NamedTuple):
    """A call that the recording answered: its number here, the step's, where it stood, what asked, and the verdict.

    `effect` is the end of an effect's key, by which it is found again when the run goes on for real.
    """

    number: int
    step: int
    place: Place
    asked: Asked | None
    verdict: Verdict
    effect: str = ""


@dataclass
class ReplayRecording(Recording):
    """What a replayed graph writes goes to its player, and nowhere else."""

    keep: Callable[[Mapping[str, Any]], None] = lambda row: None

    def note(self, operation: Posted, *, urgent: bool = False) -> None:
        """A row that would be written; the operation that would write it is not run."""
        assert isinstance(operation, RowOfRun)  # the run's own row is written by who keeps a replay
        self.keep(operation.row)


class RunPlayer(RunRecorder):
    """Goes through one recorded run again.

    `rows` are the steps and calls played, as the recorder made them; calls served from the recording are in `served`.
    """

    def __init__(
        self,
        recording: ReplayRecording,
        run: Run,
        values: Values,
        terms: Terms,
        renaming: Renaming,
        keys: RecordedKeys,
        *,
        is_recorded: bool = True,
        before: RunPlayer | None = None,
        texts: Texts,
        edits: Sequence[Edit] = (),
        facts: Mapping[str, Any],
        beside: Make,
    ) -> None:
        recording.keep = self._keep
        visited = before._visited if before else {}
        super().__init__(recording, run.thread, Continued(cause=run.cause, visited=visited), None)
        self.original, self.terms, self.edits, self.facts, self._texts = run, terms, edits, facts, texts
        self.models_put_in = models_of(facts).keys() - terms.changes.models.keys()  # when the run was made
        self.is_recorded = is_recorded  # else it goes on where the recorded one ended
        # Was the recorded run left before its end, by a static interrupt, a reader who left, or a crash?
        self._was_cut_off = run.status in ("interrupted", "cancelled", "running") and not terms.changes.any
        self._most: float = math.inf if limit_of(run, facts) else 2 * len(run.steps) + 50
        self.edited: dict[int, str] = {}  # which edit was written by the step at which address
        self.values, ran = values, tries_of(run.steps)
        recorded = run.steps if is_recorded else ()
        self.steps = Steps(recorded, ran, values, recording.encoder, renaming, in_turn=run.attempt == 1)
        self.calls = RecordedCalls(run, ran, values, keys)
        self.rows: list[Mapping[str, Any]] = []
        self.served: list[Served] = []
        self.expected: dict[tuple[int, str, int], Verdict] = {}
        self.pending: list[Pending] = []
        self.divergences: list[tuple[int, Divergence]] = []
        self.executed = 0
        self.problem: PlayheadError | None = None
        self.ended_early = False  # it ends where the recorded one was left
        self.answered_anew = False  # it goes on with another answer of a person than the recorded one
        self.asked_people: dict[Place, int] = before.asked_people.copy() if before else {}  # how many a tool came to
        self.clock: str | None = None
        self._aside = Aside(run.started, beside)
        self._stopped: list[str] = []
        self._tries: dict[int, Tries] = {}  # by the number of the step
        self._first: int | None = None
        self._named: set[str] = set()
        self._keeping = threading.Lock()

    def saving(self) -> Saving:
        """Whatever its nodes have saved on a recording is kept in memory."""
        return Saving(aside=self._aside)

    @property
    def is_stopped(self) -> bool:
        """Did a branch of it end before its time?"""
        return bool(self._stopped)

    @property
    def reused(self) -> frozenset[int]:
        """The numbers of the recorded calls that were served."""
        return frozenset(served.verdict.recorded.number for served in self.served if served.verdict.recorded)

    # ── steps ────────────────────────────────────────────────────────────────────────────────────────────────

    def begin_step(self, at: str, place: str, parent: StepRecorder, attempt: int, given: Any) -> StepRecorder:
        """A node starts, unless what leads to it was stopped, or the recorded run was cut off before it."""
        address = f"{parent.address}/{at}" if parent.address else at
        if self.problem or (self._stopped and any(precedes(stopped, address) for stopped in self._stopped)):
            raise Stopped
        if (
            self._was_cut_off
            and not self.steps.knows(address, tries(attempt, parent.tries))
            and not self.steps.missing()
        ):
            self.ended_early = True
            raise Stopped
        if self._next_step > self._most:
            raise GraphRecursionError(RUNS_AWAY.format(self._most))
        if self._first is None:
            self._first = superstep(address)[1]
        step = super().begin_step(at, place, parent, attempt, given)
        self._tries[step.number] = step.tries
        return step

    def goes_no_further(self, step: StepRecorder) -> bool:
        """Was the recorded step cut off, and is all it had come to served? What it did then, nobody knows."""
        if self.original.status == "done" or self.terms.changes.any:
            return False
        recorded = self.steps.cut_off(step.address, step.tries)
        if recorded is None or any(around(step.address, other) for other in self.steps.after(recorded)):
            return False
        is_over = {call.number for call in recorded.calls if call.kind not in READINGS} <= self.reused
        self.ended_early = self.ended_early or is_over
        return is_over

    def cancelled_after(self, step: StepRecorder) -> float | None:
        """The seconds after which the recorded step was cancelled, though its run went on; None if it was not."""
        recorded = self.steps.cut_off(step.address, step.tries)
        if recorded is None or recorded.status != "cancelled" or self.original.status not in ("done", "failed"):
            return None
        is_around = any(around(step.address, other) for other in self.steps.after(recorded))
        return None if is_around or self.terms.changes.any else recorded.seconds

    def goes_on(self, step: StepRecorder) -> Stopped:
        """What was cancelled when it was recorded no longer is: the replay ends here."""
        with self._keeping:
            self.divergences.append((step.number, Divergence(step.address, "status", "cancelled", "goes on")))
        return self.stop(step)

    def was_not_begun(self, step: StepRecorder) -> bool:
        """Is the step not on the recording because another failed beside it, before it had begun?"""
        place = step.address, step.tries
        return not self.terms.changes.any and not self.steps.knows(*place) and self.steps.is_beside_failed(*place)

    def from_cache(self, address: str, ran: Tries, given: Any) -> list[tuple[str, Any]] | None:
        """What LangGraph's node cache gave here when this was recorded; None where it did not, for the same input."""
        part = self.encode(lambda encoder: {"input": encoder.anything(given)}).get("input")
        found = self.steps.cached(address, ran, part)
        return found.writes if found else None

    def edit(self, step: StepRecorder, writes: Any) -> None:
        """Put the changed state in the place of what this step wrote, where the change belongs after it."""
        for number, edit in enumerate(self.edits):
            if not edit.belongs_after(step.address, self._first):
                continue
            kept = [(channel, value) for channel, value in writes if channel not in edit.replaces]
            writes.clear()
            writes.extend(kept)
            if number not in self.edited and edit.by in (None, step.address):  # of parallel steps one writes for all
                self.edited[number] = step.address
                writes.extend(edit.values.items())

    def comes_before(self, address: str) -> bool:
        """Is the step at this address one before the changes, whose calls are all as recorded?"""
        since = self.terms.changes.since
        return since is not None and precedes(address, since)

    def prompts_at(self, address: str) -> PromptSet | None:
        """The prompts that the step at this address asks: before the changes, as they were."""
        recorded, changed = self._texts.at(address)
        return recorded if self.comes_before(address) else changed

    def _keep(self, row: Mapping[str, Any]) -> None:
        ends = row["status"] == "cancelled"
        if ends:  # it was stopped by us: the user's code raised nothing
            row = {**row, "error": None}
        with self._keeping:
            self.rows.append(row)
            is_call, ends = "ordinal" in row, ends and self.problem is not None  # the whole replay does
            if not (is_call or ends or any(around(row["address"], other) for other in self._stopped)):
                self._compare(row)
        if is_call:
            self._answered(row)  # it may wait for a commit: nobody else has to

    def _compare(self, row: Mapping[str, Any]) -> None:
        ran = self._tries[row["number"]]
        if self.ended_early and row["status"] == "cancelled" and not self.steps.knows(row["address"], ran):
            return  # the recording ends within this step, which had not ended itself
        if (found := self.steps.compare(row, ran)) is not None:
            self.divergences.append(found)
            if self.terms.unanswered == "diverge":
                self._stopped.append(row["address"])

    # ── calls ────────────────────────────────────────────────────────────────────────────────────────────────

    def place(self, step: StepRecorder, kind: str) -> Place:
        """Where the next call of this kind stands. Raises `Stopped` where the step hangs on what was stopped."""
        if self.problem or (self._stopped and any(around(step.address, stopped) for stopped in self._stopped)):
            raise Stopped
        return Place(step.address, step.tries, kind, step.upcoming(kind))

    def take(self, place: Place) -> Call | None:
        """The recorded call at this place, where it comes before the changes: it is served whatever it asked."""
        return self.calls.take(place) if self.comes_before(place.address) else None

    def serve(
        self, step: StepRecorder, place: Place, recorded: Call, asked: Asked | None = None, effect: str = ""
    ) -> None:
        """A call is answered from the recording."""
        step.ordinal(place.kind)
        inside = self._pass_over(step, recorded) if place.kind in ACTING else []
        elsewhere = recorded.address != place.address or recorded.ordinal != place.ordinal
        why = f"asked the same at {recorded.address}" if elsewhere else "asks the same"
        with self._keeping:
            verdict = Verdict("reused", why, recorded)
            self.served.append(Served(self.next_call(), step.number, place, asked, verdict, effect))
            for at, call in inside:
                verdict = Verdict("reused", f"made by {recorded.name}", call)
                self.served.append(Served(self.next_call(), step.number, at, None, verdict))

    def made_within(self, recorded: Call) -> list[Call]:
        """The recorded calls that were made while a tool or an effect ran, in it or in graphs that it ran."""
        return self.calls.made_within(recorded, self.steps.within(recorded))

    def _pass_over(self, step: StepRecorder, recorded: Call) -> list[tuple[Place, Call]]:
        """Whose result is served is not run: neither are the calls made, nor the graphs played, that it needed."""
        reused, played = self.reused, self.steps.within(recorded)
        inside = [call for call in self.calls.made_within(recorded, played) if call.number not in reused]
        self.calls.pass_over(inside)
        self.steps.pass_over(played)
        step.skip_subgraphs({visit_within(step.address, one.address) for one in played})
        return [(self._place_within(step, call), call) for call in inside]

    def _place_within(self, step: StepRecorder, call: Call) -> Place:
        own = call.address == step.address
        return Place(call.address, step.tries, call.kind, step.ordinal(call.kind) if own else call.ordinal)

    def expect(self, step: StepRecorder, place: Place, verdict: Verdict) -> None:
        """A call is about to be made here, of which this is to be said."""
        self.expected[step.number, place.kind, place.ordinal] = verdict

    def stop(self, step: StepRecorder, problem: PlayheadError | None = None) -> Stopped:
        """This branch ends here; with a `problem`, the whole replay does."""
        with self._keeping:
            self._stopped.append(step.address)
            self.problem = self.problem or problem
        return Stopped()

    def hold_back(self, step: StepRecorder, what: str, why: str) -> Stopped:
        """Something would happen in the world that no recorded call stands for: the replay ends here."""
        return self.stop(step, None if self.terms.unanswered == "pause" else EffectHeldBack(what, why))

    def part_ways(self, step: StepRecorder, place: Place, field: str, recorded: Any, replayed: Any) -> Stopped:
        """An exact replay came to a call that the recording does not answer."""
        number = next((call.step for call in self.calls.all if call.address == place.address), step.number)
        where = f"{place.kind} call {place.ordinal}" + (f" {field}" if field else "")
        with self._keeping:
            self.divergences.append((number, Divergence(step.address, where, recorded, replayed)))
        return self.stop(step)

    def refuse(self, step: StepRecorder, place: Place, why: str) -> Stopped:
        """A call would have to be asked, and may not."""
        return self.stop(step, NotRecorded(f"{place.kind.capitalize()} call {place.ordinal} of {step.address}", why))

    def name_of(self, place: Place, key: bytes) -> str:
        """A name for this question, the same whenever this run is played.

        Two of the same words within a step have two names; one that failed and is tried again keeps its own.
        """
        with self._keeping:
            which = f"{place.address}/{'.'.join(map(str, place.tries))}/{key.hex()}"
            names = (f"{self.original.id}/{which}/{n}" for n in itertools.count())
            name = next(one for one in names if one not in self._named)
            self._named.add(name)
        return name

    def _answered(self, row: Mapping[str, Any]) -> None:
        """A call ended: the desk is told of it, where it went by there."""
        expected = self.expected.get((row["step"], row["kind"], row["ordinal"]))
        if expected is None or expected.question is None or self.terms.desk is None:
            return
        if row["status"] != "done":
            self._named.discard(expected.question.name)
        self.terms.desk.after(expected.question, row)
