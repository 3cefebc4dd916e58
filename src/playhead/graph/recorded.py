"""How does a user's graph come to be recorded, and when does a run begin and end?

`record` gives back the same compiled graph with our saver in it, of a class that is the user's own plus two methods:
every way to run a graph goes through `stream` or `astream`. A run is one execution for one event. Going on after a
crash (`invoke(None)`) is another attempt of the same run; an answer to an interrupt is a new run with the same cause.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Final, Self, cast

import structlog
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import merge_configs
from langgraph.pregel import Pregel
from langgraph.types import Command

from playhead.errors import GraphNotLoadable
from playhead.graph.continuing import COMMAND_PARTS, Continued, find_before
from playhead.graph.intercept import install
from playhead.graph.recorder import CURRENT, RunRecorder, new_name
from playhead.graph.recording import Recording
from playhead.records import RunStatus

log = structlog.get_logger("playhead")
CLASSES: Final[dict[type, type]] = {}
STATIC_INTERRUPTS: Final = ("interrupt_before", "interrupt_after")
NOT_FACTS: Final = ("thread_id", "checkpoint_id", "checkpoint_ns", "checkpoint_map")


def record(graph: Any, recording: Recording) -> Any:
    """The same compiled graph, recorded; the graph given is not changed. Raises `GraphNotLoadable` for what is none."""
    if not isinstance(graph, Pregel):
        problem = "it is not compiled" if hasattr(graph, "compile") else "it is not a compiled LangGraph graph"
        raise GraphNotLoadable(type(graph).__name__, problem)
    install()
    made: Any = graph.copy(update={"checkpointer": recording.saver})
    kind = type(made)
    if not issubclass(kind, Recorded):
        if kind not in CLASSES:
            CLASSES[kind] = type(f"Recorded{kind.__name__}", (Recorded, kind), {})
        made.__class__ = CLASSES[kind]
    made._playhead = recording
    return made


class Recorded(Pregel):  # type: ignore[type-arg]
    """What a recorded graph does more than the user's own: it writes down each run."""

    _playhead: Recording

    def copy(self, update: dict[str, Any] | None = None) -> Self:
        """A copy of the graph (`with_config` makes one) is recorded, too."""
        made: Any = super().copy(update)
        made._playhead = self._playhead
        return cast("Self", made)

    def stream(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[Any]:
        """Run the graph, recorded."""
        if CURRENT.get() is not None:  # a subgraph of a recorded graph: its nodes are steps of that run
            yield from super().stream(input, config, **kwargs)
            return
        before = self._before(input, config)
        run, given, config, kwargs = self._begin(input, config, kwargs, before)
        chunks = super().stream(given, config, **kwargs)
        try:
            while True:
                try:
                    with run.current():
                        chunk = next(chunks)
                except StopIteration:
                    break
                yield chunk
        except BaseException as error:
            with run.current():
                chunks.close()  # type: ignore[attr-defined]
            self._end(run, kwargs, error)
            self._write_out()
            raise
        self._end(run, kwargs, None)
        self._playhead.saver.settle(run.thread)

    async def astream(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> AsyncIterator[Any]:
        """Run the graph, recorded."""
        if CURRENT.get() is not None:
            async for chunk in super().astream(input, config, **kwargs):
                yield chunk
            return
        before = await asyncio.to_thread(self._before, input, config) if continues(input) else None
        run, given, config, kwargs = self._begin(input, config, kwargs, before)
        chunks = super().astream(given, config, **kwargs)
        try:
            while True:
                try:
                    with run.current():
                        chunk = await anext(chunks)
                except StopAsyncIteration:
                    break
                yield chunk
        except BaseException as error:
            with run.current():
                await chunks.aclose()  # type: ignore[attr-defined]
            self._end(run, kwargs, error)
            self._write_out()
            raise
        self._end(run, kwargs, None)
        await self._playhead.saver.asettle(run.thread)

    def _write_out(self) -> None:
        """Have what is queued committed; the error that ended the run is the one to be raised, whatever comes of it."""
        try:
            self._playhead.store.flush()
        except Exception as error:  # noqa: BLE001
            log.error("not recorded", graph=self._playhead.name, error=repr(error))

    def _before(self, given: Any, config: RunnableConfig | None) -> Continued | None:
        if not continues(given):
            return None
        thread = merge_configs(self.config, config).get("configurable", {}).get("thread_id")
        return None if thread is None else find_before(self._playhead, str(thread), given)

    def _begin(
        self, given: Any, config: RunnableConfig | None, kwargs: dict[str, Any], before: Continued | None
    ) -> tuple[RunRecorder, Any, RunnableConfig, dict[str, Any]]:
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
        if before is not None and before.context is not None and kwargs.get("context") is None:
            kwargs = {**kwargs, "context": before.context}
        run = RunRecorder(self._playhead, str(thread), before, None if event is None else str(event))
        run.lingers = kwargs.get("durability") in (None, "async")
        run.begin(plain_input(given), kwargs.get("context"), facts)
        given_config: RunnableConfig = {**(config or {}), "configurable": configurable}
        return run, given if before is None or before.again is None else before.again, given_config, kwargs

    def _end(self, run: RunRecorder, kwargs: Mapping[str, Any], error: BaseException | None) -> None:
        status: RunStatus = "interrupted" if run.interrupted else "done"
        if isinstance(error, GeneratorExit):
            status = "cancelled" if not run.interrupted else status
            error = None
        elif error is not None:
            status = "failed" if isinstance(error, Exception) else "cancelled"
        elif any(kwargs.get(stop) or getattr(self, f"{stop}_nodes") for stop in STATIC_INTERRUPTS):
            waiting = self.get_state({"configurable": {"thread_id": run.thread}}).next
            status = "interrupted" if waiting else status
        outputs = self._playhead.saver.last_values(run.thread)
        channels = self.output_channels
        if isinstance(channels, str):
            run.finish(status, outputs.get(channels, {}), error)
        else:
            run.finish(status, {name: outputs[name] for name in channels if name in outputs}, error)


def continues(given: Any) -> bool:
    """Does this input go on with what was there, rather than bring a new event?"""
    return given is None or (isinstance(given, Command) and given.resume is not None)


def answer_to_interrupt(answer: Any) -> Any:
    """The input that answers what a run was interrupted for."""
    return Command(resume=answer)


def plain_input(given: Any) -> Any:
    """The input as it is recorded: a command by its parts."""
    if isinstance(given, Command):
        parts = {name: getattr(given, name) for name in COMMAND_PARTS}
        return {key: value for key, value in parts.items() if value not in (None, ())}
    return given
