"""Old runs are removed for the room they take, and what is still needed is not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from playhead import codec
from playhead.deck import Deck
from playhead.errors import BadInput
from playhead.location import Location

from .behind import bytes_on_disk
from .conftest import keep
from .recording import everything, facts, open_deck, say, talking
from .recordings.make import asking

LONG = "a text of this turn only, "


@pytest.fixture
def deck(address: Location) -> Iterator[Deck]:
    """Two conversations, one of four turns; and one that waits for an answer."""
    with open_deck(address) as opened:
        for turn in range(4):
            say(opened, "c-1", f"{LONG * 9}{turn}")
        say(opened, "c-2", "hello")
        opened.record(asking(), "asking").invoke({"said": ["hi"]}, {"configurable": {"thread_id": "waits"}})
        yield opened


def ids(deck: Deck, thread: str) -> list[str]:
    """The ids of a conversation's runs."""
    return [run.id for run in deck.runs(thread)]


def checkpoints(deck: Deck, thread: str) -> list[Any]:
    """A conversation's checkpoints, newest first."""
    return list(deck._saver.list({"configurable": {"thread_id": thread}}))


def test_it_says_what_would_go_and_changes_nothing_until_it_is_told_to(deck: Deck) -> None:
    before, size = everything(deck), len(checkpoints(deck, "c-1"))
    found = deck.prune(keep_last=1)
    assert (found.runs, found.steps, found.calls, found.kept_open) == (3, 9, 6, 0)
    assert found.checkpoints
    assert found.values > 3
    assert found.bytes > 500
    assert (everything(deck), len(checkpoints(deck, "c-1"))) == (before, size)
    assert deck.prune(keep_last=1, dry=False) == found
    assert deck.prune(keep_last=1).runs == 0
    assert deck.check().problems == ()


def test_what_stays_reads_replays_and_goes_on_as_before(deck: Deck) -> None:
    kept = [facts(run) for run in deck.runs("c-1")[2:]]
    others = [facts(run) for run in deck.runs("c-2")]
    latest = checkpoints(deck, "c-1")[0]
    deck.prune(keep_last=2, dry=False)
    assert [facts(run) for run in deck.runs("c-1")] == kept
    assert [facts(run) for run in deck.runs("c-2")] == others
    assert checkpoints(deck, "c-1")[0] == latest
    assert [deck.replay(run, talking()).unchanged for run in deck.runs("c-1")] == [True, True]
    say(deck, "c-1", "And on")
    assert len(deck.runs("c-1")[-1].output["said"]) == 10
    assert deck.check().problems == ()


def test_a_conversation_of_which_no_run_stays_goes_on_from_its_state(deck: Deck) -> None:
    deck.prune(older_than="2099-01-01", dry=False)
    assert ids(deck, "c-1") == []
    say(deck, "c-1", "And on")
    assert len(deck.runs("c-1")[0].output["said"]) == 10
    assert deck.check().problems == ()


def test_with_its_state_nothing_of_it_is_left(deck: Deck, address: Location) -> None:
    deck.label("c-2", outcome="lost")
    found = deck.prune(older_than="2099-01-01", state=True, dry=False)
    assert (found.runs, found.conversations) == (5, 2)
    assert deck.threads() == ["waits"]
    deck.close()
    assert b"c-2" not in bytes_on_disk(address)


def test_age_and_status_and_number_must_all_be_met(deck: Deck) -> None:
    assert deck.prune(older_than="1h").runs == 0
    assert deck.prune(older_than="2099-01-01", keep_last=3).runs == 1
    assert deck.prune(statuses=["failed"]).runs == 0
    assert deck.prune(statuses=["done"], keep_last=1).runs == 3


@pytest.mark.parametrize("nothing", [{}, {"origins": True}, {"state": True}])
def test_that_nothing_says_which_is_refused(deck: Deck, nothing: dict[str, bool]) -> None:
    with pytest.raises(BadInput, match="nothing says which runs"):
        deck.prune(**nothing)  # type: ignore[arg-type]


def test_what_waits_for_an_answer_stays_unless_it_is_asked_for(deck: Deck) -> None:
    found = deck.prune(older_than="2099-01-01", dry=False)
    assert found.kept_open == 1
    assert deck.resume("waits", asking(), answer="yes")["said"] == ["hi", "yes"]
    assert [run.status for run in deck.runs("waits")] == ["interrupted", "done"]
    assert deck.prune(statuses=["interrupted"]).runs == 0  # answered, it is a part of a turn that is done
    assert deck.prune(statuses=["done"]).runs == 2


def test_what_waits_goes_when_its_status_is_named(deck: Deck) -> None:
    assert deck.prune(statuses=["interrupted"], state=True, dry=False).runs == 1
    assert ids(deck, "waits") == []


def test_a_running_run_stays(deck: Deck) -> None:
    run = deck.runs("c-2")[0]
    with deck.store.reading() as session:
        (row,) = session.rows("runs_starting_with", prefix=run.id, below=f"{run.id}\0")
    deck.store.write(lambda session: session.write("runs_put", {**row, "status": "running", "ended": None}))
    assert deck.prune(older_than="2099-01-01").kept_open == 2


def test_what_a_kept_replay_was_made_from_stays_as_long_as_that_unless_it_is_asked_for(deck: Deck) -> None:
    origin = deck.runs("c-1")[0]
    kept = deck.keep(deck.replay(origin, talking()))
    begun = kept.started
    found = deck.prune(older_than=iso(begun), dry=False)
    assert (found.runs, found.kept_origins) == (4, 1)
    assert ids(deck, "c-1") == [origin.id]
    assert [run.id for run in deck.originals([deck.run(kept.id)])] == [origin.id]
    assert deck.prune(older_than=iso(begun), origins=True).runs == 1
    assert deck.prune(older_than="2099-01-01").runs == 2  # together they go


def iso(seconds: float) -> str:
    """A moment as it is typed."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def test_what_was_done_to_the_world_is_not_done_again(deck: Deck) -> None:
    def send() -> list[Any]:
        config: Any = {"configurable": {"thread_id": "once", "event": "e-1"}}
        deck.record(talking(), "talking").invoke({"said": ["post it"]}, config)
        with deck.store.reading() as session:
            (owner,) = session.rows("threads_find", name="once")
            return session.rows("effects_of_thread", thread=owner["id"])

    before = send()
    deck.prune(older_than="2099-01-01", dry=False)
    after = send()
    assert [(row["key"], row["started"]) for row in after] == [(row["key"], row["started"]) for row in before]


def test_a_vacuum_removes_what_nothing_refers_to_and_gives_pages_back(deck: Deck) -> None:
    before = everything(deck)
    keep(deck.store, *(f"{number} {LONG * 200}" for number in range(200)))
    found = deck.vacuum()
    assert found.values == 199  # a mark stands in the place of the last: its number is not given again
    assert found.after < found.before
    assert deck.vacuum().values == 0
    assert everything(deck) == before
    assert deck.check().problems == ()


def test_labels_go_with_their_runs_and_those_of_the_conversation_stay(deck: Deck) -> None:
    first, last = deck.runs("c-1")[0], deck.runs("c-1")[-1]
    deck.store.label("c-1", None, {"whole": codec.split(1)}, 1.0)
    for run in (first, last):
        deck.store.label("c-1", run.id, {"own": codec.split(2)}, 1.0)
    deck.prune(keep_last=1, dry=False)
    assert [(label.name, label.run) for label in deck.labels("c-1")] == [("whole", None), ("own", last.id)]
