"""What does a user ask of a replay, and on which terms is it played?

Without a change it is an exact replay: any difference is a divergence. With changes, a call is asked again only where
its request is another. This room turns what a user says (a folder of prompts, an alias, a value of the state) into the
terms of the engine, and says what is wrong with them before anything is played.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playhead.errors import BadInput, Diverged, NotRecorded, StepNotFound, nearest_name
from playhead.graph.changes import NOTHING, Changes, Edit, Unanswered
from playhead.graph.player import Terms
from playhead.graph.recording import Recording
from playhead.graph.replaying import Played, TurnPlayer, single_valued, state_names
from playhead.prompts import PromptSet
from playhead.records import Replay, Run


@dataclass(frozen=True)
class Wanted:
    """What a user wants changed, as they say it. `prompts` is a folder or a set, `models` are names by alias.

    `at` is the address of a step: `state` is put in before it, else before the run's first steps. `code` means today's
    code, whose new calls are asked.
    """

    prompts: PromptSet | Path | str | None = None
    models: Mapping[str, str] = field(default_factory=dict)
    state: Mapping[str, Any] = field(default_factory=dict)
    at: str | None = None
    answer: Any = NOTHING
    code: bool = False

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
    return Changes(prompts, wanted.models, edit, wanted.answer, wanted.code)


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


def check_step(turn: Sequence[Run], at: str | None) -> None:
    """Raise `StepNotFound` where the turn has no step at this address."""
    known = [step.address for run in turn for step in run.steps]
    if at is not None and at not in known:
        raise StepNotFound(at, known)


def play(
    recording: Recording,
    graph: Any,
    turn: Sequence[Run],
    wanted: Wanted,
    *,
    strict: bool = False,
    dry: bool = False,
    live_reads: bool = False,
) -> Played:
    """Play a turn: exactly where nothing is changed; else calls are asked, refused (`strict`) or put off (`dry`)."""
    check_step(turn, wanted.at)
    changes = changes_of(wanted, graph, recording.prompts.current() if recording.prompts else None)
    unanswered: Unanswered = "diverge" if not changes.any else "pause" if dry else "refuse" if strict else "ask"
    terms = Terms(changes, unanswered, live_reads, recording.resources if live_reads else {})
    return TurnPlayer(graph, recording, terms).play(turn)


def exact_or_raise(played: Played, wanted: Wanted) -> Replay:
    """The replay. Raises `Diverged` for an exact one that differs, and what ended one that may not ask."""
    if isinstance(played.problem, NotRecorded):
        raise played.problem
    if not wanted.any and not played.replay.unchanged:
        raise Diverged(played.replay)
    return played.replay
