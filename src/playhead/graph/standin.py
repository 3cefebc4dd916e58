"""Which model does a prompt's question go to in a replay?

A stand-in, until it is known whether the question has to be asked at all: what is served from the recording needs no
key, no network and no model that can be made here. Unless a model was changed on purpose, the recorded one is meant,
whatever the project's aliases say today.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatResult
from pydantic import ConfigDict

from playhead.graph.model_call import Substitute, name_of
from playhead.graph.models import Models


class StandIn(Substitute):
    """Stands for the model of an alias; asks the real one when it comes to that. `changed` is what was put for it."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    alias: str
    target: str
    models: Models
    changed: str = ""

    @property
    def model_name(self) -> str:
        """What the real one calls itself, as far as that is known without making it."""
        made = self.models.made(self.target)
        return name_of(made) if made is not None else self.target.partition(":")[2] or self.target

    @property
    def _llm_type(self) -> str:
        return "stand-in"

    @property
    def real(self) -> BaseChatModel:
        """The one it stands for, made now: wanted when the question is about to be put to it, never before."""
        return self.models.get(self.alias)

    def settings(self, options: Mapping[str, Any], recorded_model: str | None) -> dict[str, Any]:
        """What a question to it is told from another's by, besides the words: the alias, or the model put for it."""
        is_changed = self.changed and recorded_model != self.model_name
        return {"model": f"{self.alias} = {self.target}" if is_changed else self.alias, "options": dict(options)}

    def _generate(
        self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        model: Any = self.models.get(self.alias)
        result: ChatResult = model._generate_with_cache(messages, stop=stop, run_manager=run_manager, **kwargs)
        return result

    async def _agenerate(
        self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        model: Any = self.models.get(self.alias)
        result: ChatResult = await model._agenerate_with_cache(messages, stop=stop, run_manager=run_manager, **kwargs)
        return result


class StandIns(Models):
    """The models of a replay. `models` are the project's, with what is `changed` put in by alias."""

    def __init__(self, models: Models, changed: Mapping[str, str]) -> None:
        super().__init__()
        self._models = models.with_aliases(changed)
        self._changed = changed
        for alias in changed:
            self._models.check(alias)  # said before anything is played

    def resolve(self, name: str) -> str:
        """As the project's."""
        return self._models.resolve(name)

    def check(self, name: str) -> None:
        """As the project's."""
        self._models.check(name)

    def check_usable(self, name: str) -> None:
        """As the project's."""
        self._models.check_usable(name)

    def get(self, name: str) -> BaseChatModel:
        """A stand-in for the model of this name."""
        if name not in self._made:
            target = self._models.resolve(name)
            changed = f"{name} = {target}" if name in self._changed else ""
            self._made[name] = StandIn(alias=name, target=target, models=self._models, changed=changed)
        return self._made[name]
