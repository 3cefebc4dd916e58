"""With which exit code does a command end that no error of ours ended? Those of errors are said by their classes."""

from __future__ import annotations

from typing import Final

PROVIDER_FAILED: Final = 5
REFUSED: Final = 6
STOPPED: Final = 130  # what shells say of a command that Ctrl-C ended
