"""A run remembers which code made it: equal digests are equal code."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import pytest

from playhead.versions import source_digest, versions_of


class Prompts:
    """A prompt set of which only the version counts."""

    hash = "abc"


def loaded(monkeypatch: pytest.MonkeyPatch, path: Path, text: str) -> None:
    """A module loaded from this file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    module = ModuleType(path.stem)
    module.__file__ = str(path)
    monkeypatch.setitem(sys.modules, path.stem, module)


def test_versions_name_python_the_libraries_the_code_and_the_prompts(tmp_path: Path) -> None:
    found = versions_of(tmp_path, Prompts())
    assert found["python"] == ".".join(map(str, sys.version_info[:3]))
    assert found["langgraph"] == version("langgraph")
    assert found["prompts"] == "abc"
    assert found["code"] == source_digest(tmp_path)


def test_without_prompts_none_are_named(tmp_path: Path) -> None:
    assert "prompts" not in versions_of(tmp_path, None)


def test_the_digest_is_that_of_the_loaded_modules_of_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = source_digest(tmp_path)
    loaded(monkeypatch, tmp_path / "shop_a.py", "x = 1")
    one = source_digest(tmp_path)
    assert one != empty
    (tmp_path / "not_loaded.py").write_text("y = 1")
    assert source_digest(tmp_path) == one
    loaded(monkeypatch, tmp_path / "shop_b.py", "x = 1")
    assert source_digest(tmp_path) != one


def test_the_digest_changes_with_the_text_and_comes_back_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded(monkeypatch, tmp_path / "shop_a.py", "x = 1")
    before = source_digest(tmp_path)
    (tmp_path / "shop_a.py").write_text("x = 2")
    assert source_digest(tmp_path) != before
    (tmp_path / "shop_a.py").write_text("x = 1")
    assert source_digest(tmp_path) == before


def test_installed_packages_and_neighbouring_folders_do_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "shop"
    project.mkdir()
    before = source_digest(project)
    loaded(monkeypatch, project / ".venv" / "lib" / "site-packages" / "shop_library.py", "x = 1")
    loaded(monkeypatch, tmp_path / "shop-two" / "shop_other.py", "x = 1")
    assert source_digest(project) == before


def test_a_module_without_a_file_or_whose_file_is_gone_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = source_digest(tmp_path)
    loaded(monkeypatch, tmp_path / "shop_gone.py", "x = 1")
    (tmp_path / "shop_gone.py").unlink()
    monkeypatch.setitem(sys.modules, "shop_odd", ModuleType("shop_odd"))
    assert source_digest(tmp_path) == before
