"""What a value is made of is written as short as it can be, and comes back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.codec import BY_DISTANCE, CHUNK, LISTING, MAPPING, PAIRS, PLAIN, encode_numbers
from playhead.errors import Corrupt
from playhead.store.references import children, parts, written

KINDS = st.sampled_from([MAPPING, CHUNK, PAIRS])
NUMBERS = st.integers(0, 2**63 - 1)


@st.composite
def made_of(draw: st.DrawFn) -> tuple[int, list[int]]:
    """The number of a value, and those of what it is made of, which was there before."""
    own = draw(st.integers(1, 2**63 - 1))
    return own, draw(st.lists(st.integers(0, own - 1), max_size=40))


@given(KINDS, made_of())
def test_references_come_back(kind: int, made: tuple[int, list[int]]) -> None:
    own, refs = made
    row = {"id": own, "kind": kind | BY_DISTANCE, "data": written(own, refs)}
    assert parts(row) == ([], refs)


@given(made_of(), NUMBERS)
def test_a_list_says_its_length_before_them(made: tuple[int, list[int]], size: int) -> None:
    own, refs = made
    row = {"id": own, "kind": LISTING | BY_DISTANCE, "data": encode_numbers([size]) + written(own, refs)}
    assert parts(row) == ([size], refs)


@given(KINDS, made_of())
def test_those_that_an_older_playhead_wrote_are_read(kind: int, made: tuple[int, list[int]]) -> None:
    own, refs = made
    assert children({"id": own, "kind": kind, "data": encode_numbers(refs)}) == refs


def test_a_leaf_has_none() -> None:
    assert parts({"id": 7, "kind": PLAIN, "data": b"\x07"}) == ([], [])


@given(NUMBERS, st.lists(NUMBERS, max_size=40))
def test_none_takes_more_than_its_number_and_a_bit(own: int, refs: list[int]) -> None:
    assert len(written(own, refs)) <= len(encode_numbers(2 * ref + 1 for ref in refs))


UNSAYABLE = {
    "itself": encode_numbers([2]),
    "itself by its number": encode_numbers([2 * 7 + 1]),
    "what came later": encode_numbers([2 * 8 + 1]),
    "a distance before the first": encode_numbers([4 * 8 + 2]),
    "a number without end": b"\xff" * 300_000,
    "a number of 80 bits": encode_numbers([2**80]),
}


@pytest.mark.parametrize("data", UNSAYABLE.values(), ids=UNSAYABLE)
@pytest.mark.parametrize("kind", [MAPPING, CHUNK, PAIRS])
def test_what_no_value_can_be_made_of_is_damage(kind: int, data: bytes) -> None:
    with pytest.raises(Corrupt, match="vals"):
        parts({"id": 7, "kind": kind | BY_DISTANCE, "data": data})


@pytest.mark.parametrize(
    ("refs", "size"),
    [
        ([0], 1),  # erased
        ([5], 1),  # an old one: a key, a system prompt
        ([3_999_990], 1),  # one right before
        ([3_999_800, 3_999_809, 3_999_819], 4),  # the messages of a conversation
        ([5, 3_999_990, 3_999_999], 3),
        ([5, 3_999_990, 6, 3_999_999], 4),
    ],
)
def test_what_was_recorded_together_takes_a_byte_or_two(refs: list[int], size: int) -> None:
    assert len(written(4_000_000, refs)) == size
