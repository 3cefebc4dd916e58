"""How does a small business's messaging agent answer its customers?

It answers, replies to leads, books appointments, and knows when a conversation is over. It imports Playhead's face and
nothing else of it.
"""

from __future__ import annotations

from agents.messaging.application import application
from agents.messaging.graph import graph

__all__ = ["application", "graph"]
