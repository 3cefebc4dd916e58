"""What answers when there is no key and no network? A model that learns from the request alone.

It knows nothing of any trade: what it says comes from the examples, the rules and the facts in the request.
"""

from __future__ import annotations

from playhead.graph.embedded.model import EmbeddedModel

__all__ = ["EmbeddedModel"]
