"""What does the project say about itself: where its recording is, its prompts, graphs and models?

`[tool.playhead]` in the nearest pyproject.toml, then the environment (`PLAYHEAD_STORE`, `PLAYHEAD_PROMPTS`), then
flags. An existing langgraph.json is read for its graphs. This room only reads files, so the engine may use it too: a
node that asks for a prompt outside a recording still finds the project's folder.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import unquote

from playhead.errors import BadInput, GraphNotFound, GraphNotLoadable, nearest_name
from playhead.location import Location, located

BUILT_IN: Final[Mapping[str, str]] = {"agent-loop": "playhead.graph.agent_loop:graph"}
"""Graphs of our own, by name: imported runs remember this one. A project's own graph of that name goes first."""

UNREADABLE: Final = (ValueError, RecursionError, OSError)
"""What reading a broken file raises: of whole numbers with thousands of digits, too, and of thousands of levels."""


SECRET_ENDINGS: Final = ("_API_KEY", "SECRET_KEY", "ACCESS_KEY", "_TOKEN", "_SECRET", "_CREDENTIALS")
SECRET_WORDS: Final = ("PASSWORD", "PASSWD", "PASSPHRASE")
ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/\s:@]*:([^@\s/]+)@")
LONG_PASSWORD: Final = 12  # characters; shorter ones without a digit are words, such as `postgres`


@dataclass(frozen=True, slots=True)
class Config:
    """A project's settings; paths are absolute. `root` is the folder of its pyproject.toml.

    `patience` is how many seconds a message waits for others of its conversation.
    """

    root: Path
    store: Location
    prompts: Path | None
    graphs: Mapping[str, str] = field(default_factory=dict)
    applications: Mapping[str, str] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
    prices: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    limits: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    redact: tuple[str, ...] = ()
    patience: float = 60

    def graph(self, name: str) -> Any:
        """The graph configured under this name. Raises `GraphNotFound`, `GraphNotLoadable`."""
        target = self.graphs.get(name) or BUILT_IN.get(name)
        if target is None:
            raise GraphNotFound(name, self.graphs)
        return load_object(target, self.root)

    def graphs_among(self, graphs: Any) -> Callable[[str], Any]:
        """Gives a graph by its name: the one that is given, one of several by name, or, of None, those configured.

        It raises `GraphNotFound`, `GraphNotLoadable`.
        """
        if graphs is None:
            return self.graph
        if not isinstance(graphs, Mapping):
            return lambda _: graphs

        def named(name: str) -> Any:
            if name not in graphs:
                raise GraphNotFound(name, graphs)
            return graphs[name]

        return named

    def outcome_of(self, name: str) -> Any:
        """How the application of this name says what came of a run; None where there is no such application."""
        return self.application(name).outcome if name in self.applications else None

    def application(self, name: str) -> Any:
        """The application configured under this name: a graph that talks to customers, with what that takes."""
        if name not in self.applications:
            raise GraphNotFound(name, self.applications)
        return load_object(self.applications[name], self.root)

    def secrets(self) -> list[str]:
        """The environment's values that the project declares secret or that the usual names do, and its passwords."""
        declared = [os.environ[name] for name in self.redact if os.environ.get(name)]
        usual = [value for name, value in os.environ.items() if _is_secret(name.upper(), value)]
        return sorted({*declared, *usual, *_passwords(os.environ.values())})


def _is_secret(name: str, value: str) -> bool:
    """Is a variable's value one by its name? What is a path tells where the secret is."""
    is_path = os.path.isabs(value) and os.path.exists(value)  # noqa: PTH110, PTH117 - it may be too long for one
    if not value or is_path or name.endswith("_FILE"):
        return False
    if name.endswith(SECRET_ENDINGS) or any(word in name for word in SECRET_WORDS):
        return True
    return name.endswith("_KEY") and any(map(str.isdigit, value))  # `SORT_KEY=customer` is a word, no key


def _passwords(values: Iterable[str]) -> Iterator[str]:
    """Passwords in addresses, as they are written there and as they are meant; no usual word for one."""
    for value in values:
        if (found := ADDRESS.match(value)) and (any(map(str.isdigit, found[1])) or len(found[1]) >= LONG_PASSWORD):
            yield from {found[1], unquote(found[1])}


def load_config(start: Path | None = None) -> Config:
    """The settings of the project around `start` (default: the working folder). Raises `BadInput` for a broken file."""
    start = (start or Path.cwd()).resolve()
    root = next((folder for folder in (start, *start.parents) if (folder / "pyproject.toml").is_file()), start)
    settings = _settings(root / "pyproject.toml")
    prompts = os.environ.get("PLAYHEAD_PROMPTS") or settings.get("prompts")
    return Config(
        root=root,
        store=_store(root, os.environ.get("PLAYHEAD_STORE") or settings.get("store") or "playhead.db"),
        prompts=_below(root, prompts) if prompts else None,
        graphs={**_langgraph_json(root / "langgraph.json"), **settings.get("graphs", {})},
        applications=settings.get("applications", {}),
        models={"default": "embedded", **settings.get("models", {})},
        prices=settings.get("prices", {}),
        limits=settings.get("limits", {}),
        redact=tuple(settings.get("redact", ())),
        patience=settings.get("patience", 60),
    )


def load_object(target: str, root: Path) -> Any:
    """What `package.module:name` (or `./path/file.py:name`) names, imported with the project's folder on the path.

    Raises `GraphNotLoadable`, with the error that importing it raised as its cause.
    """
    module_name, _, name = target.partition(":")
    if not module_name or not name:
        raise GraphNotLoadable(target, "it has no module and name with a colon between them")
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    if module_name.endswith(".py"):
        module_name = ".".join(Path(module_name).with_suffix("").parts)
    try:
        module = importlib.import_module(module_name)
    except Exception as error:  # a module of the user's may raise anything
        problem = f"importing {module_name!r} raised {type(error).__name__}: {error}".rstrip(".")
        if _is_missing(module_name, error):
            raise GraphNotLoadable(target, problem) from error
        remedy = "Mend the module, or install what it needs; PLAYHEAD_DEBUG=1 shows the traceback."
        raise GraphNotLoadable(target, problem, remedy) from error
    try:
        return getattr(module, name)
    except AttributeError as error:
        near = nearest_name(name, vars(module)).strip()
        raise GraphNotLoadable(target, f"the module has no {name!r}" + (near and f" ({near})")) from error


def _is_missing(module: str, error: Exception) -> bool:
    """Is it the module itself, or a package around it, that cannot be found? Not something that it imports."""
    is_unfound = isinstance(error, ModuleNotFoundError) and f"{module}.".startswith(f"{error.name}.")
    return is_unfound or module.startswith(".")


def _store(root: Path, place: str) -> Location:
    found = located(place)
    return _below(root, place) if isinstance(found, Path) else found


def _below(root: Path, path: str) -> Path:
    return (root / Path(path).expanduser()).resolve()


def _settings(path: Path) -> Mapping[str, Any]:
    """The table [tool.playhead], each setting of the form it must have."""
    try:
        found: Any = tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}
    except UNREADABLE as error:
        raise BadInput(str(path), f"it is not valid TOML: {error}.", "Mend the file.") from error
    for table in ("tool", "playhead"):
        found = found.get(table, {})
        if not isinstance(found, dict):
            raise BadInput(str(path), f"{table} is not a table.", "Write it as the table [tool.playhead].")
    for name, value in found.items():
        if name not in FORMS:
            problem = f"[tool.playhead] has no setting {name!r}.{nearest_name(name, FORMS)}"
            raise BadInput(str(path), problem, f"It knows {', '.join(FORMS)}.")
        form, fits = FORMS[name]
        if not fits(value):
            raise BadInput(str(path), f"[tool.playhead] {name} is {_shown(value)}.", f"Write it as {form}.")
    return cast("Mapping[str, Any]", found)


def _shown(value: Any) -> str:
    try:
        return repr(value)
    except ValueError:  # Python writes no whole number of more digits than its limit; a hexadecimal one may have them
        return "a number of thousands of digits"


def _langgraph_json(path: Path) -> dict[str, str]:
    """The graphs of LangGraph's own project file, if there is one."""
    try:
        found = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    except UNREADABLE as error:
        raise BadInput(str(path), f"it is not valid JSON: {error}.", "Mend the file.") from error
    graphs = found.get("graphs", {}) if isinstance(found, dict) else None
    targets = {name: _target(entry) for name, entry in graphs.items()} if isinstance(graphs, dict) else None
    if targets is None or not _is_names(targets):
        problem = "its graphs are not names with the place of each."
        raise BadInput(str(path), problem, 'Write {"graphs": {"name": "./module.py:graph"}}.')
    return targets


def _target(entry: Any) -> Any:
    return entry.get("path") if isinstance(entry, dict) else entry


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _is_names(value: Any) -> bool:
    return isinstance(value, dict) and all(_is_text(target) for target in value.values())


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and all(_is_text(name) for name in value)


def _is_seconds(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value < inf


def _is_limits(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(limit, dict)
        and limit.keys() <= {"requests", "tokens"}
        and all(type(number) in (int, float) and number > 0 for number in limit.values())
        for limit in value.values()
    )


def _is_prices(value: Any) -> bool:
    return isinstance(value, dict) and all(_is_price(price) for price in value.values())


def _is_price(value: Any) -> bool:
    if not isinstance(value, dict) or value.keys() != {"input", "output"}:
        return False
    return all(isinstance(usd, int | float) and not isinstance(usd, bool) and 0 <= usd < inf for usd in value.values())


FORMS: Final[Mapping[str, tuple[str, Callable[[Any], bool]]]] = {
    "store": ("a path, or postgresql://user@host/database", _is_text),
    "prompts": ("a path", _is_text),
    "graphs": ('a table of name = "package.module:graph"', _is_names),
    "applications": ('a table of name = "package.module:application"', _is_names),
    "models": ('a table of alias = "provider:model"', _is_names),
    "limits": ('a table of "model" = {requests = 500, tokens = 200000}, a minute', _is_limits),
    "prices": ('a table of "model" = {input = 0.25, output = 2.0}, in USD per million tokens', _is_prices),
    "patience": ("a number of seconds", _is_seconds),
    "redact": ("a list of names of environment variables", _is_list),
}
