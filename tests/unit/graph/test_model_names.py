"""A model is called what it calls itself, wherever it keeps that."""

from __future__ import annotations

from typing import Any

from langchain_core.language_models.fake_chat_models import FakeListChatModel

from playhead.graph.model_call import name_of


class Named(FakeListChatModel):
    """A model with a field for its name."""

    model: str = ""


class Computed(FakeListChatModel):
    """A model that works its name out."""

    @property
    def model_name(self) -> str:
        """Its name."""
        return "computed-1"


class Delegating(FakeListChatModel):
    """A model that asks another for whatever it has not itself."""

    def __getattr__(self, name: str) -> Any:
        if name == "model_name":
            return "theirs-1"
        return super().__getattr__(name)  # type: ignore[misc]


def test_a_model_is_called_what_it_says() -> None:
    late = FakeListChatModel(responses=[""])
    object.__setattr__(late, "model", "late-1")
    models = [
        (FakeListChatModel(responses=[""]), "fake-list-chat-model"),
        (Named(responses=[""], model="named-1"), "named-1"),
        (Named(responses=[""]), "fake-list-chat-model"),
        (Computed(responses=[""]), "computed-1"),
        (Delegating(responses=[""]), "theirs-1"),
        (late, "late-1"),
    ]
    assert [name_of(model) for model, _ in models] == [name for _, name in models]
