"""No version that a published advisory is about is installed, or may be: the list was looked up and is kept here."""

from __future__ import annotations

import sqlite3
import tomllib
from collections.abc import Iterator
from importlib.metadata import requires, version
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

TESTS = Path(__file__).parents[1]
ADVISORIES = tomllib.loads((TESTS / "advisories.toml").read_text("utf-8"))["advisory"]
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
    assert {one["package"] for one in harmless} == {"sqlite", "langgraph-sdk"}
    assert all(len(one["because"]) > 20 for one in harmless)
