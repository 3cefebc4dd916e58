"""Who closes a generator that is read by another?

Its reader. An event loop that ends closes every async generator that it knows of, all at once: the inner one would be
closed by the loop and by its reader, which raises, and what the reader does at its end would not be done.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Awaitable
from typing import Any, Self


class Owned:
    """An async generator that the event loop does not hear of: it is told of each when its first piece is asked for."""

    __slots__ = ("_begun", "_pieces")

    def __init__(self, pieces: AsyncGenerator[Any, None]) -> None:
        self._pieces, self._begun = pieces, False

    def __aiter__(self) -> Self:
        return self

    def __anext__(self) -> Awaitable[Any]:
        if self._begun:
            return anext(self._pieces)
        self._begun = True
        hooks = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(None, None)
        try:
            return anext(self._pieces)
        finally:
            sys.set_asyncgen_hooks(*hooks)

    async def aclose(self) -> None:
        """Close it."""
        await self._pieces.aclose()
