from __future__ import annotations

import re
import subprocess
import sys

import pytest

VERBS = [
    "demo", "init", "run", "chat", "ls", "show", "resume", "doctor",
    "import", "diff", "replay", "fork", "verify", "backtest", "bisect", "tape", "label", "settle",
    "prompt ls", "prompt show", "prompt lint", "prompt render",
    "db check", "db forget", "db vacuum", "db prune", "db upgrade",
]  # fmt: skip

COUNT = """
import sys
from playhead.cli import main
main(["--help"])
heavy = ("langgraph", "langchain_core", "pydantic", "rich", "sqlite_utils", "structlog", "jsonschema")
print([name for name in heavy if name in sys.modules], len(sys.modules))
"""


def test_help_imports_none_of_the_heavy_libraries():
    done = subprocess.run([sys.executable, "-c", COUNT], capture_output=True, text=True, check=True)
    found, _, modules = done.stdout.splitlines()[-1].rpartition(" ")
    assert found == "[]"
    assert int(modules) < 300


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_every_verb_starts_with_an_example(playhead, verb):
    ended = playhead(*verb.split(), "--help")
    assert ended.code == 0
    text = ended.out.split("\n\n")[1].strip()
    assert text.startswith(f"playhead {verb}")


@pytest.mark.parametrize("verb", VERBS)
def test_what_is_to_be_typed_is_named_and_not_its_type_in_python(playhead, verb):
    assert not re.findall(r"<(?:int|float|str|path|list)|\bINTEGER\b|<=", playhead(*verb.split(), "--help").out)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_json(playhead, verb):
    assert "--json" in playhead(*verb.split(), "--help").out


def test_the_version_is_told(playhead):
    assert playhead("--version").out.count(".") == 2


def test_python_runs_the_command_as_a_module(playhead):
    done = subprocess.run([sys.executable, "-m", "playhead", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == playhead("--version").out


@pytest.mark.parametrize("wrong", [["lst"], ["ls", "--limit", "0"], ["run", "desk"], ["show"], ["prompt", "lnit"]])
def test_wrong_usage_ends_with_2(playhead, wrong):
    assert playhead(*wrong).code == 2
