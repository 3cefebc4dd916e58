"""What of a recording can be looked at without LangGraph? Whatever names no class, and that is nearly all of it.

LangGraph's serializer takes half a second to import, and a list of conversations has none of its objects in it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import ormsgpack

if TYPE_CHECKING:
    from playhead.graph.encoding import Encoder
    from playhead.store.values import Decode


class _NamesAClass(ValueError):
    """There is an object in these bytes."""


def glancing(encoder: Callable[[], Encoder]) -> Decode:
    """Reads leaves of the serializer as `Encoder.shown` does; an encoder is made only where there is an object."""

    def decode(kind: str, data: bytes) -> Any:
        try:
            if kind == "msgpack":
                return ormsgpack.unpackb(data, ext_hook=_refuse, option=ormsgpack.OPT_NON_STR_KEYS)
        except ValueError:  # so the unpacker says that there is an object; or damage, of which the encoder says more
            pass
        return None if kind == "null" else encoder().shown(kind, data)

    return decode


def _refuse(code: int, payload: bytes) -> Any:
    raise _NamesAClass
