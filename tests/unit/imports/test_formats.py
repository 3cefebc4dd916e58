"""Two formats: OpenAI's chat format, and runs of tau-bench with calls and results side by side."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from playhead.errors import BadInput
from playhead.imports import RecordedFile, read_conversations
from playhead.imports.chat_jsonl import read_chat
from playhead.imports.tau import read_tau

HELLO = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]


def tau_line(**more: Any) -> dict[str, Any]:
    """A run in which two calls bear one provider's id."""
    call = {"recorded_id": "same", "is_error": False}
    return {
        "task_id": "7",
        "trial": 2,
        "reward": 1.0,
        "domain": "library",
        "source": {"file": "model-9-library.json"},
        "models": {"agent": None},
        "messages": [
            {"seq": 0, "role": "system", "content": "Lend books."},
            {"seq": 1, "role": "user", "content": "Two books, please."},
            {"seq": 2, "role": "assistant", "content": None, "tool_calls": ["a", "b"]},
            {"seq": 3, "role": "tool", "content": "first", "call": "a"},
            {"seq": 4, "role": "tool", "content": "second", "call": "b"},
            {"seq": 5, "role": "assistant", "content": "Here they are."},
        ],
        "tool_calls": [
            {
                **call,
                "call": "b",
                "name": "lend",
                "arguments": {"n": 2},
                "asked_seq": 2,
                "result_seq": 4,
                "result": "second",
            },
            {
                **call,
                "call": "a",
                "name": "find",
                "arguments": {"n": 1},
                "asked_seq": 2,
                "result_seq": 3,
                "result": "first",
            },
        ],
        "llm_calls": [],
        **more,
    }


def said(conversation: Any) -> list[Any]:
    return [placed.message for turn in conversation.turns for placed in turn.said]


def test_a_chat_line_is_a_conversation_with_its_metadata_as_facts() -> None:
    line = {
        "id": 12,
        "messages": HELLO,
        "metadata": {"model": "m-1", "won": True, "tags": ["a"], "run_id": "x", "no": None},
    }
    talk = read_chat("file:1", line, "file-1")
    assert (talk.id, talk.model) == ("12", "m-1")
    assert talk.facts == {"model": "m-1", "won": True, "tags": '["a"]', "given_run_id": "x"}


def test_a_chat_line_without_id_is_named_by_its_place() -> None:
    assert read_chat("file:1", {"messages": HELLO}, "file-1").id == "file-1"


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"messages": []},
        {"messages": "Hi"},
        {"messages": HELLO, "metadata": 3},
        {"messages": HELLO, "tools": 3},
        {"messages": HELLO, "id": []},
    ],
)
def test_a_chat_line_of_another_form_is_refused(line: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="file:1"):
        read_chat("file:1", line, "file-1")


def test_a_tau_run_is_named_by_task_and_trial_and_keeps_its_reward() -> None:
    talk = read_tau("file:1", tau_line(), "")
    assert (talk.id, talk.system, talk.model) == ("tau-7-2", "Lend books.", "model-9")
    assert talk.facts == {
        "domain": "library",
        "task_id": "7",
        "trial": 2,
        "reward": 1,
        "model": "model-9",
        "tools_seen": True,
    }


def test_calls_and_results_are_paired_by_where_they_stand_not_by_id() -> None:
    asked, first, second, _ = said(read_tau("file:1", tau_line(), ""))
    assert [call["function"]["name"] for call in asked["tool_calls"]] == ["find", "lend"]
    assert (first["name"], first["content"], second["name"], second["content"]) == ("find", "first", "lend", "second")


def test_what_a_call_is_said_to_have_returned_is_its_result() -> None:
    line = tau_line()
    line["tool_calls"][0]["result"] = "renamed"
    assert "renamed" in [message["content"] for message in said(read_tau("file:1", line, ""))]


@pytest.mark.parametrize(
    "more",
    [
        {"task_id": None},
        {"messages": None},
        {"tool_calls": []},
        {"messages": [{"role": "user"}]},
        {"tool_calls": [{"name": "find"}]},
        {"messages": [{"seq": 0, "role": "user", "content": "Hi"}, {"seq": 1, "role": "tool", "content": "x"}]},
    ],
)
def test_a_tau_run_that_lacks_something_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="file:1"):
        read_tau("file:1", tau_line(**more), "")


def test_a_broken_line_is_an_error_with_its_number_after_the_good_ones(tmp_path: Path) -> None:
    file = tmp_path / "talks.jsonl"
    file.write_text(f"{json.dumps({'messages': HELLO})}\n\nnot JSON\n")
    found = read_conversations("chat-jsonl", RecordedFile.open(file))
    assert next(found).where == f"{file}:1"
    with pytest.raises(BadInput, match=r"talks\.jsonl:3"):
        next(found)


def test_an_unknown_format_is_answered_with_those_there_are(tmp_path: Path) -> None:
    file = tmp_path / "talks.jsonl"
    file.write_text("")
    with pytest.raises(BadInput, match="chat-jsonl and tau"):
        next(read_conversations("chat", RecordedFile.open(file)))
