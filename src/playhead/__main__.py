"""What does `python -m playhead` do? What `playhead` does, where no such command is on the path."""

import sys

from playhead.cli import main

sys.exit(main())
