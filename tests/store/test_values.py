"""A value is stored once, in parts, and what is read is what was written."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playhead import codec
from playhead.errors import Corrupt
from playhead.location import Location
from playhead.store import Store
from playhead.store.session import MissingValue

from . import behind
from .conftest import keep

scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
plain_data = st.recursive(
    scalars | texts,
    lambda inner: st.lists(inner, max_size=40) | st.dictionaries(texts, inner, max_size=5),
    max_leaves=60,
)
each_on_the_same_store = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def count(store: Store) -> int:
    """How many values are stored."""
    with store.reading() as session:
        return len(session.rows("vals_scan", after=0, limit=10**9))


@each_on_the_same_store
@given(value=plain_data)
def test_a_stored_value_comes_back(store: Store, value: Any) -> None:
    (ref,) = keep(store, value)
    assert store.read(ref) == value


@pytest.mark.parametrize("size", [0, 1, 31, 32, 33, 1023, 1024, 1025, 1057])
def test_a_list_of_any_length_comes_back(store: Store, size: int) -> None:
    value = list(range(size))
    refs = keep(store, value, {"messages": value})
    assert store.load(refs) == [value, {"messages": value}]


def test_equal_values_are_stored_once(store: Store) -> None:
    value = {"messages": [{"text": "hello"}, {"text": "hello"}], "other": [{"text": "hello"}]}
    refs = keep(store, value, value)
    before = count(store)
    assert keep(store, value) == refs[:1] == refs[1:]
    assert count(store) == before == 5  # the mapping, its keys, two lists, and one message


def test_a_growing_list_costs_two_values_each_time(store: Store) -> None:
    messages: list[str] = []
    sizes = []
    for number in range(200):
        messages.append(f"message {number}")
        keep(store, messages)
        sizes.append(count(store))
    assert sizes[-1] <= 200 * 2 + 200 // 32 + 1


def test_pairs_come_back_in_order_and_twice(store: Store) -> None:
    part = codec.pairs([("b", codec.plain(1)), ("a", codec.plain([2])), ("b", codec.plain(3))])
    assert store.read(store.write(lambda session: session.intern(part))) == [["b", 1], ["a", [2]], ["b", 3]]


def test_keys_come_back_in_the_order_asked_for(store: Store) -> None:
    part = codec.split({"b": [1], "a": [2]}, in_order=True)
    assert list(store.read(store.write(lambda session: session.intern(part)))) == ["b", "a"]


def test_nothing_is_no_reference(store: Store) -> None:
    assert store.write(lambda session: session.intern(None)) is None
    assert store.read(None) is None


def test_a_known_part_is_the_one_stored(store: Store) -> None:
    part = codec.plain("hello")
    (ref,) = keep(store, "hello")
    assert store.write(lambda session: session.intern(codec.known(part.hash))) == ref


def test_a_known_part_that_is_not_stored_is_refused(store: Store) -> None:
    with pytest.raises(MissingValue):
        store.write(lambda session: session.intern(codec.known(codec.plain("hello").hash)))


def test_a_long_text_is_stored_compressed(store: Store) -> None:
    text = "I would like to book an appointment for Tuesday please. " * 20
    (ref,) = keep(store, text)
    with store.reading() as session:
        (row,) = session.rows("vals_get", ids=f"[{ref}]")
    assert len(row["data"]) < len(text) / 5
    assert store.read(ref) == text


@pytest.mark.parametrize("change", ["hash = x'00'", "kind = kind + 1", "data = x'01'", "seal = x'0011223344556677'"])
def test_a_value_that_was_changed_is_named_as_damaged(store: Store, address: Location, change: str) -> None:
    ref, other = keep(store, "hello", "other")
    behind.change(address, f"UPDATE vals SET {change} WHERE id = {ref}")
    with pytest.raises(Corrupt, match=f"Record {ref} of vals is damaged"):
        store.read(ref)
    assert store.read(other) == "other"


def test_a_value_in_another_ones_place_is_named_as_damaged(store: Store, address: Location) -> None:
    ref, other = keep(store, "hello", "other")
    behind.change(address, f"DELETE FROM vals WHERE id = {ref}", f"UPDATE vals SET id = {ref} WHERE id = {other}")
    with pytest.raises(Corrupt):
        store.read(ref)


def test_a_value_that_is_not_there_is_named_as_missing(store: Store) -> None:
    with pytest.raises(Corrupt, match="it is referred to and not there"):
        store.read(4711)
