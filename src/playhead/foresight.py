"""Which calls will a replay with changes ask, of one turn or of many, and what will they cost?

Where prompts or models change, that is told from the recorded inputs, without playing anything. A changed state or
changed code has to be played to know: dry, up to the first calls that have no recorded answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from playhead.errors import BadInput
from playhead.graph.changes import NOTHING
from playhead.graph.dry import reached_by_play
from playhead.graph.player import Terms
from playhead.graph.reach import Reach, Reaching, model_calls
from playhead.graph.recording import Recording
from playhead.graph.replaying import TurnPlayer
from playhead.receipt import Followed, Planned, Prices, Receipt, Spent, missing_prices, receipt
from playhead.records import Replay, ReplayedCall, Run
from playhead.replays import Wanted, changes_of
from playhead.store import Store

ASKED: Final = ("re-asked", "new")
RECENT: Final = 500  # runs of a graph that say how long its turns get


class Foresight:
    """What a change will ask of the turns of one graph. `recording` is what they would be played with.

    Raises `BadInput` for a state that the graph has not, `PromptSyntax`, `UnknownModel`.
    """

    def __init__(self, recording: Recording, graph: Any, wanted: Wanted) -> None:
        changes = changes_of(wanted, graph, recording.prompts.current() if recording.prompts else None)
        self._reaching = Reaching(recording, changes)
        is_told = not (wanted.state or wanted.code or wanted.answer is not NOTHING)
        self._dry = None if is_told else TurnPlayer(graph, recording, Terms(changes, "pause"))

    def of(self, turn: Sequence[Run]) -> Reach:
        """What is reached in a turn: the runs of one event, oldest first."""
        if self._dry is None:
            return self._reaching.of(turn)
        return reached_by_play(self._reaching, turn, self._dry.play(turn))

    def whole(self, turn: Sequence[Run]) -> Reach:
        """The same where the turn may begin from another state than the recorded one: all of it may follow."""
        calls = model_calls(turn)
        return self._reaching.planned(turn, [], calls, len(calls))


def unsure(reach: Reach) -> Reach:
    """The same where it is not certain that the turn is played as recorded: all of it may follow."""
    return replace(
        reach,
        first_wave=(),
        downstream=(*reach.first_wave, *reach.downstream),
        certain=(),
        may_follow=(*reach.certain, *reach.may_follow),
    )


def longest_turn(store: Store, graph: str) -> int:
    """The most model calls that a recent turn of this graph made."""
    store.flush()
    with store.reading() as session:
        (found,) = session.rows("calls_longest_turn", graph=graph, limit=RECENT)
    return int(found["calls"])


def receipt_of(
    reached: Iterable[Reach], prices: Prices, longest: int, *, earlier: Sequence[Followed] = ()
) -> tuple[Receipt, dict[str, int]]:
    """The receipt of many turns of one graph, and the most calls that each of them may ask, by its last run's id.

    `longest` is how many model calls the longest turn of the graph made: so many a turn may ask that goes another way,
    beside what is reused. (Less would cut off just the turns that a change moves the most.)
    """
    turns = [reach for reach in reached if reach.any]
    most = {reach.turn: max(reach.planned, longest) for reach in turns}
    certain = [plan for reach in turns for plan in reach.certain]
    may_follow = [plan for reach in turns for plan in reach.may_follow]
    return receipt(certain, may_follow, prices, most=most, earlier=earlier), most


def check_priced(unpriced: Sequence[str], max_cost: float | None) -> None:
    """Raise `BadInput` where a limit of money is set and these models, which may be asked, have no price."""
    if max_cost is not None and unpriced:
        problem = f"it cannot be kept: {', '.join(unpriced)} has no price."
        raise BadInput("--max-cost", problem, missing_prices(unpriced))


def spent_on(replay: Replay, prices: Prices) -> Spent:
    """What a replay asked in the end."""
    asked = [call for call in replay.calls if isinstance(call, ReplayedCall) and call.fate in ASKED]
    used = [Planned(call.name, call.input_tokens, call.output_tokens) for call in asked if call.kind == "model"]
    return Spent.of(used, prices, (replay.ended or replay.started) - replay.started)
