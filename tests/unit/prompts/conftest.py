from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from playhead.prompts import Prompt, PromptSet

PromptText = Callable[..., str]
LoadPrompt = Callable[..., Prompt]
WriteFiles = Callable[..., Path]

BUSINESS_AND_MESSAGE = "inputs: {business: {type: string}, message: {type: string, untrusted: true}}"
BODY = "=== system ===\nYou are {{business}}.\n=== user ===\nMessage: {{message}}\n"


def _prompt_text(body: str = BODY, *header: str, name: str = "reply", inputs: str = BUSINESS_AND_MESSAGE) -> str:
    return "\n".join(["---", "format: prompt/1", f"name: {name}", inputs, *header, "---", body])


@pytest.fixture
def prompt_text() -> PromptText:
    """A prompt file: `prompt_text(body, *header_lines, name=…, inputs=…)`. The header begins on line 2, inputs on 4."""
    return _prompt_text


@pytest.fixture
def load_prompt() -> LoadPrompt:
    """The prompt of such a file, `partials` being texts by file name."""

    def load(*args: str, partials: dict[str, str] | None = None, **options: str) -> Prompt:
        return PromptSet.from_files({"reply.md": _prompt_text(*args, **options), **(partials or {})}).get("reply")

    return load


@pytest.fixture
def write_files(tmp_path: Path) -> WriteFiles:
    """A folder with these files: `write_files({"reply.md": text})`."""

    def write(files: dict[str, str]) -> Path:
        for name, text in files.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path

    return write
