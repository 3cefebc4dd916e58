"""LangGraph's own conformance suite: 58 base tests, delete_for_runs, copy_thread and prune. All 81."""

from __future__ import annotations

from collections.abc import AsyncIterator

from langgraph.checkpoint.conformance import checkpointer_test, validate

from playhead.graph.encoding import Encoder
from playhead.graph.saver import Saver
from playhead.location import Location
from playhead.redact import Redactor
from playhead.store import Store


async def test_the_saver_passes_all_81(address: Location) -> None:
    @checkpointer_test(name="playhead")
    async def saver() -> AsyncIterator[Saver]:
        encoder = Encoder(Redactor())
        store = Store(address, synchronous="NORMAL", decode=encoder.decode)
        yield Saver(store, encoder)
        store.close()

    report = await validate(saver)
    failures = [f for result in report.results.values() for f in (result.failures or [])]
    assert not failures, "\n".join(failures)
    ran = {name: result.tests_passed for name, result in report.results.items() if result.detected}
    assert sum(ran.values()) == 81, ran
