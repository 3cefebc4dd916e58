"""Old runs are removed for the room they take, and what is still needed is not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, TypedDict

import pytest
from langgraph.channels import DeltaChannel

from playhead import codec
from playhead.deck import Deck
from playhead.errors import BadInput
from playhead.location import Location
from playhead.store import erasure
from tests.graphs.shapes import chain

from .behind import bytes_on_disk, connection
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


# ── who is named by what goes ────────────────────────────────────────────────────────────────────────────────

ANA, BEN = "+15550104477", "+15550109988"


@pytest.fixture
def named(deck: Deck) -> Deck:
    """Beside them two customers' conversations, and a fork of one."""
    say(deck, "of-ana", "planted: my zephyr", customer=ANA)
    say(deck, "of-ben", "hello there", customer=BEN)
    deck.fork(deck.runs("of-ana")[0], talking(), at="act@2", state={"topic": "planted: a fork"})
    return deck


def prune_all(deck: Deck, *, as_before: Location | None = None) -> None:
    """Prune every run; with a place, as a Playhead did that kept no customer's name."""
    deck.prune(older_than="2099-01-01", statuses=["done", "interrupted"], origins=True, dry=False)
    if as_before is not None:
        deck.store.flush()
        with connection(as_before) as raw:
            raw.execute("DELETE FROM labels WHERE name = 'pruned_customer'")
        deck.store.write(erasure.sweep)


@pytest.mark.parametrize("by_older", [False, True], ids=["by this Playhead", "by an older one"])
def test_a_customer_whose_runs_were_pruned_is_found_and_forgotten_wholly(
    named: Deck, address: Location, *, by_older: bool
) -> None:
    prune_all(named, as_before=address if by_older else None)
    assert len(named.threads_of(ANA)) == 2
    assert named.forget(ANA) == 2
    assert named.threads_of(ANA) == []
    assert named.check().problems == ()
    named.close()
    on_disk = bytes_on_disk(address)
    assert [text for text in ("planted", "zephyr", ANA, "of-ana") if text.encode() in on_disk] == []


def test_another_customers_rows_stay_as_they_are_when_one_is_forgotten_after_pruning(
    named: Deck, address: Location
) -> None:
    def theirs() -> list[Any]:
        with named.store.reading() as session:
            (owner,) = session.rows("threads_find", name="of-ben")
            found = [session.rows(f"{table}_of_thread", thread=owner["id"]) for table in ("labels", "effects")]
            return [owner, *found, checkpoints(named, "of-ben")]

    prune_all(named)
    before = theirs()
    named.forget(ANA)
    assert theirs() == before
    assert named.threads_of(BEN) == ["of-ben"]


def test_who_was_named_by_pruned_runs_alone_is_found_though_others_stay(named: Deck) -> None:
    say(named, "of-ana", "I took over from her", customer=BEN)
    facts_before = named.runs("of-ana")[-1].facts
    named.prune(keep_last=1, origins=True, dry=False)
    assert named.threads_of(ANA)[0] == "of-ana"
    assert named.runs("of-ana")[-1].facts["customer"] == facts_before["customer"] == BEN


def test_names_that_stay_said_are_not_said_again(named: Deck) -> None:
    say(named, "of-ana", "And another", customer=ANA)
    named.prune(keep_last=1, origins=True, dry=False)
    assert named.labels("of-ana") == ()


def test_a_name_that_only_a_pruned_runs_label_said_is_kept(named: Deck) -> None:
    named.label(named.runs("c-2")[0], customer="+1777")
    prune_all(named)
    assert named.threads_of("+1777") == ["c-2"]


def test_pruned_again_and_again_a_customer_is_still_found(named: Deck) -> None:
    for _ in range(3):
        prune_all(named)
        say(named, "of-ana", "And on")
    assert "of-ana" in named.threads_of(ANA)
    assert [label.name for label in named.labels("of-ana")] == ["pruned_customer"]


class Written(TypedDict, total=False):
    """A state of which LangGraph saves what was written to it since an older checkpoint."""

    words: Annotated[
        list[str], DeltaChannel(lambda before, writes: before + [word for write in writes for word in write])
    ]


def test_a_state_that_is_put_together_from_older_checkpoints_stays_whole(deck: Deck) -> None:
    graph = deck.record(chain(("say", lambda state: {"words": ["hello"]}), state=Written))
    config: Any = {"configurable": {"thread_id": "written"}}
    for _ in range(4):
        graph.invoke({"words": ["hi"]}, config)
    before = len(checkpoints(deck, "written"))
    deck.prune(keep_last=1, dry=False)
    assert len(ids(deck, "written")) == 1
    assert len(checkpoints(deck, "written")) == before
    assert graph.get_state(config).values["words"] == ["hi", "hello"] * 4
    deck.prune(statuses=["done"], state=True, dry=False)
    assert not checkpoints(deck, "written")
