"""What a flow called and did not wait for to its end was cancelled: in an exact replay it is cancelled again."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from langgraph.func import entrypoint, task

from playhead.deck import Deck
from playhead.errors import Diverged
from playhead.graph import node_run
from tests.scripted import ScriptedModel

CONFIG: Any = {"configurable": {"thread_id": "t-1"}}


@task
async def never_ends(word: str) -> str:
    said = (await ScriptedModel().ainvoke(word)).text
    await asyncio.Event().wait()
    return said


@task
async def never_asks(word: str) -> str:
    await asyncio.Event().wait()
    return (await ScriptedModel().ainvoke(word)).text


@task
async def breaks(word: str) -> str:
    await asyncio.sleep(0.01)
    raise ValueError(f"{word} is broken")


def gathering(*, errors: bool = False) -> Any:
    @entrypoint()
    async def flow(word: str) -> Any:
        called = never_ends(word), breaks(word), never_asks(word)
        return await asyncio.gather(*called, return_exceptions=errors)

    return flow


@entrypoint()
async def in_a_group(word: str) -> None:
    async def wait_for(called: Any) -> None:
        await called

    async with asyncio.TaskGroup() as group:
        for called in (never_ends, breaks, never_asks):
            group.create_task(wait_for(called(word)))


@entrypoint()
async def gives_up(word: str) -> list[str]:
    called = [asyncio.wait_for(asyncio.wrap_future(each(word)), 0.01) for each in (never_ends, never_asks)]
    return [type(error).__name__ for error in await asyncio.gather(*called, return_exceptions=True)]


FLOWS = {"gather": gathering(), "group": in_a_group, "done": gives_up}


@pytest.mark.parametrize("flow", FLOWS.values(), ids=FLOWS)
async def test_a_task_that_was_cancelled_is_cancelled_again(deck: Deck, flow: Any) -> None:
    with suppress(ValueError, ExceptionGroup):
        await deck.record(flow).ainvoke("it", CONFIG)
    (run,) = deck.runs("t-1")
    statuses = {step.node: step.status for step in run.steps}
    assert (statuses["never_ends"], statuses["never_asks"]) == ("cancelled", "cancelled")
    replay = deck.replay(run, flow)
    assert (replay.unchanged, replay.status, replay.output) == (True, run.status, run.output)


async def test_one_that_nothing_cancels_any_more_is_told(deck: Deck, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node_run, "PATIENCE", 0.0)
    with pytest.raises(ValueError, match="broken"):
        await deck.record(gathering()).ainvoke("it", CONFIG)
    with pytest.raises(Diverged) as raised:
        deck.replay(deck.runs("t-1")[-1], gathering(errors=True))
    found = raised.value.replay.divergence
    assert found is not None
    assert (found.field, found.recorded, found.replayed) == ("status", "cancelled", "goes on")
