"""Is a value that was played the recorded one, but for generated ids, without building both?

Both are trees of hashed parts. Where the hashes are equal so is everything below; where they are not, the children are
looked at, down to the leaves that differ: in a conversation of four hundred messages usually the one whose id was drawn
anew. Only those are built, and each pair once.
"""

from __future__ import annotations

from playhead.codec import NODES, Part
from playhead.diff import Renaming, first_difference
from playhead.graph.encoding import Encoder
from playhead.graph.identity import as_data
from playhead.store.values import Values


class Likeness:
    """Compares parts with recorded values; what was found alike once is known from then on."""

    def __init__(self, values: Values, encoder: Encoder, renaming: Renaming) -> None:
        self._values, self._encoder, self._renaming = values, encoder, renaming
        self._alike: set[tuple[bytes | None, bytes]] = set()

    def holds(self, ref: int, part: Part) -> bool:
        """Are they alike? False may also mean that only the whole of them can tell."""
        recorded = self._values.hash(ref)
        if recorded == part.hash or (recorded, part.hash) in self._alike:
            return True
        kind, below = self._values.below(ref)
        if kind != part.kind:
            return False
        if kind not in NODES:
            left, right = as_data(self._values.value(ref)), as_data(self._encoder.value(part))
            alike = first_difference(left, right, self._renaming) is None
        else:
            alike = len(below) == len(part.children) and all(map(self._child, below, part.children))
        if alike:
            self._alike.add((recorded, part.hash))
        return alike

    def _child(self, ref: int, part: Part) -> bool:
        return bool(ref) and self.holds(ref, part)
