"""How does a user's graph come to be recorded, and when does a run begin and end?

`record` gives back the same compiled graph with our saver in it, of a class that is the user's own plus two methods:
every way to run a graph goes through `stream` or `astream`. A run is one execution for one event. Going on after a
crash (`invoke(None)`) is another attempt of the same run; an answer to an interrupt is a new run with the same cause.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Final

from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import merge_configs
from langgraph.pregel import Pregel
from langgraph.types import Command

from playhead.graph.intercept import install
from playhead.graph.recorder import CURRENT, Continued, Recording, RunRecorder, new_name
from playhead.records import RunStatus
from playhead.store import runs

CLASSES: Final[dict[type, type]] = {}
NOT_FACTS: Final = ("thread_id", "checkpoint_id", "checkpoint_ns", "checkpoint_map")


def record(graph: Any, recording: Recording) -> Any:
    """The same compiled graph, recorded. The graph given is not changed."""
    install()
    made = graph.copy(update={"checkpointer": recording.saver})
    kind = type(made)
    if kind not in CLASSES:
        CLASSES[kind] = type(f"Recorded{kind.__name__}", (Recorded, kind), {})
    made.__class__ = CLASSES[kind]
    made._playhead = recording
    return made


class Recorded(Pregel):  # type: ignore[type-arg]
    """What a recorded graph does more than the user's own: it writes down each run."""

    _playhead: Recording

    def stream(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[Any]:
        """Run the graph, recorded."""
        if CURRENT.get() is not None:  # a subgraph of a recorded graph: its nodes are steps of that run
            yield from super().stream(input, config, **kwargs)
            return
        run, config = self._begin(input, config, kwargs, self._before(input, config))
        chunks = super().stream(input, config, **kwargs)
        try:
            while True:
                token = CURRENT.set(run.outside)
                try:
                    chunk = next(chunks)
                except StopIteration:
                    break
                finally:
                    CURRENT.reset(token)
                yield chunk
        except BaseException as error:
            self._end(run, error)
            raise
        self._end(run, None)

    async def astream(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> AsyncIterator[Any]:
        """Run the graph, recorded."""
        if CURRENT.get() is not None:
            async for chunk in super().astream(input, config, **kwargs):
                yield chunk
            return
        before = await asyncio.to_thread(self._before, input, config) if continues(input) else None
        run, config = self._begin(input, config, kwargs, before)
        chunks = super().astream(input, config, **kwargs)
        try:
            while True:
                token = CURRENT.set(run.outside)
                try:
                    chunk = await anext(chunks)
                except StopAsyncIteration:
                    break
                finally:
                    CURRENT.reset(token)
                yield chunk
        except BaseException as error:
            self._end(run, error)
            raise
        self._end(run, None)

    def _before(self, given: Any, config: RunnableConfig | None) -> Continued | None:
        if not continues(given):
            return None
        thread = merge_configs(self.config, config).get("configurable", {}).get("thread_id")
        return None if thread is None else find_before(self._playhead, str(thread), given)

    def _begin(
        self, given: Any, config: RunnableConfig | None, kwargs: Mapping[str, Any], before: Continued | None
    ) -> tuple[RunRecorder, RunnableConfig]:
        merged = merge_configs(self.config, config)
        configurable = merged.setdefault("configurable", {})
        thread = configurable.setdefault("thread_id", new_name("t"))
        facts = {
            key: value
            for source in (merged.get("metadata") or {}, configurable)
            for key, value in source.items()
            if key not in NOT_FACTS and not key.startswith("__") and isinstance(value, str | int | float | bool)
        }
        event = facts.pop("event", None)
        run = RunRecorder(self._playhead, str(thread), before, None if event is None else str(event))
        run.begin(plain_input(given), kwargs.get("context"), facts)
        given_config: RunnableConfig = {**(config or {}), "configurable": configurable}
        return run, given_config

    def _end(self, run: RunRecorder, error: BaseException | None) -> None:
        status: RunStatus = "interrupted" if run.interrupted else "done"
        if isinstance(error, GeneratorExit):
            status = "cancelled" if not run.interrupted else status
            error = None
        elif error is not None:
            status = "failed" if isinstance(error, Exception) else "cancelled"
        elif self.interrupt_before_nodes or self.interrupt_after_nodes:
            waiting = self.get_state({"configurable": {"thread_id": run.thread}}).next
            status = "interrupted" if waiting else status
        outputs = self._playhead.saver.last_values(run.thread)
        channels = self.output_channels
        wanted = [channels] if isinstance(channels, str) else list(channels)
        run.finish(status, {name: outputs[name] for name in wanted if name in outputs}, error)


def continues(given: Any) -> bool:
    """Does this input go on with what was there, rather than bring a new event?"""
    return given is None or (isinstance(given, Command) and given.resume is not None)


def answer_to_interrupt(answer: Any) -> Any:
    """The input that answers what a run was interrupted for."""
    return Command(resume=answer)


def plain_input(given: Any) -> Any:
    """The input as it is recorded: a command by its parts."""
    if isinstance(given, Command):
        parts = {"resume": given.resume, "update": given.update, "goto": given.goto}
        return {key: value for key, value in parts.items() if value not in (None, ())}
    return given


def find_before(recording: Recording, thread: str, given: Any) -> Continued | None:
    """What the conversation's last run leaves to the one that goes on with it."""
    store = recording.store
    store.flush()
    with store.reading() as session:
        rows = runs.thread_runs(session, thread)
        if not rows:
            return None
        last = rows[-1]
        found = Continued(
            cause=last["cause"], visited=runs.places(session, [r for r in rows if r["cause"] == last["cause"]])
        )
        if given is None and last["status"] not in ("done", "interrupted"):
            found.run, found.name, found.attempt = last["id"], last["name"], last["attempt"] + 1
            found.next_step, found.next_call = runs.next_numbers(session, last["id"])
        return found
