"""Which words of the message say a day or a time?

The model points at words; it never names a date. Code reads the words (`spoken`) and puts them beside the recorded now
(`times`), so the same message always means the same moment, and what has two readings becomes a question.
"""

from __future__ import annotations

import re

from agents.messaging.constraints import DAY_FIELDS, TIME_FIELDS, Constraints
from agents.messaging.nodes.asking import asked
from agents.messaging.spoken import parse_when
from agents.messaging.spoken_left import half_read
from agents.messaging.state import JSON, State


def when(state: State) -> JSON:
    """`{"said": words, "constraints": what they constrain, joined with what was said before}`."""
    message = state["message"]
    answer, failures = asked("when", "when", last_message=state["last_message"] or "(none)", message=message)
    if failures:
        return {"failures": failures}
    said = answer["said"] if answer["said"] and answer["said"].lower() in message.lower() else ""
    read = _read(said, message)
    pending = state.get("pending") or {}
    return {
        "when": {"said": said, "new": says_when(read), "constraints": _joined(read, pending.get("constraints") or {})}
    }


def says_when(read: Constraints) -> bool:
    """Whether anything about day or time was said at all."""
    parts = read.alternatives or (read,)
    return any(each.names_day() or each.names_time() or each.soon for each in parts)


def _read(said: str, message: str) -> Constraints:
    """The model's words, unless the sentence around them says more of the time: the usual one "on Friday", not before
    "Monday". Then the sentence; where that leaves out what the message says, the message."""
    whole, quoted = parse_when(message), parse_when(said)
    sentences = re.split(r"(?<=[.!?])\s+|\n", message)
    around = parse_when(next((each for each in sentences if said and said.lower() in each.lower()), said))
    if not says_when(around) or not _covers(around, whole):
        return whole
    same = quoted.model_copy(update={"unread": around.unread}) == around
    return quoted if same and not half_read(around.unread, bool(around.time)) else around


def _covers(part: Constraints, whole: Constraints) -> bool:
    """The sentence leaves out nothing that the whole message says."""
    return part.names_day() >= whole.names_day() and part.names_time() >= whole.names_time() and not whole.alternatives


def _joined(read: Constraints, before: JSON) -> JSON:
    """What is new, with the day or the time said earlier where the new words leave it open."""
    new: JSON = read.model_dump(mode="json")
    if read.alternatives or not before:
        return new
    if not read.names_day():
        new |= {name: before.get(name, new[name]) for name in DAY_FIELDS}
    if not read.names_time():
        new |= {name: before.get(name, new[name]) for name in TIME_FIELDS}
    return new
