"""Where are model calls, tool calls and node executions caught, in graphs that know nothing of us?

At the classes everything goes through: LangChain's chat model and tool, and the function with which LangGraph runs a
task. Each patch looks at a context variable and does nothing at all where no recorded run is under way. These are
private names of other libraries; they are used in this module only, their versions are pinned in pyproject.toml, and
a test says which of them is gone when one is.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
import inspect
import operator
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from typing import Any, Final

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.tools import BaseTool
from langgraph.errors import GraphBubbleUp
from langgraph.pregel import _runner

from playhead.codec import Part, mapping
from playhead.graph.asking import ASKING, MARK, Asked
from playhead.graph.encoding import Encoder
from playhead.graph.recorder import CURRENT, CallRecorder, StepRecorder

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
}
"""What is replaced, by owner: a test compares it with what the installed versions have."""

INSIDE: ContextVar[bool] = ContextVar("playhead_inside_call", default=False)
_installing = threading.Lock()
_installed = False


def install() -> None:
    """Put the interception in place, once per process."""
    global _installed  # noqa: PLW0603
    with _installing:
        if _installed:
            return
        _installed = True
        model: Any = BaseChatModel
        tool: Any = BaseTool
        runner: Any = _runner
        model._generate_with_cache = _generate(model._generate_with_cache)
        model._agenerate_with_cache = _agenerate(model._agenerate_with_cache)
        model.stream = _stream(model.stream)
        model.astream = _astream(model.astream)
        model._iter_v2_events = _events(model._iter_v2_events)
        model._aiter_v2_events = _aevents(model._aiter_v2_events)
        tool.run = _run_tool(tool.run)
        tool.arun = _arun_tool(tool.arun)
        runner.run_with_retry = _run_task(runner.run_with_retry)
        runner.arun_with_retry = _run_task(runner.arun_with_retry)


# ── model calls ──────────────────────────────────────────────────────────────────────────────────────────────


def recording_step() -> StepRecorder | None:
    """The step to record a model call in: None where nothing records, or inside a call that is recorded already."""
    return None if INSIDE.get() else CURRENT.get()


class ModelCall:
    """One model call under way: what was asked, and then what came back."""

    def __init__(
        self,
        step: StepRecorder,
        model: BaseChatModel,
        messages: Sequence[BaseMessage],
        stop: Any,
        options: Mapping[str, Any],
    ) -> None:
        self.messages, self._asked = unmarked(messages)
        self._asked = ASKING.get() or self._asked
        self._model, self._stop, self._options = model, stop, options
        self.chunks: list[BaseMessage] = []
        name = getattr(model, "model_name", None) or getattr(model, "model", None) or model._llm_type
        self._call: CallRecorder = step.begin_call("model", str(name), self._asked.attempt if self._asked else 1)

    def done(self, message: BaseMessage | None, llm_output: Any = None, status: Any = "done") -> None:
        """The model answered."""
        usage = getattr(message, "usage_metadata", None) or {}

        def values(encoder: Encoder) -> dict[str, Part | None]:
            answer: dict[str, Part] = {"message": encoder.anything(message)}
            if llm_output:
                answer["llm_output"] = encoder.plain(plain_data(llm_output))
            if self.chunks:
                answer["chunks"] = encoder.state(self.chunks)
            return {**self._asked_values(encoder), "response": mapping(answer)}

        self._call.finish(values, status=status, tokens=(usage.get("input_tokens"), usage.get("output_tokens")))

    def failed(self, error: BaseException) -> None:
        """The call raised."""
        self._call.finish(self._asked_values, status="failed", error=error)

    def streamed(self) -> None:
        """The stream ended, or its reader left: what came is the answer."""
        chunks: list[Any] = self.chunks
        self.done(functools.reduce(operator.add, chunks) if chunks else None)

    def _asked_values(self, encoder: Encoder) -> dict[str, Part | None]:
        params = dict(self._model._get_invocation_params(stop=self._stop, **self._options))
        tools = params.pop("tools", None)
        request = {
            "messages": encoder.anything(list(self.messages)),
            "model": encoder.plain(self._call.name),
            "params": encoder.plain(plain_data(params)),
        }
        if tools is not None:
            request["tools"] = encoder.plain(plain_data(tools))
        made: dict[str, Part | None] = {"request": mapping(request)}
        if self._asked is not None:
            made["prompt"] = encoder.plain(dict(self._asked.prompt))
            made["inputs"] = encoder.anything(dict(self._asked.inputs))
        return made

    def listen(self, run_manager: Any) -> Any:
        """A run manager that also keeps the chunks which streaming callbacks are told of."""
        if run_manager is None:
            return None
        ear = copy.copy(run_manager)
        tell = run_manager.on_llm_new_token

        def on_llm_new_token(token: Any, *, chunk: Any = None, **kwargs: Any) -> Any:
            if chunk is not None:
                self.chunks.append(chunk.message)
            return tell(token, chunk=chunk, **kwargs)

        ear.on_llm_new_token = on_llm_new_token
        return ear


def unmarked(messages: Sequence[BaseMessage]) -> tuple[list[BaseMessage], Asked | None]:
    """The messages without the mark that says which prompt they came from, and what it said."""
    asked = None
    clean = []
    for message in messages:
        mark = message.additional_kwargs.get(MARK)
        if mark is not None:
            asked = Asked(mark["use"], mark["inputs"])
            rest = {key: value for key, value in message.additional_kwargs.items() if key != MARK}
            message = message.model_copy(update={"additional_kwargs": rest})  # noqa: PLW2901
        clean.append(message)
    return clean, asked


def _generate(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def generate(
        self: BaseChatModel, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kw: Any
    ) -> Any:
        if (step := recording_step()) is None:
            return original(self, unmarked(messages)[0], stop=stop, run_manager=run_manager, **kw)
        call = ModelCall(step, self, messages, stop, kw)
        token = INSIDE.set(True)
        try:
            result = original(self, call.messages, stop=stop, run_manager=call.listen(run_manager), **kw)
        except BaseException as error:
            call.failed(error)
            raise
        finally:
            INSIDE.reset(token)
        call.done(result.generations[0].message, result.llm_output)
        return result

    return generate


def _agenerate(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    async def agenerate(
        self: BaseChatModel, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kw: Any
    ) -> Any:
        if (step := recording_step()) is None:
            return await original(self, unmarked(messages)[0], stop=stop, run_manager=run_manager, **kw)
        call = ModelCall(step, self, messages, stop, kw)
        token = INSIDE.set(True)
        try:
            result = await original(self, call.messages, stop=stop, run_manager=call.listen(run_manager), **kw)
        except BaseException as error:
            call.failed(error)
            raise
        finally:
            INSIDE.reset(token)
        call.done(result.generations[0].message, result.llm_output)
        return result

    return agenerate


def _stream(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def stream(self: BaseChatModel, input: Any, config: Any = None, *, stop: Any = None, **kw: Any) -> Iterator[Any]:
        if (step := recording_step()) is None:
            yield from original(self, input, config, stop=stop, **kw)
            return
        call = ModelCall(step, self, self._convert_input(input).to_messages(), stop, kw)
        chunks = original(self, call.messages, config, stop=stop, **kw)
        try:
            while True:
                token = INSIDE.set(True)
                try:
                    chunk = next(chunks)
                except StopIteration:
                    break
                finally:
                    INSIDE.reset(token)
                call.chunks.append(chunk)
                yield chunk
        except GeneratorExit:
            call.streamed()
            raise
        except BaseException as error:
            call.failed(error)
            raise
        call.streamed()

    return stream


def _astream(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    async def astream(
        self: BaseChatModel, input: Any, config: Any = None, *, stop: Any = None, **kw: Any
    ) -> AsyncIterator[Any]:
        if (step := recording_step()) is None:
            async for chunk in original(self, input, config, stop=stop, **kw):
                yield chunk
            return
        call = ModelCall(step, self, self._convert_input(input).to_messages(), stop, kw)
        chunks = original(self, call.messages, config, stop=stop, **kw)
        try:
            while True:
                token = INSIDE.set(True)
                try:
                    chunk = await anext(chunks)
                except StopAsyncIteration:
                    break
                finally:
                    INSIDE.reset(token)
                call.chunks.append(chunk)
                yield chunk
        except GeneratorExit:
            call.streamed()
            raise
        except BaseException as error:
            call.failed(error)
            raise
        call.streamed()

    return astream


def _events(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def events(
        self: BaseChatModel, messages: list[BaseMessage], *, stream: Any, stop: Any = None, **kw: Any
    ) -> Iterator[Any]:
        step = recording_step()
        call = ModelCall(step, self, messages, stop, _options(kw)) if step else None
        try:
            yield from original(self, messages, stream=stream, stop=stop, **kw)
        except BaseException as error:
            if call:
                call.failed(error)
            raise
        if call:
            call.done(stream.output_message)

    return events


def _aevents(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    async def aevents(
        self: BaseChatModel, messages: list[BaseMessage], *, stream: Any, stop: Any = None, **kw: Any
    ) -> AsyncIterator[Any]:
        step = recording_step()
        call = ModelCall(step, self, messages, stop, _options(kw)) if step else None
        try:
            async for event in original(self, messages, stream=stream, stop=stop, **kw):
                yield event
        except BaseException as error:
            if call:
                call.failed(error)
            raise
        if call:
            call.done(stream.output_message)

    return aevents


def _options(kw: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in kw.items() if name != "run_manager"}


def plain_data(value: Any) -> Any:
    """Parameters and tool schemas as plain data: classes by their JSON schema, the rest by its text."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain_data(element) for key, element in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain_data(element) for element in value]
    if inspect.isclass(value) and hasattr(value, "model_json_schema"):
        return value.model_json_schema()
    if hasattr(value, "model_dump"):
        return plain_data(value.model_dump())
    return f"{type(value).__module__}.{type(value).__qualname__}"


# ── tool calls ───────────────────────────────────────────────────────────────────────────────────────────────


def _end_tool(call: CallRecorder, tool_input: Any, result: Any, error: BaseException | None) -> None:
    interrupted = isinstance(error, GraphBubbleUp)
    call.finish(
        lambda encoder: {
            "request": encoder.anything(tool_input),
            "response": None if error else encoder.anything(result),
        },
        status="interrupted" if interrupted else "failed" if error else "done",
        error=error,
    )


def _run_tool(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def run(self: BaseTool, tool_input: Any, *args: Any, **kwargs: Any) -> Any:
        if (step := CURRENT.get()) is None:
            return original(self, tool_input, *args, **kwargs)
        call = step.begin_call("tool", self.name)
        try:
            result = original(self, tool_input, *args, **kwargs)
        except BaseException as error:
            _end_tool(call, tool_input, None, error)
            raise
        _end_tool(call, tool_input, result, None)
        return result

    return run


def _arun_tool(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    async def arun(self: BaseTool, tool_input: Any, *args: Any, **kwargs: Any) -> Any:
        if (step := CURRENT.get()) is None:
            return await original(self, tool_input, *args, **kwargs)
        call = step.begin_call("tool", self.name)
        try:
            result = await original(self, tool_input, *args, **kwargs)
        except BaseException as error:
            _end_tool(call, tool_input, None, error)
            raise
        _end_tool(call, tool_input, result, None)
        return result

    return arun


# ── node executions ──────────────────────────────────────────────────────────────────────────────────────────


def _run_task(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def run_task(task: Any, *args: Any, **kwargs: Any) -> Any:
        parent = CURRENT.get()
        if parent is not None:
            task = dataclasses.replace(task, proc=RecordedNode(task, parent))
        return original(task, *args, **kwargs)

    return run_task


class RecordedNode:
    """A task's code, each execution of it a step on the recording (LangGraph retries call it again)."""

    def __init__(self, task: Any, parent: StepRecorder) -> None:
        self._task, self._code, self._parent = task, task.proc, parent
        self._attempt = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._code, name)

    def _begin(self) -> StepRecorder:
        self._attempt += 1
        superstep = self._task.config["metadata"]["langgraph_step"]
        return self._parent.run.begin_step(
            self._task.name, superstep, send_index(self._task.path), self._parent, self._attempt
        )

    def _end(self, step: StepRecorder, given: Any, error: BaseException | None = None) -> None:
        step.finish(given, list(self._task.writes), error)

    def invoke(self, given: Any, config: Any, **kwargs: Any) -> Any:
        """Run the node."""
        step = self._begin()
        token = CURRENT.set(step)
        try:
            result = self._code.invoke(given, config, **kwargs)
        except BaseException as error:
            self._end(step, given, error)
            raise
        finally:
            CURRENT.reset(token)
        self._end(step, given)
        return result

    async def ainvoke(self, given: Any, config: Any, **kwargs: Any) -> Any:
        """Run the node."""
        step = self._begin()
        token = CURRENT.set(step)
        try:
            result = await self._code.ainvoke(given, config, **kwargs)
        except BaseException as error:
            self._end(step, given, error)
            raise
        finally:
            CURRENT.reset(token)
        self._end(step, given)
        return result

    async def astream(self, given: Any, config: Any, **kwargs: Any) -> AsyncIterator[Any]:
        """Run the node, streaming; LangGraph drives this to its end in one task."""
        step = self._begin()
        token = CURRENT.set(step)
        try:
            async for chunk in self._code.astream(given, config, **kwargs):
                yield chunk
        except BaseException as error:
            self._end(step, given, error)
            raise
        finally:
            CURRENT.reset(token)
        self._end(step, given)


def send_index(path: tuple[Any, ...]) -> int | None:
    """Which of several parallel executions of one node this is: the `Send`'s, or the `@task` call's, number."""
    if path[0] != "__pregel_push":
        return None
    index: int = path[1] if len(path) == 2 else path[2]
    return index
