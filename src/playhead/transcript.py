"""What did a customer and the business say to each other?

A run is a customer's message and what came of it. The application that ran knows best what it answered; for any other
graph the words are found where graphs usually keep them: in a list of messages, or a field called text, question,
reply, answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from playhead.errors import at_a_shell
from playhead.records import Run
from playhead.views import brief, error_line, plain, questions_of

Role = Literal["customer", "business", "person", "note"]
Outcome: TypeAlias = Callable[[Mapping[str, Any]], Mapping[str, Any]]

CUSTOMER_ROLES: Final = ("user", "human", "customer", None)
BUSINESS_ROLES: Final = ("assistant", "ai", "business")
ASKED: Final = ("text", "message", "question", "query", "input")
REPLIED: Final = ("reply", "answer", "response", "output", "text")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said, or a note on what happened instead. `at` is the run's start (Unix seconds)."""

    role: Role
    text: str
    run: str
    at: float


def transcript(runs: Iterable[Run], outcome_of: Callable[[str], Outcome | None] = lambda _: None) -> list[Line]:
    """The conversation in these runs, oldest first; `outcome_of(graph name)` gives the application's own `outcome`."""
    lines, last = [], None
    for last in runs:
        lines += [Line(role, text, last.id, last.started) for role, text in _said(last, outcome_of(last.graph))]
    if last is not None and last.status == "interrupted":
        command = f"playhead resume {at_a_shell(last.thread)} --answer …"
        lines.append(Line("note", f"waits for an answer: {command}", last.id, last.started))
    return lines


def first_words(runs: Iterable[Run]) -> str:
    """What the customer said first, on one line."""
    words = (text for run in runs for _, text in _incoming(run))
    return brief(next(words, ""))


def _said(run: Run, outcome: Outcome | None) -> Iterator[tuple[Role, str]]:
    yield from _incoming(run)
    if run.status == "done":
        yield from _replied(run, outcome)
    elif run.status == "interrupted":
        yield from (("note", f"asks: {brief(question, 400)}") for question in questions_of(run).values())
    elif run.status == "running":
        yield "note", "not finished: still running, or cut off"
    elif (error := run.error) is not None:
        yield "note", f"{'cut off' if run.status == 'cancelled' else 'failed'}: {error_line(error)}"
    else:
        yield "note", run.status


def _incoming(run: Run) -> Iterator[tuple[Role, str]]:
    given = plain(run.input)
    if isinstance(given, dict) and "resume" in given:
        yield "person", brief(given["resume"], 400)
        return
    texts = list(_words(given, CUSTOMER_ROLES, ASKED))
    for text in texts or ([brief(given, 400)] if given is not None else []):
        yield "customer", text


def _replied(run: Run, outcome: Outcome | None) -> Iterator[tuple[Role, str]]:
    state = run.output
    if not isinstance(state, Mapping):
        yield "business", brief(state, 400)
    elif outcome is not None:
        came = outcome(state)
        yield ("business", str(came["reply"])) if came.get("reply") else ("note", not_said(came))
    else:
        yield from _found(plain(state))


def _found(state: dict[str, Any]) -> Iterator[tuple[Role, str]]:
    """What was replied, in a state of which nothing is known."""
    messages = state.get("messages")
    texts = list(_words(_since_customer(state), BUSINESS_ROLES, REPLIED))
    if not texts and isinstance(messages, list):
        yield "note", "silent"
    for text in texts or ([] if isinstance(messages, list) else [brief(state, 400)]):
        yield "business", text


def not_said(came: Mapping[str, Any]) -> str:
    """Why there is no reply: `silent: a thank-you`."""
    word = str(came.get("outcome") or "silent").replace("_", " ")
    return f"{word}: {came['reason']}" if came.get("reason") else word


def _words(given: Any, roles: tuple[str | None, ...], keys: tuple[str, ...]) -> Iterator[str]:
    """The texts in it said by one of these roles: of a list of messages if there is one, else of the first such key."""
    if isinstance(given, str):
        yield given
        return
    if not isinstance(given, dict):
        return
    for value in given.values():
        if isinstance(value, list) and (messages := [each for each in map(_message, value) if each]):
            yield from (text for role, text in messages if role in roles and text)
            return
    for key in keys:
        if isinstance(given.get(key), str):
            yield given[key]
            return


def _message(value: Any) -> tuple[str | None, str] | None:
    """`(role, text)` of what looks like a message: a mapping, or a pair of strings."""
    if isinstance(value, list) and len(value) == 2 and all(isinstance(each, str) for each in value):
        return value[0], value[1]
    if not isinstance(value, dict):
        return None
    text = next((value[key] for key in ("content", "text") if key in value), None)
    if isinstance(text, list):
        text = "".join(part.get("text", "") for part in text if isinstance(part, dict))
    return (value.get("role") or value.get("type"), text) if isinstance(text, str) else None


def _since_customer(state: dict[str, Any]) -> dict[str, Any]:
    """The state with its messages cut to those after the customer's last."""
    messages = state.get("messages")
    if not isinstance(messages, list):
        return state
    roles = [found[0] if (found := _message(each)) else None for each in messages]
    last = max((place for place, role in enumerate(roles) if role in CUSTOMER_ROLES), default=-1)
    return {"messages": messages[last + 1 :]}
