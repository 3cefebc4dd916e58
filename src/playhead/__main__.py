"""The command where no `playhead` is on the path: `python -m playhead`, of that Python's own environment."""

from __future__ import annotations

import sys

from playhead.cli import main

if __name__ == "__main__":
    sys.exit(main())
