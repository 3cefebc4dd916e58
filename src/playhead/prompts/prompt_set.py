"""Which prompts does a set hold, and which version of them is it?

A set is a flat folder, read once. It never changes, so a run that holds one sees one version from start to end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from playhead.errors import PromptNotFound, PromptSyntax
from playhead.prompts.prompt import Prompt, make_prompt
from playhead.prompts.reading import read_prompt
from playhead.prompts.source import Source, is_partial, prompt_files, read_source, some_prompt_files


class PromptSet:
    """Prompts by name, all of one version. `source_files` holds the files they were made of, by file name."""

    def __init__(
        self,
        prompts: Mapping[str, Prompt],
        sources: Mapping[str, Source],
        broken: Mapping[str, PromptSyntax] | None = None,
    ) -> None:
        self._prompts = dict(sorted(prompts.items()))
        self.source_files = dict(sorted(sources.items()))
        self.broken = dict(broken or {})  # by file name, those that could not be loaded

    @classmethod
    def load(cls, folder: Path | str, over: PromptSet | None = None) -> PromptSet:
        """Read the folder, laid over the set `over` if one is given: files of the same name win, the rest stays.

        Raises `PromptSyntax` for the first file that cannot be used, `BadInput` if there is no such folder.
        """
        sources = {path.name: read_source(path) for path in prompt_files(Path(folder))}
        return cls.of(sources, over).all_loaded()

    @classmethod
    def of_folder(cls, folder: Path | str) -> PromptSet:
        """What of a folder can be loaded; the rest, unreadable files too, is in `broken`. Raises `BadInput`."""
        sources, refused = {}, {}
        for path in prompt_files(Path(folder)):
            try:
                sources[path.name] = read_source(path)
            except PromptSyntax as problem:
                refused[path.name] = problem
        found = cls.of(sources)
        return cls(found._prompts, found.source_files, found.broken | refused)

    @classmethod
    def draft(cls, folder: Path | str) -> PromptSet:
        """The files of a folder, to be laid over a whole set: what it lacks (a partial, say) is looked for there.

        Raises `BadInput` if there is no such folder or no prompt file in it, `PromptSyntax` for a file that cannot be
        read at all.
        """
        return cls.of({path.name: read_source(path) for path in some_prompt_files(Path(folder))})

    @classmethod
    def from_files(cls, files: Mapping[str, str], folder: str = "", over: PromptSet | None = None) -> PromptSet:
        """Like `load`, of texts by file name, such as a recording kept. `folder` is what error messages show."""
        return cls.of({name: Source.of(name, text, folder) for name, text in files.items()}, over).all_loaded()

    @classmethod
    def of(cls, sources: Mapping[str, Source], over: PromptSet | None = None) -> PromptSet:
        """The set of `sources` laid over `over`; what cannot be loaded is in `broken`.

        A prompt of `over` whose files stay as they are is taken over without being read again.
        """
        merged = {**over.source_files, **sources} if over else dict(sources)
        partials = tuple((file, source) for file, source in sorted(merged.items()) if is_partial(file))
        prompts: dict[str, Prompt] = {}
        broken: dict[str, PromptSyntax] = {}
        for file in sorted(merged):
            name = file.removesuffix(".md")
            known = over._prompts.get(name) if over else None
            if is_partial(file):
                continue
            if known and all(merged[part].text == text for part, text in known.sources.items()):
                prompts[name] = known
                continue
            try:
                prompts[name] = _prompt(file, merged[file], partials)
            except PromptSyntax as problem:
                broken[file] = problem
        return cls(prompts, merged, broken)

    def all_loaded(self) -> PromptSet:
        """This set. Raises `PromptSyntax` if one of its files could not be loaded."""
        for problem in self.broken.values():
            raise problem
        return self

    @property
    def files(self) -> dict[str, str]:
        """The text of each file by its name: what a recording keeps, and `from_files` takes."""
        return {file: source.text for file, source in self.source_files.items()}

    def current(self) -> PromptSet:
        """This set: unlike a folder's, it never changes."""
        return self

    def get(self, name: str) -> Prompt:
        """The prompt of this name. Raises `PromptNotFound`, or `PromptSyntax` if its file could not be loaded."""
        found = self._prompts.get(name)
        if found is None:
            raise self.broken.get(f"{name}.md") or PromptNotFound(name, self._prompts)
        return found

    def names(self) -> list[str]:
        """The names of the prompts, sorted."""
        return list(self._prompts)

    @property
    def hash(self) -> str:
        """SHA-256 (hex) of every prompt's name and file hash: names the version of the set."""
        lines = [f"{name} {prompt.file_hash}\n" for name, prompt in self._prompts.items()]
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def overlay(self, other: PromptSet) -> PromptSet:
        """This set with the files of `other` in the place of those of the same name, partials included.

        Raises `PromptSyntax` if the two do not go together.
        """
        return PromptSet.of(other.source_files, over=self).all_loaded()


@lru_cache(maxsize=128)
def _prompt(file: str, source: Source, partials: tuple[tuple[str, Source], ...]) -> Prompt:
    """The prompt of a file among these partials: a process that opens the same files again reads no YAML again."""
    return make_prompt(read_prompt(file, {file: source, **dict(partials)}))
