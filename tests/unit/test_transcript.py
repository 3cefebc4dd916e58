from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from playhead.records import Run
from playhead.transcript import first_words, transcript


def run(given: Any, output: Any = None, status: Any = "done", error: Any = None) -> Run:
    values = {1: given, 2: output, 3: error}
    refs = {"input": 1, "output": 2, "error": 3}
    return Run("r-1", "c-1", "graph", "m-1", status, 1, "host:1", 0.0, 1.0, refs, values.get, tuple)


def said(*runs: Run, **options: Any) -> list[tuple[str, str]]:
    return [(line.role, line.text) for line in transcript(runs, **options)]


@pytest.mark.parametrize(
    "given",
    [
        {"messages": [("user", "Hi")]},
        {"messages": [{"role": "user", "content": "Hi"}]},
        {"messages": [HumanMessage("Hi")]},
        {"messages": [HumanMessage([{"type": "text", "text": "Hi"}])]},
        {"batch": [{"id": "m-1", "text": "Hi"}], "business": "x"},
        {"question": "Hi"},
        {"business": "x", "text": "Hi"},
        "Hi",
    ],
)
def test_the_customers_words_are_found_where_graphs_keep_them(given):
    assert said(run(given, {"reply": "Hello"})) == [("customer", "Hi"), ("business", "Hello")]


def test_the_reply_is_what_the_agent_said_after_the_customers_last_message():
    history = [HumanMessage("Hi"), AIMessage("Hello"), HumanMessage("Open?"), AIMessage("Yes")]
    assert said(run({"messages": [("user", "Open?")]}, {"messages": history})) == [
        ("customer", "Open?"),
        ("business", "Yes"),
    ]


def test_no_message_after_the_customers_is_silence():
    assert said(run({"messages": [("user", "Thanks")]}, {"messages": [HumanMessage("Thanks")]}))[1] == (
        "note",
        "silent",
    )


def test_the_applications_own_word_counts():
    def outcome(state):
        return {"reply": None, "outcome": "opted_out", "reason": "said STOP"}

    assert said(run("STOP", {"reply": "x"}), outcome_of=lambda _: outcome)[1] == ("note", "opted out: said STOP")


def test_an_answer_to_an_interrupt_is_a_persons():
    assert said(run({"resume": "yes"}, {"reply": "Done"}))[0] == ("person", "yes")


def test_a_graph_that_does_not_talk_shows_its_input_and_output():
    assert said(run({"rows": 3}, {"total": 6})) == [("customer", '{"rows": 3}'), ("business", '{"total": 6}')]


def test_what_was_erased_reads_so():
    assert said(run("[erased]", "[erased]")) == [("customer", "[erased]"), ("business", "[erased]")]


def test_a_failed_run_says_why():
    error = {"kind": "builtins.ValueError", "message": "no", "details": {}}
    assert said(run("Hi", None, "failed", error))[1] == ("note", "failed: ValueError: no")


def test_the_first_words_are_the_customers():
    assert first_words([run({"messages": [("user", "Hi\nthere")]})]) == "Hi there"
