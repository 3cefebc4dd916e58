"""What was said of a conversation after it happened: nothing is overwritten, and the newest counts."""

from __future__ import annotations

from typing import Any

import pytest

from playhead.codec import split
from playhead.errors import RunNotFound
from playhead.location import Location
from playhead.store import Store

from .conftest import a_run


@pytest.fixture(autouse=True)
def talks(store: Store) -> None:
    """Two conversations, one of two runs."""
    a_run(store, "c-1", "r-1", metadata={"channel": "sms", "outcome": "open"})
    a_run(store, "c-1", "r-2", metadata={"channel": "sms"})
    a_run(store, "c-2", "r-3")


def label(store: Store, thread: str, run: str | None = None, at: float = 5.0, **facts: Any) -> None:
    """Say something of a conversation or a run."""
    store.label(thread, run, {name: split(value) for name, value in facts.items()}, at)


def test_a_label_comes_back_with_its_moment_and_what_it_was_said_of(store: Store) -> None:
    label(store, "c-1", outcome="lost", reason={"price": [1, 2.5]})
    label(store, "c-1", "r-2", at=6.0, stars=4)
    assert [(one.name, one.value, one.at, one.run) for one in store.labels("c-1")] == [
        ("outcome", "lost", 5.0, None),
        ("reason", {"price": [1, 2.5]}, 5.0, None),
        ("stars", 4, 6.0, "r-2"),
    ]


def test_an_earlier_label_stays_and_the_newest_counts(store: Store) -> None:
    label(store, "c-1", outcome="lost")
    label(store, "c-1", outcome="booked", at=1.0)  # the clock was set back: what was said last counts
    assert [one.value for one in store.labels("c-1")] == ["lost", "booked"]
    assert store.run("r-1").facts["outcome"] == "booked"


def test_a_runs_facts_are_its_metadata_under_its_conversations_labels_under_its_own(store: Store) -> None:
    label(store, "c-1", "r-2", outcome="booked")
    label(store, "c-1", outcome="lost", stars=1)
    assert store.run("r-1").facts == {"channel": "sms", "outcome": "lost", "stars": 1}
    assert store.run("r-2").facts == {"channel": "sms", "outcome": "booked", "stars": 1}
    assert store.run("r-1").metadata == {"channel": "sms", "outcome": "open"}


def test_nothing_as_a_value_takes_the_fact_away(store: Store) -> None:
    label(store, "c-1", outcome=None, stars=3)
    label(store, "c-1", stars=None)
    assert store.run("r-1").facts == {"channel": "sms"}
    label(store, "c-1", stars=2)
    assert store.run("r-1").facts == {"channel": "sms", "stars": 2}


def test_a_label_is_nobody_elses(store: Store) -> None:
    label(store, "c-1", outcome="lost")
    assert (store.labels("c-2"), store.run("r-3").facts) == ((), {})


def test_labels_asked_for_a_run_are_those_that_count_for_it(store: Store) -> None:
    label(store, "c-1", "r-1", stars=1)
    label(store, "c-1", "r-2", stars=2)
    label(store, "c-1", stars=3)
    assert [one.value for one in store.labels("c-1", "r-2")] == [3, 2]


@pytest.mark.parametrize(("thread", "run"), [("nobody", None), ("c-1", "r-9"), ("c-1", "r-")])
def test_what_is_not_recorded_cannot_be_labelled(store: Store, thread: str, run: str | None) -> None:
    with pytest.raises(RunNotFound):
        label(store, thread, run, outcome="lost")
    assert store.labels("c-1") == ()


def test_a_conversation_nobody_knows_has_no_labels(store: Store) -> None:
    assert store.labels("nobody") == ()


def test_labels_are_there_when_the_recording_is_opened_again(store: Store, address: Location) -> None:
    label(store, "c-1", outcome="lost")
    store.close()
    again = Store(address)
    assert again.run("r-2").facts["outcome"] == "lost"
    label(again, "c-1", outcome="won")
    assert [one.value for one in again.labels("c-1")] == ["lost", "won"]
    again.close()
