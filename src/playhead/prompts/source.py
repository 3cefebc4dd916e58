"""Which files of a folder may be read as prompts, and which are refused before anything looks inside?

A prompt set is one flat folder: `<name>.md` is a prompt, `_<name>.md` a partial, README.md is for people, and nothing
else is looked at. A file is refused for what no honest editor writes: a link that leads out of the folder, a size
beyond any prompt, bytes that are not plain UTF-8.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from playhead.errors import BadInput, PromptSyntax
from playhead.prompts.finding import Place

MAX_FILE = 256 * 1024  # bytes
FILE_NAMES = "Use the letters a to z, digits, - and _, a letter first, and .md at the end."
_NAME = re.compile(r"_?[A-Za-z][A-Za-z0-9_-]{0,99}\.md")


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a file, and the path under which people know it."""

    text: str
    path: str

    @classmethod
    def of(cls, name: str, text: str, folder: str = "") -> Source:
        """The source of a text that is not read from a file, as if it lay in `folder`."""
        return cls(text, f"{folder}/{name}" if folder else name)


def is_partial(file: str) -> bool:
    """Whether a file of this name is a part of prompts and no prompt itself."""
    return file.startswith("_")


def partials_of(sources: Mapping[str, Source]) -> dict[str, Source]:
    """The partials among `sources`, by the name that tags use: `_voice` for `_voice.md`."""
    return {file.removesuffix(".md"): source for file, source in sources.items() if is_partial(file)}


def prompt_files(folder: Path) -> list[Path]:
    """The prompt and partial files of `folder`, by name. Raises `BadInput` if it is no folder."""
    if not folder.is_dir():
        problem = "it is a file" if folder.exists() else "there is no such folder of prompts"
        raise BadInput(str(folder), f"{problem}.", "Give the folder that holds the .md files.")
    try:
        files = [path for path in folder.iterdir() if path.suffix == ".md" and path.name.lower() != "readme.md"]
    except OSError as problem:
        raise BadInput(str(folder), f"the folder cannot be read ({problem}).", "Check that it may be read.") from None
    return sorted(files, key=lambda path: path.name)


def some_prompt_files(folder: Path) -> list[Path]:
    """The same, of which there must be one. Raises `BadInput`."""
    if not (files := prompt_files(folder)):
        raise BadInput(str(folder), "it holds no prompt file.", "Put the <name>.md files there.")
    return files


def read_source(path: Path) -> Source:
    """The file, its text with `\\n` line ends. Raises `PromptSyntax` if it must not be read."""
    if not _NAME.fullmatch(path.name):
        raise _refused(path, "The file's name is none that a prompt can have.", FILE_NAMES)
    inside = path.parent.resolve()
    try:
        target = path.resolve(strict=True)
        if inside not in target.parents:
            raise _refused(path, "The file is a link that leads out of the folder.", "Put the file itself there.")
        if not stat.S_ISREG(target.stat().st_mode):
            raise _refused(path, "This is not a file.", "Put a text file there.")
        with target.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except (OSError, RuntimeError) as problem:
        why = getattr(problem, "strerror", None) or problem
        raise _refused(path, f"The file cannot be read ({why}).", "Check that it exists and may be read.") from None
    return Source(_as_text(path, data), os.fspath(path))


def _as_text(path: Path, data: bytes) -> str:
    if len(data) > MAX_FILE:
        raise _refused(path, "The file is longer than 256 KB.", "Move what is not instructions elsewhere.")
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise _refused(path, "The file starts with a byte order mark.", "Save it as UTF-8 without BOM.")
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        raise _refused(path, "The file holds a NUL byte; it may be UTF-16.", "Save it as UTF-8.", line)
    try:
        return data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as problem:
        line = data[: problem.start].count(b"\n") + 1
        raise _refused(path, "The file is not UTF-8.", "Save it as UTF-8.", line) from None


def _refused(path: Path, problem: str, remedy: str, line: int = 1) -> PromptSyntax:
    return PromptSyntax(os.fspath(path), line, problem, remedy, "bad-file")


def cut_header(source: Source) -> tuple[str, str, Place]:
    """(header, body, place of the body's first line). Raises `PromptSyntax` if there is no header."""
    lines, path = source.text.split("\n"), source.path
    if lines[0].rstrip() != "---":
        raise PromptSyntax(path, 1, "The file does not start with a header.", "Start it with a line `---`.", "bad-yaml")
    for number, line in enumerate(lines[1:], start=2):
        if line.rstrip() == "---":
            return "\n".join(lines[1 : number - 1]), "\n".join(lines[number:]), Place(path, number + 1)
    raise PromptSyntax(path, 1, "The header is never closed.", "Put a line `---` after it.", "bad-yaml")
