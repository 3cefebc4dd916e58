"""Which model answers to a name?

A prompt file names an alias of the project (`default`), `embedded`, or `provider:model`. Models are made once and kept.
Retries are ours (see `asking.py`), so that every attempt is on the recording: the client's own are turned off.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import Any, Final

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatResult

from playhead.errors import ModelUnusable, UnknownModel
from playhead.graph.embedded import EmbeddedModel

KEY: Final = "OPENAI_API_KEY"
ATTEMPT_SECONDS = 120.0  # a small model on one core reads a long prompt slowly


class Models:
    """The models of a project. `aliases` maps names to names, `given` to ready-made models (tests, own providers)."""

    def __init__(
        self, aliases: Mapping[str, str] | None = None, given: Mapping[str, BaseChatModel] | None = None
    ) -> None:
        self.aliases = {"default": "embedded", **(aliases or {})}
        self._made: dict[str, BaseChatModel] = dict(given or {})
        self._lock = threading.Lock()

    def with_aliases(self, aliases: Mapping[str, str]) -> Models:
        """These models, with other names behind some aliases."""
        return Models(
            {**self.aliases, **aliases}, {name: made for name, made in self._made.items() if name not in aliases}
        )

    def resolve(self, name: str) -> str:
        """The name at the end of the aliases. Raises `UnknownModel` for a circle."""
        seen: list[str] = []
        while name in self.aliases and name not in self._made:
            if name in seen:
                raise UnknownModel(" → ".join([*seen, name]))
            seen.append(name)
            name = self.aliases[name]
        return name

    def knows(self, name: str) -> bool:
        """Is it an alias, or the name of a model that was given or made?"""
        return name in self.aliases or name in self._made

    def check(self, name: str) -> None:
        """Raise `UnknownModel` where nothing could answer to this name, without making the model."""
        target = self.resolve(name)
        provider, _, model = target.partition(":")
        if target not in self._made and target != "embedded" and not (provider == "openai" and model):
            raise UnknownModel(target, [*self.aliases, *self._made, "embedded", "openai:gpt-5-mini"])

    def check_usable(self, name: str) -> None:
        """Raise `ModelUnusable` where the model of this name could not be asked, without making it."""
        target = self.resolve(name)
        if target not in self._made and (missing := missing_for(target)):
            raise ModelUnusable(target, missing)

    def made(self, name: str) -> BaseChatModel | None:
        """The model of this name, if there is one already."""
        return self._made.get(self.resolve(name))

    def get(self, name: str) -> BaseChatModel:
        """The model of this name. Raises `UnknownModel`."""
        self.check(name)
        target = self.resolve(name)
        with self._lock:
            if target not in self._made:
                self._made[target] = make_model(target)
            return self._made[target]


class Unusable(BaseChatModel):
    """A model without what it needs: it says so where it is asked, so that this is on the recording, as any failure."""

    target: str
    missing: str

    @property
    def model_name(self) -> str:
        """As the real one would say it."""
        return self.target.partition(":")[2]

    @property
    def _llm_type(self) -> str:
        return "unusable"

    def _generate(
        self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        raise ModelUnusable(self.target, self.missing)


def missing_for(name: str) -> str | None:
    """The variable without which a model cannot be asked, where it is not set."""
    return KEY if name.startswith("openai:") and not os.environ.get(KEY) else None


def make_model(name: str) -> BaseChatModel:
    """A LangChain model for `embedded` or `openai:<model>` (any OpenAI-compatible server by OPENAI_BASE_URL)."""
    if name == "embedded":
        return EmbeddedModel()
    if missing := missing_for(name):
        return Unusable(target=name, missing=missing)
    from langchain_openai import ChatOpenAI

    options: dict[str, Any] = {"model": name.partition(":")[2], "max_retries": 0, "timeout": ATTEMPT_SECONDS}
    return ChatOpenAI(**options)


def models_of(aliases: Mapping[str, str], given: Mapping[str, Any]) -> Models:
    """The project's models; `given` maps an alias to another name or to a ready-made LangChain model."""
    names = {alias: target for alias, target in given.items() if isinstance(target, str)}
    made = {alias: target for alias, target in given.items() if not isinstance(target, str)}
    models = Models({**aliases, **names}, made)
    for alias in names:  # said at the door, not at the first question
        models.check(alias)
        models.check_usable(alias)
    return models
