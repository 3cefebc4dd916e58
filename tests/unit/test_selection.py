"""What is written at a shell is read exactly, and a sample is drawn evenly and the same every time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.errors import BadInput
from playhead.selection import Condition, selection_of
from playhead.selection.conditions import moment_of, text_of
from playhead.selection.sampling import lot, quotas, spread

NOW = 1_790_000_000.0
DAY = 86_400.0


def where(*written: str) -> tuple[Condition, ...]:
    """These conditions, read."""
    return selection_of(written, now=NOW).where


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("outcome=lost", Condition("outcome", "=", "lost")),
        ("outcome!=lost", Condition("outcome", "!=", "lost")),
        ("reason~too dear", Condition("reason", "~", "too dear")),
        (" outcome =lost ", Condition("outcome", "=", "lost ")),
        ("outcome=", Condition("outcome", "=", "")),
        ("formula=a!=b~c=d", Condition("formula", "=", "a!=b~c=d")),
        ("reason~a=b", Condition("reason", "~", "a=b")),
        ("wow!=a", Condition("wow", "!=", "a")),
        ("note=two\nlines", Condition("note", "=", "two\nlines")),
    ],
)
def test_a_condition_is_read(written: str, read: Condition) -> None:
    assert where(written) == (read,)


@pytest.mark.parametrize("written", ["", "outcome", "=lost", " =lost", "!=lost", "~x", "outcome lost"])
def test_what_is_no_condition_is_refused_with_what_is(written: str) -> None:
    with pytest.raises(BadInput, match=r"--where: .* is no condition\. Write name=value, name!=value, or name~text"):
        where(written)


names = st.text(st.characters(exclude_characters="=~!"), min_size=1).filter(
    lambda name: name.strip() == name not in ("", "status")
)


@given(name=names, sign=st.sampled_from(["=", "!=", "~"]), value=st.text())
def test_any_value_is_read_as_it_stands(name: str, sign: Any, value: str) -> None:
    assert where(f"{name}{sign}{value}") == (Condition(name, sign, value),)


@given(value=st.text(), texts=st.lists(st.text(), max_size=4))
def test_unequal_is_the_opposite_of_equal(value: str, texts: list[str]) -> None:
    assert Condition("n", "=", value).met(texts) != Condition("n", "!=", value).met(texts)


def test_a_text_is_found_within_whatever_its_case() -> None:
    assert Condition("reason", "~", "DEAR").met(["too dear", "other"])
    assert not Condition("reason", "~", "dear").met([])


@pytest.mark.parametrize(
    ("value", "text"), [("lost", "lost"), (4, "4"), (True, "true"), (["a"], '["a"]'), (2.5, "2.5"), ("true", "true")]
)
def test_facts_are_compared_as_they_are_written(value: Any, text: str) -> None:
    assert text_of(value) == text


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("30d", NOW - 30 * DAY),
        ("12h", NOW - DAY / 2),
        ("2w", NOW - 14 * DAY),
        ("2026-10-01T00:00+00:00", datetime(2026, 10, 1, tzinfo=UTC).timestamp()),
        ("2026-10-01", datetime(2026, 10, 1).astimezone().timestamp()),
        ("2026-10-01T14:30", datetime(2026, 10, 1, 14, 30).astimezone().timestamp()),
    ],
)
def test_a_moment_is_read(written: str, seconds: float) -> None:
    assert moment_of("--since", written, NOW) == seconds


def test_until_a_date_means_its_end() -> None:
    selection = selection_of(since="2026-10-01", until="2026-10-01", now=NOW)
    assert (selection.since, selection.until) == (
        datetime(2026, 10, 1).astimezone().timestamp(),
        datetime(2026, 10, 2).astimezone().timestamp(),
    )


@pytest.mark.parametrize(
    "written", ["", "yesterday", "30", "d", "30 days", "-3d", "2026-13-01", "2026-10-32", "9999999h", "9999-12-31x"]
)
def test_what_is_no_moment_is_refused_with_what_is(written: str) -> None:
    with pytest.raises(BadInput, match=r"--since: .* is no moment\. Write 12h, 30d or 2w \(ago\), or a date"):
        moment_of("--since", written, NOW)


@pytest.mark.parametrize("written", ["9999-12-31", "0001-01-01"])
def test_a_date_at_the_end_of_the_calendar_is_a_moment_or_refused(written: str) -> None:
    for last in (False, True):
        try:
            moment_of("--until", written, NOW, last=last)
        except BadInput as error:
            assert "no moment" in error.happened


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"by": "business"}, "--by: .* Add --sample N"),
        ({"by": "prompt", "sample": 3}, "--by: 'prompt' makes no groups"),
        ({"sample": 0}, "--sample: 0 is no number"),
        ({"limit": -1}, "--limit: -1 is no number"),
        ({"since": "1d", "until": "2d"}, "--until: '2d' is not after --since '1d'"),
    ],
)
def test_what_cannot_be_meant_is_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(BadInput, match=told):
        selection_of(now=NOW, **given)


# ── sampling ─────────────────────────────────────────────────────────────────────────────────────────────────


@given(size=st.integers(0, 300), wanted=st.integers(1, 80), seed=st.integers(0, 5))
def test_a_sample_is_spread_evenly_in_order_and_the_same_every_time(size: int, wanted: int, seed: int) -> None:
    items = list(range(size))
    drawn = spread(items, wanted, lambda item: lot(seed, str(item)))
    assert drawn == spread(items, wanted, lambda item: lot(seed, str(item)))
    assert len(drawn) == len(set(drawn)) == min(size, wanted)
    count = len(drawn)
    assert [item * count // size for item in drawn] == sorted(item * count // size for item in drawn)
    assert all(drawn[i] in range(i * size // count, (i + 1) * size // count) for i in range(count))


def test_another_seed_draws_others() -> None:
    drawn = {tuple(spread(range(1000), 10, lambda item, seed=seed: lot(seed, str(item)))) for seed in range(20)}
    assert len(drawn) == 20


@given(sizes=st.dictionaries(st.text(max_size=3), st.integers(0, 50), max_size=8), wanted=st.integers(1, 200))
def test_groups_are_as_equal_as_can_be(sizes: dict[str, int], wanted: int) -> None:
    shares = quotas(sizes, wanted)
    assert sum(shares.values()) == min(wanted, sum(sizes.values()))
    assert all(0 <= shares[name] <= size for name, size in sizes.items())
    most = max(shares.values(), default=0)
    assert all(share >= most - 1 for name, share in shares.items() if share < sizes[name])
