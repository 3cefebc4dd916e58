"""How many tokens a request will take, as its model counts them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from langchain_core.messages import HumanMessage, SystemMessage

from playhead.graph.counting import characters_in, counted, tokenizer

BEFORE = [SystemMessage("Be kind."), HumanMessage("Is it ready?")]
AFTER = [SystemMessage("Be kind and brief."), HumanMessage("Is it ready?")]


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    tokenizer.cache_clear()
    yield
    tokenizer.cache_clear()


def test_the_embedded_model_s_tokens_are_words_and_marks() -> None:
    assert counted("embedded", AFTER, BEFORE, 7) == 9


def test_where_nothing_counts_a_model_s_tokens_nobody_says_so() -> None:
    assert counted("scripted-1", AFTER, BEFORE, 7) is None


def test_a_request_whose_usage_was_not_reported_is_not_counted() -> None:
    assert counted("embedded", AFTER, BEFORE, None) is None


def test_an_installed_tokenizer_tells_the_difference_to_the_recorded_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    encoding = SimpleNamespace(encode=lambda text, disallowed_special: text.split())
    monkeypatch.setitem(sys.modules, "tiktoken", SimpleNamespace(encoding_for_model=lambda model: encoding))
    assert counted("gpt-5-mini", AFTER, BEFORE, 30) == 32


def test_a_model_that_the_tokenizer_does_not_know_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(model: str) -> object:
        raise KeyError(model)

    monkeypatch.setitem(sys.modules, "tiktoken", SimpleNamespace(encoding_for_model=unknown))
    assert counted("qwen", AFTER, BEFORE, 30) is None


def test_characters_are_those_of_all_messages() -> None:
    assert characters_in(BEFORE) == len("Be kind.") + len("Is it ready?")
