"""Which prompts does a set hold, and what happens while somebody edits them?

A set is a flat folder, read once: `PromptSet` never changes, so a run that holds one sees one version. `PromptFolder`
follows the folder for an agent that is live: it takes up edits, and where an edit is broken the last good version keeps
serving and the log says line and remedy.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import structlog

from playhead.errors import PromptNotFound
from playhead.prompts.prompt import Prompt, make_prompt
from playhead.prompts.reading import read_prompt
from playhead.prompts.source import prompt_files, read_source

log = structlog.get_logger("playhead.prompts")


class PromptSet:
    """Prompts by name, all of one version. `files` holds the texts they were made of, by file name."""

    def __init__(self, prompts: Mapping[str, Prompt], files: Mapping[str, str], folder: str) -> None:
        self._prompts = dict(sorted(prompts.items()))
        self.files = dict(sorted(files.items()))
        self.folder = folder

    @classmethod
    def load(cls, folder: Path | str, over: PromptSet | None = None) -> PromptSet:
        """Read the folder, laid over the set `over` if one is given: files of the same name win, the rest stays.

        Raises `PromptSyntax` for the first file that cannot be used, `BadInput` if there is no such folder.
        """
        folder = Path(folder)
        files = {path.name: read_source(path) for path in prompt_files(folder)}
        return cls.from_files(files, str(folder), over)

    @classmethod
    def from_files(cls, files: Mapping[str, str], folder: str = "", over: PromptSet | None = None) -> PromptSet:
        """Like `load`, of texts by file name, such as a recording kept. `folder` is what error messages show."""
        merged = {**over.files, **files} if over else dict(files)
        prompts: dict[str, Prompt] = {}
        for file in merged:
            if not file.startswith("_"):
                name = file.removesuffix(".md")
                known = over and over._prompts.get(name)
                prompts[name] = known if known and _is_made_of(known, merged) else _read(file, merged, folder)
        return cls(prompts, merged, folder)

    def get(self, name: str) -> Prompt:
        """The prompt of this name. Raises `PromptNotFound`."""
        try:
            return self._prompts[name]
        except KeyError:
            raise PromptNotFound(name, self._prompts) from None

    def names(self) -> list[str]:
        """The names of the prompts, sorted."""
        return list(self._prompts)

    @property
    def hash(self) -> str:
        """SHA-256 (hex) of every prompt's name and file hash: names the version of the set."""
        lines = [f"{name} {prompt.file_hash}\n" for name, prompt in self._prompts.items()]
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def overlay(self, other: PromptSet) -> PromptSet:
        """This set with the files of `other` in the place of those of the same name, partials included."""
        return PromptSet.from_files(other.files, other.folder, over=self)


def _is_made_of(prompt: Prompt, files: Mapping[str, str]) -> bool:
    return all(files.get(file) == text for file, text in prompt.sources.items())


def _read(file: str, files: Mapping[str, str], folder: str) -> Prompt:
    return make_prompt(read_prompt(file, files, f"{folder}/{file}" if folder else file))
