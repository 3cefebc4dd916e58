"""How does a reference become a value again?

Level by level: all parts of one level are fetched with one query, so a conversation of four hundred messages is read
with a handful of statements.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any, TypeAlias

from playhead.codec import (
    LISTING,
    MAPPING,
    NODES,
    PLAIN,
    TYPED,
    TYPED_NAMES,
    chunk_levels,
    inflate,
    unpack,
)
from playhead.errors import Corrupt, NotTrusted
from playhead.records import ERASED
from playhead.store.backend import Row
from playhead.store.references import base_kind, children, parts
from playhead.store.session import Session
from playhead.trust import Unnamable

Decode: TypeAlias = Callable[[str, bytes], Any]
Lend: TypeAlias = Callable[[], AbstractContextManager[Session]]
UNREADABLE = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, zlib.error)


def fetch(session: Session, refs: Iterable[int]) -> dict[int, Row]:
    """The values of these references and all below them."""
    found: dict[int, Row] = {}
    wanted = {ref for ref in refs if ref}
    while wanted:
        level = session.values(wanted)
        found.update(level)
        wanted = {child for row in level.values() for child in children(row) if child and child not in found}
    return found


def load(session: Session, refs: Iterable[int | None], decode: Decode) -> list[Any]:
    """The values of these references in order: None for None, `[erased]` for what was erased.

    `decode(type, bytes)` reads the leaves that LangGraph's serializer wrote.
    """
    refs = list(refs)
    rows = fetch(session, (ref for ref in refs if ref))
    return [None if ref is None else build(ref, rows, decode) for ref in refs]


class Values:
    """Many values read with a few queries, each built anew whenever it is asked for."""

    def __init__(self, lend: Lend, decode: Decode) -> None:
        self._lend, self._decode = lend, decode
        self._rows: dict[int, Row] = {}
        self._whole: set[int] = set()
        self._together: set[int] = set()
        self._groups: list[set[int]] = []

    def read_ahead(
        self, whole: Iterable[int | None], named: Iterable[int | None], together: Iterable[int | None] = ()
    ) -> None:
        """Read the `whole` values, and of the others the hashes. Of those that go `together` all are read with one.

        Of those `named`, and of those that go `together`, what is right below is read for all where it is asked for
        one: values that are compared differ together, by an id that was drawn anew.
        """
        self._whole = {ref for ref in whole if ref}
        self._together = {ref for ref in together if ref}
        self._groups = [{ref for ref in named if ref}, self._together]
        with self._lend() as session:
            self._rows = session.values(self._whole.union(*self._groups))
            self._rows |= fetch(session, (child for ref in self._whole for child in children(self._rows[ref])))

    def hash(self, ref: int | None) -> bytes | None:
        """The hash of a value; None for what was not recorded, or was erased."""
        return self._row(ref)["hash"] if ref else None

    def below(self, ref: int) -> tuple[int, list[int]]:
        """The kind of a value's outermost part, and the references of those below it, whose hashes are then at hand."""
        row = self._row(ref)
        refs = children(row)
        alike = next((group for group in self._groups if ref in group), {ref})
        self._read(child for one in alike for child in children(self._rows[one]) if child)
        self._groups = [group for group in self._groups if group is not alike]
        return base_kind(row["kind"]), refs

    def value(self, ref: int | None) -> Any:
        """A value, built anew, so that whoever gets it may change it."""
        if not ref:
            return None if ref is None else ERASED
        if ref not in self._whole:
            wanted = asked = self._together if ref in self._together else {ref}
            while wanted:
                self._read(wanted)
                wanted = {child for one in wanted for child in children(self._rows[one]) if child}
            self._whole |= asked
        try:
            return build(ref, self._rows, self._decode)
        except Corrupt as error:
            with self._lend():  # which knows whether it is damage, or of a newer Playhead
                raise error from error.__cause__

    def _row(self, ref: int) -> Row:
        if ref not in self._rows:
            self._read({ref})
        return self._rows[ref]

    def _read(self, refs: Iterable[int]) -> None:
        if absent := {ref for ref in refs if ref not in self._rows}:  # `refs - keys` would look at every key
            with self._lend() as session:
                self._rows |= session.values(absent)


def build(ref: int, rows: dict[int, Row], decode: Decode) -> Any:
    """The value of a reference whose parts are at hand. Raises `Corrupt`, `NotTrusted`."""
    try:
        return _build(ref, rows, decode)
    except RecursionError as error:
        raise Corrupt("vals", str(ref), "it is deeper than any recording's") from error
    except UNREADABLE as error:
        raise Corrupt("vals", str(ref), f"it cannot be put together ({error})") from error


def _build(ref: int, rows: dict[int, Row], decode: Decode) -> Any:
    if not ref:
        return ERASED
    row = rows[ref]
    kind = base_kind(row["kind"])
    if kind not in NODES:
        return _leaf(row, decode)
    own, below = parts(row)
    if kind == LISTING:
        return _elements(below, chunk_levels(own[0]), rows, decode)
    keys, *values = (_build(child, rows, decode) for child in below)
    if keys == ERASED:
        return ERASED
    made = list(zip(keys, values, strict=True))
    return dict(made) if kind == MAPPING else [list(pair) for pair in made]


def _leaf(row: Row, decode: Decode) -> Any:
    """A leaf's value. Its seal was right; whoever can write the file can make that, so nothing else is taken for so."""
    try:
        kind, data = inflate(row["kind"], row["data"])
        if kind == PLAIN:
            return unpack(data)
        return decode(TYPED_NAMES[kind - TYPED], data)
    except Unnamable as error:
        raise NotTrusted("vals", str(row["id"]), str(error)) from error
    except UNREADABLE as error:
        raise Corrupt("vals", str(row["id"]), f"it cannot be read ({error})") from error


def _elements(refs: list[int], levels: list[int], rows: dict[int, Row], decode: Decode) -> list[Any]:
    out: list[Any] = []
    for ref, level in zip(refs, levels, strict=True):
        if level and ref:
            below = children(rows[ref])
            out += _elements(below, [level - 1] * len(below), rows, decode)
        else:
            out.append(_build(ref, rows, decode))
    return out
