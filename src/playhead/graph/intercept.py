"""Where are model calls, tool calls and node executions caught, in graphs that know nothing of us?

At the classes everything goes through: LangChain's chat model and tool, and the function with which LangGraph runs a
task. Each patch looks at a context variable and does nothing at all where no recorded run is under way. These are
private names of other libraries; they are replaced in this module only, their versions are pinned in pyproject.toml,
and a test says which of them is gone when one is.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.tools import BaseTool
from langgraph.errors import GraphBubbleUp
from langgraph.pregel import _runner
from langgraph.pregel._executor import AsyncBackgroundExecutor, BackgroundExecutor
from langgraph.pregel._loop import AsyncPregelLoop, SyncPregelLoop

from playhead.graph import in_passing
from playhead.graph.encoding import Encoder
from playhead.graph.foreign import catch_foreign
from playhead.graph.guard import hold_back_if_lost
from playhead.graph.identity import tool_request
from playhead.graph.model_call import INSIDE, ModelCall, Serving, recording_step
from playhead.graph.node_run import NodeRun, note_cached, recall_cached
from playhead.graph.player import RunPlayer
from playhead.graph.recalling import Outcome, recall_model, recall_tool
from playhead.graph.recorder import CURRENT, KNOWN_THREAD, CallRecorder, warn_if_lost
from playhead.graph.saves import stand_ins

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
    _runner: ("run_with_retry", "arun_with_retry"),
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
        runner: Any = _runner
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
        runner.run_with_retry = _run_task(runner.run_with_retry)
        runner.arun_with_retry = _arun_task(runner.arun_with_retry)
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
        if (step := recording_step(self)) is None:
            return original(self, messages, stop=stop, run_manager=run_manager, **kw)
        if (answer := recall_model(step, self, messages, stop, kw)) is not None:
            with Giving(answer):
                return original(answer.model, messages, stop=stop, run_manager=run_manager, **kw)
        call = ModelCall(step, self, messages, stop, kw)
        token = INSIDE.set(call)
        try:
            result = original(self, messages, stop=stop, run_manager=call.listen(run_manager), **kw)
        except BaseException as error:
            call.failed(error)
            raise
        finally:
            INSIDE.reset(token)
        call.answered(result)
        return result

    return generate


def _agenerate(original: Original) -> Original:
    @functools.wraps(original)
    async def agenerate(
        self: BaseChatModel, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kw: Any
    ) -> Any:
        if (step := recording_step(self)) is None:
            return await original(self, messages, stop=stop, run_manager=run_manager, **kw)
        if (answer := recall_model(step, self, messages, stop, kw)) is not None:
            with Giving(answer):
                return await original(answer.model, messages, stop=stop, run_manager=run_manager, **kw)
        call = ModelCall(step, self, messages, stop, kw)
        token = INSIDE.set(call)
        try:
            result = await original(self, messages, stop=stop, run_manager=call.listen(run_manager), **kw)
        except BaseException as error:
            call.failed(error)
            raise
        finally:
            INSIDE.reset(token)
        call.answered(result)
        return result

    return agenerate


def _stream(original: Original) -> Original:
    @functools.wraps(original)
    def stream(self: BaseChatModel, input: Any, config: Any = None, *, stop: Any = None, **kw: Any) -> Iterator[Any]:
        if (step := recording_step(self)) is None:
            yield from original(self, input, config, stop=stop, **kw)
            return
        messages = self._convert_input(input).to_messages()
        if (answer := recall_model(step, self, messages, stop, kw)) is not None:
            yield from _pieces(answer, original(answer.model, input, config, stop=stop, **kw))
            return
        call = ModelCall(step, self, messages, stop, kw)
        yield from _heard(call, original(self, input, config, stop=stop, **kw), call.chunk)

    return stream


def _astream(original: Original) -> Original:
    @functools.wraps(original)
    async def astream(
        self: BaseChatModel, input: Any, config: Any = None, *, stop: Any = None, **kw: Any
    ) -> AsyncIterator[Any]:
        if (step := recording_step(self)) is None:
            chunks = original(self, input, config, stop=stop, **kw)
        else:
            messages = self._convert_input(input).to_messages()
            if (answer := recall_model(step, self, messages, stop, kw)) is not None:
                chunks = _apieces(answer, original(answer.model, input, config, stop=stop, **kw))
            else:
                call = ModelCall(step, self, messages, stop, kw)
                chunks = _aheard(call, original(self, input, config, stop=stop, **kw), call.chunk)
        async for chunk in chunks:
            yield chunk

    return astream


def _events(original: Original) -> Original:
    @functools.wraps(original)
    def events(
        self: BaseChatModel, messages: list[BaseMessage], *, stream: Any, stop: Any = None, **kw: Any
    ) -> Iterator[Any]:
        made = original(self, messages, stream=stream, stop=stop, **kw)
        if (around := INSIDE.get()) is not None and around.model is self and isinstance(around, ModelCall):
            for event in made:
                around.event(event)
                yield event
        elif (step := recording_step(self)) is None:
            yield from made
        elif (answer := recall_model(step, self, messages, stop, _options(kw))) is not None:
            yield from _pieces(answer, original(answer.model, messages, stream=stream, stop=stop, **kw))
        else:
            call = ModelCall(step, self, messages, stop, _options(kw), stream)
            yield from _heard(call, made, call.event)

    return events


def _aevents(original: Original) -> Original:
    @functools.wraps(original)
    async def aevents(
        self: BaseChatModel, messages: list[BaseMessage], *, stream: Any, stop: Any = None, **kw: Any
    ) -> AsyncIterator[Any]:
        made = original(self, messages, stream=stream, stop=stop, **kw)
        around = INSIDE.get()
        if not isinstance(around, ModelCall) or around.model is not self:
            around = None
        if around is None and (step := recording_step(self)) is not None:
            if (answer := recall_model(step, self, messages, stop, _options(kw))) is not None:
                made = _apieces(answer, original(answer.model, messages, stream=stream, stop=stop, **kw))
            else:
                call = ModelCall(step, self, messages, stop, _options(kw), stream)
                made = _aheard(call, made, call.event)
        async for event in made:
            if around is not None:
                around.event(event)
            yield event

    return aevents


class Giving:
    """While a recorded answer is given, what LangChain calls on its way is no call of its own."""

    __slots__ = ("_answer", "_token")

    def __init__(self, answer: Serving) -> None:
        self._answer = answer

    def __enter__(self) -> None:
        self._token = INSIDE.set(self._answer)

    def __exit__(self, *raised: object) -> None:
        INSIDE.reset(self._token)


def _pieces(answer: Serving, pieces: Iterator[Any]) -> Iterator[Any]:
    """The pieces of a recorded answer; between them the reader's own calls are calls."""
    while True:
        try:
            with Giving(answer):
                piece = next(pieces)
        except StopIteration:
            return
        yield piece


async def _apieces(answer: Serving, pieces: AsyncIterator[Any]) -> AsyncIterator[Any]:
    """As `_pieces`."""
    while True:
        try:
            with Giving(answer):
                piece = await anext(pieces)
        except StopAsyncIteration:
            return
        yield piece


def _options(kw: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in kw.items() if name != "run_manager"}


def _heard(call: ModelCall, pieces: Iterator[Any], keep: Callable[[Any], None]) -> Iterator[Any]:
    """Pass on the pieces of an answer and keep them; only while one is being made are we inside the call."""
    try:
        while True:
            token = INSIDE.set(call)
            try:
                piece = next(pieces)
            except StopIteration:
                break
            finally:
                INSIDE.reset(token)
            keep(piece)
            yield piece
    except GeneratorExit:
        pieces.close()  # type: ignore[attr-defined]
        call.end()
        raise
    except BaseException as error:
        call.failed(error)
        raise
    call.end()


async def _aheard(call: ModelCall, pieces: AsyncIterator[Any], keep: Callable[[Any], None]) -> AsyncIterator[Any]:
    """As `_heard`."""
    try:
        while True:
            token = INSIDE.set(call)
            try:
                piece = await anext(pieces)
            except StopAsyncIteration:
                break
            finally:
                INSIDE.reset(token)
            keep(piece)
            yield piece
    except GeneratorExit:
        await pieces.aclose()  # type: ignore[attr-defined]
        call.end()
        raise
    except BaseException as error:
        call.failed(error)
        raise
    call.end()


# ── tool calls ───────────────────────────────────────────────────────────────────────────────────────────────


def _recall_tool(tool: BaseTool, tool_input: Any) -> Outcome | None:
    hold_back_if_lost(f"tool {tool.name}")
    if (step := CURRENT.get()) is None:
        return None
    return recall_tool(step, tool.name, tool_input, is_effect=_is_effect(tool))


def _is_effect(tool: BaseTool) -> bool:
    """Is the tool made of one of our effects, which answers for itself?"""
    code = getattr(tool, "func", None) or getattr(tool, "coroutine", None)
    return hasattr(code, "playhead_effect")


def _begin_tool(tool: BaseTool, tool_input: Any) -> CallRecorder | None:
    if (step := CURRENT.get()) is None:
        warn_if_lost("tool", tool.name)
        return None
    return step.begin_call(
        "tool", tool.name, 1, lambda encoder: {"request": encoder.anything(tool_request(tool_input))}
    )


def _end_tool(tool: BaseTool, call: CallRecorder, result: Any, error: BaseException | None = None) -> None:
    interrupted = isinstance(error, GraphBubbleUp)

    def values(encoder: Encoder) -> dict[str, Any]:
        return {"response": None if error else encoder.as_it_was(result)}

    if error is None and isinstance(run := call.step.run, RunPlayer) and not _is_effect(tool):
        run.executed += 1
    call.finish(values, status="interrupted" if interrupted else "failed" if error else "done", error=error)


def _run_tool(original: Original) -> Original:
    @functools.wraps(original)
    def run(self: BaseTool, tool_input: Any, *args: Any, **kwargs: Any) -> Any:
        if (found := _recall_tool(self, tool_input)) is not None:
            return found.value
        if (call := _begin_tool(self, tool_input)) is None:
            return original(self, tool_input, *args, **kwargs)
        try:
            result = original(self, tool_input, *args, **kwargs)
        except BaseException as error:
            _end_tool(self, call, None, error)
            raise
        _end_tool(self, call, result)
        return result

    return run


def _arun_tool(original: Original) -> Original:
    @functools.wraps(original)
    async def arun(self: BaseTool, tool_input: Any, *args: Any, **kwargs: Any) -> Any:
        if (found := _recall_tool(self, tool_input)) is not None:
            return found.value
        if (call := _begin_tool(self, tool_input)) is None:
            return await original(self, tool_input, *args, **kwargs)
        try:
            result = await original(self, tool_input, *args, **kwargs)
        except BaseException as error:
            _end_tool(self, call, None, error)
            raise
        _end_tool(self, call, result)
        return result

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
