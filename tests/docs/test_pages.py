"""The pages of docs/ show what works: their examples are run."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from playhead.cli.failing import told
from playhead.config import FORMS, load_config
from playhead.errors import RunNotFound

PAGES = Path(__file__).parents[2] / "docs"
BLOCKS = re.compile(r"(<!-- not run here -->\n)?```python\n(.*?)```", re.DOTALL)
PROMPT = """---
format: prompt/1
name: {name}
title: {name}
description: A step of the desk.
owner: desk
inputs:
  message: {{type: string, description: "What was asked", untrusted: true}}
  intent: {{type: string, description: "What it is about", required: false}}
few_shot: all
examples:
  - {{why: "So.", inputs: {{message: "Is it there?"}}, output: "{answer}"}}
---
=== system ===
{line}
{{{{#intent}}}}
It is a {{{{intent}}}}.
{{{{/intent}}}}

=== user ===
Message: {{{{message}}}}
"""


def write(folder: Path, line: str, **answers: str) -> None:
    folder.mkdir()
    for name, answer in answers.items():
        (folder / f"{name}.md").write_text(PROMPT.format(name=name, answer=answer, line=line))


def run_examples(page: str) -> None:
    names = {"__name__": "page"}
    for skipped, block in BLOCKS.findall((PAGES / page).read_text("utf-8")):
        if not skipped:
            exec(compile(block, page, "exec", dont_inherit=True), names)


def test_the_examples_of_the_page_on_recording_run_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text("")
    run_examples("recording.md")


def test_the_examples_of_the_page_on_replays_run_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text("")
    write(tmp_path / "prompts", "Be brief.", sort="question", write="I will look.")
    write(tmp_path / "drafts", 'Sign off with "Yours".', write="I will look.")
    run_examples("replay.md")
    printed = capsys.readouterr().out
    assert "re-asked · prompt write.md line 1" in printed
    assert "held back" in printed
    assert "c-1042~" in printed


def test_the_page_on_settings_shows_settings_that_are_read_and_names_all(tmp_path: Path) -> None:
    page = (PAGES / "settings.md").read_text("utf-8")
    (shown,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "pyproject.toml").write_text(shown)
    load_config(tmp_path)
    assert tomllib.loads(shown)["tool"]["playhead"].keys() == FORMS.keys()


def test_the_page_on_settings_shows_an_error_as_it_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    page = (PAGES / "settings.md").read_text("utf-8")
    (shown,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    assert told(RunNotFound("c-7"), json=True) == 3
    assert capsys.readouterr().out == shown
