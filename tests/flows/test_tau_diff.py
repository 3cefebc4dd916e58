"""A copy of real runs with one field of one tool's results renamed: what is named as different, and what is not."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import playhead as face
from playhead.comparison import Comparison, compare
from playhead.config import load_config
from playhead.imports import Importer, RecordedFile, read_conversations

FOLDER = Path(os.environ.get("PLAYHEAD_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
FILE = FOLDER / "tau_runs_dev.jsonl"
LINES = 16
TOOL, OLD, NEW = "get_user_details", '"membership":', '"tier":'

pytestmark = pytest.mark.skipif(not FILE.is_file(), reason="the recorded runs are not here (PLAYHEAD_SHARED_DATA)")


def renamed(line: dict[str, Any]) -> dict[str, Any]:
    """The run with the field renamed wherever the tool returned it."""
    results = {call["result_seq"] for call in line["tool_calls"] if call["name"] == TOOL}
    calls = [
        {**call, "result": call["result"].replace(OLD, NEW)} if call["result_seq"] in results else call
        for call in line["tool_calls"]
    ]
    messages = [
        {**message, "content": message["content"].replace(OLD, NEW)} if message["seq"] in results else message
        for message in line["messages"]
    ]
    return {**line, "tool_calls": calls, "messages": messages}


@pytest.fixture(scope="module")
def source() -> list[dict[str, Any]]:
    """Runs that call the tool."""
    lines = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
    return [line for line in lines if renamed(line) != line][:LINES]


@pytest.fixture(scope="module")
def comparisons(source: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Comparison]]:
    """Each of them beside its copy."""
    folder = tmp_path_factory.mktemp("tau")
    threads: list[list[str]] = []
    with face.open(folder / "runs.db", synchronous="OFF", config=replace(load_config(), prompts=None)) as deck:
        importer = Importer(deck)
        for name, lines in (("left", source), ("right", map(renamed, source))):
            file = folder / f"{name}.jsonl"
            file.write_text("\n".join(map(json.dumps, lines)), "utf-8")
            conversations = read_conversations("tau", RecordedFile.open(file))
            threads.append([importer.play(conversation).thread for conversation in conversations])
        yield [compare(deck.runs(left), deck.runs(right)) for left, right in zip(*threads, strict=True)]


def test_exactly_the_calls_that_return_the_field_are_named(
    source: list[dict[str, Any]], comparisons: list[Comparison]
) -> None:
    for line, found in zip(source, comparisons, strict=True):
        returned = sum(call["name"] == TOOL and OLD in call["result"] for call in line["tool_calls"])
        named = [(call.call.name, call.what) for _, _, call in found.divergences]
        assert named == [(TOOL, "answered otherwise")] * returned


def test_they_are_named_to_the_field(comparisons: list[Comparison]) -> None:
    paths = {tuple(each.path for each in call.differences) for one in comparisons for *_, call in one.divergences}
    assert paths == {("response.content.membership", "response.content.tier")}


def test_what_comes_after_follows_and_is_not_compared(comparisons: list[Comparison]) -> None:
    for found in comparisons:
        calls = [call for turn in found.turns for _, call in turn.calls]
        first = next(place for place, call in enumerate(calls) if call.diverges)
        assert {call.what for call in calls[:first]} == {"same"}
        models = [call for call in calls[first:] if call.call.kind == "model"]
        assert {call.what for call in models} <= {"follows"}
        assert not any(call.differences for call in models)
        assert {call.what for call in calls[first:] if call.call.kind == "tool"} <= {"same", "answered otherwise"}
        assert found.effects == []
