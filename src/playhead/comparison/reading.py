"""What is read of a step and a call to compare it, and how are two readings compared?

People see a value as `views.plain` shows it, so that is what is compared. A text that is JSON on both sides, as tools
often answer, is compared by its fields. Values of one recording that are stored under one number are one value.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from playhead.diff import Difference, Renaming, differences
from playhead.records import Call, Run, Step
from playhead.views import error_view, plain


def request_of(call: Call) -> Any:
    """What was asked; of an effect without its key, which is what it was journalled under."""
    request = plain(call.request)
    if call.kind == "effect" and isinstance(request, dict):
        return {name: value for name, value in request.items() if name != "key"}
    return request


def answer_of(call: Call) -> dict[str, Any]:
    """`{"response", "status", "error"}`; of a model the message alone, not the pieces it came in."""
    response = call.response
    if call.kind == "model" and isinstance(response, Mapping) and "message" in response:
        response = response["message"]
    return {"response": plain(response), "status": call.status, "error": error_view(call.error)}


def result_of(step: Step) -> dict[str, Any]:
    """`{"output", "status", "error"}`; of the output what people are shown, without LangGraph's own channels."""
    output = {name: plain(value) for name, value in step.output.items() if ":" not in name}
    return {"output": output, "status": step.status, "error": error_view(step.error)}


def ending_of(run: Run) -> dict[str, Any]:
    """`{"input", "status", "error"}` of a run."""
    return {"input": plain(run.input), "status": run.status, "error": error_view(run.error)}


def one_value(left: Call | Step, right: Call | Step, *names: str) -> bool:
    """Are these values of both sides the same stored ones? Then nobody need read them."""
    return left.read == right.read and all(left.refs[name] == right.refs[name] for name in names)


def fields_that_differ(left: Any, right: Any, renaming: Renaming) -> list[Difference]:
    """Where two plain values differ, looked up in texts that are JSON, too."""
    return [each for found in differences(left, right, renaming) for each in _opened(found, renaming)]


def _opened(found: Difference, renaming: Renaming) -> list[Difference]:
    left, right = _data(found.left), _data(found.right)
    if left is None or right is None:
        return [found]
    inside = fields_that_differ(left, right, renaming)
    return [Difference(_below(found.path, each.path), each.left, each.right) for each in inside] or [found]


def _data(text: Any) -> Any:
    """The mapping or list that a text is the JSON of, or None."""
    if not isinstance(text, str) or not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _below(path: str, name: str) -> str:
    return path + name if name.startswith("[") or not (path and name) else f"{path}.{name}"
