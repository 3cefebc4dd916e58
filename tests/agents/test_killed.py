"""The agent's process is killed, really, in the middle of a booking: another goes on, and nobody sees a difference."""

from __future__ import annotations

import multiprocessing
import os
import signal
from pathlib import Path

import pytest

from playhead.errors import NothingToResume, RunNotFound
from tests.agents.crossing import WatchedShop
from tests.scale import FULL

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.agents.crossing"])
BATCH = [{"id": "m1", "text": "Can I book a tune-up on Friday at 11?"}]
BOOKED, SENT, LAST = 8, 10, 11  # crossings: what was done is committed, and not yet journalled as done


def converse(folder: Path, crossing: int) -> None:
    """Hold the conversation, and die at that crossing."""
    shop = WatchedShop(folder)
    shop.crossings.expect({crossing: lambda: os.kill(os.getpid(), signal.SIGKILL)})
    shop.deliver(BATCH, "ana")
    shop.close()


def world(shop: WatchedShop) -> list[list[tuple[object, ...]]]:
    """What customers and colleagues see."""
    sent = "SELECT recipient, text, at FROM outbox WHERE refused IS NULL"
    return [shop.query(sent), shop.query("SELECT customer, resource, start, status FROM bookings")]


@pytest.mark.parametrize("crossing", range(1, LAST + 1) if FULL else [BOOKED, SENT])
def test_whoever_goes_on_after_a_kill_books_and_answers_once(tmp_path: Path, crossing: int) -> None:
    undisturbed = WatchedShop(tmp_path / "undisturbed")
    undisturbed.crossings.expect({})  # as in the other process, from here on
    undisturbed.deliver([dict(each) for each in BATCH], "ana")
    process = PROCESSES.Process(target=converse, args=(tmp_path / "killed", crossing))
    process.start()
    process.join(120)
    assert process.exitcode == (-signal.SIGKILL if crossing <= undisturbed.crossings.count else 0)
    shop = WatchedShop(tmp_path / "killed")
    try:
        state = shop.resume("ana")
        assert state["outcome"]["outcome"] == "booked"
    except RunNotFound:  # not even the run was recorded: the provider brings the message again
        shop.deliver([dict(each) for each in BATCH], "ana")
    except NothingToResume:
        assert crossing > undisturbed.crossings.count
    assert world(shop) == world(undisturbed)
    for each in (shop, undisturbed):
        each.close()
