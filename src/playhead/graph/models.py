"""Which model answers to a name?

A prompt file names an alias of the project (`default`), `embedded`, or `provider:model`. Models are made once and kept.
Retries are ours (see `asking.py`), so that every attempt is on the recording: the client's own are turned off.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from langchain_core.language_models import BaseChatModel

from playhead.errors import UnknownModel
from playhead.graph.embedded import EmbeddedModel

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


def make_model(name: str) -> BaseChatModel:
    """A LangChain model for `embedded` or `openai:<model>` (any OpenAI-compatible server by OPENAI_BASE_URL)."""
    if name == "embedded":
        return EmbeddedModel()
    from langchain_openai import ChatOpenAI

    options: dict[str, Any] = {"model": name.partition(":")[2], "max_retries": 0, "timeout": ATTEMPT_SECONDS}
    return ChatOpenAI(**options)


def models_of(aliases: Mapping[str, str], given: Mapping[str, Any]) -> Models:
    """The project's models; `given` maps an alias to another name or to a ready-made LangChain model."""
    names = {alias: target for alias, target in given.items() if isinstance(target, str)}
    made = {alias: target for alias, target in given.items() if not isinstance(target, str)}
    models = Models({**aliases, **names}, made)
    for alias in names:
        models.check(alias)  # said at the door, not at the first question
    return models
