"""How does a recorded production run become a regression test?

This is a pytest plugin: the fixture `replay` plays every turn of a tape again, exactly, on today's code, and says
whether it came out as recorded. There is no network in it, ever: not even a model may be reached.

```python
def test_ready(replay):
    assert replay("tapes/ready.json", graph).unchanged
```

A path is looked for beside the test, then from where pytest was started. `pytest --playhead-update` writes a tape that
today's code does not replay anew, from what that code does now; what the recording does not answer is asked of the
project's models, as far as those need no network.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    from playhead.deck import Deck
    from playhead.records import Divergence, Replay, Run


@dataclass(frozen=True, repr=False)
class TapeReplay:
    """What became of a tape: the exact replay of each of its turns, in order."""

    path: Path
    replays: tuple[Replay, ...]

    @property
    def unchanged(self) -> bool:
        """Did every step of every turn come out as recorded?"""
        return all(replay.unchanged for replay in self.replays)

    @property
    def divergence(self) -> Divergence | None:
        """The first step that came out otherwise."""
        return next((replay.divergence for replay in self.replays if replay.divergence), None)

    def __repr__(self) -> str:
        turns = f"{len(self.replays)} turn{'' if len(self.replays) == 1 else 's'}"
        return f"<{self.path.name}, {turns}: {self.divergence or 'unchanged'}>"


class ReplayTape(Protocol):
    """The fixture: plays a tape through a graph."""

    def __call__(self, tape: str | Path, graph: Any) -> TapeReplay: ...


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--playhead-update`."""
    group = parser.getgroup("playhead")
    group.addoption(
        "--playhead-update",
        action="store_true",
        help="Write tapes anew from what today's code does, without a network.",
    )


@pytest.fixture
def replay(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ReplayTape]:
    """Plays a tape's turns again on a graph: `replay("tapes/ready.json", graph).unchanged`."""
    from playhead.errors import PlayheadError
    from playhead.graph.guard import offline

    update = bool(request.config.getoption("--playhead-update"))
    with offline(), ExitStack() as opened:

        def play(tape: str | Path, graph: Any) -> TapeReplay:
            __tracebackhide__ = True  # what is wrong stands in the test or on the tape, and not here
            try:
                return played(_found(Path(tape), request), graph)
            except PlayheadError as error:
                if os.environ.get("PLAYHEAD_DEBUG"):
                    raise
                # Its message says what to do: the frames that it came through would only hide that.
                raise error.with_traceback(None) from None

        def played(path: Path, graph: Any) -> TapeReplay:
            made = _exact(_opened(opened, tmp_path), path, graph)
            if not update or made.unchanged:
                return made
            _write_anew(_opened(opened, tmp_path), path, graph)
            return _exact(_opened(opened, tmp_path), path, graph)

        yield play


def _found(path: Path, request: pytest.FixtureRequest) -> Path:
    folders = (request.path.parent, request.config.invocation_params.dir)
    return next((folder / path for folder in folders if (folder / path).is_file()), folders[0] / path)


def _opened(opened: ExitStack, folder: Path) -> Deck:
    """A recording of its own for a tape, with the settings of the project around it, open as long as the test."""
    from playhead.deck import Deck

    return opened.enter_context(Deck(folder / f"playhead-{uuid4().hex}.db", synchronous="NORMAL"))


def _exact(deck: Deck, path: Path, graph: Any) -> TapeReplay:
    """The exact replay of each of a tape's turns."""
    from playhead.errors import Diverged

    made = []
    for turn in _turns(deck, path):
        try:
            made.append(deck.replay(turn[-1], graph))
        except Diverged as diverged:
            made.append(diverged.replay)
    return TapeReplay(path, tuple(made))


def _write_anew(deck: Deck, path: Path, graph: Any) -> None:
    """Write the tape of what today's code does with the recorded turns, each from its recorded state."""
    threads: dict[str, str] = {}
    for turn in _turns(deck, path):
        replayed = deck.replay(turn[-1], graph, code=True)
        thread = turn[-1].thread
        threads[thread] = deck.keep(replayed, threads.get(thread)).thread
    deck.tape([run for thread in threads.values() for run in deck.runs(thread)], path)


def _turns(deck: Deck, path: Path) -> list[list[Run]]:
    from playhead.replays import turns_of

    threads: dict[str, list[Run]] = {}
    for run in deck.load(path):
        threads.setdefault(run.thread, []).append(run)
    return [turn for runs in threads.values() for turn in turns_of(runs)]
