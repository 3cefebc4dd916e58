"""Record every step of a LangGraph agent. Set the playhead anywhere on the recording. Play on, with other prompts.

The face: these names are public, and the classes of `playhead.errors` for whoever catches one; no others are. They are
loaded when first used (PEP 562), so that `playhead --help` answers at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playhead.deck import Deck
    from playhead.deck import Deck as open  # noqa: N813
    from playhead.errors import BadInput, PlayheadError
    from playhead.graph.asking import aask, ask, prompt
    from playhead.graph.effects import effect, new_id, now, resource
    from playhead.records import Application, Call, Run, Step

_HOMES = {
    "Application": "records",
    "BadInput": "errors",
    "Call": "records",
    "Deck": "deck",
    "PlayheadError": "errors",
    "Run": "records",
    "Step": "records",
    "aask": "graph.asking",
    "ask": "graph.asking",
    "effect": "graph.effects",
    "new_id": "graph.effects",
    "now": "graph.effects",
    "open": "deck",
    "prompt": "graph.asking",
    "resource": "graph.effects",
}

__all__ = [
    "Application",
    "BadInput",
    "Call",
    "Deck",
    "PlayheadError",
    "Run",
    "Step",
    "aask",
    "ask",
    "effect",
    "new_id",
    "now",
    "open",
    "prompt",
    "resource",
]


if not TYPE_CHECKING:  # to a type checker it would say that any name is here

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module 'playhead' has no attribute {name!r}")
        return getattr(import_module(f"playhead.{_HOMES[name]}"), "Deck" if name == "open" else name)


def __dir__() -> list[str]:
    return sorted(__all__)
