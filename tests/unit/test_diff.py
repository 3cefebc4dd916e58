"""Values, texts and sequences are compared, and what differs is named."""

from __future__ import annotations

import copy
import uuid
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from playhead.diff import MISSING, Difference, Renaming, Words, align, differences, first_difference, words

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
names = st.text("abc.[]0 é", max_size=4)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(names, inner, max_size=5), max_leaves=20
)
uuids = st.uuids().map(str)
texts = st.text("ab \n.é日本", max_size=60) | st.text(st.characters(), max_size=60)


def paths(left: Any, right: Any, renaming: Renaming | None = None) -> list[str]:
    return [each.path for each in differences(left, right, renaming)]


class TestEquality:
    @given(values)
    def test_a_value_is_equal_to_a_copy_of_itself(self, value):
        assert first_difference(value, copy.deepcopy(value)) is None
        assert first_difference(value, copy.deepcopy(value), Renaming()) is None

    @given(values, values)
    def test_the_first_difference_is_the_first_of_all(self, left, right):
        assert first_difference(left, right) == next(iter(differences(left, right)), None)

    @given(values, values)
    def test_it_makes_no_difference_which_side_is_which(self, left, right):
        assert bool(differences(left, right)) == bool(differences(right, left))

    @pytest.mark.parametrize(
        ("left", "right"), [(1, 1.0), (float("nan"), float("nan")), ([1], (1,)), (10**400, 10**400)]
    )
    def test_equal(self, left, right):
        assert first_difference({"x": left}, {"x": right}) is None

    @pytest.mark.parametrize(
        ("left", "right"), [(1, True), (0, False), (1, "1"), (None, 0), ("", None), ([], {}), (0, []), (None, MISSING)]
    )
    def test_different(self, left, right):
        assert differences({"x": left}, {"x": right}) == [Difference("x", left, right)]
        assert first_difference([left], [right]) == Difference("[0]", left, right)

    def test_the_order_of_keys_does_not_count_and_that_of_a_list_does(self):
        assert first_difference({"a": 1, "b": 2}, {"b": 2, "a": 1}) is None
        assert first_difference([1, 2], [2, 1]) is not None

    @pytest.mark.parametrize(
        "wrap", [lambda inner: [inner], lambda inner: {"x": inner}, lambda inner: [0, {"x": inner}]]
    )
    def test_values_may_be_nested_very_deep(self, wrap):
        left, right = 1, 2
        for _ in range(3000):
            left, right = wrap(left), wrap(right)
        assert [(each.left, each.right) for each in differences(left, right)] == [(1, 2)]
        assert first_difference(left, left, Renaming()) is None


class TestPaths:
    @pytest.mark.parametrize(
        ("left", "right", "path"),
        [
            (1, 2, ""),
            ({"messages": [0, 1, {"content": "a"}]}, {"messages": [0, 1, {"content": "b"}]}, "messages[2].content"),
            ({"odd key": {"x": 1}}, {"odd key": {"x": 2}}, '["odd key"].x'),
            ({"a": {"b.c": 1}}, {"a": {"b.c": 2}}, 'a["b.c"]'),
            ([[1]], [[2]], "[0][0]"),
        ],
    )
    def test_a_path_leads_to_what_differs(self, left, right, path):
        assert paths(left, right) == [path]

    def test_what_one_side_has_alone_is_one_difference(self):
        assert differences({"a": 1, "b": {"x": 1}}, {"b": {"x": 1}, "c": [1, 2]}) == [
            Difference("a", 1, MISSING),
            Difference("c", MISSING, [1, 2]),
        ]
        assert repr(MISSING) == "nothing"

    def test_a_renamed_field_is_lost_and_new(self):
        assert paths({"total": 5, "id": 1}, {"amount": 5, "id": 1}) == ["total", "amount"]


class TestLists:
    @given(st.lists(values, max_size=8), values, st.data())
    def test_an_inserted_element_is_the_only_difference(self, elements, new, data):
        place = data.draw(st.integers(0, len(elements)))
        (found,) = differences(elements, [*elements[:place], new, *elements[place:]])
        assert (found.left, first_difference(found.right, new)) == (MISSING, None)

    @given(st.lists(values, min_size=1, max_size=8), st.data())
    def test_a_lost_element_is_the_only_difference(self, elements, data):
        place = data.draw(st.integers(0, len(elements) - 1))
        (found,) = differences(elements, elements[:place] + elements[place + 1 :])
        assert found.right is MISSING

    def test_an_element_that_changed_is_looked_into_beside_one_that_is_new(self):
        left = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
        right = [{"role": "tool", "content": "x"}, {"role": "assistant", "content": "Good day"}]
        assert paths(left[1:], right) == ["[0]", "[0].content"]


class TestGeneratedIds:
    @pytest.mark.parametrize(
        "made",
        [
            lambda: str(uuid.uuid4()),
            lambda: uuid.uuid4().hex,
            lambda: f"run-{uuid.uuid4()}",
            lambda: f"run--{uuid.uuid4()}-0",
            lambda: f"lc_run--{uuid.uuid4()}",
            lambda: f"call_{uuid.uuid4().hex[:24]}",
            lambda: f"toolu_{uuid.uuid4().hex[:24]}",
            lambda: f"chatcmpl-{uuid.uuid4().hex[:29]}",
            lambda: f"chatcmpl-{uuid.uuid4()}",
            lambda: f"r-{uuid.uuid4().hex[:12]}",
        ],
    )
    def test_ids_of_every_usual_form_may_be_renamed(self, made):
        left, right = made(), made()
        assert first_difference({"id": left}, {"id": right}, Renaming()) is None
        assert first_difference({"id": left}, {"id": right}) is not None
        assert first_difference(f"Booked as {left}.", f"Booked as {right}.", Renaming()) is None

    @pytest.mark.parametrize(
        ("left", "right"),
        [
            ("c-1042", "c-1043"),
            ("call_1", "call_2"),
            ("call_the_police", "call_the_doctor"),
            ("a" * 64, "b" * 64),
            ("run-" + "a" * 32, "call_" + "a" * 32),
            (str(uuid.UUID(int=1)), uuid.UUID(int=1).hex),
        ],
    )
    def test_what_somebody_chose_or_means_something_else_may_not(self, left, right):
        assert not Renaming().same(left, right)

    @given(st.lists(uuids, min_size=1, unique=True), st.data())
    def test_any_one_to_one_renaming_is_no_difference(self, ids, data):
        others = data.draw(st.lists(uuids, min_size=len(ids), max_size=len(ids), unique=True))
        renamed = dict(zip(ids, others, strict=True))
        used = data.draw(st.lists(st.sampled_from(ids)))
        left = {"used": used, "by": {each: f"is {each}" for each in used}}
        right = {"used": [renamed[x] for x in used], "by": {renamed[x]: f"is {renamed[x]}" for x in used}}
        assert differences(left, right, Renaming()) == []

    @given(uuids, uuids, uuids)
    def test_the_same_left_always_meets_the_same_right(self, one, two, three):
        assume(len({one, two, three}) == 3)
        assert paths([one, one], [two, three], Renaming()) == ["[1]"]
        assert paths([one, two], [three, three], Renaming()) == ["[1]"]
        renaming = Renaming()
        assert renaming.same(one, two)
        assert renaming.same(one, two)
        assert not renaming.same(one, one)

    def test_the_sides_own_names_stand_for_each_other_as_whole_texts(self):
        renaming = Renaming({"c-1": "c-2"})
        assert first_difference({"to": "c-1", "also": "c-1"}, {"to": "c-2", "also": "c-1"}, renaming) is None
        assert not renaming.same("c-2", "c-1")
        assert not renaming.same("about c-1", "about c-2")

    def test_a_renaming_reaches_from_one_value_to_the_next(self):
        renaming, ids = Renaming(), [str(uuid.uuid4()) for _ in range(3)]
        assert first_difference(ids[0], ids[1], renaming) is None
        assert first_difference({"again": ids[0]}, {"again": ids[2]}, renaming) is not None


class TestWords:
    @given(texts, texts)
    def test_both_texts_can_be_read_from_it_exactly(self, left, right):
        found = words(left, right)
        assert "".join(each.text for each in found if each.op != "added") == left
        assert "".join(each.text for each in found if each.op != "removed") == right

    @given(texts, texts)
    def test_no_stretch_is_empty_or_cut_in_two(self, left, right):
        found = words(left, right)
        assert all(each.text for each in found)
        between = "".join(each.op[0] for each in found)
        assert not any(twice in between for twice in ("ss", "rr", "aa", "ar"))

    @given(texts)
    def test_a_text_is_all_the_same_as_itself(self, text):
        assert words(text, text) == ([Words("same", text)] if text else [])

    def test_words_change_with_their_punctuation(self):
        assert words("Your bike is ready.", "Your bike is ready!") == [
            Words("same", "Your bike is "),
            Words("removed", "ready."),
            Words("added", "ready!"),
        ]

    def test_a_short_word_between_two_edits_is_part_of_them(self):
        found = words("Please call the shop of Maya today.", "Please call the desk of Tom today.")
        assert [each.text for each in found] == ["Please call the ", "shop of Maya", "desk of Tom", " today."]

    def test_a_sentence_that_shares_next_to_nothing_is_rewritten(self):
        found = words("We are open until six.", "Sorry, the workshop cannot take bikes before Monday.")
        assert [each.op for each in found] == ["removed", "added"]

    def test_lines_that_stay_are_kept_apart_from_those_that_change(self):
        found = words("one\nAlways greet the customer.\nthree\n", "one\nAlways greet the customer by name.\nthree\n")
        assert Words("added", "customer by name.") in found
        assert found[-1] == Words("same", "\nthree\n")

    def test_languages_without_spaces_change_by_the_character(self):
        assert Words("removed", "六") in words("営業時間は六時までです", "営業時間は七時までです")


class TestAlign:
    @given(st.lists(st.integers(0, 4)), st.lists(st.integers(0, 4)))
    def test_both_sides_are_there_in_order_and_pairs_have_the_same_key(self, left, right):
        rows = align(left, right, lambda each: each)
        assert [one for one, _ in rows if one is not None] == left
        assert [other for _, other in rows if other is not None] == right
        assert all(one == other for one, other in rows if None not in (one, other))

    def test_what_has_no_counterpart_stands_alone(self):
        assert align("abc", "axc", str) == [("a", "a"), ("b", None), (None, "x"), ("c", "c")]
