"""How does a value become bytes, a hash and a tree of parts that are each stored once?

A recording holds the same words again and again: a conversation's messages stand in every checkpoint, every node's
input and every request. So a value is cut into a tree: a mapping by its keys, a list by its elements, everything
else is a leaf. Each part is named by the hash of its content and stored once, and a list of n elements is a
base-32 tree of full chunks, so that appending one message writes one leaf and one short node: O(n) bytes for a
conversation, not O(n²), with no change to anybody's state schema.

Canonical bytes are msgpack with sorted keys: equal values give equal bytes whatever order their keys came in.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeAlias

import ormsgpack

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Encode: TypeAlias = Callable[[Any], "Part"]

HASH_BYTES: Final = 16
SEAL_BYTES: Final = 8
WIDTH: Final = 32  # children of a full list chunk

SCALARS: Final = frozenset({bool, int, float, type(None)})
TEXT_ONLY: Final = frozenset({str})
SMALL_MAPPING: Final = 6  # keys
SMALL_TEXT: Final = 24  # characters
LONGEST_NUMBER: Final = 70  # bits: ten times the seven that a byte of it holds
LARGEST_LEAF: Final = 2**30  # bytes that a compressed leaf may grow to

# Kinds of part. Numbers are on disk: never renumber.
PLAIN: Final = 0  # canonical msgpack of plain data
MAPPING: Final = 1  # children: the keys (one plain leaf), then the values in that order
LISTING: Final = 2  # header: the length; children: full chunks by level, then the tail's elements
CHUNK: Final = 3  # exactly WIDTH children
KNOWN: Final = 4  # only a hash: the part is stored already (never on disk)
PAIRS: Final = 5  # like MAPPING, but a key may come twice: a node's writes, in order
NODES: Final = (MAPPING, LISTING, CHUNK, PAIRS)
TYPED: Final = 8  # TYPED + i: bytes of LangGraph's serializer, i indexes TYPED_NAMES
TYPED_NAMES: Final = ("msgpack", "null", "bytes", "bytearray", "json")
IN_MSGPACK: Final = (PLAIN, TYPED + TYPED_NAMES.index("msgpack"))

BY_DISTANCE: Final = 32  # flag on a stored kind: what is below is written by its distance
PACKED: Final = 64  # flag on a stored kind: the data is deflated with DICTIONARY

# Structure and everyday words only: a shared dictionary outlives erasure, so nothing of a customer may be in it.
DICTIONARY: Final = (
    b"the a to of and in is it you that for on with as are be at this have from or can would like your need please "
    b"thank thanks what when time appointment booking book service price available sorry help I'm we'll there here "
    b"any else good morning afternoon evening Monday Tuesday Wednesday Thursday Friday Saturday Sunday tomorrow today "
    b"number name email phone yes no okay great will do not my we how is there anything else I can help you with? "
    b'{"type":"object","properties":{"required":["additionalProperties":false,"description":"string","array","items"'
    b"role system user assistant tool content messages model temperature max_tokens tools tool_calls arguments args "
    b"name id schema response_format json_schema usage input_tokens output_tokens total_tokens finish_reason stop "
    b"langchain_core.messages.system\xadSystemMessage langchain_core.messages.tool\xabToolMessage tool_call_id status "
    b"artifact success invalid_tool_calls usage_metadata langchain_core.messages.human\xacHumanMessage\x85\xa7content "
    b"\xc8\x02\x04\x05\x94\xbalangchain_core.messages.ai\xa9AIMessage\x89\xa7content\xda\x01"
    b"\xb1additional_kwargs\x80\xb1response_metadata\x80\xa4type\xa2ai\xa4name\xc0\xa2id\xc0"
    b"\xb3model_validate_json"
)


class Part(NamedTuple):
    """One content-addressed part: its hash, kind, own bytes, and the parts below it."""

    hash: bytes
    kind: int
    data: bytes
    children: tuple[Part, ...] = ()


def pack(value: Any) -> bytes:
    """Canonical bytes of plain data (None, bool, int, float, str, bytes, lists, string-keyed mappings).

    Raises `TypeError` for anything else.
    """
    return ormsgpack.packb(value, option=ormsgpack.OPT_SORT_KEYS)


def unpack(data: bytes) -> Any:
    """The plain data that `pack` made these bytes of."""
    return ormsgpack.unpackb(data)


def unpack_plain(data: bytes) -> Any:
    """The plain data in what LangGraph's serializer packed; None stands for whatever is of a class."""
    return ormsgpack.unpackb(data, ext_hook=lambda code, payload: None, option=ormsgpack.OPT_NON_STR_KEYS)


def digest(data: bytes, size: int = HASH_BYTES) -> bytes:
    """BLAKE2b of the bytes."""
    return hashlib.blake2b(data, digest_size=size).digest()


def seal(columns: Mapping[str, Any]) -> bytes:
    """A row's own check: any flipped bit in any column shows when it is read."""
    return sealer(tuple(columns))(columns)


@lru_cache(maxsize=256)
def sealer(names: tuple[str, ...]) -> Callable[[Mapping[str, Any]], bytes]:
    """What makes the seals of rows with these columns: found once for many rows."""
    in_order: Callable[[Mapping[str, Any]], Any] = itemgetter(*sorted(names)) if len(names) > 1 else _only(*names)
    pack_row, hash_of = ormsgpack.packb, hashlib.blake2b

    def made(columns: Mapping[str, Any]) -> bytes:
        return hash_of(pack_row(in_order(columns)), digest_size=SEAL_BYTES).digest()

    return made


def _only(*names: str) -> Callable[[Mapping[str, Any]], list[Any]]:
    """The columns of a row of one or none, of which `itemgetter` gives no tuple."""
    return lambda columns: [columns[name] for name in names]


def leaf(kind: int, data: bytes) -> Part:
    """A part with nothing below it."""
    return Part(digest(b"%c" % kind + data), kind, data)


def plain(value: Any) -> Part:
    """A leaf of plain data."""
    return leaf(PLAIN, pack(value))


def known(content_hash: bytes) -> Part:
    """A part that is stored already; only its hash is at hand."""
    return Part(content_hash, KNOWN, b"")


def node(kind: int, header: bytes, children: Iterable[Part]) -> Part:
    """A part made of others; `header` is what it says of itself."""
    below = tuple(children)
    return Part(digest(b"%c" % kind + header + b"".join([child.hash for child in below])), kind, header, below)


@lru_cache(maxsize=1024)
def _names(keys: tuple[str, ...]) -> Part:
    """The leaf of a few keys: what is recorded has the same ones again and again."""
    return plain(list(keys))


def mapping(parts: Mapping[str, Part], names: Encode | None = None) -> Part:
    """A mapping by its keys, each value a part of its own; `names` encodes the list of keys."""
    return node(MAPPING, b"", (names(list(parts)) if names else _names(tuple(parts)), *parts.values()))


def pairs(parts: Sequence[tuple[str, Part]]) -> Part:
    """Keyed parts in order, where a key may come more than once."""
    return node(PAIRS, b"", (_names(tuple([key for key, _ in parts])), *[part for _, part in parts]))


def listing(parts: Sequence[Part]) -> Part:
    """A list by its elements, in base-32 chunks."""
    size = len(parts)
    tail = size % WIDTH
    rest, roots = list(parts[: size - tail]), list(parts[size - tail :])
    while rest:
        full = [node(CHUNK, b"", rest[i : i + WIDTH]) for i in range(0, len(rest), WIDTH)]
        over = len(full) % WIDTH
        rest, roots = full[: len(full) - over], full[len(full) - over :] + roots
    return node(LISTING, encode_numbers([size]), roots)


def elements(part: Part) -> list[Part]:
    """The elements of a list that `listing` cut into chunks."""
    found: list[Part] = []
    for child in part.children:
        found += elements(child) if child.kind == CHUNK else [child]
    return found


def split(value: Any, encode: Encode = plain, depth: int = 2, *, names: Encode = plain, in_order: bool = False) -> Part:
    """Cut a value into parts: mappings and lists down to `depth`, everything below as leaves made by `encode`.

    Keys are sorted, as in canonical bytes, unless the value is to come back with them `in_order`. A mapping of a few
    small values is one leaf: parts of its own would be larger than what they share.
    """
    if depth and type(value) is list:
        return listing([encode(element) for element in value])
    if depth and type(value) is dict and set(map(type, value)) <= TEXT_ONLY:
        keys = list(value) if in_order else sorted(value)
        if _is_small(value) and (not in_order or keys == sorted(keys)):
            return encode(value)
        below = {key: split(value[key], encode, depth - 1, names=names, in_order=in_order) for key in keys}
        return mapping(below, names)
    return encode(value)


def _is_small(value: dict[str, Any]) -> bool:
    if len(value) > SMALL_MAPPING:
        return False
    for element in value.values():  # a plain loop: this is asked of every step's input
        if type(element) not in SCALARS and (type(element) is not str or len(element) > SMALL_TEXT):
            return False
    return True


def chunk_levels(size: int) -> list[int]:
    """How many levels of chunks lie below each child of a list of `size` elements, in order."""
    levels: list[int] = []
    level = 0
    while size:
        size, count = divmod(size, WIDTH)
        levels = [level] * count + levels
        level += 1
    return levels


def encode_numbers(numbers: Iterable[int]) -> bytes:
    """Unsigned integers as LEB128: small ids take one byte, most take two or three."""
    out = bytearray()
    for number in numbers:
        while number > 127:
            out.append(number & 127 | 128)
            number >>= 7  # noqa: PLW2901
        out.append(number)
    return bytes(out)


def decode_numbers(data: bytes) -> list[int]:
    """The integers that `encode_numbers` wrote. Raises `ValueError` for one that is larger than any we write."""
    numbers, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 127) << shift
        if byte & 128:
            shift += 7
            if shift > LONGEST_NUMBER:
                raise ValueError(f"a number of more than {LONGEST_NUMBER} bits")
        else:
            numbers.append(value)
            value, shift = 0, 0
    return numbers


def deflate(kind: int, data: bytes) -> tuple[int, bytes]:
    """Compress a leaf's bytes where that pays: `(kind to store, bytes to store)`."""
    if len(data) < 48:
        return kind, data
    squeezer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=DICTIONARY)
    smaller = squeezer.compress(data) + squeezer.flush()
    return (kind | PACKED, smaller) if len(smaller) < len(data) else (kind, data)


def inflate(kind: int, data: bytes) -> tuple[int, bytes]:
    """Undo `deflate`. Raises `ValueError` for what would grow beyond reason."""
    if not kind & PACKED:
        return kind, data
    stretcher = zlib.decompressobj(-zlib.MAX_WBITS, zdict=DICTIONARY)
    found = stretcher.decompress(data, LARGEST_LEAF)
    if stretcher.unconsumed_tail:
        raise ValueError(f"it is more than {LARGEST_LEAF:,} bytes")
    return kind & ~PACKED, found
