"""How does a new project begin?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from playhead.cli import options


def init(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where; it is made if it does not exist.")] = Path(),
    json: options.Json = False,
) -> None:
    """playhead init my-agent

    Makes a new project with a small agent that works at once: a graph, two prompt files, a test. Overwrites nothing.
    """
    from playhead.cli.printing import say, write, write_json
    from playhead.errors import at_a_shell
    from playhead.scaffold import write_project

    written = write_project(folder)
    if json:
        write_json({"folder": str(folder.resolve()), "files": [str(path) for path in written]})
        return
    for path in written:
        write(str(folder / path))
    inside = f"  cd {at_a_shell(str(folder))}\n" if folder != Path() else ""
    say(f"\nNext:\n{inside}  playhead chat agent\n  pytest")
