"""A recording through the one object that a user holds: found again, gone on with, checked, forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypedDict

import pytest
from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt

import playhead
from playhead import Deck
from playhead.config import Config
from playhead.errors import BadInput, GraphNotLoadable, NothingToResume, RunNotFound, StoreClosed


class State(TypedDict, total=False):
    """What the graph knows."""

    text: str
    reply: str


BROKEN = {"is": False}


def answer(state: State) -> State:
    """Answers, asks a person, or breaks."""
    if "ask" in state["text"]:
        return {"reply": f"A person says {interrupt('May I?')}."}
    if BROKEN["is"]:
        raise ConnectionError("the line is down")
    return {"reply": f"You said {state['text']}"}


builder = StateGraph(State)
builder.add_node("answer", answer)
builder.add_edge(START, "answer")
builder.add_edge("answer", END)
GRAPH = builder.compile()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs.db"


@pytest.fixture
def deck(path: Path) -> Iterator[Deck]:
    with opened(path) as made:
        yield made


def opened(path: Path) -> Deck:
    """A deck of a project without prompts."""
    return Deck(path, synchronous="NORMAL", config=Config(root=path.parent, store=path, prompts=None))


def say(deck: Deck, thread: str, text: str, **metadata: Any) -> Any:
    """One event for a conversation."""
    config = {"configurable": {"thread_id": thread}, "metadata": metadata}
    return deck.record(GRAPH, "desk").invoke({"text": text}, config)


# ── finding ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_deck_says_which_recording_it_is(deck: Deck, path: Path) -> None:
    assert repr(deck) == f"<Deck {path}>"


def test_a_new_recording_is_empty(deck: Deck) -> None:
    assert (deck.runs(), deck.threads(), deck.latest(), deck.runs("c-1")) == ([], [], [], [])


def test_runs_come_oldest_first_of_one_conversation_or_of_all(deck: Deck) -> None:
    for thread, text in [("c-1", "one"), ("c-2", "two"), ("c-1", "three")]:
        say(deck, thread, text)
    assert [run.input["text"] for run in deck.runs()] == ["one", "two", "three"]
    assert [run.input["text"] for run in deck.runs("c-1")] == ["one", "three"]
    assert [run.input["text"] for run in deck.runs(limit=2)] == ["two", "three"]
    assert deck.threads() == ["c-1", "c-2"]


def test_the_latest_conversations_come_newest_first(deck: Deck) -> None:
    for thread in ("c-1", "c-2", "c-3", "c-1", "c-1", "c-1", "c-1"):
        say(deck, thread, "hello")
    assert [[run.thread for run in runs] for runs in deck.latest(2)] == [["c-1"] * 5, ["c-3"]]
    assert [runs[0].thread for runs in deck.latest()] == ["c-1", "c-3", "c-2"]


def test_a_run_is_found_by_a_shortened_id(deck: Deck) -> None:
    say(deck, "c-1", "hello")
    (run,) = deck.runs()
    assert deck.run(run.id) == deck.run(run.id[:6]) == run


def test_an_unknown_run_is_named_with_the_nearest(deck: Deck) -> None:
    say(deck, "c-1", "hello")
    (run,) = deck.runs()
    with pytest.raises(RunNotFound, match=f"Did you mean '{run.id}'"):
        deck.run(run.id[:-1] + "x")
    with pytest.raises(RunNotFound):
        deck.run("")


def test_a_conversation_is_found_by_its_name_its_beginning_or_a_run(deck: Deck) -> None:
    for thread in ("anna", "anna-2", "bert"):
        say(deck, thread, "hello")
    assert [run.thread for run in deck.thread("anna")] == ["anna"]
    assert [run.thread for run in deck.thread("be")] == ["bert"]
    assert [run.thread for run in deck.thread(deck.runs("bert")[0].id)] == ["bert"]
    for unclear in ("ann", "nobody"):
        with pytest.raises(RunNotFound):
            deck.thread(unclear)


def test_a_recording_is_read_while_it_is_written_by_another(deck: Deck, path: Path) -> None:
    with opened(path) as reader:
        for number in range(5):
            say(deck, "c-1", f"message {number}")
            assert [run.input["text"] for run in reader.runs("c-1")] == [f"message {n}" for n in range(number + 1)]


@pytest.mark.parametrize("verb", ["replay", "receipt", "fork", "diff", "tape"])
def test_a_name_where_a_run_is_needed_is_told_how_to_come_by_one(deck: Deck, verb: str) -> None:
    more = () if verb in ("diff", "tape") else (GRAPH,)
    with pytest.raises(BadInput, match=r"'c-1' is no Run\. deck\.run\(ID\) gives one; deck\.runs\(thread=NAME\)"):
        getattr(deck, verb)("c-1", *more)


def test_a_conversation_may_be_named_by_a_number_as_langgraph_lets_it(deck: Deck) -> None:
    deck.record(GRAPH).invoke({"text": "x"}, {"configurable": {"thread_id": 42}})
    number: Any = 42
    assert [run.thread for run in deck.runs(thread=number)] == ["42"]


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_below_one_is_refused(deck: Deck, limit: int) -> None:
    say(deck, "c-1", "hello")
    for look in (deck.runs, deck.latest):
        with pytest.raises(BadInput, match="Give 1 or more"):
            look(limit=limit)


def test_the_latest_conversations_that_meet_a_condition(deck: Deck) -> None:
    for thread in ("c-1", "c-2", "c-3"):
        say(deck, thread, "hello")
    for thread in ("c-1", "c-3"):
        deck.label(thread, outcome="lost")
    assert [runs[-1].thread for runs in deck.latest(where=["outcome=lost"])] == ["c-3", "c-1"]
    assert [runs[-1].thread for runs in deck.latest(1, where=["outcome=lost"])] == ["c-3"]
    assert deck.latest(until="2001-01-01") == []


@pytest.mark.parametrize("address", ["mysql://user:secret@host/shop", "sqlite:///runs.db"])
def test_an_address_of_another_kind_is_no_path(address: str) -> None:
    with pytest.raises(BadInput, match="is none that a recording can be at") as caught:
        playhead.open(address)
    assert "secret" not in str(caught.value)


def test_a_recording_in_memory_is_refused_instead_of_a_file_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput, match="nothing in memory only"):
        Deck(":memory:")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("secrets", ["the cake is a lie", ["cake"]])
def test_secrets_that_would_not_be_taken_out_are_refused(path: Path, secrets: Any) -> None:
    with pytest.raises(BadInput, match="redact") as caught:
        playhead.open(path, redact=secrets)
    assert "cake" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "told"),
    [(builder, "Give what its compile"), (State, "no compiled LangGraph graph"), (len, "a function under @entrypoint")],
)
def test_what_is_no_graph_is_refused_with_what_may_be_given(deck: Deck, given: Any, told: str) -> None:
    say(deck, "c-1", "hello")
    with pytest.raises(GraphNotLoadable, match=told):
        deck.record(given)
    with pytest.raises(GraphNotLoadable, match=told):
        deck.replay(deck.runs("c-1")[-1], given)


def test_a_wish_that_no_backtest_has_is_refused(deck: Deck) -> None:
    with pytest.raises(TypeError, match="smaple"):
        deck.plan(prompts="drafts", smaple=3)  # type: ignore[call-arg]


def test_a_closed_deck_says_so(path: Path) -> None:
    with opened(path) as deck:
        say(deck, "c-1", "hello")
        agent = deck.record(GRAPH)
    for verb in (deck.runs, deck.threads, deck.check, lambda: agent.invoke({"text": "x"}, THREAD)):
        with pytest.raises(StoreClosed):
            verb()
    deck.close()


THREAD: Any = {"configurable": {"thread_id": "c-1"}}


def test_secrets_named_at_opening_never_reach_the_disk(path: Path) -> None:
    config = Config(root=path.parent, store=path, prompts=None)
    with playhead.open(path, redact=["the cake is a lie"], config=config) as deck:
        assert say(deck, "c-1", "psst: the cake is a lie")["reply"] == "You said psst: the cake is a lie"
        (run,) = deck.runs()
        assert run.input["text"] == "psst: [redacted secret]"
        assert run.output["reply"] == "You said psst: [redacted secret]"
    assert b"the cake is a lie" not in b"".join(file.read_bytes() for file in path.parent.iterdir())


# ── going on ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_interrupted_run_goes_on_with_an_answer_as_another_run_of_the_same_cause(deck: Deck) -> None:
    say(deck, "c-1", "ask somebody", customer="+1555")
    (asked,) = deck.runs()
    assert asked.status == "interrupted"
    assert deck.resume("c-1", GRAPH, answer="yes")["reply"] == "A person says yes."
    asked, answered = deck.runs()
    assert (answered.status, answered.cause, answered.metadata) == ("done", asked.cause, {"customer": "+1555"})
    assert answered.input == {"resume": "yes"}


@pytest.mark.parametrize("answer", [False, 0, "", []])
def test_an_answer_may_be_an_empty_one(deck: Deck, answer: Any) -> None:
    say(deck, "c-1", "ask somebody")
    assert deck.resume("c-1", GRAPH, answer=answer)["reply"] == f"A person says {answer}."


async def test_an_interrupted_run_goes_on_in_async_code_too(deck: Deck) -> None:
    await deck.record(GRAPH).ainvoke({"text": "ask somebody"}, THREAD)
    assert (await deck.aresume("c-1", GRAPH, answer="yes"))["reply"] == "A person says yes."


def test_a_failed_run_goes_on_as_its_next_attempt(deck: Deck, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BROKEN, "is", True)
    with pytest.raises(ConnectionError):
        say(deck, "c-1", "hello")
    (failed,) = deck.runs()
    assert (failed.status, failed.error and failed.error.message) == ("failed", "the line is down")
    monkeypatch.setitem(BROKEN, "is", False)
    assert deck.resume("c-1", GRAPH)["reply"] == "You said hello"
    (run,) = deck.runs()
    assert (run.id, run.status, run.attempt, run.error) == (failed.id, "done", 2, None)


def test_what_is_finished_unknown_or_waits_for_an_answer_is_not_resumed(deck: Deck) -> None:
    with pytest.raises(RunNotFound):
        deck.resume("c-1", GRAPH)
    say(deck, "c-1", "hello")
    for answer in (None, "yes"):
        with pytest.raises(NothingToResume, match="'done'"):
            deck.resume("c-1", GRAPH, answer=answer)
    say(deck, "c-2", "ask somebody")
    with pytest.raises(NothingToResume, match=r"waits for an answer. It asks: May I\?"):
        deck.resume("c-2", GRAPH)


# ── keeping ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_customers_conversations_are_known_before_they_are_forgotten(deck: Deck) -> None:
    say(deck, "c-1", "hello", customer="+1555")
    say(deck, "c-2", "hello", customer="+1777")
    say(deck, "c-3", "hello", customer="+1555")
    assert deck.threads_of("+1555") == ["c-1", "c-3"]
    assert deck.forget("+1555") == 2
    assert deck.threads_of("+1555") == []
    assert deck.runs("c-2")[0].input == {"text": "hello"}


def test_a_check_counts_records_and_finds_nothing(deck: Deck) -> None:
    say(deck, "c-1", "hello")
    found = deck.check()
    assert found.problems == ()
    assert found.records > 5
