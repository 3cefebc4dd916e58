"""The same, against a stand-in for OpenAI that other people wrote: it knows the wire from the provider's side.

Needs Node and npm's `@copilotkit/aimock`, which is installed once into the user's cache; else it is skipped.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from langchain.agents import create_agent
from langchain_openai import ChatOpenAI

import playhead
from playhead import ask
from playhead.deck import Deck
from tests.graphs.shapes import NOTHING, add, chain

PACKAGE = "@copilotkit/aimock@1.43.0"
CONFIG: Any = {"configurable": {"thread_id": "t-1"}}


def error(status: int, index: int) -> dict[str, Any]:
    return {
        "match": {"userMessage": "The word: busy", "sequenceIndex": index},
        "response": {"error": {"message": "later", "type": "rate_limit_error"}, "status": status},
    }


FIXTURES = [
    {"match": {"userMessage": "The word: hi", "responseFormat": "json_schema"}, "response": {"content": {"n": 3}}},
    {"match": {"userMessage": "The word: hi"}, "response": {"content": "Hello from the other side."}},
    error(429, 0),
    error(500, 1),
    {"match": {"userMessage": "The word: busy", "sequenceIndex": 2}, "response": {"content": "At last."}},
    {
        "match": {"userMessage": "sum", "hasToolResult": False},
        "response": {"toolCalls": [{"name": "add", "arguments": {"a": 1, "b": 2}}]},
    },
    {"match": {"userMessage": "sum", "hasToolResult": True}, "response": {"content": "It is 3."}},
    {
        "match": {"userMessage": "tell me a story"},
        "response": {"content": "Once upon a time there was a bicycle. " * 5},
        "truncateAfterChunks": 3,
        "latency": 30,
    },
    {"match": {"userMessage": "The word: garbled"}, "response": {"content": "x"}, "chaos": {"malformedRate": 1.0}},
]


def installed() -> Path:
    """aimock's command line, installed on first use."""
    if not (npm := shutil.which("npm")) or not shutil.which("node"):
        pytest.skip("Node and npm are not installed")
    cache = (
        Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "playhead-tests" / PACKAGE.rpartition("@")[2]
    )
    program = cache / "node_modules" / "@copilotkit" / "aimock" / "dist" / "cli.js"
    if not program.is_file():
        cache.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache.parent) as folder:  # two test runs may install at the same time
            command = [npm, "install", "--prefix", folder, PACKAGE]
            made = subprocess.run(command, check=False, capture_output=True, timeout=120)
            if made.returncode:
                pytest.skip(f"{PACKAGE} cannot be installed: {made.stderr.decode()[-300:]}")
            shutil.copytree(folder, cache, dirs_exist_ok=True)
    return program


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    fixtures = tmp_path_factory.mktemp("aimock") / "fixtures.json"
    fixtures.write_text(json.dumps({"fixtures": FIXTURES}), "utf-8")
    command = ["node", str(installed()), "--port", "0", "--fixtures", str(fixtures), "--chunk-size", "8"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        try:
            assert server.stdout is not None
            lines = []
            for line in server.stdout:
                lines.append(line)
                if found := re.search(r"http://[\d.]+:\d+", line):
                    yield found[0]
                    break
            else:
                pytest.fail(f"aimock did not start: {lines}")
        finally:
            server.kill()


@pytest.fixture
def deck(tmp_path: Path, prompts: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deck]:
    monkeypatch.setenv("OPENAI_BASE_URL", f"{address}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "test-key-of-no-worth")
    with playhead.open(tmp_path / "runs.db", prompts=prompts, models={"default": "openai:gpt-4o"}) as opened:
        yield opened


def say(deck: Deck, prompt: str, word: str) -> Any:
    graph = chain(("node", lambda state: {"notes": [ask(prompt, word=word)]}))
    return deck.record(graph).invoke(NOTHING, CONFIG)["notes"][-1]


def test_text_and_structured_output(deck: Deck) -> None:
    assert say(deck, "say", "hi") == "Hello from the other side."
    assert say(deck, "count", "hi") == {"n": 3}


def test_a_busy_provider_is_waited_for(deck: Deck, pauses: list[float]) -> None:
    assert say(deck, "say", "busy") == "At last."
    assert [(call.attempt, call.status) for call in deck.runs("t-1")[0].calls] == [
        (1, "failed"),
        (2, "failed"),
        (3, "done"),
    ]


def test_malformed_json_for_ever_is_a_bad_answer(deck: Deck, pauses: list[float]) -> None:
    with pytest.raises(playhead.PlayheadError, match="the call failed with"):
        say(deck, "say", "garbled")
    assert [call.attempt for call in deck.runs("t-1")[0].calls] == [1, 2, 3, 4]


@pytest.mark.parametrize("streaming", [False, True])
def test_an_agent_with_tools(deck: Deck, streaming: bool) -> None:
    graph = create_agent(ChatOpenAI(model="gpt-4o", streaming=streaming), [add])
    result = deck.record(graph).invoke({"messages": [("user", "sum")]}, CONFIG)
    assert [message.text for message in result["messages"]][2:] == ["3", "It is 3."]
    assert [call.kind for call in deck.runs("t-1")[0].calls] == ["model", "tool", "model"]


def test_a_stream_cut_in_the_middle_keeps_what_came(deck: Deck) -> None:
    model = ChatOpenAI(model="gpt-4o", max_retries=0)
    graph = chain(("node", lambda state: {"notes": [part.text for part in model.stream("tell me a story")]}))
    with pytest.raises(openai.APIConnectionError):
        deck.record(graph).invoke(NOTHING, CONFIG)
    (call,) = deck.runs("t-1")[0].calls
    assert call.status == "failed"
    assert "Once upon a time".startswith(call.response["message"].text)
    assert call.response["message"].text
