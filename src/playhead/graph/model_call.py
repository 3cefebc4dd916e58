"""What is written down of one model call?

The request as it is when the call starts (later the caller may change the messages it passed), then the answer, with
its chunks where it was streamed, or the error.
"""

from __future__ import annotations

import functools
import inspect
import operator
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from types import NoneType
from typing import Any, Final, NamedTuple

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatResult
from pydantic import BaseModel

from playhead.codec import Part, mapping
from playhead.graph.encoding import Encoder
from playhead.graph.provenance import ASKING
from playhead.graph.recorder import CURRENT, CallRecorder, StepRecorder, warn_if_lost
from playhead.records import CallStatus

AS_IT_IS: Final = (str, NoneType, int, float, bool)
"""What is plain data already."""

INSIDE: ContextVar[ModelCall | Serving | None] = ContextVar("playhead_inside_call", default=None)
"""The model call that is under way: what it calls to get its answer is no call of its own."""


def recording_step(model: BaseChatModel) -> StepRecorder | None:
    """The step to record a model call in: None where nothing records, or inside a call that is recorded already."""
    if (step := CURRENT.get()) is None:
        warn_if_lost("model", type(model).__name__)
        return None
    return None if INSIDE.get() else step


class Substitute(BaseChatModel):
    """A model that stands for a `real` one, which is made only to be asked."""

    @property
    def real(self) -> BaseChatModel:
        """The one it stands for."""
        raise NotImplementedError


class Serving(NamedTuple):
    """An answer that is given from a recording: the model that stands for it, what it says, and what it raises then.

    The answer is `{"message", "llm_output"?, "chunks"?, "events"?}`.
    """

    model: BaseChatModel
    answer: Mapping[str, Any]
    error: BaseException | None = None


class ModelCall:
    """One model call under way: what was asked, and then what came back."""

    def __init__(
        self,
        step: StepRecorder,
        model: BaseChatModel,
        messages: Sequence[BaseMessage],
        stop: Any,
        options: Mapping[str, Any],
        stream: Any = None,
    ) -> None:
        self.messages, self.stream = list(messages), stream
        self._asked = ASKING.get() or step.run.renderings.find(self.messages)
        self._step, self.model, self._stop, self._options = step, model, stop, options
        self._chunks: list[BaseMessage] = []
        self._events: list[Any] = []
        attempt = self._asked.attempt if ASKING.get() and self._asked else step.attempt_at(self.messages)
        self._name = name_of(model)
        self._call: CallRecorder = step.begin_call("model", self._name, attempt, self._asked_values)
        step.left_open[self._call.number] = self.end

    def chunk(self, chunk: BaseMessage) -> None:
        """A piece of the answer came."""
        self._chunks.append(chunk)

    def event(self, event: Any) -> None:
        """A piece of the answer came, as an event of the streaming protocol."""
        self._events.append(event)
        if self.stream is not None and self.stream.output_message is not None:
            self.end()  # readers of the protocol stop here, and never come for the end of the iterator

    def piece(self, piece: Any) -> None:
        """A piece of the answer came, of whichever kind was asked for."""
        if self.stream is None:
            self.chunk(piece)
        else:
            self.event(piece)

    def done(self, message: BaseMessage | None, llm_output: Any = None) -> None:
        """The model answered."""
        usage = getattr(message, "usage_metadata", None) or {}
        self._finish(message, llm_output, tokens=(usage.get("input_tokens"), usage.get("output_tokens")))

    def answered(self, result: ChatResult) -> None:
        """The model answered; a provider may also answer nothing at all."""
        self.done(result.generations[0].message if result.generations else None, result.llm_output)

    def answered_before(self, answer: Mapping[str, Any], seconds: float) -> None:
        """It is not made: this is what came, as recorded, when it was, and how long that took."""
        self._chunks, self._events = list(answer.get("chunks", ())), list(answer.get("events", ()))
        self._call.took(seconds)
        self.done(answer.get("message"), answer.get("llm_output"))

    def failed(self, error: BaseException) -> None:
        """The call raised; what came before that, of a stream, is kept."""
        self._step.failed_at(self.messages, self._call.attempt)
        self._finish(self._whole(), status="failed", error=error)

    def end(self) -> None:
        """The stream ended, or its reader left: what came is the answer."""
        self.done(self._whole() if self.stream is None else self.stream.output_message)

    def _whole(self) -> Any:
        chunks: list[Any] = self._chunks
        return functools.reduce(operator.add, chunks) if chunks else None

    def _finish(
        self,
        message: BaseMessage | None,
        llm_output: Any = None,
        *,
        status: CallStatus = "done",
        tokens: tuple[int | None, int | None] = (None, None),
        error: BaseException | None = None,
    ) -> None:
        if self._step.left_open.pop(self._call.number, None) is None:
            return  # its step has ended, and this call with it

        def values(encoder: Encoder) -> dict[str, Part | None]:
            if error is not None and not self._chunks and not self._events:
                return {"response": None}
            answer: dict[str, Part] = {"message": encoder.anything(message)}
            if llm_output:
                answer["llm_output"] = encoder.plain(plain_data(llm_output))
            if (self._chunks or self._events) and encoder.hides_some_of(message):
                return {"response": mapping(answer)}  # in pieces, a secret would not be known for one
            if self._chunks:
                answer["chunks"] = encoder.anything(self._chunks)
            if self._events:
                answer["events"] = encoder.plain(plain_data(self._events))
            return {"response": mapping(answer)}

        self._call.finish(values, status=status, tokens=tokens, error=error)

    def _asked_values(self, encoder: Encoder) -> dict[str, Part | None]:
        asked = model_request(self.model, self._name, self.messages, self._stop, self._options)
        made: dict[str, Part | None] = {"request": request_part(encoder, asked)}
        if self._asked is not None:
            made["prompt"] = encoder.prompt_use(self._asked.prompt)
            made["inputs"] = encoder.anything(dict(self._asked.inputs))
        return made

    def listen(self, run_manager: Any) -> Any:
        """A run manager that also keeps the chunks which streaming callbacks are told of."""
        if run_manager is None:
            return None
        ear = object.__new__(type(run_manager))  # as `copy` makes one, in a third of the time
        vars(ear).update(vars(run_manager))
        tell = run_manager.on_llm_new_token

        def on_llm_new_token(token: Any, *, chunk: Any = None, **kwargs: Any) -> Any:
            if chunk is not None:
                self.chunk(chunk.message)
            return tell(token, chunk=chunk, **kwargs)

        ear.on_llm_new_token = on_llm_new_token
        return ear


def name_of(model: BaseChatModel) -> str:
    """What the model calls itself."""
    for name in ("model_name", "model"):
        if (_may_say(type(model), name) or name in vars(model)) and (said := getattr(model, name, None)):
            return str(said)
    return str(model._llm_type)


@functools.lru_cache(maxsize=256)
def _may_say(kind: type[BaseChatModel], name: str) -> bool:
    """May a model of this class have an attribute of this name? To ask pydantic for one that is not there is slow."""
    looks_elsewhere = getattr(kind, "__getattr__", None) is not getattr(BaseModel, "__getattr__", None)
    may_have_more = looks_elsewhere or kind.model_config.get("extra") == "allow"
    return may_have_more or name in kind.model_fields or hasattr(kind, name)


def model_request(
    model: BaseChatModel, name: str, messages: Sequence[BaseMessage], stop: Any, options: Mapping[str, Any]
) -> dict[str, Any]:
    """What is sent: `{"messages", "model", "params", "tools"?}`; the messages as they are, the rest as plain data.

    `name` is what the model calls itself.
    """
    params = _params_of(model.real if isinstance(model, Substitute) else model, stop, options)
    tools = params.pop("tools", None)
    request = {"messages": list(messages), "model": name, "params": plain_data(params)}
    return request if tools is None else {**request, "tools": plain_data(tools)}


def _params_of(model: BaseChatModel, stop: Any, options: Mapping[str, Any]) -> dict[str, Any]:
    """LangChain's parameters of a call, as `_get_invocation_params` gives them.

    LangChain's own asks `asdict` by its deprecated name and turns the warning off around it, which costs as much as
    all else here; where a model overrides neither, it is asked straight.
    """
    kind = type(model)
    if kind._get_invocation_params is BaseChatModel._get_invocation_params and kind.dict is BaseChatModel.dict:
        return {**model.asdict(), "stop": stop, **options}
    return dict(model._get_invocation_params(stop=stop, **options))


def request_part(encoder: Encoder, request: Mapping[str, Any]) -> Part:
    """A request as it is recorded."""
    messages = encoder.anything(request["messages"])
    others = {name: encoder.plain(value) for name, value in request.items() if name != "messages"}
    return mapping({"messages": messages, **others})


def plain_data(value: Any) -> Any:
    """Parameters and tool schemas as plain data: classes by their JSON schema, the rest by its text."""
    kind = type(value)
    if kind in AS_IT_IS or isinstance(value, AS_IT_IS):
        return value
    if kind is dict or isinstance(value, Mapping):
        return {
            str(key): element if type(element) in AS_IT_IS else plain_data(element) for key, element in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [plain_data(element) for element in value]
    if inspect.isclass(value) and hasattr(value, "model_json_schema"):
        return value.model_json_schema()
    if hasattr(value, "model_dump"):
        return plain_data(value.model_dump())
    named: Any = value if inspect.isclass(value) or inspect.isroutine(value) else kind
    return f"{named.__module__}.{named.__qualname__}"
