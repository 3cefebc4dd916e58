"""Which prompts does each step of a replay ask, as they were and as they are to be?

Those of the run, which mostly used one version of each. A run that was forked with other prompts used two of some: then
each step asks those that its own calls were made from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from playhead.prompts import PromptSet
from playhead.records import Call, PromptUse

Both: TypeAlias = tuple[PromptSet | None, PromptSet | None]
NO_TEXTS: Final[Mapping[str, Both]] = {}


@dataclass(frozen=True)
class Texts:
    """The prompts of a run, `recorded` and `changed`, and by address those of steps that asked other versions."""

    recorded: PromptSet | None
    changed: PromptSet | None
    elsewhere: Mapping[str, Both] = field(default_factory=lambda: NO_TEXTS)

    def at(self, address: str) -> Both:
        """Those that the step at this address asks: as recorded, and with the changes."""
        return self.elsewhere.get(address, (self.recorded, self.changed))


class TextsOf:
    """Finds the prompts of runs. `today` is the project's set, `changes` what is laid over the recorded texts."""

    def __init__(self, today: PromptSet | None, changes: PromptSet | None) -> None:
        self._today, self._changes = today, changes
        self._known: dict[tuple[str, ...], Both] = {}

    def run(self, calls: Iterable[Call]) -> Texts:
        """Those of a run with these calls."""
        calls = list(calls)
        asked = {call.refs["prompt"]: call for call in calls}  # each text is read once
        uses = {ref: use for ref, call in asked.items() if (use := call.prompt) is not None}
        versions: dict[str, set[str]] = {}
        for use in uses.values():
            versions.setdefault(use.name, set()).add(use.file_hash)
        whole = self._both(list(uses.values()))
        if all(len(hashes) == 1 for hashes in versions.values()):
            return Texts(*whole)
        own: dict[str, list[PromptUse]] = {}
        for call in calls:
            if (ref := call.refs["prompt"]) in uses:
                own.setdefault(call.address, []).append(uses[ref])
        every = list(uses.values())
        return Texts(*whole, {address: self._both([*every, *theirs]) for address, theirs in own.items()})

    def _both(self, uses: list[PromptUse]) -> Both:
        """The last of two versions counts."""
        last = {use.name: use for use in uses}
        version = tuple(sorted(use.file_hash for use in last.values()))
        if version not in self._known:
            files = {name: text for use in uses for name, text in use.files.items()}
            recorded = PromptSet.from_files(files, over=self._today) if files else self._today
            changes = self._changes
            self._known[version] = recorded, recorded.overlay(changes) if recorded and changes else changes or recorded
        return self._known[version]
