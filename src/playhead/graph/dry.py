"""What does an edit reach in a turn, as a dry play of it tells?

The turn is played with its questions put off: what is served on the way is kept, what waits is the first wave, and all
that was recorded besides may follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from playhead.graph.counting import characters_in
from playhead.graph.reach import Reach, Reaching, model_calls
from playhead.graph.replaying import Played
from playhead.receipt import Planned
from playhead.records import Run


def reached_by_play(reaching: Reaching, turn: Sequence[Run], played: Played) -> Reach:
    """What is reached in a turn that was played dry, with its questions put off.

    Calls of the first wave that were never recorded are planned with what is known of them: their model and length.
    """
    calls, last = model_calls(turn), len(played.reused) - 1
    waiting = {one.recorded.number for one in played.pending if one.recorded}
    first = [each for each in calls if each.run == last and each.call.number in waiting]
    after = [
        each
        for each in calls
        if each not in first and (each.run > last or each.call.number not in played.reused[each.run])
    ]
    reach = reaching.planned(turn, [(each.call, None) for each in first], after, len(calls))
    sizes = {one.recorded.number: one for one in played.pending if one.recorded}
    certain = [
        replace(
            plan,
            characters=characters_in(each.call.request["messages"]),
            new_characters=sizes[each.call.number].characters,
        )
        for plan, each in zip(reach.certain, first, strict=True)
    ]
    fresh = [
        Planned(one.model, None, None, new_characters=one.characters, turn=turn[-1].id)
        for one in played.pending
        if one.recorded is None
    ]
    return replace(reach, certain=(*certain, *fresh))
