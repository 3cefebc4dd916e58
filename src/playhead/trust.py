"""What may stored bytes name, so that reading them can do no harm?

LangGraph's serializer imports the module and calls the class that a value names. What its own graph put there is
harmless; but whoever can write a database or a tape could name `os.system`, and make every hash and seal right. So each
name is looked at before it is followed, without importing or calling: messages and the types of the standard library
that hold data are known; any other must be a class that holds data (a dataclass, an enum, a named tuple, a pydantic
model) in a module that the program imported itself.
"""

from __future__ import annotations

import dataclasses
import sys
from collections import deque
from collections.abc import Callable
from datetime import date, time, timedelta, tzinfo
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any, Final
from uuid import UUID

import ormsgpack

CONSTRUCTORS: Final = range(6)  # codes of LangGraph's extensions whose payload is [module, name, …]
METHOD: Final = 3  # the one whose payload names a method, too; LangGraph itself allows `fromisoformat` only
CODES: Final = range(8)  # beyond the constructors: arrays of numpy, and snapshots of a channel
ADDRESSES: Final = ("Address", "Interface", "Network")
MESSAGES: Final = {
    "base": ("BaseMessage",),
    "human": ("HumanMessage",),
    "ai": ("AIMessage",),
    "system": ("SystemMessage",),
    "chat": ("ChatMessage",),
    "tool": ("ToolMessage",),
    "function": ("FunctionMessage",),
}
KNOWN: Final = frozenset(
    {
        *(("datetime", name) for name in ("datetime", "date", "time", "timedelta", "timezone")),
        *((module, name) for module in ("pathlib", "pathlib._local") for name in ("Path", "PosixPath", "WindowsPath")),
        *(("ipaddress", f"IPv{version}{name}") for version in (4, 6) for name in ADDRESSES),
        *(("builtins", name) for name in ("tuple", "set", "frozenset", "dict", "bytearray")),
        *(
            (f"langchain_core.messages.{module}", name + ending)
            for module, names in MESSAGES.items()
            for name in names
            for ending in ("", "Chunk")
        ),
        ("collections", "deque"),
        ("decimal", "Decimal"),
        ("langchain_core.documents.base", "Document"),
        ("langchain_core.messages.modifier", "RemoveMessage"),
        ("langgraph.store.base", "Item"),
        *(("langgraph.types", name) for name in ("Command", "Interrupt", "Overwrite", "Send", "TimeoutPolicy")),
        *(("pydantic.types", name) for name in ("SecretStr", "SecretBytes")),
        ("re", "compile"),
        ("uuid", "UUID"),
        ("zoneinfo", "ZoneInfo"),
    }
)


DATA: Final = (Enum, date, time, timedelta, tzinfo, Decimal, UUID, PurePath, deque, set, frozenset)
SHOWN_BY: Final = ("_asdict", "model_dump", "dict", "get_secret_value")
"""What LangGraph takes the data of an object with: named tuples, pydantic models of both versions, secrets."""


class Extension:
    """A msgpack extension by its code and its payload, taken apart."""

    __slots__ = ("code", "payload")

    def __init__(self, code: int, payload: Any) -> None:
        self.code, self.payload = code, payload


class Unnamable(ValueError):
    """Stored bytes name what must not be followed."""


class NotImported(Unnamable):
    """They name a class of a module that this program has not imported; `data` is what it was to be made of."""

    def __init__(self, module: str, name: str, data: Any) -> None:
        self.module, self.name, self.data = module, name, data
        super().__init__(
            f"it names {module}.{name}, which is not known to hold data only; if you trust it, "
            f"import your graph, and with it {module}, first"
        )


def take_apart(data: bytes, seen: Callable[[int, Any], None] | None = None) -> Any:
    """The structure of bytes of LangGraph's serializer; no class is looked for. `seen` is told of each extension."""

    def extension(code: int, payload: bytes) -> Extension:
        found = Extension(code, take_apart(payload, seen))
        if seen is not None:
            seen(code, found.payload)
        return found

    return ormsgpack.unpackb(data, ext_hook=extension, option=ormsgpack.OPT_NON_STR_KEYS)


def check_names(data: bytes) -> None:
    """Raise `Unnamable` if these bytes of LangGraph's serializer name what must not be called."""
    named: list[tuple[int, Any]] = []
    take_apart(data, lambda code, payload: named.append((code, payload)))
    for code, payload in named:
        _check(code, payload)


def check_extension(code: int, payload: bytes) -> None:
    """The same of one extension among them, and of all in it."""
    named: list[tuple[int, Any]] = []
    whole = take_apart(payload, lambda inner, found: named.append((inner, found)))
    for inner, found in (*named, (code, whole)):
        _check(inner, found)


def _check(code: int, payload: Any) -> None:
    if code not in CODES:
        raise Unnamable(f"it has an extension {code}, which no recording has")
    if code not in CONSTRUCTORS:
        return
    if not isinstance(payload, list) or len(payload) < 3:
        raise Unnamable("it names a class in a way that no recording does")
    module, name = payload[:2]
    if not isinstance(module, str) or not isinstance(name, str):
        raise Unnamable("it names a class in a way that no recording does")
    if code == METHOD and payload[3:] != ["fromisoformat"]:
        raise Unnamable(f"it names the method {payload[3:]!r:.80} of {module}.{name}")
    if name == "bytearray" and not isinstance(payload[2], bytes):
        raise Unnamable("it names a bytearray that is not made of bytes")  # of a number, it is that long
    if (module, name) in KNOWN:
        return
    if module not in sys.modules:
        raise NotImported(module, name, payload[2])
    if not _holds_data(vars(sys.modules[module]), name):
        raise Unnamable(f"it names {module}.{name}, which is not known to hold data only")


def _holds_data(contents: dict[str, Any], name: str) -> bool:
    """Is this a class that holds data, and cannot act? Or nothing at all: then its data are read as they are."""
    found = contents.get(name)
    if found is None:
        return "__getattr__" not in contents
    if not isinstance(found, type) or hasattr(found, "invoke"):  # a model, a tool, anything that LangChain can run
        return False
    return issubclass(found, DATA) or dataclasses.is_dataclass(found) or any(hasattr(found, by) for by in SHOWN_BY)
