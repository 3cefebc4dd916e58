"""How do a graph's values become parts, and parts values again?

Leaves of a graph's state go through LangGraph's own serializer, so that what is read back is exactly what LangGraph's
own savers give back. Requests, responses and arguments are plain data and canonical. Both are redacted before they
are hashed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import NoneType
from typing import Any, Final

import structlog
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from playhead.codec import LISTING, MAPPING, PLAIN, TYPED, TYPED_NAMES, Part, elements, leaf, pack, plain, split, unpack
from playhead.redact import Redactor

log = structlog.get_logger("playhead")


SMALL: Final = 2**31
SEEN: Final = 5_000  # leaves found again by their bytes
LONGEST_SEEN: Final = 2_000  # bytes


@lru_cache(maxsize=4096)
def _small(kind: type, value: bool | int | None) -> Part:
    """The leaf of a value that is in every checkpoint; by type too, because 1 == True."""
    return plain(value)


class Encoder:
    """Encodes values for one recording."""

    def __init__(self, redactor: Redactor, serde: SerializerProtocol | None = None) -> None:
        self.redactor = redactor
        self.serde: SerializerProtocol = serde or JsonPlusSerializer()
        self._seen: dict[tuple[int, bytes], Part] = {}
        self._uses: dict[str, Part] = {}

    def state(self, value: Any) -> Part:
        """A leaf by LangGraph's serializer; raises what it raises for values it cannot take."""
        kind = type(value)
        if kind is bool or kind is NoneType or (kind is int and -SMALL <= value <= SMALL):
            return _small(kind, value)  # type: ignore[arg-type]
        name, data = self.serde.dumps_typed(value)
        if name not in TYPED_NAMES:
            raise TypeError(f"a value of {type(value)!r} is serialized as {name!r}, which is never stored")
        return self._leaf(TYPED + TYPED_NAMES.index(name), bytes(data), name == "msgpack")

    def by_element(self, value: Any) -> Part:
        """A channel's value, a growing list by its elements."""
        return split(value, self.state, 1) if type(value) is list else self.state(value)

    def anything(self, value: Any) -> Part:
        """A node's input or output, by key and element; by its repr (it is evidence only) where that fails."""
        return split(value, self._evidence, names=self.plain, in_order=True)

    def by_element_or_repr(self, value: Any) -> Part:
        """A written value as `by_element` stores it, so that it is the same part; by its repr where that fails."""
        try:
            return self.by_element(value)
        except Exception:  # noqa: BLE001 - a serializer may raise anything; this is evidence, not state
            return self._evidence(value)

    def _evidence(self, value: Any) -> Part:
        try:
            return self.state(value)
        except Exception as error:  # noqa: BLE001 - as above
            log.debug("recorded by its repr", type=str(type(value)), error=repr(error))
            return self.plain({"repr": repr(value)[:2000], "type": type(value).__qualname__})

    def plain(self, value: Any) -> Part:
        """A leaf of plain data."""
        return self._leaf(PLAIN, pack(value), True)

    def _leaf(self, kind: int, data: bytes, redact: bool) -> Part:
        """The leaf of these bytes, redacted. A conversation says the same again in every request: found by content."""
        if len(data) > LONGEST_SEEN:
            return leaf(kind, self.redactor.packed(data) if redact else data)
        if (part := self._seen.get((kind, data))) is None:
            part = leaf(kind, self.redactor.packed(data) if redact else data)
            if len(self._seen) >= SEEN:
                self._seen.clear()
            self._seen[kind, data] = part
        return part

    def prompt_use(self, use: Mapping[str, Any]) -> Part:
        """The prompt file a call was made from: encoded once for each version of the file, as it may be long."""
        version = str(use["file_hash"])
        if version not in self._uses:
            self._uses[version] = self.plain(dict(use))
        return self._uses[version]

    def value(self, part: Part) -> Any:
        """The value that a part was made of, as it would be read from the recording."""
        kind, data = part.kind, part.data
        if kind >= TYPED:
            return self.decode(TYPED_NAMES[kind - TYPED], data)
        if kind == PLAIN:
            return unpack(data)
        if kind == LISTING:
            return [self.value(element) for element in elements(part)]
        keys, *values = (self.value(child) for child in part.children)
        made = list(zip(keys, values, strict=True))
        return dict(made) if kind == MAPPING else [list(pair) for pair in made]

    def decode(self, kind: str, data: bytes) -> Any:
        """Read a leaf of the serializer."""
        return self.serde.loads_typed((kind, data))
