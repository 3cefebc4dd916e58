"""How do the rows of a replay become a `Replay`: a run like any other, whose values are at hand?"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from playhead.codec import Part
from playhead.graph.effects import EFFECTS
from playhead.graph.encoding import Encoder
from playhead.graph.keeping import PlayedTurn
from playhead.graph.player import RunPlayer, Served, Verdict, is_stop
from playhead.graph.raised import describe
from playhead.graph.recorder import owner
from playhead.records import Replay, ReplayedCall, Run, RunStatus, Step

STEP_VALUES: Final = ("input", "output", "error")
CALL_VALUES: Final = ("request", "response", "prompt", "inputs", "error")


class Told:
    """Tells of a turn that was played."""

    def __init__(self, encoder: Encoder, turn: Sequence[Run], played: PlayedTurn, began: float) -> None:
        self._encoder, self._turn, self._played, self._began = encoder, turn, played, began
        self._players = [execution.player for execution in played.runs]
        self._error = played.runs[-1].error
        self._values: list[Any] = []

    def replay(self, name: str) -> Replay:
        """The replay, of this name."""
        last, original, played = self._players[-1], self._turn[-1], self._played
        found = [one for player in self._players for _, one in sorted(player.divergences, key=lambda pair: pair[0])]
        recorded = [
            call
            for player in self._players
            if player.is_recorded
            for call in player.calls.all
            if is_effect(call.kind, call.name)
        ]
        first = self._turn[0]
        refs = {
            name: self._ref(value)
            for name, value in {
                "versions": dict(last.recording.versions),
                "metadata": original.metadata,
                "input": first.input,
                "context": first.context,
                "output": played.runs[-1].output(played.outputs),
                "error": describe(self._error, self._encoder.redactor) if self._fails() and self._error else None,
            }.items()
        }
        return Replay(
            id=name,
            thread=original.thread,
            graph=original.graph,
            cause=original.cause,
            status=self._status(last),
            attempt=1,
            owner=owner(),
            started=self._began,
            ended=time.time(),
            refs=refs,
            read=self._read,
            load_steps=lambda _: self._all_steps,  # made when they are asked for: many look at the divergences only
            original=original,
            divergences=tuple(found),
            effects_recorded=len(recorded),
            effects_executed=sum(player.executed for player in self._players),
            stopped=str(last.problem.happened) if last.problem else "",
            played=played,
        )

    def _fails(self) -> bool:
        return self._error is not None and not is_stop(self._error)

    def _status(self, last: RunPlayer) -> RunStatus:
        if self._fails():
            return "failed"
        if last.problem or last.is_stopped:
            return "cancelled"
        if last.ended_early:
            return "interrupted" if last.original.status == "interrupted" else "cancelled"
        return "interrupted" if last.interrupted else "done"

    def _offsets(self) -> list[tuple[RunPlayer, tuple[int, int]]]:
        """Each run's player, with how many steps and calls the runs before it had."""
        made, steps, calls = [], 0, 0
        for player in self._players:
            made.append((player, (steps, calls)))
            steps += sum("place" in row for row in player.rows)
            calls += sum("ordinal" in row for row in player.rows) + len(player.served)
        return made

    @cached_property
    def _all_steps(self) -> tuple[Step, ...]:
        return tuple(step for player, after in self._offsets() for step in self._steps(player, *after))

    def _steps(self, player: RunPlayer, steps_before: int, calls_before: int) -> list[Step]:
        calls: dict[int, list[ReplayedCall]] = {}
        for served in player.served:
            calls.setdefault(served.step, []).append(
                self._served(served, served.number + calls_before, served.step + steps_before)
            )
        for row in player.rows:
            if "ordinal" in row:
                verdict = player.expected.get((row["step"], row["kind"], row["ordinal"])) or Verdict("new", "")
                calls.setdefault(row["step"], []).append(self._asked(row, calls_before, steps_before, verdict))
        made = [
            Step(
                **{name: row[name] for name in ("address", "place", "attempt", "status", "started", "seconds")},
                number=row["number"] + steps_before,
                calls=tuple(sorted(calls.pop(row["number"], ()), key=lambda call: call.number)),
                refs={name: self._ref(row[name]) for name in STEP_VALUES},
                read=self._read,
            )
            for row in player.rows
            if "place" in row
        ]
        return sorted(made, key=lambda step: step.number)

    def _served(self, served: Served, number: int, step: int) -> ReplayedCall:
        call, verdict = served.verdict.recorded, served.verdict
        assert call is not None
        same = {name: getattr(call, name) for name in ("kind", "name", "attempt", "status", "started", "seconds")}
        return ReplayedCall(
            **same,
            number=number,
            step=step,
            address=served.place.address,
            ordinal=served.place.ordinal,
            input_tokens=call.input_tokens,
            output_tokens=call.output_tokens,
            refs=call.refs,
            read=call.read,
            fate=verdict.fate,
            why=verdict.why,
            recorded=call.number,
        )

    def _asked(self, row: Mapping[str, Any], calls_before: int, steps_before: int, verdict: Verdict) -> ReplayedCall:
        refs = {name: self._ref(row[name]) for name in CALL_VALUES}
        plain = {name: value for name, value in row.items() if name not in CALL_VALUES}
        plain |= {"number": row["number"] + calls_before, "step": row["step"] + steps_before}
        recorded = verdict.recorded.number if verdict.recorded else None
        return ReplayedCall(**plain, refs=refs, read=self._read, fate=verdict.fate, why=verdict.why, recorded=recorded)

    def _ref(self, value: Any) -> int | None:
        if value is None:
            return None
        self._values.append(value)
        return len(self._values)

    def _read(self, ref: int | None) -> Any:
        found = None if ref is None else self._values[ref - 1]
        return self._encoder.value(found if isinstance(found, Part) else self._encoder.anything(found))


def is_effect(kind: str, name: str) -> bool:
    """Does a recorded call count as one that acted on the world? A tool does, unless it is known to read only."""
    known = EFFECTS.get(name)
    return kind in ("effect", "tool") and not (known is not None and known.read_only)
