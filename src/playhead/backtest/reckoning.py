"""What will a backtest ask, at the least and at the very most?

The turns that the change may reach are read, not played. In an onward backtest every turn after the first that is
reached may begin from another state, so that all it asks may follow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from playhead.backtest.planning import Ground
from playhead.backtest.records import Plan
from playhead.backtest.turns import Recorded, recorded_turns
from playhead.errors import ReplayError
from playhead.foresight import Foresight, check_priced, longest_turn, receipt_of, unsure
from playhead.graph.reach import Reach
from playhead.receipt import Prices, receipt


def with_receipt(ground: Ground, plan: Plan, prices: Prices, max_cost: float | None = None) -> Plan:
    """The plan with its receipt, and the most calls that each of its turns may ask.

    Raises `PromptSyntax`, and `BadInput` as soon as a call is met that `max_cost` cannot bound: reading thousands of
    turns first would only make its reader wait for it.
    """
    reached: dict[str, list[Reach]] = {name: [] for name in plan.graphs}
    foresights = {name: Foresight(ground.record(name), graph, plan.wanted) for name, graph in plan.graphs.items()}
    wanted = set(plan.threads)
    for chosen in plan.selected.conversations:
        if chosen.thread in wanted:
            for recorded, reach in _reached(recorded_turns(ground.store, plan, chosen), plan, foresights):
                reached[recorded.runs[-1].graph].append(reach)
                asked = (call.model for call in (*reach.certain, *reach.may_follow))
                check_priced(prices.missing(asked), max_cost)
    every = [reach for found in reached.values() for reach in found]
    most = {reach.turn: 0 for reach in every}
    for name, found in reached.items():
        most |= receipt_of(found, prices, longest_turn(ground.store, name))[1]
    certain = [call for reach in every for call in reach.certain]
    may_follow = [call for reach in every for call in reach.may_follow]
    return replace(plan, receipt=receipt(certain, may_follow, prices, most=most), most=most)


def _reached(turns: list[Recorded], plan: Plan, foresights: dict[str, Foresight]) -> Iterator[tuple[Recorded, Reach]]:
    """What the change reaches in the turns of one conversation."""
    goes_on = False
    for recorded in turns:
        foresight = foresights[recorded.runs[-1].graph]
        try:
            if goes_on:
                yield recorded, foresight.whole(recorded.runs)
            elif recorded.uses_change or recorded.reach == "affected":
                reach = foresight.of(recorded.runs)
                yield recorded, unsure(reach) if recorded.reach == "other_code" else reach
                goes_on = plan.mode == "onward" and reach.any
        except ReplayError:  # it cannot be played, and says so when it is to be
            continue
