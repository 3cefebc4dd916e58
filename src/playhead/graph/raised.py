"""What is written down of an error, and how does it come back, so that whoever catches it cannot tell?

As one of its own class, so that `except RateLimitError` matches, with its text and its plain attributes. Nothing is
imported or called for that, only classes that are loaded already are found. Where a class makes its text of more than
was recorded, the error is of a class of the same name, made of it, that says what was said.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Any, Final

from langgraph.errors import GraphBubbleUp, GraphInterrupt
from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from playhead.records import ErrorRecord, StepStatus
from playhead.redact import Redactor

MISFIT: Final = re.compile(r"^(?P<where>\S.*)\n  (?P<what>(?:.|\n)*?) \[type=(?P<kind>\w+)[,\]]", re.MULTILINE)
"""A value that did not fit, as pydantic tells of it: where it stood, what is wrong, and the kind of that."""

LONGEST_TEXT: Final = 4000  # characters of what an error says


def step_status(error: BaseException | None) -> StepStatus:
    """How a step ended, from what was raised out of it."""
    if error is None:
        return "done"
    if isinstance(error, GraphInterrupt):
        return "interrupted"
    if isinstance(error, GraphBubbleUp):
        return "done"  # a command to the parent graph is how this node says where to go
    return "failed" if isinstance(error, Exception) else "cancelled"


def describe(error: BaseException, redactor: Redactor) -> dict[str, Any]:
    """An exception as plain data: its class and those it is made of, its text, its plain attributes and arguments.

    A long text is cut when it is redacted: half a secret is none that could be found.
    """
    kind, *bases = [f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__]
    plain = (str, int, float, bool)
    details: dict[str, Any] = {k: v for k, v in vars(error).items() if isinstance(v, plain) and not k.startswith("_")}
    if error.args != (str(error),) and all(isinstance(argument, plain) for argument in error.args):
        details["args"] = list(error.args)
    if isinstance(error, GraphInterrupt) and error.args:
        details["ids"] = [question.id for question in error.args[0]]
    said = {"kind": kind, "message": redactor.text(str(error))[:LONGEST_TEXT], "details": details}
    theirs = [base for base in bases if not base.startswith("builtins.")]
    return {**said, "bases": theirs} if theirs else said


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
