"""What did the customer say about a day and a time, before anybody knows what it means?

The patterns of `spoken_table` are tried in order; what one has read is taken out of the text, so that nothing is read
twice. The result names no date and needs no clock: "next Friday" stays "next Friday" until `times.resolve` puts it
beside the recorded now. What no pattern could read is kept in `unread`, because a time half understood is worse than a
question.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from agents.messaging.constraints import DAY_FIELDS, TIME_FIELDS, UNCLEAR, Constraints
from agents.messaging.spoken_clause import clauses, unwished
from agents.messaging.spoken_clock import with_clocks
from agents.messaging.spoken_left import DOUBT, READ, doubts, left_over
from agents.messaging.spoken_table import DATES, DAY_BOUNDS, DAYS, TIMES, Fields
from agents.messaging.spoken_words import DAY, WEEKDAYS, normal_words


def parse_when(text: str) -> Constraints:
    """What code can read of a phrase such as "fri after work" or "half past 10 in the morning"."""
    read = _with_alternatives(text)
    said = read.alternatives or (read,)
    timed = any(each.names_time() for each in said)
    says_when = timed or any(each.names_day() for each in said)
    replaced = _REPLACED.split(normal_words(text), maxsplit=1)[1:]  # "Friday instead of Saturday, 10": which hour?
    if replaced and not timed and re.search(r"\d", replaced[0]):
        return _doubted(read, f"instead{DOUBT}")
    left = (_taken_out(_wish(normal_words(clause)))[1] for clause in clauses(text))
    doubt = " ".join(each for each in (unwished(clause, says_when, timed) for clause in left) if each)
    if not doubt:
        return read
    alternatives = tuple(_doubted(each, doubt) for each in read.alternatives)
    return _doubted(read, doubt).model_copy(update={"alternatives": alternatives})


def _doubted(read: Constraints, doubt: str) -> Constraints:
    return read.model_copy(update={"unread": f"{read.unread} {doubt}".strip()})


def _with_alternatives(text: str) -> Constraints:
    words = _wish(normal_words(text))
    pieces = [piece for piece in re.split(r"\bor\b", words) if piece.strip()]
    read = [_read(piece) for piece in pieces]
    dated = any(each.date and not each.names_time() for each in read)
    for index, piece in enumerate(pieces):  # "Oct 2 or 5", "13 or 14 March" are no times of day
        if dated and piece.strip().isdigit():
            read[index] = Constraints(date=UNCLEAR)
    if len(read) < 2 or not all(each.names_day() or each.names_time() for each in read):
        return _read(words)
    return _alternatives(read, pieces)


_MOVED = re.compile(
    r"\b(?:move|moved|change|changed|reschedul\w+|switch|swap|push|shift|bring)\b.* (?:to|for) (?!see|come|get|a )"
)
_REPLACED = re.compile(r"\b(?:instead of|rather than) ")


def _wish(words: str) -> str:
    """What is wanted, without what it replaces: "move it from Friday to Monday", "3 pm instead of 4 pm"."""
    moved = _MOVED.search(words)
    if moved and (_read(words[moved.end() :]).names_day() or _read(words[moved.end() :]).names_time()):
        return words[moved.end() :]
    kept = _REPLACED.split(words, maxsplit=1)[0]
    return kept if kept.strip() else words


def parse_standing(text: str) -> Constraints:
    """What is said of an appointment that stands: of "move my Friday one to Monday" the Friday, not the wish."""
    words = normal_words(text)
    moved, replaced = _MOVED.search(words), _REPLACED.search(words)
    return _read(words[replaced.end() :] if replaced else words[: moved.end() - len(" to ")] if moved else words)


def clock_said(text: str) -> str | None:
    """The time of day in a phrase, as "17:30" or "5:30?", or None."""
    said = parse_when(text)
    return said.time or said.after or said.before


def _alternatives(read: list[Constraints], pieces: list[str]) -> Constraints:
    """Each alternative with what it leaves to its neighbours: "Friday at 3 or 4", "3 or 4 on Friday"."""
    filled = [each.model_dump() for each in read]
    for index, fields in enumerate(filled):
        if not read[index].names_day():
            dated = (
                filled[index - 1] if index else next((each.model_dump() for each in read if each.names_day()), fields)
            )
            fields.update({name: dated[name] for name in DAY_FIELDS})
        elif index and _only_a_weekday(read[index]):  # "next week Monday or Tuesday"
            fields.update({name: filled[index - 1][name] for name in ("week", "which", "in_weeks")})
        timed = next((each for each in read[index + 1 :] if each.names_time()), None)
        if timed is None and index and re.search(rf"\b(?:{DAY}|today|tomorrow)$", pieces[index - 1].strip()):
            timed = read[index - 1]  # "3 pm on Tuesday or Wednesday"
        if not read[index].names_time() and timed is not None:
            fields.update({name: getattr(timed, name) for name in TIME_FIELDS})
    months = [each.date[:3] for each in read if each.date and re.fullmatch(r"\d\d-\d\d", each.date)]
    for fields in filled:  # "the 7th or 8th of March": one month for both
        if months and fields["date"] and fields["date"].isdigit() and not fields["month"]:
            fields["date"] = f"{months[0]}{int(fields['date']):02d}"
    return Constraints(alternatives=tuple(Constraints.model_validate(fields) for fields in filled))


def _only_a_weekday(read: Constraints) -> bool:
    return {name for name in DAY_FIELDS if getattr(read, name) not in (None, ())} == {"day"} and read.day in WEEKDAYS


def _read(piece: str) -> Constraints:
    """One alternative, and what of it nothing could read."""
    fields, text = _taken_out(piece)
    timed = any(fields.get(name) for name in ("time", "after", "before"))
    unread = f"{left_over(text, timed)} {doubts(piece)}".strip()
    return Constraints.model_validate({**fields, "unread": unread})


def _taken_out(piece: str) -> tuple[Fields, str]:
    """Every pattern of the table in turn, each taking out what it reads; and the words with READ in those places."""
    fields: Fields = {}
    text = f" {piece} "
    for pattern, reading in (*DAY_BOUNDS, *DATES):
        text = _take(pattern, reading, text, fields)
    text = with_clocks(text)
    for pattern, reading in (*TIMES, *DAYS):
        text = _take(pattern, reading, text, fields)
    return fields, text


def _take(pattern: re.Pattern[str], reading: Callable[[re.Match[str]], Fields], text: str, fields: Fields) -> str:
    """Reads the pattern's first occurrence into `fields`, unless what it says is known; days excluded may be many."""
    found = pattern.search(text)
    while found:
        said = reading(found)
        if "not_days" in said:
            fields["not_days"] = (*fields.get("not_days", ()), *said["not_days"])
        elif any(fields.get(name, value) != value for name, value in said.items()):
            return text
        fields.update({**said, "not_days": fields.get("not_days", ())})
        text = f"{text[: found.start()]} {READ} {text[found.end() :]}"
        found = pattern.search(text) if "not_days" in said else None
    return text
