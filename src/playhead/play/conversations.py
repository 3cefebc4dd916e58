"""What did real customers write, and when?

One conversation a line of a JSON Lines file. The whole file is read and checked before the first turn is played, so
that a mistake in its last line costs nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from playhead.errors import BadInput, nearest_name

MIDDAY: Final = 17
"""The hour (UTC) at which a conversation with a bare date begins: working hours from New York to Los Angeles."""
AGAIN: Final = re.compile(r"~\d+$")
"""What is added to the name of a conversation that is played once more."""
FORM: Final = 'One JSON object a line: {"id": …, "turns": [{"role": "customer" or "business", "text": …}, …]}.'


@dataclass(frozen=True, slots=True)
class Turn:
    """A customer's message. `label` is 1 where silence is the right answer, 0 where it is not, None unlabelled.

    `before` is the recorded conversation up to here, as `{"role", "text"}`.
    """

    text: str
    at: datetime
    label: int | None
    before: Sequence[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Conversation:
    """One recorded conversation: what its customer wrote, in order. `where` is its file and line."""

    id: str
    business: str | None
    turns: tuple[Turn, ...]
    where: str


def read_conversations(
    path: Path,
    businesses: Sequence[str] = (),
    business: str | None = None,
    limit: int | None = None,
    resume: str | None = None,
) -> list[Conversation]:
    """The conversations of a JSON Lines file, at most `limit`; `business` overrides what the lines say.

    With `resume`, the name under which one of them was played, only that one and those after it. Raises `BadInput` with
    file and line for anything that is not of the form, or an unknown business.
    """
    if business is not None:
        check_business("--business", business, businesses)
    found: list[Conversation] = []
    for where, line in _lines(path):
        if limit is not None and len(found) >= limit:
            break
        made = _conversation(where, line, business)
        if made.business is not None and businesses:
            check_business(where, made.business, businesses)
        found.append(made)
    if not found:
        raise BadInput(str(path), "there is no conversation in it.", FORM)
    return found if resume is None else _from(found, resume, path)


def _from(conversations: list[Conversation], name: str, path: Path) -> list[Conversation]:
    for number, conversation in enumerate(conversations):
        if name == conversation.id or AGAIN.sub("", name) == conversation.id:
            return conversations[number:]
    near = nearest_name(name, [conversation.id for conversation in conversations])
    problem = f"none of the conversations of {path} was played as {name!r}.{near}"
    raise BadInput("--resume", problem, "Name the conversation that was stopped.")


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield f"{path}:{number}", line
    except UnicodeDecodeError as error:
        raise BadInput(str(path), f"it is not UTF-8 text ({error.reason}).", FORM) from error
    except OSError as error:
        raise BadInput(
            str(path), f"it cannot be read: {error.strerror}.", "Give --input the path of a file."
        ) from error


def _conversation(where: str, line: str, business: str | None) -> Conversation:
    try:
        found = json.loads(line)
    except ValueError as error:
        raise BadInput(where, f"it is not JSON: {error}.", FORM) from error
    if not isinstance(found, dict):
        raise BadInput(where, "it is JSON, but not an object.", FORM)
    for key, kind in (("id", str), ("turns", list)):
        if not isinstance(found.get(key), kind) or not found[key]:
            problem = f"{key!r} is missing" if key not in found else f"{key!r} is not a {kind.__name__}, or is empty"
            raise BadInput(where, f"{problem}.", FORM)
    start = _start(found.get("now"))
    return Conversation(
        found["id"], business or found.get("business"), tuple(_turns(where, found["turns"], start)), where
    )


def _turns(where: str, turns: list[Any], start: datetime) -> Iterator[Turn]:
    before: list[dict[str, str]] = []
    for number, turn in enumerate(turns, 1):
        if not isinstance(turn, dict) or not isinstance(turn.get("text"), str):
            raise BadInput(where, f"turn {number} has no 'text'.", FORM)
        if turn.get("role") not in ("customer", "business"):
            raise BadInput(where, f"turn {number} has the role {turn.get('role')!r}.", FORM)
        if turn["role"] == "customer":
            # Seconds since the start where they are known; else a message a minute.
            given = turn.get("at")
            seconds = given if isinstance(given, int | float) else 60 * (number - 1)
            yield Turn(turn["text"], start + timedelta(seconds=seconds), _label(turn), tuple(before))
        before.append({"role": turn["role"], "text": turn["text"]})


def _label(turn: dict[str, Any]) -> int | None:
    label = turn.get("end_gold", turn.get("end"))
    return label if label in (0, 1) else None


def _start(now: Any) -> datetime:
    try:
        found = datetime.fromisoformat(now) if isinstance(now, str) else None
    except ValueError:
        found = None
    if found is None:
        return datetime.now(UTC).replace(hour=MIDDAY, minute=0, second=0, microsecond=0)
    if isinstance(now, str) and len(now) <= len("2019-03-01"):
        found = found.replace(hour=MIDDAY)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def check_business(where: str, name: str, known: Sequence[str]) -> None:
    """Raise `BadInput`, naming the nearest, if no business of this name is known."""
    if name not in known:
        remedy = f"Known are {', '.join(known)}." if known else "This agent knows none: leave it out."
        raise BadInput(where, f"there is no business {name!r}.{nearest_name(name, known)}", remedy)
