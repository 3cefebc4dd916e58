"""Whoever stands in line for a conversation is answered, whenever the recording is closed."""

from __future__ import annotations

import pytest

from playhead.errors import StoreClosed
from playhead.store import Store

from .conftest import hold_up

PATIENCE = 60.0


@pytest.fixture
def at_work(store: Store) -> None:
    """Somebody has the conversation."""
    store.line.take("c-1", PATIENCE).granted.result(10)


@pytest.mark.usefixtures("at_work")
def test_who_waits_as_it_is_closed_is_told(store: Store) -> None:
    waits = store.line.take("c-1", PATIENCE)
    store.flush()
    store.close()
    assert isinstance(waits.granted.exception(10), StoreClosed)


@pytest.mark.usefixtures("at_work")
def test_who_is_written_down_while_it_is_closed_is_told(store: Store) -> None:
    go = hold_up(store)
    waits = store.line.take("c-1", PATIENCE)
    store.line.close()
    go.set()
    assert isinstance(waits.granted.exception(10), StoreClosed)


def test_who_waits_for_nobody_has_the_conversation_all_the_same(store: Store) -> None:
    go = hold_up(store)
    first = store.line.take("c-1", PATIENCE)
    store.line.close()
    go.set()
    assert first.granted.exception(10) is None
