"""Processes that a test may kill, or whose modules are their own: forked from one that has imported what all need."""

from __future__ import annotations

import multiprocessing
import os
import runpy
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(
    [
        "pytest",
        "playhead.replays",
        "playhead.backtest",
        "playhead.graph.recorded",
        "langchain_openai",
        "tests.flows.crashing",
    ]
)


def in_process(target: Any, *given: Any) -> int | None:
    """Call it in a process of its own; gives that process's exit code."""
    process = PROCESSES.Process(target=target, args=given)
    process.start()
    process.join(60)
    return process.exitcode


def run_script(folder: Path, script: str) -> None:
    """`python script`, from the folder."""
    _enter(folder)
    runpy.run_path(script, run_name="__main__")


def run_pytest(folder: Path, printed: Path, *options: str) -> None:
    """`pytest` from the folder, with our plugin and no other; what it prints goes to a file."""
    import pytest

    _enter(folder)
    with printed.open("w") as out, redirect_stdout(out), redirect_stderr(out):
        ended = pytest.main(["--disable-plugin-autoload", "-p", "playhead.testing", *options])
    sys.exit(int(ended))


def run_pytest_with_every_plugin(folder: Path, printed: Path, *options: str) -> None:
    """`pytest` from the folder, as one types it: with whatever plugin is installed."""
    import pytest

    _enter(folder)
    with printed.open("w") as out, redirect_stdout(out), redirect_stderr(out):
        ended = pytest.main([*options])
    sys.exit(int(ended))


def _enter(folder: Path) -> None:
    os.chdir(folder)
    sys.path.insert(0, str(folder))
