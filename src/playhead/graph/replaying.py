"""How is a recorded turn played again, and what is told of it?

A turn is what one event led to: a run, and where it was interrupted, the runs that went on with it. It is played from
the state it began from, in memory, through the user's own graph. Everything the recorder would have written becomes a
`Replay`: a run like any other, with the fate of each call and the steps that came out otherwise.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass, field, fields, replace
from typing import Any

from langgraph.checkpoint.base import CheckpointTuple
from langgraph.types import Command

from playhead.diff import Renaming
from playhead.errors import NotReplayable, PlayheadError
from playhead.graph.beginnings import Beginning, Beginnings, branch_of
from playhead.graph.branches import edits_of, limit_of, models_of, original_thread, own_facts
from playhead.graph.changes import NOTHING, Edit
from playhead.graph.compiled import check_compiled
from playhead.graph.continuing import is_command
from playhead.graph.deltas import saved_whole
from playhead.graph.ending import Ending
from playhead.graph.guard import no_effects
from playhead.graph.intercept import install
from playhead.graph.interrupts import renamed_answer
from playhead.graph.keeping import Execution, PlayedTurn
from playhead.graph.player import Pending, ReplayRecording, RunPlayer, Stopped, Terms, is_stop
from playhead.graph.recorded import STATIC_INTERRUPTS
from playhead.graph.recorded_keys import RecordedKeys
from playhead.graph.recorder import new_name
from playhead.graph.recording import Recording
from playhead.graph.remembered import RememberedConversation, ReplayedConversation
from playhead.graph.renamed import renamed_hint
from playhead.graph.shelf import Shelf
from playhead.graph.standin import StandIns
from playhead.graph.structure import graphs_in, needs_async, single_valued
from playhead.graph.texts import TextsOf
from playhead.graph.told import Told
from playhead.prompts import PromptSet
from playhead.records import DURABILITY, ERASED, Replay, Run
from playhead.store import Store
from playhead.store.values import Values


@dataclass
class Played:
    """A turn that was played: its replay, the state it ended in, and, where asking was put off, what would be asked.

    `reused` are, for each run that was played, the numbers of the recorded calls that were served.
    """

    replay: Replay
    shelf: Shelf
    pending: list[Pending] = field(default_factory=list)
    problem: PlayheadError | None = None
    reused: tuple[frozenset[int], ...] = ()


@dataclass(frozen=True)
class OnePromptSet:
    """Prompts that do not change while a run is played."""

    prompts: PromptSet

    def current(self) -> PromptSet:
        """The set."""
        return self.prompts


@dataclass
class Course:
    """A turn that is being played: of what, on what, and what became of its runs so far."""

    turn: Sequence[Run]
    inputs: Sequence[tuple[Run, Any]]
    values: Mapping[str, Values]
    graph: Any
    shelf: Shelf
    beginning: Beginning | None
    renaming: Renaming = field(default_factory=Renaming)
    executions: list[Execution] = field(default_factory=list)

    @property
    def asks_people(self) -> bool:
        """Is what it had saved by then read again, by a run that goes on with an answer?"""
        return len(self.inputs) > 1 or self.turn[-1].status == "interrupted"

    @property
    def players(self) -> list[RunPlayer]:
        """Who went through its runs."""
        return [execution.player for execution in self.executions]


class TurnPlayer:
    """Plays recorded turns through one graph. `recording` is what the graph would be recorded with."""

    def __init__(self, graph: Any, recording: Recording, terms: Terms) -> None:
        check_compiled(graph)
        install()
        self.graph, self.recording, self.terms = graph, recording, terms
        self._beginnings = Beginnings(recording.saver, graph)
        self._models = StandIns(recording.models, terms.changes.models)
        for alias in terms.changes.models if terms.unanswered == "ask" else ():
            self._models.check_usable(alias)
        self._is_async = needs_async(graphs_in(graph))
        today = recording.prompts.current() if recording.prompts else None
        self._texts = TextsOf(today, terms.changes.prompts)

    def play(self, turn: Sequence[Run], shelf: Shelf | None = None) -> Played:
        """Play a turn: the runs of one event, oldest first, from the state on `shelf`, else from the recorded one."""
        course, began = self._course(turn, shelf), time.time()
        start, executions = course.shelf.begun(), course.executions
        for index in range(len(course.inputs)):
            executions.append(self._execute(course, index))
            player, error = executions[-1].player, executions[-1].error
            if player.problem or player.is_stopped or (is_stop(error) and not player.ended_early):
                break
        players = course.players
        self._explain(players)
        played = PlayedTurn(executions, course.shelf, start, self.graph.output_channels)
        replay = Told(self.recording.encoder, course.turn, played, began).replay(new_name("p"))
        pending = [one for player in players for one in player.pending]
        problem = next((player.problem for player in players if player.problem), None)
        return Played(replay, course.shelf, pending, problem, tuple(player.reused for player in players))

    def _course(self, turn: Sequence[Run], shelf: Shelf | None) -> Course:
        at_hand = [held(run, self.recording.store) for run in turn]
        turn, values = [run for run, _ in at_hand], {run.id: found for run, found in at_hand}
        inputs, beginning = list(self._inputs(turn)), None
        if shelf is None:
            beginning = self._beginnings.of_first(*inputs[0])
            shelf = ReplayedConversation(self.recording.encoder.serde, turn[0].thread)
            shelf.stand_at(beginning.latest, beginning.older)
        return Course(turn, inputs, values, self._prepared(shelf), shelf, beginning)

    def _execute(self, course: Course, index: int) -> Execution:
        """Play one run of the turn, and compare its end with the recorded one's."""
        (run, given), is_recorded = course.inputs[index], index < len(course.turn)
        begun = self._set_out(course, index) if index else None
        before = course.players[-1] if index else None
        player = self._player(run, course.values[run.id], course.renaming, before, is_recorded=is_recorded)
        player.answered_anew = self._is_answered_anew(run, course.turn, is_recorded=is_recorded)
        if isinstance(given, Command):
            given = replace(given, resume=renamed_answer(given.resume, course.turn[:index], course.players))
        execution, beginning = Execution(player, given, time.time(), begun=begun), course.beginning
        if beginning and beginning.named:
            execution = execution.from_older(beginning.older, branch_of(beginning.older[""]), beginning.branches)
        error = self._run(course, run, given, player)
        execution = execution.ended(error, course.shelf.latest())
        Ending(player, execution.state, self.graph.output_channels).compare(error)
        return execution

    def _set_out(self, course: Course, index: int) -> Mapping[str, CheckpointTuple] | None:
        """Stand where a later run of the turn set out from: gives the recorded states, if others had been left."""
        (run, given), shelf, executions = course.inputs[index], course.shelf, course.executions
        course.beginning = beginning = self._later(course.turn, index, given)
        if beginning is not None:
            shelf.stand_at(beginning.latest, beginning.older)
            return shelf.begun()
        if given is None and stood_still(executions) and self._beginnings.left_an_answer(run):
            shelf.leave_answer(executions[-1].given)
        return None

    def _is_answered_anew(self, run: Run, turn: Sequence[Run], *, is_recorded: bool) -> bool:
        changes = self.terms.changes
        return changes.answer is not NOTHING and (not is_recorded if changes.further else run is turn[-1])

    # ── what a run is played with ────────────────────────────────────────────────────────────────────────────

    def _later(self, turn: Sequence[Run], index: int, given: Any) -> Beginning | None:
        """The recorded state that a later run of a turn set out from, where the one before had not left it so."""
        return self._beginnings.of_later(turn[index], given, turn[index - 1]) if index < len(turn) else None

    def _prepared(self, shelf: Shelf) -> Any:
        """The graph on a shelf of its own; what stands in for a long-term store does so wherever it is used."""
        channels = saved_whole(self.graph.channels)
        return self.graph.copy(update={"checkpointer": shelf, "cache": None, "channels": channels})

    def _inputs(self, turn: Sequence[Run]) -> Iterator[tuple[Run, Any]]:
        changes = self.terms.changes
        for index, run in enumerate(turn):
            given = run.input
            if given == ERASED:
                raise NotReplayable(run.id, "its input was erased")
            if is_command(given) and (index or not given.keys() <= set(self.graph.channels)):
                given = Command(**given)
            if index == 0 and isinstance(given, dict) and (edit := changes.edit) and edit.at is None:
                given = {**given, **{name: edit.values[name] for name in edit.replaces & edit.values.keys()}}
            if run is turn[-1] and changes.answer is not NOTHING and not changes.further:
                given = Command(**{**(vars(given) if isinstance(given, Command) else {}), "resume": changes.answer})
            yield run, given
        if changes.further:
            yield turn[-1], Command(resume=changes.answer)

    def _player(
        self, run: Run, values: Values, renaming: Renaming, before: RunPlayer | None, *, is_recorded: bool
    ) -> RunPlayer:
        texts, facts = self._texts.run(run.calls), run.metadata
        models = {**put_in, **self.terms.changes.models} if (put_in := models_of(facts)) else None
        names = {each.name: getattr(self.recording, each.name) for each in fields(self.recording)}
        recording = ReplayRecording(
            **{
                **names,
                "prompts": OnePromptSet(texts.changed) if texts.changed else None,
                "models": StandIns(self.recording.models, models) if models else self._models,
                "resources": self.terms.resources if self.terms.live_reads else {},
            }
        )
        keys = RecordedKeys(recording.encoder.redactor, lambda call: texts.at(call.address)[0], by_words=bool(models))
        return RunPlayer(
            recording,
            run,
            values,
            self.terms,
            renaming,
            keys,
            is_recorded=is_recorded,
            before=before,
            texts=texts,
            edits=self._edits(run, facts),
            facts=facts,
            beside=lambda saver, name, begun: RememberedConversation(saver.serde, name, begun),
        )

    def _edits(self, run: Run, facts: Mapping[str, Any]) -> list[Edit]:
        """What is put into the state: what was when this run was made from another, and what is now."""
        made = edits_of(run, facts, lambda at: single_valued(self.graph, at))
        own = self.terms.changes.edit
        if own is None:
            return made
        joined = [edit.with_later(own) for edit in made]
        if any(joined):
            return [new or old for new, old in zip(joined, made, strict=True)]
        return [*made, own]

    # ── running ──────────────────────────────────────────────────────────────────────────────────────────────

    def _run(self, course: Course, run: Run, given: Any, player: RunPlayer) -> BaseException | None:
        """Run the graph to its end, from the state whose place is named, if any; gives what it raised."""
        graph, facts = course.graph, own_facts(player.facts)
        place = course.beginning.place if course.beginning else {}
        config = {
            "configurable": {**facts, "thread_id": original_thread(run, player.facts), **place},
            "metadata": facts,
            **limit_of(run, player.facts),
        }
        # Saving at the exit costs least. What is there at a question hangs on it: then it is done as the run did it.
        as_it_goes = course.asks_people and player.facts.get(DURABILITY) != "exit"
        options = {
            "context": run.context,
            "durability": "async" if as_it_goes else "exit",
            "stream_mode": self.terms.stream_mode if self.terms.hear else [],
        }
        play = self._play_async if self._is_async else self._play_sync
        try:
            with no_effects(player.outside), player.current():
                play(graph, given, config, options)
            player.interrupted = player.interrupted or self._waits(graph, run)
        except (Exception, Stopped, asyncio.CancelledError) as error:  # noqa: BLE001 - it is compared with the recorded
            return error
        except BaseExceptionGroup as error:
            if not is_stop(error):
                raise
            return error
        return None

    def _play_sync(self, graph: Any, given: Any, config: dict[str, Any], options: dict[str, Any]) -> None:
        hear = self.terms.hear or _nothing
        for chunk in graph.stream(given, config, **options):
            hear(chunk)

    def _play_async(self, graph: Any, given: Any, config: dict[str, Any], options: dict[str, Any]) -> None:
        hear = self.terms.hear or _nothing

        async def play() -> None:
            async for chunk in graph.astream(given, config, **options):
                hear(chunk)

        in_own_loop(play)

    def _waits(self, graph: Any, run: Run) -> bool:
        """Did the graph pause before or after a node, because it was compiled to?"""
        if not any(getattr(graph, f"{stop}_nodes") for stop in STATIC_INTERRUPTS):
            return False
        return bool(graph.get_state({"configurable": {"thread_id": run.thread}}).next)

    def _explain(self, players: Sequence[RunPlayer]) -> None:
        """Say of an exact replay's first divergence what may have led to it."""
        player = next((player for player in players if player.divergences), None)
        if player is None or self.terms.unanswered != "diverge":
            return
        player.divergences.sort(key=lambda pair: pair[0])
        number, first = player.divergences[0]
        player.divergences[0] = number, replace(first, hint=renamed_hint(self.graph, player.original, first))


def stood_still(executions: Sequence[Execution]) -> bool:
    """Did the last of these leave the state that the one before it left?"""
    left = [each.state.checkpoint["id"] if each.state else "" for each in executions[-2:]]
    return len(left) > 1 and left[0] == left[1]


def _nothing(chunk: Any) -> None:
    """Nobody listens to what the graph streams."""


def held(run: Run, store: Store) -> tuple[Run, Values]:
    """The run with its steps and its calls' values at hand, and those values: they are read once for a replay.

    Of what steps were given and gave, and of what calls asked, the hashes are at hand.
    """
    values = store.values()
    steps = run.load_steps(values.value)
    calls = [call for step in steps for call in step.calls]
    given = [run.refs[name] for name in ("input", "context", "metadata")]
    values.read_ahead(
        whole=[*given, *(ref for call in calls for name, ref in call.refs.items() if name != "request")],
        named=[run.refs["output"], *(step.refs[name] for step in steps for name in ("input", "output"))],
        together=[call.refs["request"] for call in calls],
    )
    return replace(run, read=values.value, load_steps=lambda _: steps), values


def in_own_loop(play: Callable[[], Any]) -> None:
    """Run a coroutine to its end, in a thread of its own where this one has a loop that runs."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(play())
        return
    raised: list[BaseException] = []

    def work() -> None:
        try:
            asyncio.run(play())
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            raised.append(error)

    thread = threading.Thread(target=copy_context().run, args=(work,))
    thread.start()
    thread.join()
    if raised:
        raise raised[0]
