"""A recording of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import playhead
from playhead.config import load_config
from playhead.deck import Deck


@pytest.fixture
def deck(tmp_path: Path) -> Iterator[Deck]:
    with playhead.open(tmp_path / "runs.db", synchronous="NORMAL", config=load_config(tmp_path)) as opened:
        yield opened
