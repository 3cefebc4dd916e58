"""Which versions of a prompt folder are there, oldest first?

Read from git, which is only asked: commits that touched the folder, along the first parents, and what stands there now
where that is not committed. A version that cannot be loaded is left out, as `git bisect skip` does.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from playhead.errors import BadInput, PromptSyntax
from playhead.prompts import PromptSet

FIELDS = "%H%x00%an%x00%aI%x00%s"


@dataclass(frozen=True, slots=True)
class Version:
    """The prompts at a commit. `date` is ISO 8601; of what is not committed, `commit` is ""."""

    commit: str
    author: str
    date: str
    subject: str
    prompts: PromptSet = field(repr=False)

    @property
    def files(self) -> Mapping[str, str]:
        """The texts by file name."""
        return self.prompts.files


def history(folder: Path) -> tuple[list[Version], list[str]]:
    """The versions of a folder, oldest first, and of those that do not load the commit and why.

    Raises `BadInput` where the folder is not in a git repository, or git is not there.
    """
    versions: list[Version] = []
    skipped: list[str] = []
    lines = _git(folder, "log", "--first-parent", "--reverse", f"--format={FIELDS}", "--", ".").splitlines()
    for commit, author, date, subject in (line.split("\0", 3) for line in lines):
        try:
            versions.append(Version(commit, author, date, subject, _at(folder, commit)))
        except PromptSyntax as problem:
            skipped.append(f"{commit[:10]}: {problem.happened}")
    today = PromptSet.load(folder)
    if not versions or today.files != versions[-1].files:
        versions.append(Version("", "", "", "not committed", today))
    return versions, skipped


def _at(folder: Path, commit: str) -> PromptSet:
    names = _git(folder, "ls-tree", "-z", "--name-only", commit, "./").split("\0")
    files = {name: _git(folder, "cat-file", "blob", f"{commit}:./{name}") for name in names if name.endswith(".md")}
    return PromptSet.from_files(files, str(folder))


def _git(folder: Path, *arguments: str) -> str:
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
    try:
        done = subprocess.run(  # noqa: S603
            ["git", "-C", str(folder), *arguments],  # noqa: S607
            capture_output=True,
            check=True,
            env=environment,
        )
    except FileNotFoundError as error:
        raise BadInput("git", "it is not installed, or not on the path.", "Install it.") from error
    except subprocess.CalledProcessError as error:
        told = error.stderr.decode(errors="replace").strip().splitlines()
        raise BadInput(
            str(folder), f"git says: {told[-1] if told else error}.", "Name a folder that is under git."
        ) from error
    return done.stdout.decode("utf-8", errors="replace")
