"""How does a leaf read in JSON, so that the very same bytes come back?

Most leaves are plain data or messages: they are shown as such, and what a class of LangChain or of the application
became is shown by its structure (`{"$ext": 5, "$": ["module", "Class", {…}]}`), never by making one. A long text stands
line by line. Where packing what is shown would not give the same bytes (a number in a form of its own, say), the bytes
are shown instead.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from typing import Any, Final

import ormsgpack

from playhead.codec import PLAIN, TYPED, TYPED_NAMES, pack, unpack
from playhead.trust import Extension, take_apart

MSGPACK: Final = TYPED + TYPED_NAMES.index("msgpack")
KINDS: Final = {"plain": PLAIN, **{name: TYPED + i for i, name in enumerate(TYPED_NAMES) if name != "json"}}
"""What a leaf may be on a tape. LangGraph's old JSON form is never written; reading it can call what it names."""
NAMES: Final = {kind: name for name, kind in KINDS.items()}

LONG: Final = 100  # characters of a text that is shown line by line
RESERVED: Final = ({"$lines"}, {"$bytes"}, {"$map"}, {"$ext", "$"})
"""The keys of what has no form of its own in JSON. Data with just these keys is shown as a `$map`."""
PLAIN_TYPES: Final = (str, bool, int, type(None))


def show(kind: int, data: bytes) -> dict[str, Any]:
    """The leaf for people, or its bytes where that would lose one."""
    if kind in (PLAIN, MSGPACK):
        readable = _shown(kind, data)
        if readable is not None:
            return readable
    return {"of": NAMES[kind], "base64": base64.b64encode(data).decode()}


def _shown(kind: int, data: bytes) -> dict[str, Any] | None:
    try:
        value = unpack(data) if kind == PLAIN else take_apart(data)
        made = {"plain" if kind == PLAIN else "typed": _to_json(value)}
        return made if read(made) == (kind, data) else None
    except (ValueError, TypeError, RecursionError):
        return None


def read(shown: Mapping[str, Any]) -> tuple[int, bytes]:
    """Kind and bytes of a leaf that `show` gave. Raises `ValueError` or `TypeError` for what it never gives."""
    if "plain" in shown:
        return PLAIN, pack(_from_json(shown["plain"]))
    if "typed" in shown:
        return MSGPACK, _put_together(_from_json(shown["typed"]))
    kind = KINDS.get(shown["of"])
    if kind is None:
        raise ValueError(f"{shown['of']!r} is no kind of leaf")
    data = base64.b64decode(shown["base64"], validate=True)
    if kind == PLAIN:
        unpack(data)
    elif kind == MSGPACK:
        take_apart(data)
    elif NAMES[kind] == "null" and data:
        raise ValueError("nothing has bytes")
    return kind, data


def _put_together(value: Any) -> bytes:
    return ormsgpack.packb(value, default=_extension, option=ormsgpack.OPT_NON_STR_KEYS)


def _extension(value: Any) -> ormsgpack.Ext:
    if not isinstance(value, Extension):
        raise TypeError(f"{type(value)} is no data")
    return ormsgpack.Ext(value.code, _put_together(value.payload))


def _to_json(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_to_json(element) for element in value]
    if isinstance(value, Extension):
        return {"$ext": value.code, "$": _to_json(value.payload)}
    if isinstance(value, dict):
        if all(isinstance(key, str) for key in value) and value.keys() not in RESERVED:
            return {key: _to_json(element) for key, element in value.items()}
        return {"$map": [[_to_json(key), _to_json(element)] for key, element in value.items()]}
    return _one_to_json(value)


def _one_to_json(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LONG and "\n" in value:
        return {"$lines": value.split("\n")}
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, PLAIN_TYPES) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise ValueError(f"{type(value)} has no form in JSON")


def _from_json(shown: Any) -> Any:
    if isinstance(shown, list):
        return [_from_json(element) for element in shown]
    if not isinstance(shown, dict):
        return shown
    if shown.keys() in RESERVED:
        return _from_reserved(shown)
    return {key: _from_json(element) for key, element in shown.items()}


def _from_reserved(shown: Mapping[str, Any]) -> Any:
    if "$lines" in shown:
        return "\n".join(shown["$lines"])
    if "$bytes" in shown:
        return base64.b64decode(shown["$bytes"], validate=True)
    if "$map" in shown:
        return {_key(_from_json(key)): _from_json(element) for key, element in shown["$map"]}
    return Extension(shown["$ext"], _from_json(shown["$"]))


def _key(value: Any) -> Any:
    return tuple(_key(element) for element in value) if isinstance(value, list) else value
