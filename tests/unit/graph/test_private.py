"""The private names of LangGraph that we use are there, and are called as we call them."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

import playhead
from playhead.graph import private

SOURCE = Path(playhead.__file__).parent
# When this fails after an upgrade, read the library's source, mend what calls the name, and only then this table.
CALLED: dict[Any, list[str]] = {
    private.map_command: ["cmd"],
    private.map_output_updates: ["output_channels", "tasks", "cached"],
    private.stream_output: [
        *("stream_mode", "print_mode", "stream_subgraphs", "getter", "empty_exc", "version", "output_mapper"),
        "state_mapper",
    ],
    private.pool_worker: ["executor_reference", "work_queue", "initializer", "initargs"],
}


@pytest.mark.parametrize("function", CALLED, ids=lambda function: function.__name__)
def test_what_is_called_takes_what_we_give_it(function: Any) -> None:
    assert list(inspect.signature(function).parameters)[: len(CALLED[function])] == CALLED[function]


def test_a_channel_that_is_saved_whole_is_saved_as_one_value() -> None:
    assert private.DeltaSnapshot._fields == ("value",)


def test_every_private_module_of_theirs_is_imported_in_one_place() -> None:
    theirs = re.compile(r"^ *(?:from|import) (?:lang\w+|concurrent)[\w.]*(?:\._\w+| import .*\b_\w+)", re.M)
    found = {path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py") if theirs.search(path.read_text())}
    assert found == {"graph/private.py"}
