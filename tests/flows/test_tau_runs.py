"""A hundred real runs that others recorded: what the source says was sent, called and returned is on the recording."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import playhead as face
from playhead.config import load_config
from playhead.deck import Deck
from playhead.graph.chat import chat_of
from playhead.imports import Importer, RecordedFile, as_chat, read_conversations

FOLDER = Path(os.environ.get("PLAYHEAD_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
FILE = FOLDER / "tau_runs_dev.jsonl"

pytestmark = pytest.mark.skipif(not FILE.is_file(), reason="the recorded runs are not here (PLAYHEAD_SHARED_DATA)")


@pytest.fixture(scope="module")
def source() -> dict[str, Any]:
    """The file's lines, by the thread each becomes."""
    lines = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
    return {f"tau-{line['task_id']}-{line['trial']}": line for line in lines}


@pytest.fixture(scope="module")
def deck(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deck]:
    """A recording of all of them."""
    path = tmp_path_factory.mktemp("tau") / "runs.db"
    with face.open(path, synchronous="OFF", config=replace(load_config(), prompts=None)) as opened:
        importer = Importer(opened)
        for conversation in read_conversations("tau", RecordedFile.open(FILE)):
            importer.play(conversation)
        yield opened


def expected(line: dict[str, Any], first: int, last: int) -> list[dict[str, Any]]:
    """The source's messages of these places in OpenAI's chat format, each call by the place where it was asked."""
    made = []
    for message in line["messages"][first : last + 1]:
        one = {"role": message["role"], "content": message["content"]}
        if message["role"] == "tool":
            call = next(call for call in line["tool_calls"] if call["result_seq"] == message["seq"])
            one |= {"name": call["name"], "tool_call_id": call["recorded_id"]}
        asked = [call for call in line["tool_calls"] if call["asked_seq"] == message["seq"]]
        if asked:
            one["tool_calls"] = [(call["recorded_id"], call["name"], call["arguments"]) for call in asked]
        made.append(one)
    return made


def shown(messages: list[Any]) -> list[dict[str, Any]]:
    """Recorded messages in the same form."""
    made = []
    for message in messages:
        one = chat_of(message)
        if "tool_calls" in one:
            calls = [(call["id"], call["function"]) for call in one["tool_calls"]]
            one["tool_calls"] = [(id, each["name"], json.loads(each["arguments"])) for id, each in calls]
        made.append(one)
    return made


def test_every_request_holds_exactly_the_messages_that_the_source_names(deck: Deck, source: dict[str, Any]) -> None:
    asked = 0
    for thread, line in source.items():
        calls = [call for run in deck.runs(thread) for call in run.calls if call.kind == "model"]
        agent = [call for call in line["llm_calls"] if call["by"] == "agent"]
        assert len(calls) == len(agent)
        for call, said in zip(calls, agent, strict=True):
            asked += 1
            assert shown(call.request["messages"]) == expected(line, *said["prompt_seqs"])
            assert shown([call.response["message"]]) == expected(line, said["output_seq"], said["output_seq"])
    assert asked == 1381


def test_every_tool_call_returns_what_the_source_says_in_order(deck: Deck, source: dict[str, Any]) -> None:
    for thread, line in source.items():
        calls = [call for run in deck.runs(thread) for call in run.calls if call.kind == "tool"]
        recorded = [(call.name, call.request, call.response.content) for call in calls]
        assert recorded == [(call["name"], call["arguments"], call["result"]) for call in line["tool_calls"]]


def test_every_customer_message_is_one_run(deck: Deck, source: dict[str, Any]) -> None:
    for thread, line in source.items():
        customers = [f"m{message['seq']}" for message in line["messages"] if message["role"] == "user"]
        assert [run.cause for run in deck.runs(thread)] == customers


def test_every_conversation_is_given_back_as_it_came(deck: Deck, source: dict[str, Any]) -> None:
    for thread, line in source.items():
        given_back = []
        for one in as_chat(deck.runs(thread))["messages"]:
            calls = [(call["id"], call["function"]) for call in one.get("tool_calls", ())]
            spelt = [(id, each["name"], json.loads(each["arguments"])) for id, each in calls]
            given_back.append({**one, "tool_calls": spelt} if spelt else one)
        assert given_back == expected(line, 0, len(line["messages"]) - 1)


def test_every_run_replays_exactly_with_no_call_asked(deck: Deck) -> None:
    fates = set()
    for thread in deck.threads():
        for run in deck.runs(thread):
            replay = deck.replay(run, deck.config.graph(run.graph))  # raises Diverged where one differs
            fates |= {call.fate for call in replay.calls}
    assert fates == {"reused"}


def test_a_fork_with_another_model_is_kept_and_replays_exactly(deck: Deck) -> None:
    run = next(run for run in deck.runs("tau-24-3") if len([call for call in run.calls if call.kind == "model"]) > 2)
    graph = deck.config.graph(run.graph)
    at = [step.address for step in run.steps if step.node == "model"][1]
    fork = deck.fork(run, graph, at=at, models={"gpt-4o": "embedded"})
    assert fork.calls[0].fate == "reused" and fork.calls[-1].name == "embedded"
    again = deck.replay(deck.run(fork.id), graph)
    assert again.unchanged and {call.fate for call in again.calls} == {"reused"}
