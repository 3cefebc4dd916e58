"""The face: a few names, each with its page, and nothing heavy behind them until they are used."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import playhead
from playhead.deck import Deck

PACKAGE = Path(playhead.__file__).parent


def loaded_by(statement: str) -> set[str]:
    """The modules that a new Python has loaded after this."""
    code = f"import sys\n{statement}\nprint(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize("name", playhead.__all__)
def test_a_public_name_resolves_and_has_a_page(name: str) -> None:
    assert getattr(playhead, name).__doc__


def test_what_is_listed_is_what_resolves() -> None:
    assert list(playhead.__all__) == sorted(set(playhead.__all__))
    assert dir(playhead) == list(playhead.__all__)
    assert set(playhead._HOMES) == set(playhead.__all__)


def test_what_a_type_checker_sees_is_what_resolves() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text("utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    seen = {
        alias.asname or alias.name for node in imports if node.module.startswith("playhead.") for alias in node.names
    }
    assert seen == set(playhead.__all__)


def test_a_type_checker_is_not_told_that_any_name_is_here() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    assert "__getattr__" not in [one.name for one in tree.body if isinstance(one, ast.FunctionDef)]


def test_a_module_can_be_run_as_the_command() -> None:
    ended = subprocess.run([sys.executable, "-m", "playhead", "--version"], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout.strip()) == (0, version("playhead"))


def test_another_name_is_refused_as_of_any_module() -> None:
    with pytest.raises(AttributeError, match="module 'playhead' has no attribute 'replay'"):
        _ = playhead.replay  # type: ignore[attr-defined]


def test_to_open_is_to_make_a_deck() -> None:
    assert playhead.open is playhead.Deck is Deck


def test_importing_the_face_loads_neither_langgraph_nor_langchain() -> None:
    heavy = {"langgraph", "langchain", "langchain_core", "langchain_openai", "openai", "pydantic", "sqlite_utils"}
    assert not loaded_by("import playhead; playhead.PlayheadError; playhead.Run") & heavy


def test_opening_a_recording_does_not_load_a_provider() -> None:
    assert not loaded_by("import playhead; playhead.Deck") & {"openai", "langchain_openai"}


@pytest.mark.parametrize("name", playhead.__all__)
def test_every_public_method_has_a_page(name: str) -> None:
    thing = getattr(playhead, name)
    for method, function in inspect.getmembers(thing, inspect.isfunction) if inspect.isclass(thing) else ():
        if not method.startswith("_"):
            assert function.__doc__, f"{name}.{method}"


def test_every_room_says_which_question_it_answers() -> None:
    for path in PACKAGE.rglob("*.py"):
        page = ast.get_docstring(ast.parse(path.read_text("utf-8")))
        assert page, path
        assert page.splitlines()[0].endswith(("?", ".")), path
