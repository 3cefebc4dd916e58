"""What does a new project begin with?

A small agent that works at once, on the embedded model: a graph, two prompt files, a test. The files lie in
`project/`, with `.txt` after those that would be taken for ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from playhead.errors import BadInput


def write_project(folder: Path) -> list[Path]:
    """Write a new project into `folder`, which is made; gives the files, relative to it.

    Raises `BadInput` if one of them exists already, or the folder cannot be written; then nothing is written.
    """
    wanted = {Path(name): content for name, content in _project(files(__package__) / "project", "")}
    try:
        for path in wanted:
            if (folder / path).exists():
                raise BadInput(str(folder / path), "it exists already, and is not overwritten.", "Choose a new folder.")
        for path, content in wanted.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(content, "utf-8")
    except OSError as error:
        raise BadInput(str(folder), f"it cannot be written: {error.strerror}.", "Choose another folder.") from error
    return sorted(wanted)


def _project(folder: Traversable, above: str) -> Iterator[tuple[str, str]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _project(entry, f"{above}{entry.name}/")
        else:
            name = entry.name.removesuffix(".txt").replace("dot-", ".")
            yield above + name, entry.read_text("utf-8")
