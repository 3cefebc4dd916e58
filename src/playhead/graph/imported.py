"""What are a model and tools of which only recorded answers are known?

While a conversation is imported they say what stands next in the file, in order: providers repeat ids, so nothing is
found by one. In a replay they are served from the recording like any others. The model carries the recorded one's name,
so that its requests are those of the recording; where a request is new, it hands it to the project's own model
`default`, and the answer says which that was. A tool has no code to fall back on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import BaseTool

from playhead.errors import OnlyRecorded
from playhead.graph.recorder import CURRENT
from playhead.records import Call

KIND: Final = "imported"
"""What the requests of imported models say of them."""
UNNAMED: Final = "imported"
"""The name of a model that the source does not name."""
STAND_IN: Final = "default"

RECORDED: ContextVar[Iterator[BaseMessage] | None] = ContextVar("playhead_imported_messages", default=None)
"""While a conversation is imported: what its model and tools said next."""


@contextmanager
def answering(messages: Sequence[BaseMessage]) -> Iterator[None]:
    """While this lasts, imported models and tools say these messages, in order; all of them must be said."""
    left = iter(messages)
    token = RECORDED.set(left)
    try:
        yield
    finally:
        RECORDED.reset(token)
    if unsaid := len(list(left)):
        raise RuntimeError(f"the loop took another way than the recording: {unsaid} of its messages were not said")


class ImportedModel(BaseChatModel):
    """A model known by its name and its recorded answers."""

    model_name: str = UNNAMED

    @property
    def _llm_type(self) -> str:
        return KIND

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model_name": self.model_name}

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        recorded = RECORDED.get()
        answer = self._ask_stand_in(messages, stop, kwargs) if recorded is None else next(recorded)
        return ChatResult(generations=[ChatGeneration(message=answer)])

    def _ask_stand_in(self, messages: list[BaseMessage], stop: list[str] | None, options: dict[str, Any]) -> AIMessage:
        step = CURRENT.get()
        if step is None:
            raise OnlyRecorded(f"Model {self.model_name!r}")
        models = step.run.recording.models
        answer = models.get(STAND_IN).invoke(messages, stop=stop, **options)
        answer.response_metadata.setdefault("model_name", models.resolve(STAND_IN))
        return answer


def imported_model(name: str | None) -> BaseChatModel:
    """The model of this name; in a replay in which another was put for it, that one."""
    name = name or UNNAMED
    step = CURRENT.get()
    if step is not None and (models := step.run.recording.models).resolve(name) != name:
        model = models.get(name)
        if getattr(model, "changed", ""):
            return model
    return ImportedModel(model_name=name)


def is_imported(request: Any) -> bool:
    """Was this request put to a model of which only recorded answers are known?"""
    params = request.get("params") if isinstance(request, Mapping) else None
    return isinstance(params, Mapping) and params.get("_type") == KIND


def is_by_name(call: Call) -> bool:
    """Is the model of this call one that can be exchanged by its name? One that a node holds itself cannot."""
    return call.kind == "model" and (bool(call.refs["prompt"]) or is_imported(call.request))


class ImportedTool(BaseTool):
    """A tool known by its name and its recorded results."""

    def _run(self, /, *args: Any, **kwargs: Any) -> Any:
        recorded = RECORDED.get()
        if recorded is None:
            raise OnlyRecorded(f"Tool {self.name!r}")
        return next(recorded)


def imported_tool(name: str) -> ImportedTool:
    """The tool of this name; its arguments are taken as they come."""
    return ImportedTool(name=name, description=name, args_schema={"type": "object", "properties": {}})
