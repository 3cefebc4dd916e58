"""How does a value come back as what it was, where LangGraph's serializer gives back another?

A tuple comes back as a list, a set of tuples as nothing, a date that is a key as its text. Of the state that is so:
LangGraph reads it from where it was saved, and nodes see what was read. But what a run was given, and what a tool gave,
nodes had as it was; so it is kept with the names of such types, in the serializer's own way of naming one. A value
without any is encoded as ever, to the byte.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import ormsgpack
from langchain_core.messages import ToolMessage

from playhead.trust import take_apart

NAMED: Final[dict[str, Callable[[Any], Any]]] = {
    made.__name__: made for made in (tuple, set, frozenset, dict, bytearray)
}
"""The built-in types that are named, each made of one argument."""
KEYS: Final = (str, int, float, bool, type(None), bytes)
"""What comes back as it was where it is a key."""
SINGLE: Final = 0  # LangGraph's code for a class that is made of one argument
FIELDS: Final = 2  # and for one that is made of named ones
MODULE: Final = "builtins"
TOOL_MESSAGE: Final = [ToolMessage.__module__, ToolMessage.__name__]

ROLES: Final = ("user", "human", "assistant", "ai", "system", "developer")

Pack = Callable[[Any], bytes]


def faithful(value: Any, pack: Pack) -> Any:
    """The value with a name for what would come back otherwise; the same value where there is nothing."""
    kind = type(value)
    if kind is list:
        made = [faithful(each, pack) for each in value]
        return value if _are_same(made, value) else made
    if kind is dict:
        return _mapping(value, pack)
    if kind is tuple:
        return value if _is_message(value) else _named(kind, [faithful(each, pack) for each in value], pack)
    if kind is set or kind is frozenset:
        elements = list(value)
        made = [faithful(each, pack) for each in elements]
        return value if _are_same(made, elements) else _named(kind, made, pack)
    if kind is ToolMessage:
        return _with_artifact(value, pack)
    return _named(kind, bytes(value), pack) if kind is bytearray else value


def _is_message(pair: tuple[Any, ...]) -> bool:
    """Is this a message as LangChain takes it, a role and a text? It takes a list of both as well.

    So the turn shares it with the checkpoint of the input, and it reads plainly on a tape.
    """
    return len(pair) == 2 and type(pair[1]) is str and type(pair[0]) is str and pair[0] in ROLES


def _with_artifact(message: ToolMessage, pack: Pack) -> Any:
    artifact = faithful(message.artifact, pack)
    if artifact is message.artifact:
        return message
    fields = {name: getattr(message, name) for name in type(message).model_fields}
    return ormsgpack.Ext(FIELDS, pack([*TOOL_MESSAGE, {**fields, "artifact": artifact}]))


def _mapping(value: dict[Any, Any], pack: Pack) -> Any:
    if any(type(key) not in KEYS for key in value):
        pairs = [[faithful(key, pack), faithful(each, pack)] for key, each in value.items()]
        return _named(dict, pairs, pack)
    made = {key: faithful(each, pack) for key, each in value.items()}
    return value if _are_same(made.values(), value.values()) else made


def _are_same(made: Any, given: Any) -> bool:
    return all(one is other for one, other in zip(made, given, strict=True))


def _named(kind: type, argument: Any, pack: Pack) -> ormsgpack.Ext:
    return ormsgpack.Ext(SINGLE, pack([MODULE, kind.__name__, argument]))


def maker(code: int, payload: bytes) -> Callable[[Any], Any] | None:
    """What makes the value of its argument, if this extension is one of ours."""
    if code not in (SINGLE, FIELDS):
        return None
    module, name, *_ = take_apart(payload)
    if code == SINGLE:
        return NAMED.get(name) if module == MODULE else None
    return (lambda fields: ToolMessage(**fields)) if [module, name] == TOOL_MESSAGE else None
