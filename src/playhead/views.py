"""What do a run, a step and a call look like as JSON?

One answer for every door: what the CLI prints with `--json` is what the web says. Values of any graph are made plain
here, without knowing LangChain: a message is what has a type and a content.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from playhead.records import Call, Doubt, ErrorRecord, PromptUse, ReplayedCall, Run, Step

ROLES: Final = {"human": "user", "ai": "assistant"}
ADDED: Final = ("__start__",)
"""Nodes that LangGraph adds: on the recording, and listed in JSON, but of no interest to people."""


def own_steps(steps: Iterable[Step]) -> list[Step]:
    """The steps of the graph's own nodes: those that are shown, and that every door counts."""
    return [step for step in steps if step.node not in ADDED]


def plain(value: Any) -> Any:
    """The value as JSON data: messages as `{"role", "content"}`, dates as ISO 8601, what is unknown by its repr."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    if isinstance(getattr(value, "type", None), str) and hasattr(value, "content"):
        return _message(value)
    return _object(value)


def _object(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return plain(value.model_dump()) if hasattr(value, "model_dump") else repr(value)


def _message(value: Any) -> dict[str, Any]:
    made = {"role": ROLES.get(value.type, value.type), "content": plain(value.content)}
    calls = [{"name": call["name"], "args": plain(call["args"])} for call in getattr(value, "tool_calls", None) or ()]
    if calls:
        made["tool_calls"] = calls
    if refusal := (getattr(value, "additional_kwargs", None) or {}).get("refusal"):
        made["refusal"] = refusal
    return made


def brief(value: Any, length: int = 120) -> str:
    """The value on one line, cut to `length` characters; text as it is, data as compact JSON."""
    made = plain(value)
    text = made if isinstance(made, str) else json.dumps(made, ensure_ascii=False, separators=(", ", ": "))
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"


def iso(seconds: float) -> str:
    """A moment (Unix seconds) as ISO 8601 in UTC, to the millisecond."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def run_view(run: Run) -> dict[str, Any]:
    """A run without its steps: `{"id", "thread", "graph", "cause", "status", "attempt", "started", "seconds", …}`."""
    return {
        "id": run.id,
        "thread": run.thread,
        "graph": run.graph,
        "cause": run.cause,
        "status": run.status,
        "attempt": run.attempt,
        "started": iso(run.started),
        "seconds": None if run.ended is None else round(run.ended - run.started, 4),
        "metadata": run.metadata,
        "facts": run.facts,
        "versions": run.versions,
        "gaps": run.gaps,
        "error": error_view(run.error),
    }


def step_view(step: Step, *, state: bool = False, calls: bool = False) -> dict[str, Any]:
    """A step and its calls. `state` adds its whole input and output, `calls` each call's request and response."""
    made = {
        "address": step.address,
        "node": step.node,
        "status": step.status,
        "attempt": step.attempt,
        "seconds": round(step.seconds, 4),
        "wrote": {channel: brief(value) for channel, value in step.output.items() if ":" not in channel},
        "calls": [call_view(call, whole=calls) for call in step.calls],
        "error": error_view(step.error),
    }
    if state:
        made |= {"input": plain(step.input), "output": plain(step.output)}
    return made


def call_view(call: Call, *, whole: bool = False) -> dict[str, Any]:
    """A call; with `whole` its request and response, too."""
    use = call.prompt
    made = {
        "number": call.number,
        "kind": call.kind,
        "name": call.name,
        "ordinal": call.ordinal,
        "attempt": call.attempt,
        "status": call.status,
        "seconds": round(call.seconds, 4),
        "input_tokens": call.input_tokens,
        "output_tokens": call.output_tokens,
        "prompt": {"name": use.name, "content_hash": use.content_hash} if use else None,
        "error": error_view(call.error),
    }
    if isinstance(call, ReplayedCall):
        made |= {"fate": call.fate, "why": call.why, "recorded": call.recorded}
    if whole:
        made |= {"request": plain(call.request), "response": plain(call.response)}
    return made


def doubt_view(doubt: Doubt) -> dict[str, Any]:
    """An effect of which nobody knows whether it happened: `{"effect", "key", "started", "arguments"}`."""
    told = {"effect": doubt.effect, "key": doubt.key, "started": iso(doubt.started)}
    return {**told, "arguments": plain(doubt.arguments)}


def questions_of(run: Run) -> dict[str, Any]:
    """What a run that was interrupted asks, as JSON data, by the question's id."""
    ended = plain(run.output)
    asked = ended.get("__interrupt__") if isinstance(ended, dict) else None
    return {
        each["id"]: each["value"] for each in asked or () if isinstance(each, dict) and {"id", "value"} <= set(each)
    }


def asks_of(run: Run) -> str:
    """The same on one line."""
    return " · ".join(brief(question, 400) for question in questions_of(run).values()) or "something unsaid"


def error_line(error: ErrorRecord, length: int = 200) -> str:
    """An error on one line: `ValueError: the library is closed`."""
    kind = error.kind.rsplit(".", 1)[-1]
    return f"{kind}: {brief(error.message, length)}" if error.message else kind


def error_view(error: ErrorRecord | None) -> dict[str, Any] | None:
    """An error as `{"kind", "message"}`."""
    return None if error is None else {"kind": error.kind, "message": error.message}


def asked(call: Call) -> str:
    """What a call was asked, on one line: the last message to a model, the arguments of anything else."""
    request = plain(call.request)
    if call.kind == "model" and isinstance(request, dict) and request.get("messages"):
        return brief(request["messages"][-1].get("content"), 400)
    if isinstance(request, dict):
        request = {name: value for name, value in request.items() if name != "key"}
    return brief(request, 400)


def answered(call: Call) -> str:
    """What a call answered, on one line; its error where it failed."""
    if (error := call.error) is not None:
        return error_line(error, 380)
    response = plain(call.response)
    if call.kind == "model" and isinstance(response, dict) and isinstance(message := response.get("message"), dict):
        return brief(message.get("content") or message.get("tool_calls") or message.get("refusal"), 400)
    return brief(response, 400)


def prompts_used(runs: Iterable[Run]) -> list[PromptUse]:
    """The prompt texts that these runs' calls were made from, each version once, in the order of first use."""
    found: dict[tuple[str, str], PromptUse] = {}
    for run in runs:
        for call in run.calls:
            if (use := call.prompt) is not None:
                found.setdefault((use.name, use.file_hash), use)
    return list(found.values())
