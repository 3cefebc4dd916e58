"""A pytest plugin for LangGraph's own test suite: its tests against a SQLite saver run against ours instead.

It is loaded with `-p langgraph_suite` in LangGraph's repository, never in this one: docs/langgraph-suite.md says how.
That suite's conftest makes its savers in `_checkpointer_sqlite` and `_checkpointer_sqlite_aio`; those two are replaced.
With `--playhead-record`, every graph that is compiled with our saver is put under the recorder, too.
"""

from __future__ import annotations

import functools
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from langgraph.func import entrypoint
from langgraph.graph import StateGraph

from playhead.graph.encoding import Encoder
from playhead.graph.models import Models
from playhead.graph.recorded import Recorded, record
from playhead.graph.recording import Recording
from playhead.graph.saver import Saver
from playhead.redact import Redactor
from playhead.store import Store

REPLACED: Final = ("_checkpointer_sqlite", "_checkpointer_sqlite_aio")
MADE: Final = {"savers": 0, "recorded graphs": 0}


@contextmanager
def saver() -> Iterator[Saver]:
    """Our saver, on a recording of its own."""
    encoder = Encoder(Redactor())
    MADE["savers"] += 1
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "runs.db", synchronous="NORMAL", decode=encoder.decode)
        try:
            yield Saver(store, encoder)
        finally:
            store.close()


@asynccontextmanager
async def async_saver() -> AsyncIterator[Saver]:
    """The same: ours is both."""
    with saver() as made:
        yield made


def recorded(compiled: Any) -> Any:
    """The graph, recorded where it saves with our saver; what cannot be recorded raises."""
    ours = compiled.checkpointer
    if not isinstance(ours, Saver) or isinstance(compiled, Recorded):
        return compiled
    MADE["recorded graphs"] += 1
    return record(compiled, Recording("suite", ours.store, ours, ours._encoder, None, Models(), {}, {}, strict=True))


def then_recorded(compiles: Callable[..., Any]) -> Callable[..., Any]:
    """What compiles a graph, its result recorded."""

    @functools.wraps(compiles)
    def made(*args: Any, **kwargs: Any) -> Any:
        return recorded(compiles(*args, **kwargs))

    return made


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--playhead-record", action="store_true", help="record every graph that saves with our saver")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--playhead-record"):
        StateGraph.compile = then_recorded(StateGraph.compile)  # type: ignore[method-assign]
        entrypoint.__call__ = then_recorded(entrypoint.__call__)  # type: ignore[method-assign]


def pytest_collection_finish() -> None:
    """The suite's conftest is loaded by now; fail where it is not the one this plugin knows."""
    conftest = sys.modules.get("tests.conftest")
    if missing := [name for name in REPLACED if not hasattr(conftest, name)]:
        raise pytest.UsageError(f"This is not LangGraph's suite as we know it: tests/conftest.py lacks {missing}.")
    for name, ours in zip(REPLACED, (saver, async_saver), strict=True):
        setattr(conftest, name, ours)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """A run in which nothing was replaced must not look like one that passed."""
    terminalreporter.write_line(f"Playhead: {', '.join(f'{count} {what}' for what, count in MADE.items())}.")
