"""How does a conversation go on after an interrupt or a crash?

With an answer where its last run stopped to ask, without one where it was cut off, failed or merely paused. Two workers
on one conversation would lose messages, so nothing goes on while another is at work on it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from playhead.errors import NodeGone, NothingToResume, RunNotFound, StillRunning
from playhead.graph.branches import own_facts
from playhead.graph.recorded import answer_to_interrupt, record
from playhead.graph.recording import Recording
from playhead.graph.renamed import gone_node
from playhead.records import Run
from playhead.store import Store
from playhead.store.leases import line_of, process_of
from playhead.views import asks_of


class Continuation(NamedTuple):
    """What goes on: the recorded graph, what it is given, and its LangGraph config."""

    agent: Any
    given: Any
    config: dict[str, Any]


def continuation(
    store: Store, recording_of: Callable[[str], Recording], stored: str, thread: str, graph: Any, answer: Any
) -> Continuation:
    """How the conversation `thread` goes on, whose name is `stored` without the secrets in it.

    Raises `RunNotFound`, `NothingToResume`, `NodeGone`, `StillRunning`.
    """
    runs = store.runs_of(stored)
    if not runs:
        raise RunNotFound(thread, store.threads())
    last = runs[-1]
    _check_waits(last, thread, answered=answer is not None)
    with store.reading() as session:
        line = line_of(session, stored)
    if line:
        raise StillRunning(last.id, process_of(line[0]["holder"]))
    agent = record(graph, replace(recording_of(last.graph), resumes=last))
    _check_stands(last, thread, graph)
    config = {"configurable": {"thread_id": thread}, "metadata": own_facts(last.metadata)}
    return Continuation(agent, None if answer is None else answer_to_interrupt(answer), config)


def _check_waits(last: Run, thread: str, *, answered: bool) -> None:
    """Raise `NothingToResume` where the run ended, asks and is not answered, or is answered and does not ask."""
    waits = waits_for_answer(last)
    if last.status == "done" or waits != answered:
        raise NothingToResume(thread, last.status, asks_of(last) if waits else "", given=answered)


def _check_stands(last: Run, thread: str, graph: Any) -> None:
    """Raise `NodeGone` where the graph lacks a node that has not ended: it would not run, and its question be lost."""
    ended = {step.address: step for step in last.steps}  # of several attempts the last
    left = [step for step in ended.values() if step.status not in ("done", "cached")]
    if (gone := gone_node(graph, left)) is not None:
        raise NodeGone(thread, "/".join(each for each in gone if each), last.graph)


def waits_for_answer(run: Run) -> bool:
    """Did the run stop to ask? One that merely paused before or after a node (a static interrupt) just goes on."""
    return run.status == "interrupted" and isinstance(run.output, dict) and "__interrupt__" in run.output
