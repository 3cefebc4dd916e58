"""What does a tape hold of a run, and which form must each of it have?

A run, its calls, its steps and what it did to the world, in columns and values; and checkpoints: the state the run
began from, and the first one of its own, which says so. Who worked on it (a machine and a process) is no part of it.
Each record is sealed over its columns and its values' hashes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, get_args

from playhead.codec import Part, pack
from playhead.codec import seal as seal_of
from playhead.records import CallKind, CallStatus, RunStatus, StepStatus
from playhead.tape.trees import Value

VERSION: Final = 1

Form = type | tuple[str, ...] | None
"""What a column holds: a type, one of some words, or (as the last of several forms) nothing."""

COLUMNS: Final[Mapping[str, Mapping[str, tuple[Form, ...]]]] = {
    "runs": {
        **dict.fromkeys(("id", "thread", "graph", "cause"), (str,)),
        "status": (get_args(RunStatus),),
        "attempt": (int,),
        "started": (float,),
        "ended": (float, None),
    },
    "steps": {
        "number": (int,),
        **dict.fromkeys(("address", "place"), (str,)),
        "attempt": (int,),
        "status": (get_args(StepStatus),),
        **dict.fromkeys(("started", "seconds"), (float,)),
    },
    "calls": {
        **dict.fromkeys(("number", "step"), (int,)),
        "address": (str,),
        "kind": (get_args(CallKind),),
        "name": (str,),
        **dict.fromkeys(("ordinal", "attempt"), (int,)),
        "status": (get_args(CallStatus),),
        **dict.fromkeys(("started", "seconds"), (float,)),
        **dict.fromkeys(("input_tokens", "output_tokens"), (int, None)),
    },
    "effects": {
        **dict.fromkeys(("key", "name"), (str,)),
        "status": (("started", "done", "unknown"),),
        "started": (float,),
        "ended": (float, None),
    },
    "writes": {"task": (str,), "path": (str,), "special": (int,)},
    "checkpoints": {**dict.fromkeys(("thread", "ns", "id"), (str,)), "parent": (str, None)},
}
BELOW: Final = ("calls", "steps", "effects")
"""What a run is made of, in the order of the tape: calls come first, as they are what people look for."""
RUN_BEGINS: Final = ("input", "metadata", "context")
RUN_ENDS: Final = ("output", "error", "versions")
"""A run's own values, before and after these."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: its columns, and its values."""

    table: str
    columns: dict[str, Any]
    values: dict[str, Value]

    def bare(self) -> dict[str, Any]:
        """The row with hashes for its values."""
        return {**self.columns, **{name: bare(value) for name, value in self.values.items()}}


@dataclass(frozen=True, slots=True)
class TapedRun:
    """A run as it is on a tape. `before` are the ids of the checkpoints it began from; None for one that was pruned."""

    row: Row
    below: dict[str, list[Row]]
    before: dict[str, str | None] = field(default_factory=dict)

    def values(self) -> Iterator[Value]:
        """All its values, in the order of the tape."""
        yield from (self.row.values[name] for name in RUN_BEGINS)
        for table in BELOW:
            for row in self.below[table]:
                yield from row.values.values()
        yield from (self.row.values[name] for name in RUN_ENDS)

    def content(self) -> list[Any]:
        """What makes it this run and no other."""
        return [self.row.bare(), *([row.bare() for row in self.below[table]] for table in ("calls", "steps"))]

    def seal(self) -> str:
        """The seal over everything in it."""
        return sealed([*self.content(), [row.bare() for row in self.below["effects"]], self.before])


@dataclass(frozen=True, slots=True)
class TapedCheckpoint:
    """A checkpoint as it is on a tape: `data` is the saver's own, `refs` the values it speaks of.

    `writes` are what tasks and commands wrote beside it.
    """

    columns: dict[str, Any]
    data: bytes
    refs: list[Part]
    writes: list[Row] = field(default_factory=list)

    def values(self) -> Iterator[Value]:
        """All its values, in the order of the tape."""
        yield from self.refs
        for row in self.writes:
            yield from row.values.values()

    def seal(self) -> str:
        """The seal over everything in it."""
        written = [[row.bare() for row in self.writes]] if self.writes else []
        return sealed([self.columns, self.data, [part.hash for part in self.refs], *written])


def bare(value: Value) -> str | None:
    """A value by its hash."""
    return value.hash.hex() if isinstance(value, Part) else value


def sealed(content: Any) -> str:
    """The seal of a record."""
    return seal_of({"content": pack(content)}).hex()


def columns_of(table: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a record of the tape. Raises `ValueError` for one that is missing or of a wrong form."""
    return {name: _checked(name, record.get(name), forms) for name, forms in COLUMNS[table].items()}


def _checked(name: str, value: Any, forms: tuple[Form, ...]) -> Any:
    form = forms[0]
    if value is None and None in forms:
        return None
    if form is float and type(value) in (int, float) and math.isfinite(value):
        return float(value)
    if form is int and type(value) is int and abs(value) < 2**63:
        return value
    if form is str and type(value) is str:
        value.encode()  # a lone surrogate has no bytes
        return value
    if isinstance(form, tuple) and value in form:
        return value
    raise ValueError(f"{name} cannot be {value!r:.80}")
