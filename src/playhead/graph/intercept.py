"""Where are model calls, tool calls and node executions caught, in graphs that know nothing of us?

At the classes everything goes through: LangChain's chat model and tool, and the function with which LangGraph runs a
task. Each patch looks at a context variable and does nothing at all where no recorded run is under way. They are put in
place in this module only (savers and stores that are not ours: `foreign.py`), and a test says which of what they
replace is gone when it is.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.tools import BaseTool

from playhead.graph import in_passing
from playhead.graph.asked import asked
from playhead.graph.foreign import catch_foreign
from playhead.graph.model_call import recording_step
from playhead.graph.node_run import NodeRun, note_cached, recall_cached
from playhead.graph.player import RunPlayer
from playhead.graph.private import (
    AsyncBackgroundExecutor,
    AsyncPregelLoop,
    BackgroundExecutor,
    SyncPregelLoop,
    node_runner,
)
from playhead.graph.recorder import CURRENT, KNOWN_THREAD
from playhead.graph.saves import stand_ins
from playhead.graph.tool_call import ToolCall, recalled_tool

PATCHED: Final = {
    BaseChatModel: (
        "_generate_with_cache",
        "_agenerate_with_cache",
        "stream",
        "astream",
        "_iter_v2_events",
        "_aiter_v2_events",
    ),
    BaseTool: ("run", "arun"),
    node_runner: ("run_with_retry", "arun_with_retry"),
    SyncPregelLoop: ("match_cached_writes",),
    AsyncPregelLoop: ("amatch_cached_writes",),
    BackgroundExecutor: ("__init__", "submit"),
    AsyncBackgroundExecutor: ("submit",),
}
"""What is replaced, by owner: a test compares it with what the installed versions have."""

Original: TypeAlias = Callable[..., Any]
_installing = threading.Lock()
_installed = False


def install() -> None:
    """Put the interception in place, once per process; the calling thread is one that runs recorded graphs."""
    global _installed  # noqa: PLW0603
    KNOWN_THREAD.set(True)
    with _installing:
        if _installed:
            return
        _installed = True
        model: Any = BaseChatModel
        tool: Any = BaseTool
        loop: Any = SyncPregelLoop
        aloop: Any = AsyncPregelLoop
        executor: Any = BackgroundExecutor
        aexecutor: Any = AsyncBackgroundExecutor
        model._generate_with_cache = _generate(model._generate_with_cache)
        model._agenerate_with_cache = _agenerate(model._agenerate_with_cache)
        model.stream = _stream(model.stream)
        model.astream = _astream(model.astream)
        model._iter_v2_events = _events(model._iter_v2_events)
        model._aiter_v2_events = _aevents(model._aiter_v2_events)
        tool.run = _run_tool(tool.run)
        tool.arun = _arun_tool(tool.arun)
        node_runner.run_with_retry = _run_task(node_runner.run_with_retry)
        node_runner.arun_with_retry = _arun_task(node_runner.arun_with_retry)
        loop.match_cached_writes = _match_cached(loop.match_cached_writes)
        aloop.amatch_cached_writes = _amatch_cached(aloop.amatch_cached_writes)
        executor.__init__ = in_passing.made_for(executor.__init__)
        executor.submit = in_passing.submit(executor.submit)
        aexecutor.submit = in_passing.asubmit(aexecutor.submit)
        catch_foreign()


# ── model calls ──────────────────────────────────────────────────────────────────────────────────────────────


def _generate(original: Original) -> Original:
    @functools.wraps(original)
    def generate(
        self: BaseChatModel, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kw: Any
    ) -> Any:
        question = asked(recording_step(self), self, messages, stop, kw)
        try:
            with question.during():
                heard = question.listen(run_manager)
                result = original(question.model, messages, stop=stop, run_manager=heard, **kw)
        except BaseException as error:
            question.failed(error)
            raise
        question.answered(result)
        return result

    return generate


def _agenerate(original: Original) -> Original:
    @functools.wraps(original)
    async def agenerate(
        self: BaseChatModel, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kw: Any
    ) -> Any:
        question = asked(recording_step(self), self, messages, stop, kw)
        try:
            with question.during():
                heard = question.listen(run_manager)
                result = await original(question.model, messages, stop=stop, run_manager=heard, **kw)
        except BaseException as error:
            question.failed(error)
            raise
        question.answered(result)
        return result

    return agenerate


def _stream(original: Original) -> Original:
    @functools.wraps(original)
    def stream(self: BaseChatModel, input: Any, config: Any = None, *, stop: Any = None, **kw: Any) -> Iterator[Any]:
        step = recording_step(self)
        messages = self._convert_input(input).to_messages() if step is not None else []
        question = asked(step, self, messages, stop, kw)
        yield from question.pieces(original(question.model, input, config, stop=stop, **kw))

    return stream


def _astream(original: Original) -> Original:
    @functools.wraps(original)
    async def astream(
        self: BaseChatModel, input: Any, config: Any = None, *, stop: Any = None, **kw: Any
    ) -> AsyncIterator[Any]:
        step = recording_step(self)
        messages = self._convert_input(input).to_messages() if step is not None else []
        question = asked(step, self, messages, stop, kw)
        async for chunk in question.apieces(original(question.model, input, config, stop=stop, **kw)):
            yield chunk

    return astream


def _events(original: Original) -> Original:
    @functools.wraps(original)
    def events(
        self: BaseChatModel, messages: list[BaseMessage], *, stream: Any, stop: Any = None, **kw: Any
    ) -> Iterator[Any]:
        question = asked(recording_step(self), self, messages, stop, _options(kw), stream)
        yield from question.pieces(original(question.model, messages, stream=stream, stop=stop, **kw))

    return events


def _aevents(original: Original) -> Original:
    @functools.wraps(original)
    async def aevents(
        self: BaseChatModel, messages: list[BaseMessage], *, stream: Any, stop: Any = None, **kw: Any
    ) -> AsyncIterator[Any]:
        question = asked(recording_step(self), self, messages, stop, _options(kw), stream)
        async for event in question.apieces(original(question.model, messages, stream=stream, stop=stop, **kw)):
            yield event

    return aevents


def _options(kw: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in kw.items() if name != "run_manager"}


# ── tool calls ───────────────────────────────────────────────────────────────────────────────────────────────


def _run_tool(original: Original) -> Original:
    @functools.wraps(original)
    def run(self: BaseTool, tool_input: Any, *args: Any, **kwargs: Any) -> Any:
        if (found := recalled_tool(self, tool_input)) is not None:
            return found.value
        with ToolCall(self, tool_input) as call:
            return call.gave(original(self, tool_input, *args, **kwargs))

    return run


def _arun_tool(original: Original) -> Original:
    @functools.wraps(original)
    async def arun(self: BaseTool, tool_input: Any, *args: Any, **kwargs: Any) -> Any:
        if (found := recalled_tool(self, tool_input)) is not None:
            return found.value
        with ToolCall(self, tool_input) as call:
            return call.gave(await original(self, tool_input, *args, **kwargs))

    return arun


# ── node executions ──────────────────────────────────────────────────────────────────────────────────────────


def _run_task(original: Original) -> Original:
    @functools.wraps(original)
    def run_task(task: Any, *args: Any, **kwargs: Any) -> Any:
        if (parent := CURRENT.get()) is None:
            return original(task, *args, **kwargs)
        node = NodeRun(task, parent)
        try:
            return original(*node.prepared(args), **kwargs)
        finally:
            node.settle()

    return run_task


def _arun_task(original: Original) -> Original:
    @functools.wraps(original)
    async def arun_task(task: Any, *args: Any, **kwargs: Any) -> Any:
        if (parent := CURRENT.get()) is None:
            return await original(task, *args, **kwargs)
        node = NodeRun(task, parent)
        try:
            return await original(*node.prepared(args), **kwargs)
        finally:
            node.settle()

    return arun_task


# ── nodes that LangGraph's cache answers ─────────────────────────────────────────────────────────────────────


def _match_cached(original: Original) -> Original:
    @functools.wraps(original)
    def match_cached(self: SyncPregelLoop) -> Any:
        if stand_ins() is not None:
            self.cache = None  # of a subgraph's own, too: a replay neither reads nor fills it
        if (parent := CURRENT.get()) is None:
            return original(self)
        if isinstance(run := parent.run, RunPlayer):
            return recall_cached(run, parent, self.tasks.values())
        found = original(self)
        note_cached(parent, found)
        return found

    return match_cached


def _amatch_cached(original: Original) -> Original:
    @functools.wraps(original)
    async def amatch_cached(self: AsyncPregelLoop) -> Any:
        if stand_ins() is not None:
            self.cache = None
        if (parent := CURRENT.get()) is None:
            return await original(self)
        if isinstance(run := parent.run, RunPlayer):
            return recall_cached(run, parent, self.tasks.values())
        found = await original(self)
        note_cached(parent, found)
        return found

    return amatch_cached
