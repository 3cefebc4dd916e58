"""Which prompts does a set hold, and which version of them is it?

A set is a flat folder, read once. It never changes, so a run that holds one sees one version from start to end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from playhead.errors import PromptNotFound, PromptSyntax
from playhead.prompts.prompt import Prompt, make_prompt
from playhead.prompts.reading import read_prompt
from playhead.prompts.source import prompt_files, read_source


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
        loaded, broken = cls.try_files(merged, folder, over)
        for problem in broken.values():
            raise problem
        return loaded

    @classmethod
    def try_files(
        cls, files: Mapping[str, str], folder: str, known: PromptSet | None
    ) -> tuple[PromptSet, dict[str, PromptSyntax]]:
        """The set of those prompts that load, and by file name why the others do not.

        A prompt of the set `known` is taken over as it is where its texts are the same.
        """
        prompts: dict[str, Prompt] = {}
        broken: dict[str, PromptSyntax] = {}
        for file in sorted(files):
            if file.startswith("_"):
                continue
            name = file.removesuffix(".md")
            prompt = known._prompts.get(name) if known else None
            try:
                prompts[name] = prompt if prompt and _is_made_of(prompt, files) else _read(file, files, folder)
            except PromptSyntax as problem:
                broken[file] = problem
        return cls(prompts, files, folder), broken

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
