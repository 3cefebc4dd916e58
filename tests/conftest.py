"""Settings of the whole suite."""

from __future__ import annotations

import gc

from hypothesis import settings

settings.register_profile("untimed", deadline=None)  # a busy machine is no failure
settings.load_profile("untimed")


def pytest_collection_finish() -> None:
    """What is imported by now stays until the end: the garbage collector need not walk all of it again and again."""
    gc.collect()
    gc.freeze()
