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

from playhead.errors import PromptNotFound, PromptSyntax
from playhead.prompts.prompt import Prompt
from playhead.prompts.prompt_set import PromptSet
from playhead.prompts.source import prompt_files, read_source

log = structlog.get_logger("playhead.prompts")


class PromptFolder:
    """The prompts of a folder as they are now, or were when they last loaded. Safe to use from many threads.

    Raises `BadInput` if there is no such folder. A file that never loaded raises its `PromptSyntax` from `get`.
    A removed file goes on serving until the process ends.
    """

    def __init__(self, folder: Path | str) -> None:
        self._folder = Path(folder)
        self._lock = threading.Lock()
        self._stamps: dict[str, tuple[int, int, int]] = {}
        self._broken: dict[str, PromptSyntax] = {}
        self._set = PromptSet.from_files({}, str(folder))
        prompt_files(self._folder)
        self.current()

    def current(self) -> PromptSet:
        """The set to serve now; it does not change any more, so a run should ask for it once."""
        with self._lock:
            stamps = self._look()
            if stamps and stamps != self._stamps:
                self._stamps = stamps
                self._reload()
            return self._set

    def get(self, name: str) -> Prompt:
        """The prompt of this name. Raises `PromptNotFound`, or `PromptSyntax` if its file never loaded."""
        try:
            return self.current().get(name)
        except PromptNotFound:
            if broken := self._broken.get(f"{name}.md"):
                raise broken from None
            raise

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
                found = [(entry.name, entry.stat()) for entry in entries if entry.name.endswith(".md")]
        except OSError:
            return {}
        return {name: (seen.st_mtime_ns, seen.st_size, seen.st_ino) for name, seen in found}

    def _reload(self) -> None:
        """Take up every file that loads, and keep the last good text of every other."""
        files = dict(self._set.files)
        problems: dict[str, PromptSyntax] = {}
        for path in prompt_files(self._folder):
            try:
                files[path.name] = read_source(path)
            except PromptSyntax as refused:
                problems[path.name] = refused
        loaded, broken = PromptSet.try_files(files, str(self._folder), self._set)
        while broken:  # ends: each round puts a file back, and the last good texts load
            for file, problem in broken.items():
                problems[file] = problem
                self._put_back(files, file, problem)
            loaded, broken = PromptSet.try_files(files, str(self._folder), self._set)
        self._tell(problems)
        self._set, self._broken = loaded, problems

    def _put_back(self, files: dict[str, str], file: str, problem: PromptSyntax) -> None:
        """Give the last good text back to what broke the prompt `file`: a partial, or else the file itself."""
        good = self._set.files
        blamed = Path(problem.path).name
        if blamed in good and files[blamed] != good[blamed]:
            files[blamed] = good[blamed]
        elif file not in good:
            files.pop(file, None)
        elif files[file] != good[file]:
            files[file] = good[file]
        else:
            files.update({name: text for name, text in good.items() if name.startswith("_")})

    def _tell(self, broken: dict[str, PromptSyntax]) -> None:
        for file, problem in broken.items():
            before = self._broken.get(file)
            if before is None or str(before) != str(problem):
                log.warning(
                    "prompt_broken",
                    path=problem.path,
                    line=problem.line,
                    problem=problem.problem,
                    remedy=problem.remedy,
                    serving="the last good version" if file in self._set.files else "nothing",
                )
