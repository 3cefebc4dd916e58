"""What becomes of a recorded prompt text in a changed set?

Told by the recording's own reference to the text: thousands of runs share a few texts, and each is read and parsed
once, and only where a changed file is part of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from playhead.prompts import Prompt, PromptSet
from playhead.prompts.source import Source, is_partial
from playhead.records import Call, PromptUse


@dataclass(frozen=True, slots=True)
class Reworded:
    """A prompt as it was, and as it is to be."""

    before: Prompt
    after: Prompt


class Rewordings:
    """The recorded texts under a changed set, laid over `today`'s; with `every`, also those that stay as they are."""

    def __init__(self, today: PromptSet, changed: PromptSet | None, *, every: bool = False) -> None:
        self._today, self._every = today, every
        self._changed: Mapping[str, Source] = changed.source_files if changed else {}
        self._partials = {file: source for file, source in today.source_files.items() if is_partial(file)}
        self._texts: dict[int, Prompt | None] = {}
        self._found: dict[int, Reworded | None] = {}

    def of(self, call: Call) -> Reworded | None:
        """Both texts of the prompt a call was made from; None where it was made from none that changes.

        Raises `PromptSyntax` where the changed files do not go together with the recorded ones.
        """
        ref = call.refs["prompt"]
        if not ref:
            return None
        if ref not in self._found:
            self._found[ref] = self._reworded(call)
        return self._found[ref]

    def recorded(self, call: Call) -> Prompt | None:
        """The prompt a call was made from, as it was."""
        ref = call.refs["prompt"]
        if ref and ref not in self._texts:
            use = call.prompt
            self._texts[ref] = self._as_it_was(use) if use else None
        return self._texts[ref] if ref else None

    def _reworded(self, call: Call) -> Reworded | None:
        use = call.prompt
        if use is None:
            return None
        is_touched = any(use.files.get(file, source.text) != source.text for file, source in self._changed.items())
        before = self.recorded(call) if is_touched or self._every else None
        if before is None:
            return None
        return Reworded(before, self._as_it_is_to_be(use) if is_touched else before)

    def _as_it_was(self, use: PromptUse) -> Prompt:
        if use.name in self._today.names() and self._today.get(use.name).sources == use.files:
            return self._today.get(use.name)
        return PromptSet.from_files(use.files).get(use.name)

    def _as_it_is_to_be(self, use: PromptUse) -> Prompt:
        """Its own files with the changed ones over them; a partial that it now takes and did not is today's."""
        file = f"{use.name}.md"
        recorded = {name: Source.of(name, text) for name, text in use.files.items()}
        merged = {**self._partials, **recorded, **self._changed}
        return PromptSet.of({name: each for name, each in merged.items() if is_partial(name) or name == file}).get(
            use.name
        )
