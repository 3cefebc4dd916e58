"""No version that a published advisory is about is installed, or may be: the list was looked up and is kept here."""

from __future__ import annotations

import sqlite3
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

TESTS = Path(__file__).parents[1]
LIST = tomllib.loads((TESTS / "advisories.toml").read_text("utf-8"))
ADVISORIES = LIST["advisory"]
FIELDS = {"id", "source", "package", "affected", "touches", "remedy"}


def named(advisory: dict[str, Any]) -> str:
    """An advisory in a test's name."""
    return f"{advisory['package']} {advisory['id']} {advisory['affected']}"


def installed(package: str) -> str:
    """The version that is here."""
    return sqlite3.sqlite_version if package == "sqlite" else version(package)


def allowed(package: str) -> Iterator[Requirement]:
    """What this project asks of a package, for use or for its tests."""
    for text in requires("playhead") or ():
        requirement = Requirement(text)
        if canonicalize_name(requirement.name) == package:
            yield requirement


@pytest.mark.parametrize("advisory", ADVISORIES, ids=named)
def test_an_advisory_says_what_it_is_and_what_we_do(advisory: dict[str, Any]) -> None:
    assert advisory.keys() >= FIELDS
    assert advisory["source"].startswith("https://")
    assert SpecifierSet(advisory["affected"])
    assert advisory["remedy"] == "floor" or (advisory["remedy"] == "harmless" and advisory["because"])


@pytest.mark.parametrize("advisory", [one for one in ADVISORIES if one["remedy"] == "floor"], ids=named)
def test_no_affected_version_is_installed_or_allowed(advisory: dict[str, Any]) -> None:
    affected = SpecifierSet(advisory["affected"])
    assert installed(advisory["package"]) not in affected
    floors = list(allowed(advisory["package"]))
    assert floors, "pyproject.toml must name it, so that it has a floor"
    (fixed,) = [each.version for each in affected if each.operator.startswith("<")]
    for requirement in floors:
        (floor,) = [each.version for each in requirement.specifier if each.operator == ">="]
        assert floor not in affected
        assert Version(floor) >= Version(fixed)


def test_what_may_be_affected_is_so_for_a_reason_that_is_told() -> None:
    harmless = [one for one in ADVISORIES if one["remedy"] == "harmless"]
    assert {one["package"] for one in harmless} == {"sqlite", "langgraph-sdk", "click", "pygments", "markdown-it-py"}
    assert all(len(one["because"]) > 20 for one in harmless)


def test_advisories_were_looked_for_of_everything_that_is_used() -> None:
    asked_for = {
        canonicalize_name(Requirement(text).name) for text in requires("playhead") or () if "extra" not in text
    }
    assert asked_for <= {one["package"] for one in ADVISORIES} | set(LIST["looked_up"]["none_found"])


@pytest.mark.parametrize("package", LIST["looked_up"]["not_installed"])
def test_what_was_not_looked_at_because_it_is_not_here_is_not_here(package: str) -> None:
    with pytest.raises(PackageNotFoundError):
        version(package)


def test_the_reasons_hold_nothing_edits_highlights_or_renders() -> None:
    source = "\n".join(path.read_text("utf-8") for path in (TESTS.parent / "src").rglob("*.py"))
    for name in ("click.edit", "import click", "from click", "pygments", "rich.syntax", "rich.markdown"):
        assert name not in source
