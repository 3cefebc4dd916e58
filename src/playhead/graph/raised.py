"""How does a recorded error come back, so that whoever catches it cannot tell?

As one of its own class, so that `except RateLimitError` matches, with its text and its plain attributes. Nothing is
imported or called for that, only classes that are loaded already are found. Where a class makes its text of more than
was recorded, the error is of a class of the same name, made of it, that says what was said.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from playhead.graph.recorder import LONGEST_TEXT
from playhead.records import ErrorRecord

MISFIT: Final = re.compile(r"^(?P<where>\S.*)\n  (?P<what>(?:.|\n)*?) \[type=(?P<kind>\w+)[,\]]", re.MULTILINE)
"""A value that did not fit, as pydantic tells of it: where it stood, what is wrong, and the kind of that."""


def exception_of(error: ErrorRecord | None) -> BaseException | None:
    """The recorded exception, if there was one, as one of its own class, with its text and plain attributes.

    Its constructor is not called. A class that is not loaded here becomes one of the same name, and so do its bases:
    who asks whether another try would help goes by these.
    """
    if error is None:
        return None
    kind = _class_of(error)
    made = _made(kind, error)
    if not _says(made, error.message):
        made = _made(_that_says(kind, error.message), error)
    return made


def _made(kind: type[BaseException], error: ErrorRecord) -> BaseException:
    arguments = error.details.get("args") or [error.message]
    made = _blank(kind, arguments)
    made.args = tuple(arguments)
    for name, value in error.details.items():
        if name != "args" and not name.startswith("_"):
            try:
                setattr(made, name, value)
            except AttributeError:  # a property of that class, worked out from others
                continue
    made.__dict__["playhead_recorded"] = True
    return made


def _says(error: BaseException, text: str) -> bool:
    try:
        return str(error)[:LONGEST_TEXT] == text
    except Exception:  # noqa: BLE001 - its text is made of what is not in it
        return False


def _that_says(kind: type[BaseException], text: str) -> type[BaseException]:
    names = {"__module__": kind.__module__, "__qualname__": kind.__qualname__}
    return type(kind.__name__, (kind,), {**names, "__str__": lambda _: text})


def _class_of(error: ErrorRecord) -> type[BaseException]:
    made: type[BaseException] = Exception
    for name in reversed((error.kind, *error.bases)):
        made = _loaded_class(name) or _named_class(name, made)
    return made


def _loaded_class(kind: str) -> type[BaseException] | None:
    module, _, name = kind.rpartition(".")
    found = getattr(sys.modules.get(module), name, None)
    return found if isinstance(found, type) and issubclass(found, BaseException) else None


def _named_class(kind: str, base: type[BaseException]) -> type[BaseException]:
    module, _, name = kind.rpartition(".")
    return type(name or "RecordedError", (base,), {"__module__": module})


def _blank(kind: type[BaseException], arguments: Sequence[Any]) -> BaseException:
    if issubclass(kind, BaseExceptionGroup):  # what was in it was not recorded as errors, but by its text
        text = str(arguments[0])
        return kind.__new__(kind, text.rpartition(" (")[0] or text, [Exception(text)])
    if issubclass(kind, ValidationError):
        text = str(arguments[0])
        return kind.from_exception_data(text.partition("\n")[0].rpartition(" for ")[2], _misfits(text))
    for make in (BaseException, kind):  # OSError and its kin are made by their own
        try:
            return make.__new__(kind, *arguments)
        except TypeError:
            continue
    names = {"__module__": kind.__module__, "__qualname__": kind.__qualname__}
    unmade: BaseException = type(kind.__name__, (Exception,), names)()
    return unmade


def _misfits(text: str) -> list[InitErrorDetails]:
    """What pydantic said did not fit, by what it said. What the values were is in the text only."""
    return [
        InitErrorDetails(
            type=PydanticCustomError(found["kind"], found["what"]), loc=tuple(found["where"].split(".")), input=None
        )
        for found in MISFIT.finditer(text)
    ]
