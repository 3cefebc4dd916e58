"""What does a user ask of a replay, and on which terms is it played?

Without a change it is an exact replay: any difference is a divergence. With changes, a call is asked again only where
its request is another. This room turns what a user says (a folder of prompts, an alias, a value of the state) into the
terms of the engine, and says what is wrong with them before anything is played.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from playhead.errors import (
    BadInput,
    Diverged,
    EffectHeldBack,
    NotRecorded,
    NotReplayable,
    StepNotFound,
    nearest_name,
)
from playhead.graph.changes import NOTHING, Changes, Edit, Unanswered
from playhead.graph.imported import is_by_name
from playhead.graph.keeping import Origin, PlayedTurn, keep
from playhead.graph.player import Terms
from playhead.graph.recording import Recording
from playhead.graph.replaying import Played, TurnPlayer
from playhead.graph.structure import single_valued, state_names
from playhead.prompts import PromptSet
from playhead.records import Call, Replay, Run
from playhead.reuse import around
from playhead.store import Store

NUMBERS: Final = re.compile(r"@-?\d+|\[\d+\]")
"""What an address says besides the nodes on the way."""
NO_ANSWER: Final = "the model gave no answer"


@dataclass(frozen=True)
class Wanted:
    """What a user wants changed, as they say it. `prompts` is a folder or a set, `models` are names by alias.

    `at` is the address of a step: everything before it stays as recorded, and `state` is put in there; without it,
    before the run's first steps. `code` means today's code, whose new calls are asked. The answer stands in the place
    of the last run's, or, `further`, comes after it.
    """

    prompts: PromptSet | Path | str | None = None
    models: Mapping[str, str] = field(default_factory=dict)
    state: Mapping[str, Any] = field(default_factory=dict)
    at: str | None = None
    answer: Any = NOTHING
    code: bool = False
    further: bool = False

    @property
    def any(self) -> bool:
        """Is anything to be changed?"""
        return bool(self.prompts or self.models or self.state or self.code or self.answer is not NOTHING)


def changes_of(wanted: Wanted, graph: Any, today: PromptSet | None) -> Changes:
    """The changes in the engine's terms. Raises `BadInput` for a state that the graph has not, `PromptSyntax`."""
    prompts = wanted.prompts
    if isinstance(prompts, str | Path):
        prompts = PromptSet.draft(prompts)
    if prompts is not None:
        (today or PromptSet({}, {})).overlay(prompts)  # what does not load is said before anything is played
    edit = None
    if wanted.state:
        known = state_names(graph, wanted.at)
        for name in wanted.state:
            if name not in known:
                problem = f"the graph's state has no {name!r}.{nearest_name(name, known)}"
                raise BadInput("state", problem, f"It has {', '.join(known)}.")
        edit = Edit(wanted.state, wanted.at, frozenset(wanted.state.keys() & set(single_valued(graph, wanted.at))))
    return Changes(prompts, wanted.models, edit, wanted.answer, wanted.code, wanted.at, wanted.further)


def turn_of(run: Run, runs: Sequence[Run]) -> list[Run]:
    """The turn a run belongs to, up to it: the conversation's runs for the same event, oldest first."""
    known = [one for one in runs if one.cause == run.cause]
    places = [one.id for one in known]
    return known[: places.index(run.id) + 1] if run.id in places else [run]


def turns_of(runs: Sequence[Run]) -> list[list[Run]]:
    """A conversation's runs by the event they were for, oldest first."""
    turns: dict[str, list[Run]] = {}
    for run in runs:
        turns.setdefault(run.cause, []).append(run)
    return list(turns.values())


def answered_turn(run: Run, runs: Sequence[Run]) -> tuple[list[Run], bool]:
    """The turn in which a run is given another answer, and whether it is a further one.

    Of a run that waited, it is the answer to what it waited for, which the next run may have been given otherwise; of
    another, the one it was itself. Raises `BadInput` for a run that was given none and waits for none.
    """
    turn = turn_of(run, runs)
    if run.status == "interrupted":
        later = [one for one in runs if one.cause == run.cause][len(turn) :]
        return [*turn, *later[:1]], not later
    if len(turn) == 1:
        problem = f"run {run.id} neither waits for an answer nor was given one."
        raise BadInput("answer", problem, "Name a run that stopped to ask, or leave the answer out.")
    return turn, False


def waiting_step(turn: Sequence[Run]) -> str | None:
    """The address of the step that was answered last, or still waits."""
    found = [step.address for run in turn for step in run.steps if step.status == "interrupted"]
    return min((address for address in found if around(address, found[-1])), key=len) if found else None


def play_fork(
    recording: Recording, graph: Any, run: Run, runs: Sequence[Run], wanted: Wanted, *, live_reads: bool = False
) -> Played:
    """Play a run's turn so that everything before the step `at` (or that of the answer) is as recorded.

    Raises `BadInput` where it is said neither where nor with which answer, `StepNotFound`, and what keeps the replay
    from coming there: `NotRecorded`, `NotReplayable`.
    """
    turn, further = turn_of(run, runs), False
    if wanted.answer is not NOTHING:
        turn, further = answered_turn(run, runs)
    asked = waiting_step(turn[: -1 if not further else None]) if wanted.answer is not NOTHING else None
    if wanted.at and asked and _superstep(wanted.at) > _superstep(asked):  # what comes before a fork stays as it was
        problem = f"the question is that of {asked}, and {wanted.at} comes after it."
        raise BadInput("answer", problem, f"Fork it at {asked}, or leave the step out.")
    at = wanted.at or asked
    if at is None:
        raise BadInput("at", "a fork begins at a step.", "Name its address; `playhead show RUN` lists them.")
    played = play(recording, graph, turn, replace(wanted, at=at, further=further), live_reads=live_reads)
    if played.problem is not None and not isinstance(played.problem, EffectHeldBack):
        raise played.problem
    if at not in {step.address for step in played.replay.steps}:
        drift = played.replay.divergence
        why = f", because it differs before: {drift}" if drift else ""
        remedy = "Fork it at an earlier step, or on the code it was recorded with."
        raise NotReplayable(run.id, f"today's code does not come to step {at}{why}", remedy)
    return played


def beside(recording: Recording, turn: Sequence[Run]) -> Iterator[Run]:
    """A turn's runs, and then those of its whole conversation."""
    yield from turn
    yield from recording.store.runs_of(turn[-1].thread)


def _superstep(address: str) -> int:
    """When a step is made, counted within the conversation; of one within a node, when the node is."""
    found = re.search(r"@(-?\d+)", address)
    return int(found[1]) if found else 0


def check_aliases(recording: Recording, runs: Iterable[Run], models: Mapping[str, str]) -> None:
    """Raise `BadInput` for a model that nothing in the project, or in these runs, asks by this name."""
    known = set(recording.models.aliases)
    unknown = {alias for alias in models if alias not in known and ":" not in alias}
    others = iter(runs if unknown else ())
    while unknown and (run := next(others, None)):  # no further than it takes: each is opened
        names = {call.name for call in run.calls if is_by_name(call)}
        known, unknown = known | names, unknown - names
    for alias in sorted(unknown):
        problem = f"nothing here asks a model of this name.{nearest_name(alias, known)}"
        asked = f"These are asked, and can be exchanged: {', '.join(sorted(known))}."
        raise BadInput(f"Model {alias!r}", problem, f"{asked} A model that a node holds is its code's.")


def check_step(turn: Sequence[Run], at: str | None) -> None:
    """Raise `StepNotFound` where the turn has no step at this address."""
    if at is None:
        return
    known = [step.address for run in turn for step in run.steps]
    if at not in known:
        same_node = [each for each in known if NUMBERS.sub("", each) == NUMBERS.sub("", at)]
        raise StepNotFound(at, same_node or known)


def play(
    recording: Recording,
    graph: Any,
    turn: Sequence[Run],
    wanted: Wanted,
    *,
    strict: bool = False,
    dry: bool = False,
    live_reads: bool = False,
    hear: Callable[[Any], None] | None = None,
    stream_mode: str = "updates",
) -> Played:
    """Play a turn: exactly where nothing is changed; else calls are asked, refused (`strict`) or put off (`dry`)."""
    check_step(turn, wanted.at)
    check_aliases(recording, beside(recording, turn), wanted.models)
    changes = changes_of(wanted, graph, recording.prompts.current() if recording.prompts else None)
    exact = not changes.any and wanted.at is None
    unanswered: Unanswered = "diverge" if exact else "pause" if dry else "refuse" if strict else "ask"
    terms = Terms(changes, unanswered, live_reads, recording.resources if live_reads else {}, None, hear, stream_mode)
    return TurnPlayer(graph, recording, terms).play(turn)


def unanswered(asked: Iterable[Call]) -> str:
    """What went wrong with a question that no try got an answer to: how the agent goes on from there says nothing.

    "" where each of the calls that were asked was answered in the end, at the same place.
    """
    calls = list(asked)
    answered = {call.address: call.number for call in calls if call.status == "done"}
    for call in calls:
        if call.status == "failed" and answered.get(call.address, 0) < call.number:
            error = call.error
            return f"{NO_ANSWER}: {error.kind.rsplit('.', 1)[-1]}: {error.message}" if error else NO_ANSWER
    return ""


def exact_or_raise(played: Played, wanted: Wanted) -> Replay:
    """The replay. Raises `Diverged` for an exact one that differs, and what ended one that may not ask."""
    if isinstance(played.problem, NotRecorded):
        raise played.problem
    if not wanted.any and played.replay.divergence is not None:
        raise Diverged(played.replay)
    if not wanted.any and played.problem is not None:
        raise played.problem
    return played.replay


def kept(store: Store, replay: Replay, origin: Origin, thread: str | None) -> Replay:
    """The replay as it is kept: its thread, its metadata and the rest of its row are those on the recording.

    Raises `BadInput` for one that was not played with this recording, or is kept already.
    """
    turn = replay.played
    if not isinstance(turn, PlayedTurn) or turn.recording.store is not store:
        raise BadInput(replay.id, "it was not played by this deck, or is kept already.", "Play it here again.")
    run = store.run(keep(turn, replay.id, origin, thread))
    first = next(one for one in store.runs_of(run.thread) if one.cause == run.cause)
    refs = {**run.refs, "input": first.refs["input"], "context": first.refs["context"]}
    return replace(replay, thread=run.thread, refs=refs, read=run.read, played=None)
