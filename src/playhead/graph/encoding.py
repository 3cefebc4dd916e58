"""How do a graph's values become parts, and parts values again?

Leaves of a graph's state go through LangGraph's own serializer, so that what is read back is exactly what LangGraph's
own savers give back, once what it names is looked at (`trust`): LangGraph's own reading calls whatever the bytes
name, unless the environment says otherwise. Requests, responses and arguments are plain data and canonical. Both are
redacted before they are hashed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from types import NoneType
from typing import Any, Final, TypeVar

import ormsgpack
import structlog
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.constants import START

from playhead.codec import LISTING, MAPPING, PLAIN, TYPED, TYPED_NAMES, Part, elements, leaf, pack, plain, split, unpack
from playhead.graph.faithful import Faithful, maker
from playhead.graph.halves import note_halves
from playhead.records import Unread
from playhead.redact import Redactor
from playhead.store.naming import SAID_AS
from playhead.trust import NotImported, Unnamable, check_extension

log = structlog.get_logger("playhead")


SMALL: Final = 2**31
SEEN: Final = 5_000  # leaves found again by their bytes
LONGEST_SEEN: Final = 2_000  # bytes
BY_TEXT: Final = ("repr", "type")
"""The keys of a value that could be recorded by its text only."""

MSGPACK: Final = TYPED + TYPED_NAMES.index("msgpack")
PLAIN_KINDS: Final = frozenset({str, float, list, dict})
MESSAGES: Final = frozenset({AIMessage, HumanMessage, SystemMessage, ToolMessage})
OF_NO_CLASS: Final = (
    ormsgpack.OPT_PASSTHROUGH_DATACLASS
    | ormsgpack.OPT_PASSTHROUGH_DATETIME
    | ormsgpack.OPT_PASSTHROUGH_ENUM
    | ormsgpack.OPT_PASSTHROUGH_SUBCLASS
    | ormsgpack.OPT_PASSTHROUGH_TUPLE
    | ormsgpack.OPT_PASSTHROUGH_UUID
)
"""The packer raises `TypeError` for what LangGraph's serializer has a form of its own for; all else it packs alike."""


@lru_cache(maxsize=4096)
def _small(kind: type, value: bool | int | None) -> Part:
    """The leaf of a value that is in every checkpoint; by type too, because 1 == True."""
    return plain(value)


def is_by_text(value: Any) -> bool:
    """Is this value, or some of it, known by its text only? It says what was there, and is nothing to go on with."""
    if isinstance(value, dict):
        return tuple(value) == BY_TEXT or any(map(is_by_text, value.values()))
    return isinstance(value, list | tuple) and any(map(is_by_text, value))


class Serializer(JsonPlusSerializer):
    """LangGraph's serializer, which follows no name before it was looked at."""

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        """The value. Raises `Unnamable` where the bytes name what must not be called, `NotImported` among them."""
        return self._read(data, self._made)

    def shown(self, data: tuple[str, bytes]) -> Any:
        """The value to look at: what is of a class that is not imported is `Unread`."""
        return self._read(data, self._or_unread)

    def _read(self, data: tuple[str, bytes], make: Callable[[int, bytes], Any]) -> Any:
        kind, content = data
        if kind == "json":  # LangGraph's old form, never written by us: reading it can call what it names
            raise Unnamable("it is of LangGraph's old JSON form, which no recording has")
        if kind != "msgpack":
            return super().loads_typed(data)
        refused: list[Unnamable] = []

        def extension(code: int, payload: bytes) -> Any:
            try:
                return make(code, payload)
            except Unnamable as error:
                refused.append(error)
                raise

        try:
            return ormsgpack.unpackb(content, ext_hook=extension, option=ormsgpack.OPT_NON_STR_KEYS)
        except ValueError:
            if refused:  # which the unpacker hides
                raise refused[0] from None
            raise

    def _made(self, code: int, payload: bytes) -> Any:
        check_extension(code, payload)
        return self._of_extension(code, payload, self.loads_typed)

    def _of_extension(self, code: int, payload: bytes, read: Callable[[tuple[str, bytes]], Any]) -> Any:
        if (make := maker(code, payload)) is not None:
            with suppress(TypeError):  # a set that LangGraph saved, of what it made lists of
                return make(read(("msgpack", payload))[2])
        return self._unpack_ext_hook(code, payload)

    def _or_unread(self, code: int, payload: bytes) -> Any:
        try:
            check_extension(code, payload)
        except NotImported:
            module, name, data, *_ = self.shown(("msgpack", payload))
            if (make := maker(code, payload)) is not None:
                with suppress(TypeError):
                    return make(data)
            return Unread(f"{module}.{name}", data)
        return self._of_extension(code, payload, self.shown)


Key = TypeVar("Key")


def _remember(seen: dict[Key, Part], key: Key, part: Part, length: int) -> None:
    """Keep a leaf of this many bytes to find it again, but for the longest."""
    if length <= LONGEST_SEEN:
        if len(seen) >= SEEN:
            seen.clear()
        seen[key] = part


class Encoder:
    """Encodes values for one recording."""

    def __init__(self, redactor: Redactor, serde: SerializerProtocol | None = None) -> None:
        self.redactor = redactor
        self.serde: SerializerProtocol = serde or Serializer()
        self._seen: dict[tuple[int, bytes], Part] = {}
        self._messages: dict[tuple[type, bytes], Part] = {}
        self._is_ours = isinstance(self.serde, Serializer)  # what another makes of a value may be other bytes
        self._uses: dict[str, Part] = {}

    def state(self, value: Any) -> Part:
        """A leaf by LangGraph's serializer; raises what it raises for values it cannot take."""
        kind = type(value)
        if kind is bool or kind is NoneType or (kind is int and -SMALL <= value <= SMALL):
            return _small(kind, value)  # type: ignore[arg-type]
        if self._is_ours and kind in PLAIN_KINDS:
            return self._plain_data(value)
        if self._is_ours and kind in MESSAGES:
            return self._message(value)
        return self._serialized(value)

    def _plain_data(self, value: Any) -> Part:
        """The leaf that LangGraph's serializer makes of plain data, without its asking what kind of thing it is."""
        try:
            data = ormsgpack.packb(value, option=OF_NO_CLASS)
        except TypeError:
            return self._serialized(value)
        return self._leaf(MSGPACK, data)

    def _message(self, message: BaseMessage) -> Part:
        """A message's leaf, found by what is in the message: a conversation brings the same ones with every step.

        To pack its fields takes a tenth of the time that it takes to serialize it. It may have been changed since it
        was last seen, so nothing is known by the object.
        """
        try:
            said = ormsgpack.packb([message.__dict__, message.__pydantic_extra__], option=OF_NO_CLASS)
        except TypeError:
            return self._serialized(message)
        key = type(message), said
        if (part := self._messages.get(key)) is None:
            part = self._serialized(message)
            _remember(self._messages, key, part, len(said))
        return part

    def _serialized(self, value: Any) -> Part:
        name, data = self.serde.dumps_typed(value)
        if name not in TYPED_NAMES:
            raise TypeError(f"a value of {type(value)!r} is serialized as {name!r}, which is never stored")
        if self._is_ours:
            note_halves(value, data)
        return self._leaf(TYPED + TYPED_NAMES.index(name), bytes(data))

    def channel(self, name: str, value: Any) -> Part:
        """A channel's value. What a run was given is of the same parts as the run's input, and so stored once."""
        return self._cut(value, self.state) if name == START else self.by_element(value, name)

    def by_element(self, value: Any, channel: str) -> Part:
        """A value that was written to a channel, a growing list by its elements."""
        return split(value, self.state, 1) if type(value) is list else self.state(self.redactor.under(channel, value))

    def _cut(self, value: Any, encode: Callable[[Any], Part]) -> Part:
        """A value by key and element. What its keys say is secret goes first: a part on its own has no key."""
        return split(self.redactor.by_key(value), encode, names=self.plain, in_order=True)

    def anything(self, value: Any) -> Part:
        """A node's input or output, by key and element; by its repr (it is evidence only) where that fails."""
        return self._cut(value, self._evidence)

    def as_it_was(self, value: Any) -> Part:
        """What is given back to code that is played again, as `anything` stores it, but of the types it was."""
        try:
            value = Faithful(lambda each: bytes(self.serde.dumps_typed(each)[1])).of(value)
        except Exception as error:  # noqa: BLE001 - as in `by_element_or_repr`
            self._note("types not kept", value, error)
        return self.anything(value)

    def by_element_or_repr(self, value: Any, channel: str) -> Part:
        """A written value as `by_element` stores it, so that it is the same part; by its repr where that fails."""
        try:
            return self.by_element(value, channel)
        except Exception:  # noqa: BLE001 - a serializer may raise anything; this is evidence, not state
            return self._evidence(value)

    def _evidence(self, value: Any) -> Part:
        try:
            return self.state(value)
        except Exception as error:  # noqa: BLE001 - as above
            self._note("recorded by its repr", value, error)
            shown = self.redactor.text(repr(value))[:2000]  # cut when nothing of a secret is left to be cut in two
            return self.plain(dict(zip(BY_TEXT, (shown, type(value).__qualname__), strict=True)))

    def _note(self, event: str, value: Any, error: Exception) -> None:
        """Noted for whoever has set up a log: unasked, structlog prints all beside what the program itself prints."""
        if structlog.is_configured():
            log.debug(event, type=str(type(value)), error=self.redactor.text(repr(error)))

    def hides_some_of(self, value: Any) -> bool:
        """Is there a secret in this value?"""
        kind, data = self.serde.dumps_typed(value)
        return kind == "msgpack" and self.redactor.packed(data) != data

    def facts(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Facts as they are stored: whose they are is a name, so that two customers stay two, and each is forgotten."""
        made = dict(facts)
        for name in made.keys() & SAID_AS.keys():
            made[name] = self.redactor.fact(made[name])
        return made

    def plain(self, value: Any) -> Part:
        """A leaf of plain data."""
        return self._leaf(PLAIN, pack(value))

    def _leaf(self, kind: int, data: bytes) -> Part:
        """The leaf of these bytes, redacted. A conversation says the same again in every request: found by content."""
        key = kind, data
        if (part := self._seen.get(key)) is None:
            part = leaf(kind, self.redactor.leaf(kind, data))
            _remember(self._seen, key, part, len(data))
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

    def shown(self, kind: str, data: bytes) -> Any:
        """Read a leaf of the serializer to look at, without its class where that is not imported."""
        return self.serde.shown((kind, data)) if isinstance(self.serde, Serializer) else self.decode(kind, data)
