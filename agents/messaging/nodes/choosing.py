"""Which of several things does the customer mean?

Plain words that code reads the same way every time: "the second one", "10:30", "yes" to a single offer, "my Friday
appointment", a service by what people call it. Anything less clear stays unchosen and is asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from agents.messaging.business import Business
from agents.messaging.constraints import DAY_FIELDS, TIME_FIELDS, Constraints
from agents.messaging.spoken import parse_standing, parse_when
from agents.messaging.state import JSON

_YES = re.compile(
    r"^\W*(yes|yeah|yep|yup|sure|ok|okay|k|perfect|great|fine|works|good|sounds (good|great|fine|perfect)"
    r"|please do|do it|go ahead"
    r"|book (it|that|me in)|that (works|one|is fine|would be|'?s (fine|good|great|perfect))|i'?ll take (it"
    r"|that)|absolutely|correct|👍)",
    re.IGNORECASE,
)
_NO = re.compile(
    r"^\W*(no|nope|nah|not|neither|none|unfortunately)\b|\b(doesn'?t|don'?t|won'?t|can'?t) (work|suit"
    r"|make)\b|\bnone of\b",
    re.I,
)
_ORDINALS: Final = (r"\b(first|1st|former|earliest|earlier)\b", r"\b(second|2nd|middle)\b", r"\b(third|3rd)\b")
_BOUNDS = {*DAY_FIELDS, *TIME_FIELDS} - {"day", "date", "time", "part_of_day", "around"}
_LAST = re.compile(r"\b(last|latter|latest|later one)\b", re.IGNORECASE)


def chosen(message: str, offers: Sequence[JSON], zone: str) -> JSON | Literal["", "none"]:
    """The offered slot that the message picks; "none" when it turns them down; "" when neither is clear."""
    if not offers:
        return ""
    said = parse_when(message)
    if said.names_day() or said.names_time() or said.alternatives:
        matching = [each for each in offers if _matches(said, each, zone)]
        return matching[0] if len(matching) == 1 else ""
    if _NO.search(message):
        return "none"
    for position, pattern in enumerate(_ORDINALS):
        if re.search(pattern, message, re.IGNORECASE) and position < len(offers):
            return offers[position]
    if _LAST.search(message):
        return offers[-1]
    return offers[0] if len(offers) == 1 and _YES.search(message) else ""


def standing_choice(bookings: Sequence[JSON], before: JSON | None, message: str, zone: str) -> JSON | None:
    """The appointment that is meant: the one settled earlier, the only one, or the one whose day is named."""
    if before:
        return next((each for each in bookings if each["booking_id"] == before["booking_id"]), None)
    if len(bookings) == 1:
        return bookings[0]
    said = parse_standing(message)
    matching = [each for each in bookings if _matches(said, each, zone)]
    return matching[0] if len(matching) == 1 else None


def named_service(business: Business, text: str) -> str:
    """The id of the service that the text names, the longest name or word first; or nothing."""
    names = sorted(
        ((word, service.id) for service in business.services for word in (service.name, service.id, *service.words)),
        key=lambda pair: -len(pair[0]),
    )
    plain = text.lower().replace("-", " ")
    for word, service in names:
        if re.search(rf"\b{re.escape(word.lower().replace('-', ' '))}(s|ed|ing)?\b", plain):
            return service
    return ""


def _matches(said: Constraints, row: JSON, zone: str) -> bool:
    """The row's local day and time are those that were said, as far as they were. What needs a calendar to be told
    ("next Friday", "the 12th of next month", "after 4") is no choice among offers."""
    local = datetime.fromisoformat(row["start"]).astimezone(ZoneInfo(zone))
    if said.alternatives or said.model_dump(include=_BOUNDS, exclude_defaults=True):
        return False
    dates = {local.date().isoformat(), local.strftime("%m-%d"), str(local.day)}
    if said.day and said.day != local.strftime("%A").lower():
        return False
    if said.date and said.date not in dates:
        return False
    if not said.time:
        return bool(said.day or said.date) and not said.names_time()
    hour, minute = (int(part) for part in said.time.rstrip("?").split(":"))
    hours = {hour % 12, hour % 12 + 12} if said.time.endswith("?") else {hour}
    return local.hour in hours and local.minute == minute
