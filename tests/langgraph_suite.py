"""A pytest plugin for LangGraph's own test suite: its tests against a SQLite saver run against ours instead.

It is loaded with `-p langgraph_suite` in LangGraph's repository, never in this one: docs/langgraph-suite.md says how.
That suite's conftest makes its savers in `_checkpointer_sqlite` and `_checkpointer_sqlite_aio`; those two are replaced.
With `--playhead-record`, every graph that is compiled with our saver is put under the recorder, too; with
`--playhead-replay`, what was recorded in a test is replayed exactly when the test is over, turn by turn, and counted.
"""

from __future__ import annotations

import functools
import os
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from langgraph.func import entrypoint
from langgraph.graph import StateGraph

from playhead.errors import NotReplayable
from playhead.graph.encoding import Encoder
from playhead.graph.models import Models
from playhead.graph.player import Terms
from playhead.graph.recorded import Recorded, record
from playhead.graph.recording import Recording
from playhead.graph.replaying import TurnPlayer
from playhead.graph.saver import Saver
from playhead.redact import Redactor
from playhead.replays import turns_of
from playhead.store import Store
from playhead.store.session import EVERYTHING

REPLACED: Final = ("_checkpointer_sqlite", "_checkpointer_sqlite_aio")
MADE: Final = {"savers": 0, "recorded graphs": 0}
WANTED: Final[list[bool]] = []
"""Is what was recorded to be replayed?"""
REPLAYING: Final[dict[str, TurnPlayer]] = {}
"""If so, what plays the turns of each recorded graph."""
REPLAYED: Final[Counter[str]] = Counter()
TOLD: Final[list[str]] = []


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
            replay(store)
            store.close()


def replay(store: Store) -> None:
    """Play every turn again, up to each of its runs, of the graphs that are to be replayed."""
    store.flush()
    with store.reading() as session:
        threads = [row["name"] for row in session.rows("threads_scan", after=0, limit=EVERYTHING)]
    for turn in [turn for thread in threads for turn in turns_of(store.runs_of(thread)) if turn[0].graph in REPLAYING]:
        for last in range(1, len(turn) + 1):
            outcome = _outcome(REPLAYING[turn[0].graph], turn[:last])
            REPLAYED[outcome.split(":")[0]] += 1
            if outcome != "as recorded":
                TOLD.append(f"{os.environ.get('PYTEST_CURRENT_TEST', '')} run {last} of {len(turn)}: {outcome}")


def _outcome(player: TurnPlayer, turn: Any) -> str:
    try:
        made = player.play(turn).replay
    except NotReplayable as error:
        return f"not replayable: {error.problem}"
    return "as recorded" if made.unchanged else f"differs: {made.divergence or made.stopped}"


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
    name = f"suite-{MADE['recorded graphs']}"
    recording = Recording(name, ours.store, ours, ours._encoder, None, Models(), {}, {}, strict=True)
    if WANTED:
        REPLAYING[name] = TurnPlayer(compiled, recording, Terms())
    return record(compiled, recording)


def then_recorded(compiles: Callable[..., Any]) -> Callable[..., Any]:
    """What compiles a graph, its result recorded."""

    @functools.wraps(compiles)
    def made(*args: Any, **kwargs: Any) -> Any:
        return recorded(compiles(*args, **kwargs))

    return made


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--playhead-record", action="store_true", help="record every graph that saves with our saver")
    parser.addoption("--playhead-replay", action="store_true", help="replay what was recorded when a test is over")


def pytest_configure(config: pytest.Config) -> None:
    WANTED.extend([True] if config.getoption("--playhead-replay") else [])
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
    made = {**MADE, **{f"turns {outcome}": count for outcome, count in sorted(REPLAYED.items())}}
    for line in TOLD:
        terminalreporter.write_line(f"Playhead: {line}")
    terminalreporter.write_line(f"Playhead: {', '.join(f'{count} {what}' for what, count in made.items())}.")
