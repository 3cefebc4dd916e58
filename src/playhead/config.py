"""What does the project say about itself: where its recording is, its prompts, graphs and models?

`[tool.playhead]` in the nearest pyproject.toml, then the environment (`PLAYHEAD_STORE`, `PLAYHEAD_PROMPTS`), then
flags. An existing langgraph.json is read for its graphs. This room only reads files, so the engine may use it too: a
node that asks for a prompt outside a recording still finds the project's folder.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playhead.errors import BadInput, GraphNotFound, GraphNotLoadable


@dataclass(frozen=True, slots=True)
class Config:
    """A project's settings; paths are absolute. `root` is the folder of its pyproject.toml."""

    root: Path
    store: Path
    prompts: Path | None
    graphs: Mapping[str, str] = field(default_factory=dict)
    applications: Mapping[str, str] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
    redact: tuple[str, ...] = ()

    def graph(self, name: str) -> Any:
        """The graph configured under this name. Raises `GraphNotFound`, `GraphNotLoadable`."""
        if name not in self.graphs:
            raise GraphNotFound(name, self.graphs)
        return load_object(self.graphs[name], self.root)

    def application(self, name: str) -> Any:
        """The application configured under this name: a graph that talks to customers, with what that takes."""
        if name not in self.applications:
            raise GraphNotFound(name, self.applications)
        return load_object(self.applications[name], self.root)

    def secrets(self) -> list[str]:
        """The values of the environment variables that the project declares secret, and of the usual key names."""
        usual = [name for name in os.environ if name.endswith(("_API_KEY", "_TOKEN", "_SECRET", "_PASSWORD"))]
        return [os.environ[name] for name in {*self.redact, *usual} if os.environ.get(name)]


def load_config(start: Path | None = None) -> Config:
    """The settings of the project around `start` (default: the working folder). Raises `BadInput` for a broken file."""
    start = (start or Path.cwd()).resolve()
    root = next((folder for folder in (start, *start.parents) if (folder / "pyproject.toml").is_file()), start)
    settings = _read_toml(root / "pyproject.toml").get("tool", {}).get("playhead", {})
    if not isinstance(settings, dict):
        raise BadInput(f"{root}/pyproject.toml", "[tool.playhead] is not a table.", "Write it as a TOML table.")
    prompts = os.environ.get("PLAYHEAD_PROMPTS") or settings.get("prompts")
    return Config(
        root=root,
        store=_below(root, os.environ.get("PLAYHEAD_STORE") or settings.get("store") or "playhead.db"),
        prompts=_below(root, prompts) if prompts else None,
        graphs={**_langgraph_json(root), **settings.get("graphs", {})},
        applications=settings.get("applications", {}),
        models={"default": "embedded", **settings.get("models", {})},
        redact=tuple(settings.get("redact", ())),
    )


def load_object(target: str, root: Path) -> Any:
    """What `package.module:name` (or `./path/file.py:name`) names, imported with the project's folder on the path."""
    module_name, _, name = target.partition(":")
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    if module_name.endswith(".py"):
        module_name = ".".join(Path(module_name).with_suffix("").parts)
    try:
        found = getattr(importlib.import_module(module_name), name)
    except ImportError as error:
        raise GraphNotLoadable(target, str(error)) from error
    except AttributeError as error:
        raise GraphNotLoadable(target, f"the module has no {name!r}") from error
    return found


def _below(root: Path, path: str) -> Path:
    return (root / Path(path).expanduser()).resolve()


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(str(path), f"it is not valid TOML: {error}.", "Mend the file.") from error


def _langgraph_json(root: Path) -> dict[str, str]:
    path = root / "langgraph.json"
    if not path.is_file():
        return {}
    try:
        graphs = json.loads(path.read_text("utf-8")).get("graphs", {})
    except (ValueError, AttributeError) as error:
        raise BadInput(str(path), f"it is not valid JSON: {error}.", "Mend the file.") from error
    return {name: entry if isinstance(entry, str) else entry["path"] for name, entry in graphs.items()}
