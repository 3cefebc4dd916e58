"""Which private names of other libraries do we use?

All of them are imported here, so that who brings LangGraph or LangChain up to date sees in one place what may break;
what of them is replaced, `intercept.py` says. Their versions are pinned in pyproject.toml, and a test compares each
with what the installed ones have.
"""

from __future__ import annotations

from concurrent.futures.thread import _worker as pool_worker
from typing import Any

from langgraph.checkpoint.serde.types import _DeltaSnapshot as DeltaSnapshot
from langgraph.pregel import _runner
from langgraph.pregel._executor import AsyncBackgroundExecutor, BackgroundExecutor
from langgraph.pregel._io import map_command, map_output_updates
from langgraph.pregel._loop import AsyncPregelLoop, SyncPregelLoop
from langgraph.pregel.main import _output as stream_output

node_runner: Any = _runner
"""The module whose two functions run a node: it finds them by name."""

__all__ = [
    "AsyncBackgroundExecutor",
    "AsyncPregelLoop",
    "BackgroundExecutor",
    "DeltaSnapshot",
    "SyncPregelLoop",
    "map_command",
    "map_output_updates",
    "node_runner",
    "pool_worker",
    "stream_output",
]
