"""Is everything here as it must be for recording, and if not, what is to be done?

Each check looks at one thing, changes nothing, and never stops the others. No model is called: whether a provider
answers is not known, but whether there is a key and an address to ask is.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit

from playhead.config import Config
from playhead.deck import Deck
from playhead.errors import PlayheadError, RecordingNotFound
from playhead.location import Location
from playhead.play import application_named
from playhead.prompts import lint
from playhead.versions import LIBRARIES

OLDEST = (3, 11)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: `ok`, or what is the matter in `detail` and what to do in `remedy`."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""


def examine(config: Config, store: Location, prompts: Path | None) -> Iterator[Check]:
    """All checks of a project, in the order in which things are needed."""
    yield _python()
    yield from map(_library, LIBRARIES)
    yield _project(config)
    yield from _guarded("recording", lambda: _store(config, store))
    yield from _guarded("prompts", lambda: _prompts(prompts))
    for name in {**config.graphs, **config.applications}:
        yield from _guarded(f"graph {name}", lambda name=name: _graph(config, name))  # type: ignore[misc]
    for alias in config.models:
        yield _model(config, alias)


def _guarded(name: str, check: Callable[[], Check]) -> Iterator[Check]:
    try:
        yield check()
    except PlayheadError as error:
        yield Check(name, False, error.happened, error.remedy)
    except Exception as error:  # noqa: BLE001  whatever a project's own code raises is a finding
        yield Check(name, False, f"{type(error).__name__}: {error}", "Mend what the error names, then look again.")


def _python() -> Check:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST:
        return Check("python", False, found, "Install Python 3.11 or newer.")
    return Check("python", True, f"{found}, SQLite {sqlite3.sqlite_version}")


def _library(name: str) -> Check:
    try:
        return Check(name, True, version(name))
    except PackageNotFoundError:
        return Check(name, False, "not installed", f"pip install {name}")


def _project(config: Config) -> Check:
    if config.graphs or config.applications:
        return Check("project", True, str(config.root))
    return Check(
        "project",
        False,
        f"{config.root} names no graphs",
        "`playhead init my-agent` makes a project; or name yours under [tool.playhead.graphs] in pyproject.toml.",
    )


def _store(config: Config, place: Location) -> Check:
    if isinstance(place, Path) and (problem := _file(place)):
        return problem
    try:
        with Deck(place, create=False, config=config) as deck:
            count = deck.store.thread_count()
    except RecordingNotFound:
        return Check("recording", True, f"{place} does not exist yet")
    return Check(
        "recording", True, f"{place} opens, can be written, and holds {count:,} conversation{'' if count == 1 else 's'}"
    )


def _file(path: Path) -> Check | None:
    """What can be said of a recording's file without opening it."""
    if not path.exists():
        writable = os.access(path.parent, os.W_OK)
        detail = f"{path} does not exist yet" + ("" if writable else ", and its folder cannot be written")
        return Check(
            "recording", writable, detail, "" if writable else "Choose another with --store or PLAYHEAD_STORE."
        )
    if not os.access(path, os.W_OK):
        return Check("recording", False, f"{path} cannot be written", "Give yourself the right to write it.")
    return None


def _prompts(folder: Path | None) -> Check:
    if folder is None:
        return Check("prompts", True, "no folder is configured; only nodes that `ask` need one")
    findings = lint(folder)
    errors = [one for one in findings if one.level == "E"]
    if errors:
        first = errors[0]
        return Check("prompts", False, f"{folder}: {len(errors)} errors, the first: {first}", "playhead prompt lint")
    return Check("prompts", True, f"{folder}: no errors, {len(findings)} warnings")


def _graph(config: Config, name: str) -> Check:
    from playhead.graph.compiled import check_compiled

    if name in config.applications:
        check_compiled(application_named(config, name).graph)
        return Check(f"graph {name}", True, f"loads from {config.applications[name]}")
    check_compiled(config.graph(name))
    return Check(f"graph {name}", True, f"loads from {config.graphs[name]}")


def _model(config: Config, alias: str) -> Check:
    name, seen = alias, {alias}
    while (target := config.models.get(name)) is not None and target not in seen:
        name = target
        seen.add(name)
    shown = f"model {alias}"
    if name == "embedded":
        return Check(shown, True, "embedded: no key and no network needed")
    provider, _, model = name.partition(":")
    if provider != "openai" or not model:
        return Check(shown, False, f"{name!r} is unknown", "Use `embedded` or `openai:<model>`.")
    address = urlsplit(os.environ.get("OPENAI_BASE_URL") or "https://api.openai.com/v1")
    if not os.environ.get("OPENAI_API_KEY"):
        return Check(shown, False, f"{name}: OPENAI_API_KEY is not set", "Set it; a local server takes any word.")
    return Check(shown, True, f"{name} at {address.hostname}: there is a key; it was not called")
