"""How does a value come back as what it was, where LangGraph's serializer gives back another?

A tuple comes back as a list, a set of tuples as nothing, a date that is a key as its text, a time in a zone without the
zone, and what is within an object often as plain data. Of the state that is so: LangGraph reads it from where it was
saved, and nodes see what was read. But what a run was given, and what a tool gave, nodes had as it was; so it is kept
with the names of such types, in the serializer's own way of naming one. A value without any is encoded as ever, to the
byte.
"""

from __future__ import annotations

import dataclasses
import sys
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import is_
from typing import Any, Final
from zoneinfo import ZoneInfo

import ormsgpack
from pydantic import BaseModel

from playhead.trust import take_apart

NAMED: Final[dict[str, Callable[[Any], Any]]] = {
    made.__name__: made for made in (tuple, set, frozenset, dict, bytearray)
}
"""The built-in types that are named, each made of one argument."""
SIMPLE: Final = frozenset({str, int, float, bool, type(None), bytes})
"""What comes back as it was, also where it is a key."""
SINGLE: Final = 0  # LangGraph's code for a class that is made of one argument
FIELDS: Final = 2  # and for one that is made of named ones
MODULE: Final = "builtins"
AS_IT_WAS: Final = "as it was"
"""Stands behind the fields of an object that is made of just these: nothing is checked or worked out anew."""
TIME: Final = ("year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo", "fold")

ROLES: Final = ("user", "human", "assistant", "ai", "system", "developer")

Pack = Callable[[Any], bytes]


@dataclass(frozen=True)
class Faithful:
    """Names what would come back otherwise in a value, and gives the same value where there is nothing.

    Within a pydantic model the serializer makes plain data of every object.
    """

    pack: Pack
    is_in_model: bool = False

    def of(self, value: Any) -> Any:
        """The value with those names."""
        kind = type(value)
        if kind is list:
            made = [self.of(each) for each in value]
            return value if _are_same(made, value) else made
        if kind is dict:
            return self._mapping(value)
        if kind is tuple:
            return value if _is_message(value) else self._named(kind, [self.of(each) for each in value])
        if kind is set or kind is frozenset:
            elements = list(value)
            made = [self.of(each) for each in elements]
            return value if _are_same(made, elements) else self._named(kind, made)
        if kind is bytearray:
            return self._named(kind, bytes(value))
        fields = None if kind in SIMPLE else _fields(value)
        return value if fields is None else self._object(value, fields)

    def _mapping(self, value: dict[Any, Any]) -> Any:
        if any(type(key) not in SIMPLE for key in value):
            return self._named(dict, [[self.of(key), self.of(each)] for key, each in value.items()])
        made = {key: self.of(each) for key, each in value.items()}
        return value if _are_same(made.values(), value.values()) else made

    def _object(self, value: Any, fields: Mapping[str, Any]) -> Any:
        kind = type(value)
        if getattr(sys.modules.get(kind.__module__), kind.__name__, None) is not kind:
            return value  # it could not be found again
        inside = Faithful(self.pack, is_in_model=isinstance(value, BaseModel))
        made = {name: inside.of(each) for name, each in fields.items()}
        if not self.is_in_model and not _is_lost(value) and _are_same(made.values(), fields.values()):
            return value
        return ormsgpack.Ext(FIELDS, self.pack([kind.__module__, kind.__name__, made, AS_IT_WAS]))

    def _named(self, kind: type, argument: Any) -> ormsgpack.Ext:
        return ormsgpack.Ext(SINGLE, self.pack([MODULE, kind.__name__, argument]))


def _is_message(pair: tuple[Any, ...]) -> bool:
    """Is this a message as LangChain takes it, a role and a text? It takes a list of both as well.

    So the turn shares it with the checkpoint of the input, and it reads plainly on a tape.
    """
    return len(pair) == 2 and type(pair[1]) is str and type(pair[0]) is str and pair[0] in ROLES


def _are_same(made: Any, given: Any) -> bool:
    return all(map(is_, made, given))


def _fields(value: Any) -> dict[str, Any] | None:
    """What an object is made of, by name; None for what comes back as it was whatever is in it."""
    if isinstance(value, BaseModel):
        return {**vars(value), **(value.__pydantic_extra__ or {})}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return dict(value._asdict())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if type(value) is deque:
        return {"iterable": list(value), "maxlen": value.maxlen}
    if type(value) is datetime:
        return {name: getattr(value, name) for name in TIME}
    return None


def _is_lost(value: Any) -> bool:
    """Does it come back as another whatever is in it? Of a time the text is kept, of a queue what stands in it."""
    if type(value) is datetime:
        return bool(value.fold) or isinstance(value.tzinfo, ZoneInfo)
    return type(value) is deque and value.maxlen is not None


def maker(code: int, payload: bytes) -> Callable[[Any], Any] | None:
    """What makes the value of its argument, if this extension is one of ours; that it may be named was looked at."""
    if code not in (SINGLE, FIELDS):
        return None
    module, name, _, *mark = take_apart(payload)
    if code == SINGLE:
        return NAMED.get(name) if module == MODULE else None
    kind = getattr(sys.modules.get(module), name, None) if mark == [AS_IT_WAS] else None
    return (lambda fields: _made(kind, fields)) if isinstance(kind, type) else None


def _made(kind: Any, fields: dict[str, Any]) -> Any:
    if issubclass(kind, BaseModel):
        return kind.model_construct(**fields)
    if not dataclasses.is_dataclass(kind):
        return kind(**fields)
    made: Any = object.__new__(kind)  # type: ignore[arg-type]
    for name, value in fields.items():
        object.__setattr__(made, name, value)
    return made
