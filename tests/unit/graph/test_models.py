"""Which model answers to a name, and what is said of a name that none answers to."""

from __future__ import annotations

from pathlib import Path

import pytest

from playhead.deck import Deck
from playhead.errors import ModelUnusable, UnknownModel
from playhead.graph.model_call import name_of
from playhead.graph.models import Models


def test_an_alias_leads_to_its_model_and_the_model_is_made_once() -> None:
    models = Models({"default": "fast", "fast": "embedded"})
    assert models.get("default") is models.get("embedded")


def test_aliases_in_a_circle_are_named() -> None:
    with pytest.raises(UnknownModel, match="a → b → a"):
        Models({"a": "b", "b": "a"}).get("a")


@pytest.mark.parametrize("name", ["gpt5", "openai:", "nobody:model"])
def test_a_name_that_nothing_answers_to_is_refused_with_what_would(name: str) -> None:
    with pytest.raises(UnknownModel, match="embedded"):
        Models().get(name)


def test_a_model_without_its_key_says_so_at_the_door_or_where_it_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ModelUnusable, match="OPENAI_API_KEY"):
        Deck(tmp_path / "runs.db", models={"default": "openai:gpt-5-mini"})
    model = Models({"default": "openai:gpt-5-mini"}).get("default")  # to look at a recording needs no key
    with pytest.raises(ModelUnusable, match="openai:gpt-5-mini"):
        model.invoke("hello")
    assert name_of(model) == "gpt-5-mini"


def test_a_deck_says_so_when_it_is_opened(tmp_path: Path) -> None:
    with pytest.raises(UnknownModel, match="gpt5"):
        Deck(tmp_path / "runs.db", models={"default": "gpt5"})
    assert not (tmp_path / "runs.db").exists()
