"""A small OpenAI-compatible server inside the tests, which answers each request with the next line of its script."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import playhead
from playhead.deck import Deck
from playhead.graph import asking, models

PROMPT = """---
format: prompt/1
name: {name}
title: A test
description: A test.
owner: desk
model: {{name: default, temperature: 0, max_tokens: 50}}
inputs:
  word: {{type: string, description: A word, examples: [hi]}}
{output}---
=== user ===
The word: {{{{word}}}}
"""
SCHEMA = """output:
  schema: {type: object, additionalProperties: false, required: [n], properties: {n: {type: integer}}}
"""


def completion(text: str | None, finish: str = "stop", **message: Any) -> dict[str, Any]:
    """The body of a chat completion."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "gpt-test",
        "choices": [
            {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text, **message}}
        ],
        "usage": {"prompt_tokens": 11, "completion_tokens": 3, "total_tokens": 14},
    }


def chunk(finish: str | None = None, **delta: Any) -> bytes:
    """One server-sent event of a streamed completion."""
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "gpt-test",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def failure(status: int, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """An error as the provider words it."""
    body = {"error": {"message": f"status {status}", "type": "server_error", "param": None, "code": None}}
    return status, headers, json.dumps(body).encode()


class Provider:
    """What to answer, and what was asked. An answer is a body, `(status, headers, bytes)`, or a function."""

    def __init__(self) -> None:
        self.answers: list[Any] = []
        self.asked: list[dict[str, Any]] = []
        self.released = threading.Event()

    def next(self, asked: dict[str, Any]) -> Any:
        self.asked.append(asked)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = provider.next(json.loads(body))
            if callable(answer):
                answer(self)
                return
            status, headers, data = answer if isinstance(answer, tuple) else (200, {}, json.dumps(answer).encode())
            self.send_response(status)
            for name, value in {
                "Content-Type": "application/json",
                "Content-Length": str(len(data)),
                **headers,
            }.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    return Handler


def streaming(*pieces: bytes, cut: bool = False) -> Any:
    """Answer with these events; `cut` drops the connection instead of ending it."""

    def answer(request: Any) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "text/event-stream")
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        for piece in pieces:
            request.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        if cut:
            request.close_connection = True
            request.connection.shutdown(2)
        else:
            request.wfile.write(b"0\r\n\r\n")

    return answer


def dropping(request: Any) -> None:
    """Drop the connection without a word."""
    request.close_connection = True
    request.connection.shutdown(2)


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    made = Provider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(made))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{server.server_port}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "test-key-of-no-worth")
    monkeypatch.setattr(models, "ATTEMPT_SECONDS", 0.5)
    yield made
    made.released.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between attempts, none of which is really made."""
    made: list[float] = []

    async def instead(seconds: float) -> None:
        made.append(seconds)

    monkeypatch.setattr(asking, "sleep", lambda seconds: made.append(seconds) if seconds else None)
    monkeypatch.setattr(asking, "asleep", instead)
    return made


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    folder = tmp_path / "prompts"
    folder.mkdir()
    (folder / "say.md").write_text(PROMPT.format(name="say", output=""), "utf-8")
    (folder / "count.md").write_text(PROMPT.format(name="count", output=SCHEMA), "utf-8")
    return folder


@pytest.fixture
def deck(tmp_path: Path, prompts: Path, provider: Provider) -> Iterator[Deck]:
    with playhead.open(tmp_path / "runs.db", prompts=prompts, models={"default": "openai:gpt-test"}) as opened:
        yield opened
