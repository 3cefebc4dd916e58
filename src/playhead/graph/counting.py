"""How many tokens will a request take, counted as its model counts them?

The embedded model's are counted by its own rule. For OpenAI's models tiktoken knows the rule: it is no dependency, and
used where it is installed. What a request takes besides its words (roles, tools, a schema) only the provider knows, so
the difference in words is put upon the recorded usage. Everywhere else the recorded usage is scaled (`receipt`).
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from functools import lru_cache

from langchain_core.messages import BaseMessage

from playhead.graph.embedded.model import EmbeddedModel, token_count

Count = Callable[[str], int]


def characters_in(messages: Sequence[BaseMessage]) -> int:
    """How long messages are, as a recording's questions tell it."""
    return sum(len(str(message.content)) for message in messages)


def counted(
    model: str, messages: Sequence[BaseMessage], recorded: Sequence[BaseMessage], used: int | None
) -> int | None:
    """The tokens of a request to a model, given one like it that took `used`; None where nobody can count."""
    count = tokenizer(model)
    if count is None or used is None:
        return None
    return max(0, used + sum(count(each.text) for each in messages) - sum(count(each.text) for each in recorded))


@lru_cache(maxsize=64)
def tokenizer(model: str) -> Count | None:
    """What counts a model's tokens, if that is installed."""
    if model == EmbeddedModel().model_name:
        return token_count
    try:
        tiktoken = importlib.import_module("tiktoken")
        encoding = tiktoken.encoding_for_model(model)
    except Exception:  # noqa: BLE001 - not installed, a model it does not know, or its tables cannot be had
        return None
    return lambda text: len(encoding.encode(text, disallowed_special=()))
