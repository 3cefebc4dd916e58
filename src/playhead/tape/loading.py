"""What does a tape say, and is it what was written?

A tape may come from anybody: every column, hash, seal and name is looked at before anything of it is used.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from playhead.codec import PAIRS, PLAIN, Part
from playhead.errors import BadInput, TapeDamaged, TapeNotFound, TapeTooNew
from playhead.store.runs import VALUES_OF
from playhead.tape import leaves
from playhead.tape.rows import BELOW, RUN_BEGINS, RUN_ENDS, VERSION, Row, TapedCheckpoint, TapedRun, columns_of
from playhead.tape.trees import Reading, Value

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Loadable:
    """What a tape says, checked."""

    path: str
    runs: list[TapedRun]
    checkpoints: list[TapedCheckpoint]
    note: dict[str, Any]


def read(path: str | Path) -> Loadable:
    """The runs of a tape, every hash of it checked; no class that it names is imported.

    Raises `TapeNotFound`, `BadInput` (no tape), `TapeTooNew`, `TapeDamaged`.
    """
    found = _opened(Path(path))
    document = _Document(str(path))
    return document.read(found)


def _opened(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"), parse_constant=_no_number)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise TapeNotFound(str(path)) from error
    except OSError as error:
        raise BadInput(str(path), f"it cannot be read: {error.strerror}.", "Give the path of a tape.") from error
    except (ValueError, RecursionError) as error:
        raise BadInput(
            str(path), f"it is not a whole JSON file: {error}.", "`playhead tape RUN -o FILE` makes a tape."
        ) from error
    version = found.get("playhead_tape") if isinstance(found, dict) else None
    if type(version) is not int or version < 1:
        raise BadInput(str(path), "it is JSON, but no tape.", "`playhead tape RUN -o FILE` makes one.")
    if version > VERSION:
        raise TapeTooNew(str(path), version, VERSION)
    return dict(found)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


class _Document:
    """Reads a tape from the top; a value that stands in full once may be referred to from there on."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._values = Reading()

    def read(self, found: Mapping[str, Any]) -> Loadable:
        """The whole of it."""
        note = found.get("note", {})
        made = Loadable(self.path, [], [], note if isinstance(note, dict) else {})
        for place, record in enumerate(self._list(found, "runs", "the tape"), 1):
            made.runs.append(self._run(record, f"run {_name(record, 'id', place)}"))
        for place, record in enumerate(self._list(found, "checkpoints", "the tape"), 1):
            where = f"checkpoint {_name(record, 'id', place)}"
            checkpoint = self._at(where, partial(self._checkpoint, record))
            self._seal(where, record, checkpoint.seal())
            made.checkpoints.append(checkpoint)
        return made

    def _run(self, record: Any, where: str) -> TapedRun:
        begins = self._row("runs", record, where, RUN_BEGINS)
        below = {
            table: [
                self._row(table, each, f"{table[:-1]} {_name(each, 'number', place)} of {where}", VALUES_OF[table])
                for place, each in enumerate(self._list(record, table, where), 1)
            ]
            for table in BELOW
        }
        row = Row("runs", begins.columns, {**begins.values, **self._values_of(record, where, RUN_ENDS)})
        before = record.get("before")
        if not isinstance(before, dict) or not all(id is None or isinstance(id, str) for id in before.values()):
            raise TapeDamaged(self.path, where, "it does not say which state it began from")
        run = TapedRun(row, below, before)
        self._seal(where, record, self._at(where, run.seal))
        return run

    def _row(self, table: str, record: Any, where: str, names: Iterable[str]) -> Row:
        if not isinstance(record, dict):
            raise TapeDamaged(self.path, where, "it is no record")
        columns = self._at(where, lambda: columns_of(table, record))
        return Row(table, columns, self._values_of(record, where, names))

    def _values_of(self, record: Mapping[str, Any], where: str, names: Iterable[str]) -> dict[str, Value]:
        return {name: self._value(record.get(name), f"the {name} of {where}") for name in names}

    def _value(self, shown: Any, where: str) -> Value:
        return self._at(where, lambda: self._values.value(shown))

    def _checkpoint(self, record: Any) -> TapedCheckpoint:
        kind, data = leaves.read(record["data"])
        if kind != PLAIN:
            raise ValueError("its data are not plain")
        refs = [self._values.value(shown) for shown in record["refs"]]
        parts = [value for value in refs if isinstance(value, Part)]
        if len(parts) < len(refs):
            raise ValueError("a value of it is missing")
        writes = [self._write(each) for each in self._list({"writes": [], **record}, "writes", "it")]
        return TapedCheckpoint(columns_of("checkpoints", record), data, parts, writes)

    def _write(self, record: Any) -> Row:
        value = self._values.value(record["value"])
        if not isinstance(value, Part) or value.kind != PAIRS:
            raise ValueError("what was written beside it is none")
        return Row("writes", columns_of("writes", record), {"value": value})

    def _list(self, record: Any, name: str, where: str) -> list[Any]:
        found = record.get(name) if isinstance(record, dict) else None
        if not isinstance(found, list):
            raise TapeDamaged(self.path, where, f"it has no list of {name}")
        return found

    def _seal(self, where: str, record: Mapping[str, Any], seal: str) -> None:
        if record.get("seal") != seal:
            raise TapeDamaged(self.path, where, "its seal does not match what it says")

    def _at(self, where: str, make: Callable[[], T]) -> T:
        try:
            return make()
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
            problem = f"it has no {error}" if isinstance(error, KeyError) else str(error)
            raise TapeDamaged(self.path, where, problem) from error


def _name(record: Any, column: str, place: int) -> str:
    return str(record.get(column, place))[:80] if isinstance(record, dict) else str(place)
