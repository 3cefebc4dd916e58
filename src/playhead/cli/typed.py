"""What did somebody mean who typed a prompt's inputs at a shell?

Text stays text; anything else is read as JSON, by what the prompt declares.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playhead.errors import BadInput
from playhead.prompts import Prompt


def typed_inputs(prompt: Prompt, pairs: Sequence[str], file: Path | None, example: int | None) -> dict[str, Any]:
    """Inputs: of example number `example`, over them a JSON file's, over them `NAME=VALUE` pairs. Raises `BadInput`."""
    found: dict[str, Any] = {}
    if example is not None:
        if example > len(prompt.examples):
            raise BadInput(
                "--example", f"prompt {prompt.name!r} has {len(prompt.examples)} examples.", "Pick one of them."
            )
        found.update(prompt.examples[example - 1].inputs)
    if file is not None:
        found.update(_read(file))
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise BadInput("--input", f"{pair!r} is not NAME=VALUE.", 'Write --input message="Is my bike ready?".')
        found[name] = _value(prompt, name, value)
    return found


def named_models(pairs: Sequence[str]) -> dict[str, str]:
    """Models by alias, of `ALIAS=NAME` pairs. Raises `BadInput`."""
    found = {}
    for pair in pairs:
        alias, _, name = pair.partition("=")
        if not (alias and name):
            raise BadInput("--model", f"{pair!r} is not ALIAS=NAME.", "Write --model default=openai:gpt-5-mini.")
        found[alias] = name
    return found


def state_values(option: str, pairs: Sequence[str]) -> dict[str, Any]:
    """Values by name, of `KEY=VALUE` pairs: JSON where it is JSON, else text. Raises `BadInput`."""
    found = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (name and equals):
            raise BadInput(option, f"{pair!r} is not KEY=VALUE.", f"Write {option} intent=exchange.")
        found[name] = as_said(value)
    return found


def as_said(value: str) -> Any:
    """JSON where it is JSON, else text."""
    try:
        return json.loads(value)
    except ValueError:
        return value


def _value(prompt: Prompt, name: str, value: str) -> Any:
    spec = prompt.inputs.get(name)
    return value if spec is None or spec.schema.get("type") == "string" else as_said(value)


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise BadInput(
            str(file), f"it cannot be read: {error.strerror}.", "Give --inputs the path of a JSON file."
        ) from error
    except ValueError as error:
        raise BadInput(str(file), f"it is not JSON: {error}.", "Write one JSON object, name to value.") from error
    if not isinstance(found, dict):
        raise BadInput(str(file), "it is JSON, but not an object.", "Write one JSON object, name to value.")
    return found
