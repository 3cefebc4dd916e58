"""What does the second half of a demo show? A recording played again: exactly, and with one line of a prompt changed.

The recording is a tape that comes with the application: its conversations as another model answered them. What has to
be asked anew is asked of the demo's own models.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from playhead.deck import Deck
from playhead.errors import BadInput
from playhead.receipt import Receipt
from playhead.records import Application, Replay, Run
from playhead.tape import note_of

PROMPT: Final = "reply"
LINE: Final = 'Sign off with "Warm wishes, the team".'
BLOCK: Final = "=== system ===\n"


@dataclass(frozen=True)
class Rehearsal:
    """A recording that was played again.

    `note` says how it was made, `exact` are the exact replays of its turns. Then one turn's `run`, whose prompt file
    got a `line` more: what that was to cost, the replay with it, and what the customer was told `before` and `after`.
    """

    note: Mapping[str, Any]
    exact: Sequence[Replay]
    run: Run
    file: str
    line: str
    receipt: Receipt
    changed: Replay
    before: str
    after: str


def rehearse(deck: Deck, application: Application) -> Rehearsal | None:
    """Load the application's recording, if it has one, and play it again. Raises `Diverged`, `TapeNotFound`."""
    tape: Path | None = getattr(application, "recording", None)
    if tape is None:
        return None
    runs = deck.load(tape)
    exact = [deck.replay(run, application.graph) for run in runs]
    run = _plainest(runs)
    with TemporaryDirectory(prefix="playhead-") as folder:
        file = _write_changed(run, Path(folder))
        receipt = deck.receipt(run, application.graph, prompts=folder)
        changed = deck.replay(run, application.graph, prompts=folder)
    before, after = (str(application.outcome(one.output)["reply"] or "") for one in (run, changed))
    return Rehearsal(note_of(tape), exact, run, file, LINE, receipt, changed, before, after)


def _plainest(runs: Sequence[Run]) -> Run:
    """Of the turns that asked the prompt, one that asked it once, so that a change shows; the longest of them."""
    asked = {run.id: sum(PROMPT in step.prompts for step in run.steps) for run in runs}
    found = [run for run in runs if asked[run.id]]
    if not found:
        raise BadInput("the demo's recording", f"none of its runs asked the prompt {PROMPT!r}.", "Record it anew.")
    return min(found, key=lambda run: (asked[run.id], -len(run.calls)))


def _write_changed(run: Run, folder: Path) -> str:
    """The prompt file as it was recorded, with a line more, in a folder of its own; gives its name."""
    use = next(use for call in run.calls if (use := call.prompt) is not None and use.name == PROMPT)
    file = f"{PROMPT}.md"
    (folder / file).write_text(use.files[file].replace(BLOCK, f"{BLOCK}{LINE}\n", 1), "utf-8")
    return file
