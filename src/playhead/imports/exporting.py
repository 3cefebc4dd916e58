"""What was said in recorded runs of the agent loop, as a line of OpenAI's chat format?

Read from what came in and from the recorded calls, so that an export equal to the import shows that every one of them
is on the recording.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from playhead.graph.chat import chat_of
from playhead.imports.chat_jsonl import GIVEN
from playhead.records import ERASED, Run

OURS: Final = ("conversation", "file", "file_sha256", "tools_seen")
"""Facts that the import added."""


def as_chat(runs: Sequence[Run]) -> dict[str, Any]:
    """The conversation in these runs of one thread, oldest first: `{"id", "messages", "tools"?, "metadata"}`.

    Erased values are left out.
    """
    facts = runs[0].metadata if runs else {}
    given = runs[0].input if runs else None
    made = {"id": runs[0].thread if runs else "", "messages": [one for run in runs for one in _said(run)]}
    if isinstance(given, dict) and given.get("tools") and not facts.get("tools_seen"):
        made["tools"] = given["tools"]
    return {**made, "metadata": {key.removeprefix(GIVEN): value for key, value in facts.items() if key not in OURS}}


def _said(run: Run) -> Iterator[dict[str, Any]]:
    given = run.input
    if isinstance(given, dict):
        if isinstance(given.get("system"), str):
            yield {"role": "system", "content": given["system"]}
        yield from (chat_of(message) for message in given["messages"] if message != ERASED)
    for call in run.calls:
        response = call.response["message"] if isinstance(call.response, dict) else call.response
        if response is not None and response != ERASED:
            yield chat_of(response)
