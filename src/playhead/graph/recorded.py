"""How does a user's graph come to be recorded, and when does a run begin and end?

`record` gives back the same compiled graph with our saver in it, of a class that is the user's own plus two methods:
every way to run a graph goes through `stream` or `astream`. A run is one execution for one event. Going on after a
crash (`invoke(None)`) is another attempt of the same run; an answer to an interrupt is a new run with the same cause.
Of one conversation's messages one is worked on at a time; where the worker before was cut off, its run goes on first.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator, Mapping
from contextlib import aclosing, contextmanager
from typing import Any, Final, Literal, Self, TypeAlias, cast

import structlog
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import merge_configs
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.pregel import Pregel
from langgraph.types import Command

from playhead.graph.answered import Answered, same_message
from playhead.graph.branches import limit_of, own_facts
from playhead.graph.compiled import check_compiled
from playhead.graph.continuing import COMMAND_PARTS, Continued, find_before
from playhead.graph.guard import hold_back_if_lost
from playhead.graph.intercept import install
from playhead.graph.let_go import Held, close_at_exit, held
from playhead.graph.owned import Owned
from playhead.graph.recorder import CURRENT, RunRecorder, new_name
from playhead.graph.recording import Recording
from playhead.records import DURABILITY, LIMIT, RunStatus
from playhead.store.leases import Lease
from playhead.store.session import check_name, check_whole

log = structlog.get_logger("playhead")
CLASSES: Final[dict[type, type]] = {}
STATIC_INTERRUPTS: Final = ("interrupt_before", "interrupt_after")
NOT_FACTS: Final = ("thread_id", "event", "checkpoint_id", "checkpoint_ns", "checkpoint_map")
OVER: Final = ("done", "interrupted")
UNFINISHED: Final = "unfinished"
"""What came of a message that was brought before: its run was cut off, or failed, and is gone on with."""


Met: TypeAlias = Answered | Literal["unfinished"] | None


def record(graph: Any, recording: Recording) -> Any:
    """The same compiled graph, recorded; the graph given is not changed. Raises `GraphNotLoadable` for what is none.

    Raises `BadInput` for a name that cannot be recorded.
    """
    check_compiled(graph)
    _check_names(graph, recording)
    install()
    close_at_exit()
    made: Any = graph.copy(update={"checkpointer": recording.saver})
    needs_thread = isinstance(graph.checkpointer, BaseCheckpointSaver)
    kind = type(made)
    if not issubclass(kind, Recorded):
        if kind not in CLASSES:
            CLASSES[kind] = type(f"Recorded{kind.__name__}", (Recorded, kind), {})
        made.__class__ = CLASSES[kind]
    made._playhead = recording
    made._needs_thread = graph._needs_thread if isinstance(graph, Recorded) else needs_thread
    made._own_limit = graph._own_limit if isinstance(graph, Recorded) else (graph.config or {}).get("recursion_limit")
    return made


class Recorded(Pregel):  # type: ignore[type-arg]
    """What a recorded graph does more than the user's own: it writes down each run."""

    _playhead: Recording
    _needs_thread: bool
    """Did it have a saver before ours, so that LangGraph refuses to run it without a `thread_id`?"""
    _own_limit: int | None
    """How many supersteps it was limited to before it was recorded: a replay's graph says that itself."""

    def copy(self, update: dict[str, Any] | None = None) -> Self:
        """A copy of the graph (`with_config` makes one) is recorded, too."""
        made: Any = super().copy(update)
        made._playhead, made._needs_thread, made._own_limit = self._playhead, self._needs_thread, self._own_limit
        return cast("Self", made)

    def stream(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[Any]:
        """Run the graph, recorded, when it is the message's turn in its conversation."""
        if self._begins_no_run(config):
            yield from super().stream(input, config, **kwargs)
        else:
            yield from held(self._stream(input, config, kwargs))

    def _stream(self, input: Any, config: RunnableConfig | None, kwargs: Any) -> Generator[Any, None, None]:
        config, lease = self._stand_in_line(input, config)
        with self._leaving(lease):
            before = None
            if continues(input):
                lease.granted.result()
                before = find_before(self._playhead, lease.thread, input)
            run, given, kwargs = self._begin(input, config, kwargs, before, lease)
            lease.granted.result()
            met = self._met_before(run, lease, kwargs)
            if isinstance(met, Answered):
                yield from met.pieces()
                return
            if met == UNFINISHED:
                run, given, config, kwargs = self._again(lease, config, kwargs)
            elif (cut_off := run.cut_off) is not None:
                with self._earlier(cut_off):
                    for _ in self._execute(*self._earlier_again(lease, kwargs)):
                        pass
            run.enter()
            yield from self._execute(run, given, config, kwargs)

    def _execute(self, run: RunRecorder, given: Any, config: RunnableConfig, kwargs: Any) -> Iterator[Any]:
        chunks, current = super().stream(given, config, **kwargs), run.current()
        try:
            while True:
                try:
                    with current:
                        chunk = next(chunks)
                except StopIteration:
                    break
                yield chunk
        except BaseException as error:
            try:
                with current:
                    chunks.close()  # type: ignore[attr-defined]
            finally:  # LangGraph saves a last state, perhaps, for which the program's end leaves it no thread
                self._end(run, kwargs, error)
                self._write_out(run)
            raise
        self._end(run, kwargs, None)
        self._playhead.saver.settle(run.thread)

    async def astream(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> AsyncIterator[Any]:
        """As `stream`."""
        if self._begins_no_run(config):
            async for chunk in super().astream(input, config, **kwargs):
                yield chunk
            return
        config, lease = self._stand_in_line(input, config)
        with self._leaving(lease):
            before = None
            if continues(input):
                await asyncio.wrap_future(lease.granted)
                before = await asyncio.to_thread(find_before, self._playhead, lease.thread, input)
            run, given, kwargs = self._begin(input, config, kwargs, before, lease)
            await asyncio.wrap_future(lease.granted)
            met = await asyncio.to_thread(self._met_before, run, lease, kwargs) if lease.earlier else None
            if isinstance(met, Answered):
                for piece in await asyncio.to_thread(met.pieces):
                    yield piece
                return
            if met == UNFINISHED:
                again = await asyncio.to_thread(self._again, lease, config, kwargs)
                run, given, config, kwargs = again
            elif (cut_off := run.cut_off) is not None:
                with self._earlier(cut_off):
                    async for _ in self._aexecute(*await asyncio.to_thread(self._earlier_again, lease, kwargs)):
                        pass
            run.enter()
            pieces = self._aexecute(run, given, config, kwargs)
            with Held(pieces):
                async with aclosing(Owned(pieces)) as chunks:
                    async for chunk in chunks:
                        yield chunk

    async def _aexecute(
        self, run: RunRecorder, given: Any, config: RunnableConfig, kwargs: Any
    ) -> AsyncGenerator[Any, None]:
        theirs = cast("AsyncGenerator[Any, None]", super().astream(given, config, **kwargs))
        chunks, current = Owned(theirs), run.current()
        try:
            while True:
                try:
                    with current:
                        chunk = await anext(chunks)
                except StopAsyncIteration:
                    break
                yield chunk
        except BaseException as error:
            try:
                with current:
                    await chunks.aclose()
            finally:  # who lets go of it where no loop runs any more cuts that short
                self._end(run, kwargs, error)
                self._write_out(run)
            raise
        self._end(run, kwargs, None)
        await self._playhead.saver.asettle(run.thread)

    def _write_out(self, run: RunRecorder) -> None:
        """Have what is queued committed; the error that ended the run is the one to be raised, whatever comes of it."""
        problems: list[BaseException] = []
        try:
            self._playhead.store.flush()
        except Exception as error:  # noqa: BLE001
            problems.append(error)
        for problem in [*problems, *self._playhead.saver.let_go(run.thread)]:
            told = self._playhead.encoder.redactor.text(repr(problem))
            log.error("not recorded", graph=self._playhead.name, error=told)

    def _begins_no_run(self, config: RunnableConfig | None) -> bool:
        """Is it a subgraph of a recorded graph, its nodes steps of that run? Or will LangGraph refuse to run it?"""
        if CURRENT.get() is not None or not self._needs_thread:
            return CURRENT.get() is not None
        return "thread_id" not in merge_configs(self.config, config).get("configurable", {})

    def _stand_in_line(self, given: Any, config: RunnableConfig | None) -> tuple[RunnableConfig, Lease]:
        """The config with the name of the conversation, made up where none was given, and the place in its line."""
        hold_back_if_lost("a run of its own")
        merged = merge_configs(self.config, config)
        own = merged.get("configurable", {})
        named: RunnableConfig = {**(config or {}), "configurable": {"thread_id": new_name("t"), **own}}
        recording, redacted = self._playhead, self._playhead.encoder.redactor.name
        thread = redacted(str(named["configurable"]["thread_id"]))
        check_name("thread_id", thread)
        if not thread:
            log.warning("the thread_id is empty: whoever has none shares one conversation", graph=self._playhead.name)
        for fact in (*own, *(merged.get("metadata") or ())):
            check_whole("fact's name", fact)
        if (event := event_of(merged)) is not None:
            check_name("event", event)
            event = None if continues(given) else redacted(event)
        patience = recording.patience if recording.resumes is None else 0
        return named, recording.store.line.take(thread, patience, event=event, urgent=continues(given))

    def _met_before(self, run: RunRecorder, lease: Lease, wishes: Mapping[str, Any]) -> Met:
        """What became of this very message when it was brought before: its answer, or it is `UNFINISHED`."""
        recording, named = self._playhead, {"thread": lease.thread, "cause": lease.event}
        rows = [row for row in lease.earlier if row["graph"] == recording.name]
        if not rows:
            return None
        if (found := same_message(recording, rows, run.given)) is None:
            log.warning("an event came again with another input: it is run, its effects are not done again", **named)
            return None
        if found["status"] not in OVER:
            return UNFINISHED if lease.last is not None and lease.last["id"] == found["id"] else None
        if found["output"] is None:  # not recorded
            return None
        log.info("a message came again that was answered: it is given its recorded answer", **named, run=found["name"])
        return Answered(self, recording.store.run(found["name"]), wishes)

    @contextmanager
    def _leaving(self, lease: Lease) -> Iterator[None]:
        """However it ends, the line is left."""
        try:
            yield
        finally:
            self._playhead.store.line.leave(lease)

    @contextmanager
    def _earlier(self, run: str) -> Iterator[None]:
        """While a run is gone on with that was cut off with its worker: what fails there is its own affair."""
        log.warning("a run was cut off; it is gone on with before the next message", run=run)
        try:
            yield
        except Exception as error:  # noqa: BLE001 - recorded with that run
            log.error("a run that was cut off failed", run=run, error=repr(error))

    def _again(
        self, lease: Lease, config: RunnableConfig, kwargs: dict[str, Any]
    ) -> tuple[RunRecorder, Any, RunnableConfig, dict[str, Any]]:
        """What goes on with the conversation's last run, which was cut off."""
        before = find_before(self._playhead, lease.thread, None)
        run, given, own = self._begin(None, config, kwargs, before, lease)
        return run, given, config, own

    def _earlier_again(self, lease: Lease, kwargs: Mapping[str, Any]) -> tuple[RunRecorder, Any, RunnableConfig, Any]:
        """The same under the lease of who comes after it, as whoever brought its message would have it."""
        last = self._playhead.store.runs_of(lease.thread)[-1]
        config: RunnableConfig = {
            "configurable": {"thread_id": lease.thread},
            "metadata": own_facts(last.metadata),
            **limit_of(last, last.metadata),
        }
        run, *rest = self._again(lease, config, {"durability": kwargs.get("durability")})
        run.is_last = False
        run.enter()
        return run, *rest

    def _begin(
        self, given: Any, config: RunnableConfig, kwargs: dict[str, Any], before: Continued | None, lease: Lease
    ) -> tuple[RunRecorder, Any, dict[str, Any]]:
        merged = merge_configs(self.config, config)
        facts = {
            key: value
            for source in (merged.get("metadata") or {}, merged["configurable"])
            for key, value in source.items()
            if key not in NOT_FACTS and not key.startswith("__") and isinstance(value, str | int | float | bool)
        }
        limit = (config or {}).get("recursion_limit", (self.config or {}).get("recursion_limit"))
        if type(limit) is int and limit != self._own_limit:  # LangGraph's default is of a class of its own
            facts[LIMIT] = limit
        if kwargs.get("durability") == "exit":
            facts[DURABILITY] = "exit"
        if before is not None and before.context is not None and kwargs.get("context") is None:
            kwargs = {**kwargs, "context": before.context}
        run = RunRecorder(self._playhead, lease.thread, before, event_of(merged))
        run.lingers = kwargs.get("durability") in (None, "async")
        run.lease = lease
        run.begin(plain_input(given), kwargs.get("context"), facts)
        return run, given if before is None or before.again is None else before.again, kwargs

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
        saver = self._playhead.saver
        outputs = saver.last_values(run.thread)
        if not outputs and error is None:  # nothing was left to do: its end was saved before a crash
            outputs = saver.saved_values(run.thread)
        channels = self.output_channels
        if isinstance(channels, str):
            run.finish(status, outputs.get(channels, {}), error)
        else:
            run.finish(status, {name: outputs[name] for name in channels if name in outputs}, error)
        if run.is_last and run.lease is not None:
            self._playhead.store.line.leave(run.lease)  # with the run's last commit


def event_of(config: Mapping[str, Any]) -> str | None:
    """The name that whoever brings a message gave it, in a run's config or, before that, its metadata."""
    for source in (config.get("configurable"), config.get("metadata")):
        if isinstance(event := (source or {}).get("event"), str | int | float | bool):
            return str(event)
    return None


def _check_names(graph: Any, recording: Recording) -> None:
    """Raise `BadInput` where the graph, a node or a channel has a name that cannot be recorded."""
    for what, names in (("graph's name", [recording.name]), ("node", graph.nodes), ("channel", graph.channels)):
        for name in names:
            check_whole(what, name)


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
