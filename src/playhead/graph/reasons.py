"""Why was a call asked again? In words that name what was changed: a line of a prompt, a model, what came before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from playhead.diff import MISSING, first_difference
from playhead.errors import apart
from playhead.graph.identity import as_data
from playhead.graph.provenance import Asked
from playhead.records import Call, Divergence, PromptUse
from playhead.reuse import precedes
from playhead.views import brief

LONGEST: Final = 100_000  # characters that are looked through for where two texts part


def why_asked(
    recorded: Call | None,
    asked: Asked | None,
    model: str,
    request: Mapping[str, Any],
    changed: Sequence[Divergence],
    address: str,
) -> str:
    """Why this request has no recorded answer.

    `model` says what the model was changed to ("" where it was not), `changed` are the steps that came out otherwise so
    far, `request` is what would be asked, as data.
    """
    if recorded is None:
        return "the recorded run asked nothing here"
    use = recorded.prompt
    if use and asked and (line := changed_line(use, asked)):
        return line
    if model:
        return f"model {model}"
    if use and asked and use.name == asked.prompt["name"]:
        found = first_difference(as_data(recorded.inputs), as_data(dict(asked.inputs)))
        at = "input "
    else:
        found = first_difference(request_data(recorded), request)
        at = ""
    upstream = [one for one in changed if precedes(one.step, address) and one.field.startswith("output")]
    if upstream:
        return f"upstream {_named(upstream[-1])}"
    if found is None:
        return "its settings changed"
    return f"{at}{found.path}: {both(found.left, found.right)}"


def changed_line(use: PromptUse, asked: Asked) -> str | None:
    """`prompt reply.md line 12`: the first line that differs in the prompt's own file, else in a partial of it."""
    files: Mapping[str, str] = asked.prompt["files"]
    for file in sorted({*use.files, *files}, key=lambda name: (name != f"{use.name}.md", name)):
        before, after = use.files.get(file), files.get(file)
        if before != after:
            return f"prompt {file} line {_first_line(before or '', after or '')}"
    return None


def request_data(call: Call) -> Any:
    """A recorded model call's request, as data."""
    found = as_data(call.request)
    return found if isinstance(found, dict) else {}


def _first_line(before: str, after: str) -> int:
    left, right = before.splitlines(), after.splitlines()
    same = next((n for n, pair in enumerate(zip(left, right, strict=False)) if pair[0] != pair[1]), None)
    return (min(len(left), len(right)) if same is None else same) + 1


def _named(one: Divergence) -> str:
    """`classify.intent: book → reschedule`."""
    node = one.step.rsplit("/", 1)[-1].split("@")[0]
    field = one.field.removeprefix("output").removeprefix(".")
    return f"{node}.{field}: {both(one.recorded, one.replayed)}"


def both(before: Any, after: Any) -> str:
    """`book → reschedule`; of long texts the part where they part."""
    return " → ".join(apart(_line(before), _line(after), 60))


def _line(value: Any) -> str:
    return "nothing" if value is MISSING else brief(value, LONGEST)
