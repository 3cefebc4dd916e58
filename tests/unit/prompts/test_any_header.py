"""Whatever stands in a header, the file loads or is refused with a line and a remedy; it never fails otherwise."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from playhead.errors import PromptSyntax
from playhead.prompts import PromptSet, lint_files

KEYS = [
    "model", "inputs", "output", "checks", "few_shot", "examples", "notes", "title", "schema", "type", "properties",
    "items", "required", "untrusted", "name", "kind", "pattern", "patternProperties", "limit", "phrases", "question",
    "field", "why", "message", "enum", "examples", "maxLength", "allOf", "not", "if", "const", "multipleOf", "a",
]  # fmt: skip
WORDS = st.sampled_from(
    [
        "string",
        "messages",
        "object",
        "array",
        "regex_absent",
        "max_words",
        "judge",
        "all",
        "(",
        "a{99999999999}",
        "x",
        "",
    ]
)
LEAVES = WORDS | st.booleans() | st.none() | st.integers(-2, 5) | st.floats(allow_nan=False, allow_infinity=False)
DATA = st.recursive(
    LEAVES,
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.sampled_from(KEYS), parts, max_size=4),
    max_leaves=20,
)


BODY = "=== user ===\n{{#a}}{{.}}{{b}}{{b.c}}{{/a}}{{a.b.c}}{{message}}\n"


def file(header: dict[str, Any]) -> dict[str, str]:
    text = json.dumps({"format": "prompt/1", "name": "reply", **header})
    return {"reply.md": f"---\n{text}\n---\n{BODY}"}


@given(st.dictionaries(st.sampled_from(KEYS[:8]), DATA, max_size=5))
@example({"inputs": {"a": {"type": "string", "pattern": "(" * 5000}}})
@example({"inputs": {"a": {"patternProperties": {"(": {}}}}})
@example({"inputs": {"a": {"examples": 3}}})
@example({"inputs": {"a": {"properties": {"b": True}}}})
@example({"inputs": {"a": {"properties": True}, "message": {"type": ["string", "null"], "items": [1]}}})
@example({"inputs": {"a": {"type": [], "items": False}}})
@example({"checks": [{"name": "a", "kind": ["judge"]}]})
@example({"examples": [{"inputs": {"a": {}}, "output": 3, "why": []}], "few_shot": 1})
def test_a_header_loads_or_is_refused(header: dict[str, Any]) -> None:
    files = file(header)
    try:
        PromptSet.from_files(files)
    except PromptSyntax as refused:
        assert refused.remedy
        assert refused.line >= 1
        assert any(finding.level == "E" for finding in lint_files(files))
