"""A customer is forgotten everywhere, and nobody else loses anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playhead import codec
from playhead.deck import Deck
from playhead.location import Location
from playhead.records import ERASED
from playhead.store import Store, erasure
from playhead.store.session import Row

from .behind import bytes_on_disk
from .conftest import a_run, intern, keep
from .recording import everything, facts, open_deck, say, talking

ANA, BEN = "+15550104477", "+15550109988"
PLANTED = ["Ana Zwyssig", "ana-event-17", "ana-thread", "my bike is the blue Zephyr", ANA]


@pytest.fixture
def deck(address: Location) -> Iterator[Deck]:
    """Two customers' conversations, some of whose words are the same."""
    with open_deck(address) as opened:
        talk(opened, "ana-thread", ANA, "ana-event-17", "Ana Zwyssig here, my bike is the blue Zephyr")
        talk(opened, "ben-thread", BEN, "ben-event-1", "When are you open?")
        talk(opened, "ana-thread", ANA, "ana-event-18", "When are you open?")
        talk(opened, "ben-thread", BEN, "ben-event-2", "Thank you")
        yield opened


def talk(deck: Deck, thread: str, customer: str, event: str, text: str) -> None:
    """One event of a customer's conversation."""
    agent = deck.record(talking(), "talking")
    config = {"configurable": {"thread_id": thread, "event": event}, "metadata": {"customer": customer}}
    agent.invoke({"said": [text]}, config)


def rows_of(deck: Deck, thread: str) -> list[Row]:
    """Everything stored of a conversation, as it is stored: rows and all values below them."""
    with deck.store.reading() as session:
        (owner,) = session.rows("threads_find", name=thread)
        found = session.rows("runs_of_thread", thread=owner["id"])
        for run in list(found):
            found += session.rows("steps_of_run", run=run["id"]) + session.rows("calls_of_run", run=run["id"])
        found += session.rows("effects_of_thread", thread=owner["id"])
        spaces = session.rows("spaces_of_thread", thread=owner["id"])
        for space in spaces:
            found += session.rows("checkpoints_from_latest", space=space["id"], limit=1_000)
            found += session.rows("writes_of_space", space=space["id"])
        refs = [row[name] for row in found for name in row if name in ("input", "output", "request", "response")]
        refs += [ref for row in found if "refs" in row for ref in codec.decode_numbers(row["refs"])]
        reached = erasure._reachable(session, iter([ref for ref in refs if ref]))
        return [owner, *spaces, *found, *session.values(reached).values()]


def stored_hashes(deck: Deck) -> set[bytes]:
    """The hashes of all values."""
    with deck.store.reading() as session:
        return {row["hash"] for row in session.rows("vals_scan", after=0, limit=10**9)}


def test_what_is_to_be_forgotten_is_there_before(deck: Deck, address: Location) -> None:
    deck.close()
    found = bytes_on_disk(address)
    assert all(text.encode() in found for text in PLANTED if text != "Ana Zwyssig")


def test_nothing_of_a_forgotten_customer_is_left_in_the_files(deck: Deck, address: Location) -> None:
    assert deck.forget(ANA) == 1
    assert [text for text in PLANTED if text.encode() in bytes_on_disk(address)] == []
    deck.close()
    assert [text for text in PLANTED if text.encode() in bytes_on_disk(address)] == []


def test_no_hash_of_a_personal_value_is_left(deck: Deck) -> None:
    deck.store.flush()
    before = stored_hashes(deck)
    personal = deck._encoder.state("Ana Zwyssig here, my bike is the blue Zephyr").hash
    shared = deck._encoder.state("When are you open?").hash
    assert {personal, shared} <= before
    deck.forget(ANA)
    assert personal not in stored_hashes(deck)
    assert shared in stored_hashes(deck)


def test_another_customers_rows_and_values_stay_byte_for_byte(deck: Deck) -> None:
    deck.store.flush()
    rows, read = rows_of(deck, "ben-thread"), [facts(run) for run in deck.runs("ben-thread")]
    deck.forget(ANA)
    assert rows_of(deck, "ben-thread") == rows
    assert [facts(run) for run in deck.runs("ben-thread")] == read


def test_forgotten_runs_still_count_and_open_and_show_erased(deck: Deck) -> None:
    before = {run.id: run for run in deck.runs("ana-thread")}
    deck.forget(ANA)
    assert deck.runs("ana-thread") == []
    after = {run.id: run for run in deck.runs()}
    assert after.keys() >= before.keys()
    for id, run in before.items():
        now = after[id]
        assert (now.graph, now.status, now.started, now.ended) == (run.graph, run.status, run.started, run.ended)
        assert now.thread.startswith("erased-")
        assert (now.input, now.output, now.cause, now.metadata) == (ERASED, ERASED, ERASED, {})
        assert [step.address for step in now.steps] == [step.address for step in run.steps]
        assert {step.input for step in now.steps} == {ERASED}
        assert [step.output for step in now.steps] == [{}] * len(now.steps)
        assert [call.name for call in now.calls] == [call.name for call in run.calls]
        assert {str(call.request) for call in now.calls} | {str(call.response) for call in now.calls} == {ERASED}


def test_a_recording_with_forgotten_runs_is_not_damaged(deck: Deck) -> None:
    deck.forget(ANA)
    assert deck.check().problems == ()


def test_forgetting_again_finds_nobody(deck: Deck) -> None:
    assert (deck.forget(ANA), deck.forget(ANA)) == (1, 0)


def test_a_conversation_is_forgotten_by_its_name_too(deck: Deck) -> None:
    assert deck.threads_of("ana-thread") == ["ana-thread"]
    assert deck.forget("ana-thread") == 1
    assert deck.threads_of(ANA) == []


@pytest.mark.parametrize("nobody", ["None", "", "null", "+1555", ERASED])
def test_runs_that_name_no_customer_are_nobodys(deck: Deck, nobody: str) -> None:
    say(deck, "unnamed", "hello")
    assert deck.forget(nobody) == 0


def test_a_forgotten_customer_may_come_back(deck: Deck) -> None:
    deck.forget(ANA)
    talk(deck, "ana-thread", ANA, "ana-event-17", "Hello again")
    (run,) = deck.runs("ana-thread")
    assert run.output["said"] == ["Hello again", "echo: Hello again"]
    assert deck.check().problems == ()


def test_a_copy_of_a_conversation_is_forgotten_with_it(deck: Deck, address: Location) -> None:
    deck._saver.copy_thread("ana-thread", "a-copy")
    deck.forget(ANA)
    assert [text for text in PLANTED if text.encode() in bytes_on_disk(address)] == []


def test_a_reference_is_never_given_to_another_value(deck: Deck) -> None:
    """Else a run that was looked up before would show somebody else's words."""
    talk(deck, "ana-thread", ANA, "ana-event-19", "the very last words")
    run = deck.runs("ana-thread")[-1]
    deck.forget(ANA)
    talk(deck, "cleo-thread", "+1555", "e", "words of another customer, " * 5)
    for value in (lambda: run.input, lambda: run.output):
        assert "another" not in str(outcome(value))


def outcome(read: Callable[[], Any]) -> Any:
    """What reading gives, or the error's text."""
    try:
        return read()
    except Exception as error:
        return error


# ── labels, answers, and what was made out of a conversation ─────────────────────────────────────────────────


def label(deck: Deck, thread: str, run: str | None = None, **facts: Any) -> None:
    """Say something of a conversation or a run."""
    deck.store.label(thread, run, {name: codec.split(value) for name, value in facts.items()}, 5.0)


def keep_answer(deck: Deck, thread: str, call: str, answer: Any) -> None:
    """Keep what a backtest asked about a conversation."""
    deck.store.keep_answer("warmer", call, codec.split(answer), thread=thread, started=1.0, seconds=1.0, input_tokens=7)


def test_a_customers_labels_are_forgotten_and_the_others_stay(deck: Deck, address: Location) -> None:
    run = deck.runs("ana-thread")[0]
    label(deck, "ana-thread", note="wants the Zephyr back, urgently", **{"Zephyrs": 1})
    label(deck, "ana-thread", run.id, note="shared by both of them, word for word")
    label(deck, "ben-thread", note="shared by both of them, word for word")
    deck.forget(ANA)
    assert deck.run(run.id).facts == {}
    assert deck.runs("ben-thread")[0].facts["note"] == "shared by both of them, word for word"
    assert b"Zephyr" not in bytes_on_disk(address)
    assert deck.check().problems == ()


def test_answers_about_a_customer_are_forgotten_with_their_keys_and_still_count(deck: Deck, address: Location) -> None:
    keep_answer(deck, "ana-thread", "hash-of-anas-words", "Your Zephyr is ready, Ana Zwyssig")
    keep_answer(deck, "ana-thread", "another-hash", "We are open until six, as always.")
    keep_answer(deck, "ben-thread", "hash-of-bens-words", "We are open until six, as always.")
    deck.forget(ANA)
    assert deck.store.answer_of("warmer", "hash-of-anas-words") is None
    kept = deck.store.answer_of("warmer", "hash-of-bens-words")
    assert kept is not None
    assert kept.answer == "We are open until six, as always."
    assert [
        text for text in (b"Zephyr", b"hash-of-anas-words", b"another-hash") if text in bytes_on_disk(address)
    ] == []
    with deck.store.reading() as session:
        assert sorted(row["input_tokens"] for row in session.rows("answers_scan", limit=9)) == [7, 7, 7]
    assert deck.check().problems == ()


def test_labels_and_answers_keep_their_values_when_others_are_swept(deck: Deck) -> None:
    label(deck, "ben-thread", note={"a": ["text that stands nowhere else"]})
    keep_answer(deck, "ben-thread", "call", ["another text that stands nowhere else"])
    deck.forget(ANA)
    kept = deck.store.answer_of("warmer", "call")
    assert deck.runs("ben-thread")[0].facts["note"] == {"a": ["text that stands nowhere else"]}
    assert kept is not None
    assert kept.answer == ["another text that stands nowhere else"]


def test_deleting_a_conversation_erases_its_labels_and_answers(deck: Deck) -> None:
    run = deck.runs("ana-thread")[0]
    label(deck, "ana-thread", outcome="lost")
    keep_answer(deck, "ana-thread", "call", "yes")
    deck._saver.delete_thread("ana-thread")
    assert deck.run(run.id).facts == {}
    assert deck.store.answer_of("warmer", "call") is None


def test_a_customer_who_was_named_by_a_label_is_forgotten(deck: Deck) -> None:
    say(deck, "unnamed", "hello, the Zephyr again")
    label(deck, "unnamed", customer=ANA)
    assert set(deck.threads_of(ANA)) == {"ana-thread", "unnamed"}


@pytest.mark.parametrize("named", [ANA, "ana-thread"])
def test_what_was_made_out_of_a_conversation_is_forgotten_with_it(deck: Deck, address: Location, named: str) -> None:
    say(deck, "fork-1", "the blue Zephyr in a fork", origin_thread="ana-thread")
    say(deck, "fork-2", "the blue Zephyr in a fork of the fork", origin_thread="fork-1")
    say(deck, "replay-of-ben", "When are you open?", origin_thread="ben-thread")
    assert set(deck.threads_of(named)) == {"ana-thread", "fork-1", "fork-2"}
    assert deck.forget(named) == 3
    assert b"Zephyr" not in bytes_on_disk(address)
    assert deck.runs("replay-of-ben")[0].output["said"][0] == "When are you open?"


def test_forgetting_a_fork_leaves_what_it_was_made_of(deck: Deck) -> None:
    say(deck, "fork-1", "hello", origin_thread="ben-thread")
    assert deck.threads_of("fork-1") == ["fork-1"]


class Outbox:
    """A resource with a memory of its own."""

    def __init__(self) -> None:
        self.forgotten: list[str] = []

    def forget(self, customer: str) -> None:
        """Erase a customer."""
        self.forgotten.append(customer)


def test_resources_forget_too(deck: Deck) -> None:
    outbox = Outbox()
    deck.forget(ANA, {"outbox": outbox, "clock": object()})
    assert outbox.forgotten == [ANA, "ana-thread"]


# ── deleting, pruning, copying ───────────────────────────────────────────────────────────────────────────────


def checkpoints(deck: Deck, thread: str) -> list[Any]:
    """A conversation's checkpoints, newest first."""
    return list(deck._saver.list({"configurable": {"thread_id": thread}}))


def test_a_deleted_conversation_is_gone_and_the_others_are_whole(deck: Deck, address: Location) -> None:
    before = rows_of(deck, "ben-thread")
    deck._saver.delete_thread("ana-thread")
    assert checkpoints(deck, "ana-thread") == []
    assert rows_of(deck, "ben-thread") == before
    assert deck.check().problems == ()


def test_pruning_keeps_the_latest_checkpoint_and_all_runs(deck: Deck) -> None:
    runs, latest = everything(deck), checkpoints(deck, "ana-thread")[0]
    deck._saver.prune(["ana-thread"])
    assert checkpoints(deck, "ana-thread") == [latest]
    assert len(checkpoints(deck, "ben-thread")) > 1
    assert everything(deck) == runs
    assert deck.check().problems == ()


def test_a_pruned_conversation_goes_on(deck: Deck) -> None:
    deck._saver.prune(["ana-thread"])
    talk(deck, "ana-thread", ANA, "ana-event-19", "And now?")
    assert len(deck.runs("ana-thread")[-1].output["said"]) == 6


def test_a_copied_conversation_lives_on_without_its_original(deck: Deck) -> None:
    def states(thread: str) -> list[Any]:
        return [(found.checkpoint, found.metadata, found.pending_writes) for found in checkpoints(deck, thread)]

    before = states("ben-thread")
    deck._saver.copy_thread("ben-thread", "copy")
    deck._saver.delete_thread("ben-thread")
    assert states("copy") == before
    assert deck.check().problems == ()


# ── sweeping ─────────────────────────────────────────────────────────────────────────────────────────────────

small = st.integers(0, 5) | st.sampled_from(["a", "b", "a text that is not that short at all"])
trees = st.recursive(small, lambda below: st.lists(below, max_size=70) | st.dictionaries(st.sampled_from("xyz"), below))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kept=st.lists(trees, max_size=4), dropped=st.lists(trees, max_size=4))
def test_sweeping_keeps_all_that_is_reached_and_nothing_else(store: Store, kept: list[Any], dropped: list[Any]) -> None:
    with store.reading() as session:
        number = len(session.rows("runs_scan", after=0, limit=10**9))
    keep(store, *dropped)
    a_run(store, "c-1", f"r-{number}", input=kept)
    keep(store, *dropped)
    store.write(erasure.sweep)
    assert store.run(f"r-{number}").input == kept
    with store.reading() as session:
        live = erasure._reachable(session, erasure._roots(session))
        stored = {row["id"] for row in session.rows("vals_scan", after=0, limit=10**9)}
    assert live <= stored
    assert len(stored - live) <= 1  # the mark that keeps the highest number taken


def test_sweeping_an_empty_recording_is_fine(store: Store) -> None:
    assert store.write(erasure.sweep) == (0, 0)


def test_a_swept_number_is_not_given_again(store: Store) -> None:
    refs = store.write(lambda session: intern(session, [codec.plain("x"), codec.plain("y")]))
    store.write(erasure.sweep)
    assert keep(store, "z")[0] > max(refs)
