"""Which recorded answer answers a call: the same request's or none, against a brute-force oracle."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from playhead.reuse import Answer, Answers, Place, around, precedes, some_are_beside, superstep, visit_within

NAMES = ["a@1", "b@2[0]", "b@2[1]", "c@3", "c@3/d@1"]
KEYS = [b"w", b"x", b"y", b"z"]

placed = st.tuples(st.sampled_from(NAMES), st.sampled_from(["model", "tool"]), st.sampled_from(KEYS))
calls = st.lists(placed, max_size=12)
edited = st.lists(st.tuples(st.integers(0, 11), st.sampled_from([*KEYS, b"new"])), max_size=4)


def places(asked: list[tuple[str, str, bytes]]) -> list[tuple[Place, bytes]]:
    """Calls with their ordinals, as steps number them."""
    counted: Counter[tuple[str, str]] = Counter()
    made = []
    for address, kind, key in asked:
        made.append((Place(address, (1,), kind, counted[address, kind]), key))
        counted[address, kind] += 1
    return made


def answers_of(asked: list[tuple[str, str, bytes]]) -> Answers:
    recorded = enumerate(places(asked), 1)
    return Answers(Answer(number, place, lambda key=key: frozenset({key})) for number, (place, key) in recorded)


@given(calls)
def test_the_calls_of_an_unchanged_run_are_served_each_by_itself(asked: list[tuple[str, str, bytes]]) -> None:
    answers = answers_of(asked)
    found = [answers.find(place, key) for place, key in places(asked)]
    assert [answer and answer.number for answer in found] == list(range(1, len(asked) + 1))


@given(calls, edited)
def test_a_call_is_asked_only_if_no_recorded_answer_to_its_request_is_left(
    asked: list[tuple[str, str, bytes]], edits: list[tuple[int, bytes]]
) -> None:
    """The lower bound, and no stale answer: an oracle counts the requests of each kind by their bytes."""
    now = list(asked)
    for index, key in edits:
        if index < len(now):
            now[index] = (*now[index][:2], key)
    answers, recorded = answers_of(asked), dict(enumerate(places(asked), 1))
    at_once = {(place, key) for place, key in places(asked)}
    left = Counter((place.kind, key) for place, key in places(asked))
    for place, key in places(now):
        found = answers.find(place, key)
        if found is not None:
            then, was = recorded[found.number]
            assert (then.kind, was) == (place.kind, key), "an answer to another request would be stale"
            assert then == place or (place, key) not in at_once, "its own place comes first"
            left[place.kind, key] -= 1
        else:
            assert left[place.kind, key] <= 0, "a recorded answer to the same request was left unused"


@given(calls, st.randoms(use_true_random=False))
def test_whatever_the_order_every_request_finds_an_answer_to_itself(
    asked: list[tuple[str, str, bytes]], random: object
) -> None:
    now = places(asked)
    random.shuffle(now)  # type: ignore[attr-defined]
    answers = answers_of(asked)
    found = [(answers.find(place, key), place) for place, key in now]
    assert all(answer is not None and answer.place == place for answer, place in found)


def test_threads_that_ask_the_same_elsewhere_never_get_one_answer_twice() -> None:
    recorded = [("a@1", "model", b"same")] * 200
    answers = answers_of(recorded)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: answers.find(Place("other@9", (1,), "model", n), b"same"), range(200)))
    assert len({answer.number for answer in found if answer}) == 200


def test_what_was_passed_over_is_not_served_elsewhere() -> None:
    answers = answers_of([("a@1", "model", b"x"), ("a@1", "model", b"x")])
    answers.pass_over([1])
    assert [
        answer and answer.number for n in range(2) if (answer := answers.find(Place("o@5", (1,), "model", n), b"x"))
    ] == [2]


def test_of_two_at_one_place_the_later_stands() -> None:
    place = Place("a@1", (1,), "model", 0)
    answers = Answers([Answer(1, place, lambda: frozenset({b"x"})), Answer(2, place, lambda: frozenset({b"x"}))])
    found = answers.find(place, b"x")
    assert found is not None
    assert found.number == 2


segment = st.builds(
    lambda node, step, index: f"{node}@{step}" + ("" if index is None else f"[{index}]"),
    st.sampled_from("abc"),
    st.integers(0, 4),
    st.none() | st.integers(0, 2),
)
address = st.lists(segment, min_size=1, max_size=3).map("/".join)


@given(address, address)
def test_of_two_steps_at_most_one_leads_to_the_other(first: str, second: str) -> None:
    assert not (precedes(first, second) and precedes(second, first))
    assert not precedes(first, first)


@given(address, address, address)
def test_what_comes_before_is_a_strict_order(first: str, second: str, third: str) -> None:
    if precedes(first, second) and precedes(second, third) and not (around(first, third) or around(third, first)):
        assert precedes(first, third)


@given(address, segment)
def test_a_step_is_around_those_within_it_and_they_are_not_before_it(outer: str, inner: str) -> None:
    assert around(outer, f"{outer}/{inner}")
    assert around(outer, outer)
    assert not around(f"{outer}/{inner}", outer)
    assert not precedes(outer, f"{outer}/{inner}")


def test_addresses_are_read_as_they_are_written() -> None:
    assert superstep("gather@4/draft@2[1]") == ("gather@4", 2)
    assert superstep("flow@0") == ("", 0)
    assert precedes("a@1", "b@2") and not precedes("a@1[0]", "a@1[1]")
    assert precedes("a@1/x@5", "a@1/1/x@1"), "the second run of a graph within a node comes after the first"
    assert [visit_within("a@1", one) for one in ("a@1/x@5", "a@1/1/x@1", "a@1/2/x@1/y@1")] == [0, 1, 2]


def test_those_that_are_to_be_served_in_turn_are() -> None:
    place = Place("ask@1", (1,), "model", 0)
    answers = Answers([Answer(n, place, lambda: frozenset({b"k"})) for n in (1, 2)], in_turn=True)
    found = [answers.find(place, b"k") for _ in range(3)]
    assert [one and one.number for one in found] == [1, 2, 2]


def test_within_a_step_each_that_asked_the_same_is_served_once() -> None:
    def answer(number: int, address: str, ordinal: int) -> Answer:
        return Answer(number, Place(address, (1,), "memory", ordinal), lambda: frozenset({b"k"}))

    answers = Answers([answer(1, "a@1[0]", 0), answer(2, "a@1[1]", 0), answer(3, "a@1[1]", 1)])
    found = [answers.find_within(Place("a@1[1]", (1,), "memory", 7), b"k") for _ in range(3)]
    assert [one and one.number for one in found] == [2, 3, None]


@given(st.lists(address, max_size=6, unique=True))
def test_steps_stand_side_by_side_where_neither_leads_to_the_other(addresses: list[str]) -> None:
    pairs = list(combinations(addresses, 2))
    in_line = [any(one(*pair) or one(*pair[::-1]) for one in (precedes, around)) for pair in pairs]
    assert some_are_beside(addresses) == (not all(in_line))
