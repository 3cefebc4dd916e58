"""Which question of a replay is the one that a person's recorded answer was for?

LangGraph makes a question's id of its task's, and that of a checkpoint's, so in a replay it is another. Where several
questions were open at once, answers were given by id: these are the same questions by the steps that put them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

from playhead.graph.player import RunPlayer
from playhead.records import Run

QUESTIONS: Final = "__interrupt__"
"""Under this name in a run's output are the questions that it waits for."""

Put: TypeAlias = Iterable[tuple[str, Any]]
"""Steps that were interrupted, by address, with what was raised, as data."""


def as_questions(output: Any) -> dict[str, Any]:
    """The questions in a run's output, by id."""
    found = output.get(QUESTIONS) if isinstance(output, dict) else None
    return {question.id: question for question in found or () if hasattr(question, "id")}


def renamed_answer(answer: Any, before: Iterable[Run], players: Iterable[RunPlayer]) -> Any:
    """A recorded answer for the replay; one that names questions names those of the replay."""
    if not isinstance(answer, dict) or not answer:
        return answer
    then = places_of(
        [(step.address, step.error) for run in before for step in run.steps if step.status == "interrupted"]
    )
    now = places_of([pair for player in players for pair in put_in(player)])
    names = {then[place]: id for place, id in now.items() if place in then}
    return {names.get(name, name): value for name, value in answer.items()}


def put_in(player: RunPlayer) -> Put:
    """The steps of a replay that were interrupted."""
    for row in player.rows:
        if row.get("status") == "interrupted" and "place" in row and row["error"] is not None:
            yield row["address"], player.recording.encoder.value(row["error"])


def places_of(put: Put) -> dict[tuple[str, int], str]:
    """Where each question was put: the innermost step that raised it, and the how-manieth of that step's."""
    innermost: dict[str, str] = {}
    for address, error in put:
        details = error.get("details", {}) if isinstance(error, Mapping) else getattr(error, "details", {})
        for id in details.get("ids", ()):
            if len(address) >= len(innermost.get(id, "")):
                innermost[id] = address
    counted: dict[str, int] = {}
    found = {}
    for id, address in innermost.items():
        counted[address] = counted.get(address, -1) + 1
        found[address, counted[address]] = id
    return found
