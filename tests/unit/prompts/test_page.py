"""The page that people read says what the code does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from playhead.prompts import PromptSet, checks, lint_files

PAGE = (Path(__file__).parents[3] / "docs" / "prompts.md").read_text(encoding="utf-8")
SOURCES = Path(checks.__file__).parent


@pytest.fixture
def files() -> dict[str, str]:
    named = re.findall(r"^`([\w.]+)`:\n\n```markdown\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    return dict(named)


def test_the_example_renders_to_the_messages_shown(files) -> None:
    inputs, messages = (json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL))
    assert PromptSet.from_files(files).get("reply").render(inputs) == messages


def test_the_example_has_nothing_to_lint(files) -> None:
    assert lint_files(files) == []


def test_every_rule_is_explained_and_every_rule_explained_exists() -> None:
    explained = set(re.findall(r"^\| [EW] \| `([\w-]+)`", PAGE, re.MULTILINE))
    code = "".join(path.read_text(encoding="utf-8") for path in SOURCES.glob("*.py"))
    assert {rule for rule in explained if f'"{rule}"' not in code} == set()
    rules = r'"((?:bad|unknown|name|not|optional|untrusted|example|check|input|single|json|smart)-[a-z-]+)"'
    assert {rule for rule in re.findall(rules, code) if rule not in explained} == set()


@pytest.mark.parametrize(
    "kind", ["regex_absent", "phrases_present", "max_words", "max_characters", "max_questions", "judge"]
)
def test_every_kind_of_check_on_the_page_exists(kind: str) -> None:
    assert f"`{kind}`" in PAGE
    assert "no kind" not in (checks.check_problem({"name": "a", "kind": kind}) or "")
