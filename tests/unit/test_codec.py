"""Values become bytes, a hash and a tree of parts, and the same value again."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playhead import codec
from playhead.codec import Part

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
)
names = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
plain_data = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(names, inner, max_size=5), max_leaves=25
)

AROUND_POWERS = [0, 1, 2, 31, 32, 33, 63, 64, 65, 1023, 1024, 1025, 1056, 1057]


def parts_of(part: Part) -> Iterator[Part]:
    """The part and everything below it."""
    yield part
    for child in part.children:
        yield from parts_of(child)


def shuffled(value: Any, seed: random.Random) -> Any:
    """The same value with every mapping's keys in another order."""
    if isinstance(value, list):
        return [shuffled(element, seed) for element in value]
    if isinstance(value, dict):
        keys = list(value)
        seed.shuffle(keys)
        return {key: shuffled(value[key], seed) for key in keys}
    return value


# ── bytes ────────────────────────────────────────────────────────────────────────────────────────────────────


@given(plain_data)
def test_packed_plain_data_comes_back(value: Any) -> None:
    assert codec.unpack(codec.pack(value)) == value


@given(plain_data, st.randoms(use_true_random=False))
def test_equal_values_give_equal_bytes_whatever_the_order_of_their_keys(value: Any, seed: random.Random) -> None:
    assert codec.pack(shuffled(value, seed)) == codec.pack(value)


@pytest.mark.parametrize("value", [{1: "a"}, {"a"}, object(), 2**64, -(2**63) - 1])
def test_what_is_not_plain_data_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        codec.pack(value)


@given(st.lists(st.integers(0, 2**70), max_size=20))
def test_numbers_come_back(numbers: list[int]) -> None:
    assert codec.decode_numbers(codec.encode_numbers(numbers)) == numbers


@pytest.mark.parametrize(("number", "size"), [(0, 1), (127, 1), (128, 2), (16_383, 2), (16_384, 3), (2_097_152, 4)])
def test_small_numbers_take_few_bytes(number: int, size: int) -> None:
    assert len(codec.encode_numbers([number])) == size


# ── compression ──────────────────────────────────────────────────────────────────────────────────────────────


@given(st.integers(0, 31), st.binary(max_size=300))
def test_deflated_bytes_come_back_with_their_kind(kind: int, data: bytes) -> None:
    assert codec.inflate(*codec.deflate(kind, data)) == (kind, data)


@given(st.binary(max_size=300))
def test_compression_never_makes_bytes_longer(data: bytes) -> None:
    assert len(codec.deflate(codec.PLAIN, data)[1]) <= len(data)


def test_an_everyday_message_is_stored_in_half_its_bytes() -> None:
    text = b"Thanks! I would like to book an appointment for Tuesday afternoon please, is there anything available?"
    kind, data = codec.deflate(codec.PLAIN, text)
    assert kind == codec.PLAIN | codec.PACKED
    assert len(data) < len(text) / 2


def test_the_dictionary_speaks_of_nobody() -> None:
    """It outlives erasure: no digits, addresses or names may be in it."""
    text = codec.DICTIONARY.decode("latin-1")
    printable = "".join(letter if letter.isascii() and letter.isprintable() else " " for letter in text)
    assert not any(letter.isdigit() or letter == "@" for letter in printable)
    words = {word for word in printable.replace('"', " ").split() if word.istitle()}
    days = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}
    assert words <= days | {"I"}


# ── hashes and seals ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_part_is_named_by_its_kind_and_its_bytes() -> None:
    assert codec.leaf(codec.PLAIN, b"x").hash == codec.leaf(codec.PLAIN, b"x").hash
    assert codec.leaf(codec.PLAIN, b"x").hash != codec.leaf(codec.PLAIN, b"y").hash
    assert codec.leaf(codec.PLAIN, b"x").hash != codec.leaf(codec.TYPED, b"x").hash


@given(plain_data, st.randoms(use_true_random=False))
def test_equal_values_are_the_same_part_whatever_the_order_of_their_keys(value: Any, seed: random.Random) -> None:
    assert codec.split(shuffled(value, seed)).hash == codec.split(value).hash


@given(plain_data, plain_data)
def test_other_values_are_other_parts(one: Any, other: Any) -> None:
    assert (codec.split(one).hash == codec.split(other).hash) == (codec.pack(one) == codec.pack(other))


column = st.none() | st.integers(-(2**63), 2**63 - 1) | st.binary(max_size=9)
columns = st.dictionaries(st.sampled_from("abcdef"), column)


@given(columns, columns)
def test_a_seal_changes_with_any_column(one: dict[str, Any], other: dict[str, Any]) -> None:
    if one.keys() == other.keys():
        assert (codec.seal(one) == codec.seal(other)) == (one == other)


def test_a_seal_tells_a_number_from_its_text_and_nothing_from_zero() -> None:
    seals = {codec.seal({"value": value}) for value in (0, None, "0", b"0", 0.0, "")}
    assert len(seals) == 6


# ── lists ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("size", AROUND_POWERS)
def test_a_list_has_few_children_and_all_its_elements_in_order(size: int) -> None:
    elements = [codec.plain(number) for number in range(size)]
    made = codec.listing(elements)
    assert len(made.children) <= 3 * codec.WIDTH
    assert [part for part in parts_of(made) if part.kind == codec.PLAIN] == elements


@pytest.mark.parametrize("size", AROUND_POWERS)
def test_the_levels_of_a_list_are_known_from_its_length(size: int) -> None:
    def height(part: Part) -> int:
        return 1 + height(part.children[0]) if part.kind == codec.CHUNK else 0

    made = codec.listing([codec.plain(number) for number in range(size)])
    assert codec.chunk_levels(size) == [height(child) for child in made.children]


@pytest.mark.parametrize("size", AROUND_POWERS)
def test_appending_to_a_list_makes_few_new_parts(size: int) -> None:
    elements = [codec.plain(number) for number in range(size + 1)]
    before = {part.hash for part in parts_of(codec.listing(elements[:size]))}
    after = {part.hash for part in parts_of(codec.listing(elements))}
    assert len(after - before) <= 4  # the element, the list, and a chunk of each level that became full


@settings(max_examples=30)
@given(st.lists(st.integers(0, 3), max_size=100), st.lists(st.integers(0, 3), max_size=100))
def test_lists_are_the_same_part_only_if_they_are_equal(one: list[int], other: list[int]) -> None:
    assert (codec.split(one).hash == codec.split(other).hash) == (one == other)


def test_a_list_is_not_its_only_chunk() -> None:
    elements = [codec.plain(number) for number in range(32)]
    assert codec.listing(elements).hash != codec.node(codec.CHUNK, b"", elements).hash


# ── trees ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_value_is_cut_by_keys_and_elements_to_the_depth_asked_for() -> None:
    value = {"messages": [{"text": "hello"}], "count": 3}
    made = codec.split(value)
    assert [child.kind for child in made.children] == [codec.PLAIN, codec.PLAIN, codec.LISTING]
    assert made.children[0] == codec.plain(["count", "messages"])
    assert codec.split(value, depth=0) == codec.plain(value)


def test_keys_stay_in_order_where_that_is_asked_for() -> None:
    made = codec.split({"b": [1], "a": [2]}, in_order=True)
    assert made.children == (codec.plain(["b", "a"]), codec.split([1]), codec.split([2]))


def test_a_mapping_with_other_keys_than_text_is_one_leaf() -> None:
    seen: list[Any] = []
    codec.split({1: "a"}, lambda value: seen.append(value) or codec.plain(None))  # type: ignore[func-returns-value]
    assert seen == [{1: "a"}]


def test_a_known_part_has_the_hash_of_the_part_itself() -> None:
    part = codec.plain("hello")
    assert codec.mapping({"a": codec.known(part.hash)}).hash == codec.mapping({"a": part}).hash


def test_of_pairs_a_key_may_come_twice_and_order_counts() -> None:
    one, two = codec.plain(1), codec.plain(2)
    assert codec.pairs([("a", one), ("a", two)]).hash != codec.pairs([("a", two), ("a", one)]).hash
