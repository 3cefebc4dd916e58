"""How many of a thing does a test try: what the issue asks for (`make prove`), or what a push can wait for."""

from __future__ import annotations

import os

FULL = os.environ.get("PLAYHEAD_TEST_SCALE") == "full"


def at_scale(full: int, usual: int) -> int:
    """`full` in `make prove`, else `usual`."""
    return full if FULL else usual
