"""How much does the model differ from itself?

Some recorded calls are asked again unchanged: what comes otherwise there is the model's noise and its provider's
drift, and a change must do more than that. They are drawn from the calls the change reaches, the same ones every time,
and spread over the conversations.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from playhead.backtest.desk import Desk
from playhead.backtest.planning import Ground, changes_use
from playhead.backtest.records import Control, Plan
from playhead.errors import PlayheadError
from playhead.graph.again import ask_again
from playhead.prompts import PromptSet
from playhead.receipt import Amount, Prices
from playhead.records import Call, Run
from playhead.selection.sampling import lot, spread

SEED: Final = 0


@dataclass(frozen=True, slots=True)
class Drawn:
    """A recorded call that was drawn, and the prompt it was made from."""

    run: Run
    call: Call
    prompt: str


def drawn(ground: Ground, plan: Plan) -> list[Drawn]:
    """The calls to be asked again: one of each run that was drawn, then, where that is too few, a second one."""
    users = [run.id for run in plan.selected.runs if run.id in plan.users]
    names = spread(users, plan.controls, lambda name: lot(SEED, name))
    found = [list(_candidates(ground, plan, ground.store.run(name))) for name in names]
    rounds = itertools.chain.from_iterable(itertools.zip_longest(*found))
    return [one for one in rounds if one is not None][: plan.controls]


def _candidates(ground: Ground, plan: Plan, run: Run) -> Iterator[Drawn]:
    """The run's calls that the change reaches; of several tries of one question that which was answered."""
    draft = plan.wanted.prompts if isinstance(plan.wanted.prompts, PromptSet) else None
    for call in run.calls:
        if call.kind != "model" or call.status != "done" or not call.refs["prompt"] or (use := call.prompt) is None:
            continue
        everywhere = plan.wanted.state or plan.wanted.code
        if everywhere or changes_use(use, draft, ground.today, plan.wanted.models):
            yield Drawn(run, call, use.name)


def asked_again(ground: Ground, one: Drawn, desk: Desk, prices: Prices) -> Control:
    """What it is answered now."""
    recording = ground.record(one.run.graph)
    unasked = Control(one.run.thread, one.run.id, one.call, one.prompt, one.call.name)
    try:
        again = ask_again(one.run, one.call, recording.models, recording.encoder, desk)
    except PlayheadError as error:
        return replace(unasked, problem=error.happened)
    except Exception as error:  # noqa: BLE001 - one call that fails ends no backtest
        return replace(unasked, problem=recording.encoder.redactor.text(f"{type(error).__name__}: {error}"))
    price = prices.of_call(again.model, again.input_tokens, again.output_tokens)
    spent = Amount(1, again.input_tokens, again.output_tokens, price)
    return replace(unasked, answer=again.answer, model=again.model, spent=spent)


def in_order(controls: Sequence[Control]) -> tuple[Control, ...]:
    """As they stand on the recording."""
    return tuple(sorted(controls, key=lambda control: (control.thread, control.run, control.recorded.number)))
