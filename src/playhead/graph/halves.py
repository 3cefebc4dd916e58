"""Does a value hold half a character, which LangGraph's serializer would keep as a question mark?

Half of what takes two to write (a lone surrogate) is left where a text was cut by its length in UTF-16. LangGraph's
own savers keep it so and say nothing; a recording says it, because its replay will differ.
"""

from __future__ import annotations

from collections import deque
from pathlib import PurePath
from threading import local
from typing import Any, Final

import ormsgpack
import structlog
from langgraph.types import Send
from pydantic import BaseModel

from playhead.graph.saves import SAVING

log = structlog.get_logger("playhead")

SIGN: Final = b"?"  # what it becomes
TOLD: Final = "it holds half a character (a lone surrogate), of which LangGraph's serializer makes a question mark"
SEVERAL: Final = (tuple, set, frozenset, deque)


class Noted(local):
    """Was half a character found in what this thread encodes? None where nobody asks, and it is logged."""

    halves: bool | None = None


NOTED = Noted()


def note_halves(value: Any, data: bytes) -> None:
    """Note, or log, that what the serializer made these bytes of holds half a character."""
    if SIGN in data and holds_half_character(value):
        if NOTED.halves is not None:
            NOTED.halves = True
        elif SAVING.get().lease is None:  # a run says so itself, of what it was given and what its steps made
            log.error("not recorded exactly", error=TOLD)


def holds_half_character(value: Any) -> bool:
    """Is there one in any text of what the serializer looks into? The packer refuses it, unless told to replace it."""
    try:
        ormsgpack.packb(value, default=_within, option=ormsgpack.OPT_NON_STR_KEYS)
    except TypeError as error:
        return "surrogates" in str(error)
    return False


def _within(value: Any) -> Any:
    """What may hold text in what the packer does not know."""
    if isinstance(value, BaseModel):
        return [vars(value), value.__pydantic_extra__]
    if isinstance(value, SEVERAL):
        return list(value)
    if isinstance(value, Send):
        return [value.node, value.arg]
    return str(value) if isinstance(value, PurePath) else None
