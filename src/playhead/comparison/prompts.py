"""What was changed between two versions of a prompt?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playhead.errors import BadInput, PromptVersionNotFound
from playhead.prompts import PromptSet
from playhead.prompts.source import prompt_files, read_source
from playhead.records import PromptUse
from playhead.store import Store
from playhead.store.catalogue import prompts_used
from playhead.store.values import Decode

NOW: Final = "now"
"""The version of a prompt that stands in the project's folder."""


@dataclass(frozen=True, slots=True)
class PromptComparison:
    """Two versions of a prompt: the texts of each of its files, None where a version has no such file."""

    left: PromptUse
    right: PromptUse
    files: tuple[tuple[str, str | None, str | None], ...]

    @property
    def unchanged(self) -> bool:
        """Do all files say the same?"""
        return all(left == right for _, left, right in self.files)


def compare_prompts(left: PromptUse, right: PromptUse) -> PromptComparison:
    """Two versions of one prompt: its own file first, then the partials. Raises `BadInput` for two prompts."""
    if left.name != right.name:
        raise BadInput(
            f"{left.name} and {right.name}", "they are two prompts.", "Name two versions of one: reply@1a2b reply@now."
        )
    files = sorted({**left.files, **right.files}, key=lambda file: (file.startswith("_"), file))
    return PromptComparison(left, right, tuple((file, left.files.get(file), right.files.get(file)) for file in files))


def recorded_version(store: Store, name: str, version: str, decode: Decode) -> PromptUse:
    """The recorded text of a prompt whose content or file hash begins so. Raises `PromptVersionNotFound`."""
    store.flush()
    with store.reading() as session:
        known = prompts_used(session, decode)
    return version_named(name, version, known.values())


def version_named(name: str, version: str, known: Iterable[PromptUse]) -> PromptUse:
    """The version of the prompt whose content or file hash begins so. Raises `PromptVersionNotFound`.

    Of several texts with one content hash, which send the same, the last of `known` is meant.
    """
    uses = [use for use in known if use.name == name]
    found = [use for use in uses if use.content_hash.startswith(version) or use.file_hash.startswith(version)]
    if len({use.content_hash for use in found}) == 1:
        return found[-1]
    raise PromptVersionNotFound(name, version, [use.content_hash for use in found or uses])


def version_in(folder: Path, name: str) -> PromptUse:
    """The prompt as it stands in a folder. Raises `PromptNotFound`, or `PromptSyntax` if it cannot be loaded."""
    found = PromptSet.of({path.name: read_source(path) for path in prompt_files(folder)}).get(name)
    return PromptUse(name, found.content_hash, found.file_hash, dict(found.sources))
