"""Settings of the whole suite."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
import structlog
from hypothesis import settings

if TYPE_CHECKING:
    from playhead.location import Server

settings.register_profile("untimed", deadline=None)  # a busy machine is no failure
settings.load_profile("untimed")


def pytest_collection_finish() -> None:
    """What is imported by now stays until the end: the garbage collector need not walk all of it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _nobody_has_set_up_a_log() -> Iterator[None]:
    """A verb sets one up that hears warnings only: in a process of its own, which the tests' is not."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def _shared_schema() -> Iterator[Server]:
    from tests import postgres

    if why := postgres.refusal():
        pytest.skip(why)
    recording = postgres.place(f"tests_{os.getpid()}")
    yield recording
    postgres.remove(recording)


@pytest.fixture
def server(_shared_schema: Server) -> Iterator[Server]:
    """Where a recording is to be kept on a PostgreSQL server; skips where none answers."""
    from tests import postgres

    yield _shared_schema
    postgres.empty(_shared_schema)
