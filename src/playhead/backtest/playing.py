"""How is one recorded conversation played with changes, and up to which turn does it say something?

*Per turn*: each turn begins from its recorded state, so each is judged on its own. *Onward*: from the first turn that
came out otherwise, the state flows on; the customer's messages after the first reply that changed answer something
that was never said, so what follows is past the horizon. A turn of other code is replayed exactly first: where that
differs, what a change would do cannot be told from what the code does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from playhead.backtest.desk import Allowance, Desk
from playhead.backtest.planning import Ground
from playhead.backtest.records import Conversation, Plan, Turn
from playhead.backtest.turns import Recorded, recorded_turns
from playhead.errors import PlayheadError
from playhead.graph.player import Terms
from playhead.graph.replaying import Played, TurnPlayer
from playhead.graph.shelf import Shelf
from playhead.receipt import Amount, Prices
from playhead.records import Run
from playhead.replays import changes_of, unanswered
from playhead.selection import Conversation as Chosen
from playhead.transcript import transcript


class Player:
    """Plays recorded turns. Safe to use from many threads: each turn is played in the one that asks for it."""

    def __init__(self, ground: Ground, plan: Plan, desk: Desk, prices: Prices) -> None:
        self._ground, self._plan, self._desk, self._prices = ground, plan, desk, prices
        self._players: dict[str, tuple[TurnPlayer, TurnPlayer]] = {}
        for name, graph in plan.graphs.items():
            recording = ground.record(name)
            changes = changes_of(plan.wanted, graph, ground.today)
            exact = TurnPlayer(graph, recording, Terms())
            self._players[name] = exact, TurnPlayer(graph, recording, Terms(changes, "ask", desk=desk))

    def open(self, chosen: Chosen) -> list[Recorded]:
        """The turns of a conversation, those with a run that was chosen."""
        return recorded_turns(self._ground.store, self._plan, chosen)

    def alone(self, recorded: Recorded) -> Turn:
        """One turn, from its recorded state."""
        if (found := self._before(recorded)) is not None:
            return found
        return self._played(recorded, None)[0]

    def onward(self, turns: Sequence[Recorded]) -> Iterator[Turn]:
        """The turns of a conversation, each from the state that the one before it left."""
        shelf: Shelf | None = None
        lost, past = "", False
        for recorded in turns:
            if lost:
                yield _unplayed(recorded, lost)
                continue
            if (found := self._before(recorded, follows=shelf is not None)) is not None:
                lost = "a turn before it drifts" if found.drift is not None and shelf is not None else ""
                yield found
                continue
            turn, played = self._played(recorded, shelf)
            yield replace(turn, within_horizon=not past)
            if played is None or turn.problem:
                lost = "a turn before it was not played to its end"
                continue
            if shelf is not None or not played.replay.unchanged:
                shelf = played.shelf
                past = past or self._replied(recorded.runs[-1]) != self._replied(played.replay)

    def _before(self, recorded: Recorded, *, follows: bool = False) -> Turn | None:
        """What is known of a turn before it is played with changes, if that settles it."""
        if self._desk.stopped:
            return _unplayed(recorded, f"not played: {self._desk.stopped}")
        if recorded.reach == "unaffected" and not follows:
            return Turn(recorded.thread, recorded.index, recorded.runs)
        if recorded.reach == "other_code":
            exact, _ = self._players[recorded.runs[-1].graph]
            turn, played = self._play(exact, recorded, None)
            if played is None or turn.problem:
                return replace(turn, replay=None)
            if not played.replay.unchanged:
                return replace(turn, replay=None, drift=played.replay.divergence)
            if not recorded.uses_change and not follows:
                return replace(turn, replay=None)
        return None

    def _played(self, recorded: Recorded, shelf: Shelf | None) -> tuple[Turn, Played | None]:
        _, player = self._players[recorded.runs[-1].graph]
        allowance = Allowance(self._plan.most.get(recorded.key))
        with self._desk.serving([run.id for run in recorded.runs], allowance):
            return self._play(player, recorded, shelf)

    def _play(self, player: TurnPlayer, recorded: Recorded, shelf: Shelf | None) -> tuple[Turn, Played | None]:
        try:
            with self._desk.at_work:
                played = player.play(recorded.runs, shelf)
        except PlayheadError as error:
            return _unplayed(recorded, error.happened), None
        except Exception as error:  # noqa: BLE001 - one conversation that cannot be played ends no backtest
            problem = player.recording.encoder.redactor.text(f"{type(error).__name__}: {error}")
            return _unplayed(recorded, problem), None
        turn = Turn(recorded.thread, recorded.index, recorded.runs, played.replay)
        problem = played.problem.happened if played.problem else unanswered(turn.asked)
        return replace(turn, problem=problem, spent=spent_on(turn, self._prices)), played

    def _replied(self, run: Run) -> list[str]:
        """What the customer was told, in words."""
        lines = transcript([run], self._ground.outcome_of)
        return [line.text for line in lines if line.role in ("business", "note")]


def spent_on(turn: Turn, prices: Prices) -> Amount:
    """What the calls that were asked in a turn took, and were answered."""
    total = Amount()
    for call in turn.asked:
        if call.status == "done":
            taken, given = call.input_tokens or 0, call.output_tokens or 0
            total += Amount(1, taken, given, prices.of_call(call.name, taken, given))
    return total


def told(chosen: Chosen, turns: Sequence[Turn]) -> Conversation:
    """A conversation whose turns were played."""
    past = (place for place, turn in enumerate(turns) if not turn.within_horizon)
    facts: Mapping[str, Any] = chosen.runs[-1].facts
    return Conversation(chosen.thread, facts, tuple(turns), next(past, len(turns)), chosen.group)


def _unplayed(recorded: Recorded, problem: str) -> Turn:
    return Turn(recorded.thread, recorded.index, recorded.runs, problem=problem)
