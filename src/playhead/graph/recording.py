"""What does a recorded graph need to write its runs, and what becomes of what cannot be written?

It never stops a customer's conversation: it is logged and leaves a gap, unless the recording is strict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from playhead.codec import Part
from playhead.errors import BadInput
from playhead.graph.encoding import Encoder
from playhead.graph.halves import NOTED, TOLD
from playhead.graph.models import Models
from playhead.graph.saver import Saver
from playhead.prompts import PromptFolder, PromptSet
from playhead.records import Run
from playhead.store import Store
from playhead.store.writer import Posted

log = structlog.get_logger("playhead")


@dataclass
class Recording:
    """What one recorded graph needs to write its runs, and what its nodes may ask for.

    A message waits `patience` seconds for others of its conversation. `resumes` is the run that is to be gone on with.
    """

    name: str
    store: Store
    saver: Saver
    encoder: Encoder
    prompts: PromptFolder | PromptSet | None
    models: Models
    resources: Mapping[str, Any]
    versions: Mapping[str, str]
    strict: bool = False
    patience: float = 60
    resumes: Run | None = None

    def encode(
        self, values: Callable[[Encoder], Mapping[str, Part | None]], missed: Callable[[], None]
    ) -> dict[str, Part | None]:
        """Values as parts, as they are now.

        What fails is a gap, logged and `missed`, or raised where the recording is strict.
        """
        try:
            NOTED.halves = False
            made = dict(values(self.encoder))
            if (halves := NOTED.halves) and self.strict:
                raise BadInput("What was to be recorded", f"{TOLD}.", "Give the graph whole characters only.")
        except Exception as error:
            if self.strict:
                raise
            self._log("not recorded", self.encoder.redactor.text(repr(error)))
            missed()
            return {}
        finally:
            NOTED.halves = None
        if halves:
            self._log("not recorded exactly", TOLD)
            missed()
        return made

    def _log(self, what: str, why: str) -> None:
        log.error(what, graph=self.name, error=why, gaps=self.store.missed())

    def note(self, operation: Posted, *, urgent: bool = False) -> None:
        """Write soon; the operation is told where it is `lost`. Where the recording is strict, write now and raise."""
        if not self.strict:
            self.store.post(operation, urgent=urgent)
            return
        try:
            self.store.write(operation, operation.parts)
        except BaseException as error:
            operation.lost(error)
            raise
