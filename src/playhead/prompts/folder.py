"""What does a live agent say while somebody edits its prompts?

It takes up every edit at the next question, and never goes down for one: where a file is broken, the last version that
loaded keeps serving and the log says line and remedy, once. What is served is always one set that loads as a whole, so
that a recording of it can be loaded again; a broken partial therefore stays at its last good text for all prompts.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

import structlog

from playhead.errors import BadInput, PromptSyntax
from playhead.prompts.prompt import Prompt
from playhead.prompts.prompt_set import PromptSet
from playhead.prompts.source import Source, is_partial, prompt_files, read_source

log = structlog.get_logger("playhead.prompts")


class PromptFolder:
    """The prompts of a folder as they are now, or were when they last loaded. Safe to use from many threads.

    Raises `BadInput` if there is no such folder. A removed file goes on serving until the process ends.
    """

    def __init__(self, folder: Path | str) -> None:
        self._folder = Path(folder)
        self._lock = threading.Lock()
        self._stamps: dict[str, tuple[int, int, int]] = {}
        self._set = PromptSet({}, {})
        prompt_files(self._folder)  # raises where there is none
        self.current()

    def current(self) -> PromptSet:
        """The set to serve now; it does not change any more, so a run should ask for it once."""
        with self._lock:
            stamps = self._look()
            if stamps and stamps != self._stamps:
                self._reload()
                self._stamps = stamps
            return self._set

    def get(self, name: str) -> Prompt:
        """The prompt of this name. Raises `PromptNotFound`, or `PromptSyntax` if its file never loaded."""
        return self.current().get(name)

    def names(self) -> list[str]:
        """The names of the prompts that can be served, sorted."""
        return self.current().names()

    @property
    def hash(self) -> str:
        """The hash of the set that is served now."""
        return self.current().hash

    def _look(self) -> dict[str, tuple[int, int, int]]:
        """Time, size and inode of each file; empty while the folder cannot be read."""
        try:
            with os.scandir(self._folder) as entries:
                return {entry.name: _stamp(entry) for entry in entries if entry.name.endswith(".md")}
        except OSError:
            return {}

    def _reload(self) -> None:
        """Take up every file that loads, and keep the last good text of every other."""
        sources = dict(self._set.source_files)
        problems: dict[str, PromptSyntax] = {}
        try:
            paths = prompt_files(self._folder)
        except BadInput:  # the folder went away this very moment
            return
        for path in paths:
            try:
                sources[path.name] = read_source(path)
            except PromptSyntax as refused:
                problems[path.name] = refused
        loaded = PromptSet.of(sources, self._set)
        while loaded.broken:  # ends: each round puts a file back, and the last good ones load
            for file, problem in loaded.broken.items():
                problems[file] = problem
                self._put_back(sources, file, problem)
            loaded = PromptSet.of(sources, self._set)
        self._tell(problems)
        self._set = PromptSet({name: loaded.get(name) for name in loaded.names()}, sources, problems)

    def _put_back(self, sources: dict[str, Source], file: str, problem: PromptSyntax) -> None:
        """Give the last good text back to what broke the prompt `file`: a partial, or else the file itself."""
        good = self._set.source_files
        blamed = Path(problem.path).name
        if blamed in good and sources[blamed] != good[blamed]:
            sources[blamed] = good[blamed]
        elif file not in good:
            sources.pop(file, None)
        elif sources[file] != good[file]:
            sources[file] = good[file]
        else:
            sources.update({name: source for name, source in good.items() if is_partial(name)})

    def _tell(self, problems: dict[str, PromptSyntax]) -> None:
        told = {str(problem) for problem in self._set.broken.values()}
        for file, problem in problems.items():
            if str(problem) not in told:
                log.warning(
                    "prompt_broken",
                    path=problem.path,
                    line=problem.line,
                    problem=problem.problem,
                    remedy=problem.remedy,
                    serving="the last good version" if file in self._set.source_files else "nothing",
                )
                told.add(str(problem))


def _stamp(entry: os.DirEntry[str]) -> tuple[int, int, int]:
    try:
        seen = entry.stat()
    except OSError:  # a link to nowhere, or a file that is just being replaced
        return 0, 0, 0
    return seen.st_mtime_ns, seen.st_size, seen.st_ino
