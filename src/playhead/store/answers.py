"""What did a backtest already ask?

A model's answer costs money and is never the same twice, so each is kept the moment it is there, by the experiment and
the call it stands for: a backtest that was stopped goes on without asking anything again. The first answer kept for a
call stays; a second one is not written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playhead.errors import Corrupt, RunNotFound
from playhead.store.runs import VALUES_OF
from playhead.store.session import ANSWER, Session, WritingSession, answer_name, check_whole, has_half_characters
from playhead.store.values import Decode, load


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call of an experiment was answered, `started` (Unix seconds), how long it took, tokens as reported."""

    experiment: str
    call: str
    started: float
    seconds: float
    input_tokens: int | None
    output_tokens: int | None
    answer: Any


def find(session: Session, experiment: str, call: str, decode: Decode) -> Answer | None:
    """The answer kept for a call of an experiment; None where it was never asked, or its customer was forgotten."""
    if has_half_characters(answer_name(experiment, call)):
        return None
    row = session.one("answers_find", experiment=experiment, call=call)
    if row is None and session.is_marked(ANSWER, answer_name(experiment, call)):  # was it written meanwhile?
        row = session.one("answers_find", experiment=experiment, call=call)
        if row is None and session.is_marked(ANSWER, answer_name(experiment, call)):
            raise Corrupt("answers", call, f"it is not found in experiment {experiment}")
    if row is None or not row["answer"]:
        return None
    row.pop("thread")
    (value,) = load(session, [row["answer"]], decode)
    return Answer(**{**row, "answer": value})


def calls(session: Session, experiment: str) -> set[str]:
    """The calls of an experiment that an answer was kept for."""
    if has_half_characters(experiment):
        return set()
    return {row["call"] for row in session.rows("answers_of_experiment", experiment=experiment)}


def keep(session: WritingSession, thread: str, row: Mapping[str, Any]) -> bool:
    """Keep an answer (a part) to a call about this conversation; False where the call has one already, which stays.

    Raises `BadInput`, and `RunNotFound` where there is no such conversation: a forgotten one must not come back.
    """
    for what in ("experiment", "call"):
        check_whole(what, row[what])
    if (owner := session.conversation(thread)) is None:
        raise RunNotFound(thread)
    values = {name: session.intern(row[name]) for name in VALUES_OF["answers"]}
    session.mark(ANSWER, answer_name(row["experiment"], row["call"]))
    return session.add_now("answers_add", {**row, **values, "thread": owner["id"]})
