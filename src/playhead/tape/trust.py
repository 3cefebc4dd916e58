"""What may a tape name, so that reading its values can do no harm?

LangGraph's serializer imports the module and calls the class that a value names. A recording of one's own names what
its graph put there; a tape may come from anybody, and could name `os.system`. So each name on it is looked at before
anything is stored, without importing or calling: messages and the types of the standard library that hold data are
known; any other must be a class that holds data (a dataclass, an enum, a named tuple, a pydantic model) in a module
that the program imported itself.
"""

from __future__ import annotations

import dataclasses
import sys
from enum import Enum
from typing import Any, Final

from playhead.tape.leaves import take_apart

CONSTRUCTORS: Final = range(6)  # codes of LangGraph's extensions whose payload is [module, name, …]
METHOD: Final = 3  # the one whose payload names a method, too; LangGraph itself allows `fromisoformat` only
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
        *(("builtins", name) for name in ("set", "frozenset")),
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


def check_names(data: bytes) -> None:
    """Raise `ValueError` if these bytes of LangGraph's serializer name what must not be called."""
    named: list[tuple[int, Any]] = []
    take_apart(data, lambda code, payload: named.append((code, payload)))
    for code, payload in named:
        _check(code, payload)


def _check(code: int, payload: Any) -> None:
    if code not in CONSTRUCTORS:
        return
    if not isinstance(payload, list) or len(payload) < 3 or not all(isinstance(name, str) for name in payload[:2]):
        raise ValueError("it names a class in a way that no recording does")
    module, name = payload[:2]
    if code == METHOD and payload[3:] != ["fromisoformat"]:
        raise ValueError(f"it names the method {payload[3:]!r:.80} of {module}.{name}")
    if (module, name) not in KNOWN and not _holds_data(module, name):
        raise ValueError(
            f"it names {module}.{name}, which is not known to hold data only; if you trust the tape, "
            f"import your graph, and with it {module}, first"
        )


def _holds_data(module: str, name: str) -> bool:
    """Is this a class that holds data, or nothing at all, in a module that is imported already?"""
    contents = vars(sys.modules[module]) if module in sys.modules else {"__getattr__": None}
    found = contents.get(name)
    if found is None:
        return "__getattr__" not in contents
    if not isinstance(found, type):
        return False
    named_tuple = issubclass(found, tuple) and hasattr(found, "_fields")
    pydantic = hasattr(found, "__pydantic_fields__") or hasattr(found, "__fields__")
    return named_tuple or pydantic or dataclasses.is_dataclass(found) or issubclass(found, Enum)
