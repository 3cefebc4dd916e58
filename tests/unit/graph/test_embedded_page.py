"""Is docs/embedded-model.md true?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from playhead.graph.embedded.rules import Rules, read_rules

PAGE = (Path(__file__).parents[3] / "docs" / "embedded-model.md").read_text(encoding="utf-8")
FORMS = [form for row in re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE) for form in re.findall(r"`([^`]+)`", row)]


def test_the_example_of_the_page_runs() -> None:
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(program, "embedded-model.md", "exec"), {})


@pytest.mark.parametrize("form", FORMS)
def test_every_form_in_the_table_is_a_rule(form: str) -> None:
    assert read_rules(form.replace("N", "3")) != Rules()
