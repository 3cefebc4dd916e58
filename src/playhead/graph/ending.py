"""Did a run that was played end as the recorded one did: with the same error, the same questions, the same output?

Its steps were compared on the way. What became of what they wrote (a reducer decides that), what a person is asked, and
what is raised between steps shows at the end only. The output is compared by its hashes first, once for the whole run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from langgraph.checkpoint.base import CheckpointTuple

from playhead.codec import MAPPING, Part, mapping
from playhead.diff import MISSING, first_difference
from playhead.graph.deltas import is_whole
from playhead.graph.identity import as_data
from playhead.graph.interrupts import QUESTIONS, as_questions, places_of, put_in
from playhead.graph.player import RunPlayer, is_stop
from playhead.graph.raised import describe
from playhead.graph.stepwise import in_words, same_error
from playhead.records import Divergence, ErrorRecord, Run


class Ending:
    """Compares the end of a run that was played, with the state it left, to that of the recorded one."""

    def __init__(self, player: RunPlayer, state: CheckpointTuple | None, channels: str | Sequence[str]) -> None:
        self._player, self._channels = player, channels
        self._values: Mapping[str, Any] = state.checkpoint["channel_values"] if state else {}
        self._run: Run = player.original

    def compare(self, error: BaseException | None) -> None:
        """Tell the player where the ends differ. One that was cut off says nothing of how it would have ended."""
        player, run = self._player, self._run
        if player.is_stopped or player.problem or is_stop(error):
            return
        player.divergences += player.steps.missing()
        if player.terms.unanswered == "diverge":
            player.divergences += player.steps.not_made(player.reused)
        if player.divergences or not player.is_recorded:
            return
        if run.status in ("done", "failed"):
            self._note(self._error(error))
        is_exact = player.terms.unanswered == "diverge" and not player.ended_early
        if is_exact and error is None and run.status in ("done", "interrupted"):
            self._note(self._output())
            player.divergences += self._questions()

    def _note(self, found: Divergence | None) -> None:
        if found is not None:
            self._player.divergences.append((self._last[0], found))

    @property
    def _last(self) -> tuple[int, str]:
        """The number and the address of the last recorded step."""
        last = self._run.steps[-1] if self._run.steps else None
        return (last.number, last.address) if last else (0, "run")

    def _error(self, error: BaseException | None) -> Divergence | None:
        """Of several steps that fail at once the first one's error is the run's, whichever that is."""
        redactor = self._player.recording.encoder.redactor
        now = ErrorRecord(**describe(error, redactor)) if error is not None else None
        recorded = self._run.error
        if recorded is None or now is None:
            alike = recorded is now
        else:
            failed = (step.error for step in self._run.steps if step.status == "failed")
            alike = any(same_error(each, now, self._player.steps.renaming) for each in (recorded, *failed) if each)
        return None if alike else Divergence(self._last[1], "error", in_words(recorded), in_words(now))

    # ── what the graph gives ─────────────────────────────────────────────────────────────────────────────────

    def _output(self) -> Divergence | None:
        """Where what the graph gives differs; channel by channel where the whole does not say, as it asks people."""
        player, ref = self._player, self._run.refs["output"]
        is_one = isinstance(self._channels, str)
        if not ref or (is_one and self._run.status != "done"):
            return None
        names = [self._channels] if isinstance(self._channels, str) else self._channels
        encoder = player.recording.encoder
        now = {name: encoder.by_element_or_repr(self._values[name], name) for name in names if name in self._values}
        if is_one:
            return self._unlike("", ref, next(iter(now.values()), None))
        if player.steps.likeness.holds(ref, mapping(now)):
            return None
        kind, below = player.values.below(ref)
        if kind != MAPPING:
            return None
        recorded = dict(zip(player.values.value(below[0]), below[1:], strict=True))
        names = [name for name in {**recorded, **now} if name in recorded or not is_whole(self._values[name])]
        found = (self._unlike(name, recorded.get(name), now.get(name)) for name in names)
        return next((one for one in found if one is not None), None)

    def _unlike(self, name: str, ref: int | None, part: Part | None) -> Divergence | None:
        """How a recorded value of the output differs from the one that there is now."""
        player = self._player
        if name == QUESTIONS or ref == 0:  # it was erased
            return None
        if ref is not None and part is not None and player.steps.likeness.holds(ref, part):
            return None
        left = MISSING if ref is None else as_data(player.values.value(ref))
        right = MISSING if part is None else as_data(player.recording.encoder.value(part))
        if (found := first_difference(left, right, player.steps.renaming)) is None:
            return None
        joint = "." if name and found.path and not found.path.startswith("[") else ""
        return Divergence(self._last[1], f"run output {name}{joint}{found.path}".rstrip(), found.left, found.right)

    # ── what a person is asked ───────────────────────────────────────────────────────────────────────────────

    def _questions(self) -> Iterator[tuple[int, Divergence]]:
        """Where one and the same step asks otherwise; that another asks was told of its status."""
        encoder = self._player.recording.encoder
        if not self._player.interrupts:
            return
        asked = as_questions(self._run.output)
        asks = as_questions({QUESTIONS: encoder.value(encoder.anything(self._player.interrupts))})
        steps = [step for step in self._run.steps if step.status == "interrupted"]
        numbers = {step.address: step.number for step in steps}
        then, now = places_of([(step.address, step.error) for step in steps]), places_of(put_in(self._player))
        for place in then.keys() & now.keys():
            if then[place] not in asked or now[place] not in asks:
                continue
            left, right = as_data(asked[then[place]]), as_data(asks[now[place]])
            if (found := first_difference(left, right, self._player.steps.renaming)) is not None:
                field = f"question {found.path}".rstrip()
                yield numbers[place[0]], Divergence(place[0], field, found.left, found.right)
