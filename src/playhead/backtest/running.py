"""How are many recorded turns played at once, stopped at any moment, and gone on with?

Worker threads play turns, each from its beginning to its end, a few more than may ask at once; the thread that called
hands out work, counts what comes back, and is the one that Ctrl-C reaches. Conversations are opened a few at a time and
in an order drawn by lot, which has nothing to do with how they come out: whoever looks at them one by one may stop when
the answer is clear. What is stopped loses nothing: every answer is in the journal, and the same experiment finds it
there.
"""

from __future__ import annotations

import gc
import queue
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from playhead.backtest.controls import asked_again, drawn
from playhead.backtest.desk import STOPPED, Desk
from playhead.backtest.limits import Limit, Limits
from playhead.backtest.planning import Ground
from playhead.backtest.playing import Player, told
from playhead.backtest.records import Backtest, Control, Conversation, Plan, Progress, Turn
from playhead.backtest.resuming import keep
from playhead.backtest.turns import Recorded
from playhead.errors import BadInput
from playhead.foresight import check_priced
from playhead.receipt import Prices
from playhead.selection import Conversation as Chosen
from playhead.selection.sampling import lot

TICK: Final = 0.2  # seconds between two looks at the progress while nothing comes back
YOUNG: Final = 3_000
"""Objects made beyond those let go of, after which Python looks for garbage among them: its own 700 are a turn's."""
AHEAD: Final = 8
"""Turns that are played beside those that ask: what they ask is there when another was answered."""
SEED: Final = 0
SURE: Final = "the answer is clear"


@contextmanager
def settled_heap() -> Iterator[None]:
    """Within this, what is in memory already is not searched for garbage, and what is new less often.

    A backtest keeps every turn that it played, so Python looks for garbage again and again in all that is there, which
    is mostly the libraries: each time every thread stands still, for a tenth of a second and more. Whoever froze
    something before knows better, and is left alone.
    """
    if gc.get_freeze_count():
        yield
        return
    young, *older = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(max(young, YOUNG) if young else 0, *older)
    try:
        yield
    finally:
        gc.set_threshold(young, *older)
        gc.unfreeze()


@dataclass
class Open:
    """A conversation that is being played: its turns by their place, as far as they are known."""

    chosen: Chosen
    recorded: list[Recorded] = field(default_factory=list)
    turns: dict[int, Turn] = field(default_factory=dict)
    is_read: bool = False

    @property
    def is_done(self) -> bool:
        """Was every turn played?"""
        return self.is_read and len(self.turns) == len(self.recorded)


def run(
    ground: Ground,
    plan: Plan,
    prices: Prices,
    limits: Mapping[str, Limit],
    *,
    concurrency: int = 8,
    max_cost: float | None = None,
    progress: Callable[[Progress], None] | None = None,
    enough: Callable[[Conversation], bool] | None = None,
) -> Backtest:
    """Run a plan. Raises `BadInput`, also where `max_cost` is given and the price of a model is not known."""
    if concurrency < 1:
        raise BadInput("--concurrency", f"{concurrency} is no number of workers.", "Give 1 or more.")
    if plan.receipt is not None:
        check_priced(plan.receipt.unpriced, max_cost)
    if plan.begun is not None:
        encoder = ground.record(next(iter(plan.graphs))).encoder
        keep(ground.store, encoder, plan.experiment, plan.begun, plan.threads)
    desk = Desk(ground.store, plan.experiment, Limits(limits, time.monotonic), prices, max_cost, concurrency)
    return Runner(ground, plan, desk, prices, concurrency, progress, enough).run()


@dataclass
class Runner:
    """Runs one plan. `enough` looks at each conversation as it comes and may say that it is enough."""

    ground: Ground
    plan: Plan
    desk: Desk
    prices: Prices
    concurrency: int = 8
    progress: Callable[[Progress], None] | None = None
    enough: Callable[[Conversation], bool] | None = None

    def __post_init__(self) -> None:
        self._player = Player(self.ground, self.plan, self.desk, self.prices)
        self._back: queue.SimpleQueue[tuple[Future[Any], Callable[[Any], None]]] = queue.SimpleQueue()
        self._under_way: set[Future[Any]] = set()
        wanted = set(self.plan.threads)
        self._chosen = [one for one in self.plan.selected.conversations if one.thread in wanted]
        self._planned = sum(len(one.runs) for one in self._chosen)
        self._played = 0
        self._waiting: list[Open] = []  # in the order of the lots, for `enough`
        self._done: list[Conversation] = []
        self._controls: list[Control] = []

    def run(self) -> Backtest:
        """Play what is planned, to the end or until it is stopped. A first Ctrl-C stops it, a second one is raised."""
        began = time.monotonic()
        workers = self.concurrency + (AHEAD if self.concurrency > 1 else 0)
        with settled_heap(), ThreadPoolExecutor(workers, thread_name_prefix="playhead-backtest") as pool:
            try:
                self._all(pool)
            except KeyboardInterrupt:
                self.desk.stop(STOPPED)
                self._rest()
            except BaseException:
                self.desk.stop(STOPPED)
                raise
        order = {one.thread: place for place, one in enumerate(self.plan.selected.conversations)}
        self._done += [told(one.chosen, self._turns(one)) for one in self._waiting if one.turns]
        return Backtest(
            experiment=self.plan.experiment,
            changed=self.plan.changed,
            plan=self.plan,
            conversations=tuple(sorted(self._done, key=lambda one: order[one.thread])),
            controls=tuple(sorted(self._controls, key=lambda one: (order[one.thread], one.recorded.number))),
            spent=self.desk.spent,
            remembered=self.desk.remembered,
            seconds=time.monotonic() - began,
            stopped=self.desk.stopped,
        )

    # ── handing out ──────────────────────────────────────────────────────────────────────────────────────────

    def _all(self, pool: ThreadPoolExecutor) -> None:
        if self.plan.controls:
            for one in drawn(self.ground, self.plan):
                self._hand_out(pool, partial(asked_again, self.ground, one, self.desk, self.prices), self._controlled)
        for chosen in sorted(self._chosen, key=lambda one: lot(SEED, one.thread)):
            self._open(pool, chosen)
            while len(self._under_way) >= 2 * self.concurrency:
                self._take_back()
            if self.desk.stopped:
                break
        self._rest()

    def _open(self, pool: ThreadPoolExecutor, chosen: Chosen) -> None:
        one = Open(chosen)
        self._waiting.append(one)
        self._hand_out(pool, partial(self._player.open, chosen), partial(self._opened, pool, one))

    def _opened(self, pool: ThreadPoolExecutor, one: Open, recorded: list[Recorded]) -> None:
        one.recorded, one.is_read = recorded, True
        if self.plan.mode == "onward":
            self._hand_out(pool, lambda: list(self._player.onward(recorded)), partial(self._came, one))
            return
        for turn in recorded:
            if turn.reach == "unaffected":
                self._came(one, [Turn(turn.thread, turn.index, turn.runs)])
            else:
                self._hand_out(pool, partial(self._player.alone, turn), partial(self._came_alone, one))

    def _hand_out(self, pool: ThreadPoolExecutor, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """Have it done by a worker; what comes of it is seen to by the thread that hands out."""
        future: Future[Any] = pool.submit(work)
        self._under_way.add(future)
        future.add_done_callback(lambda done: self._back.put((done, then)))

    # ── taking back ──────────────────────────────────────────────────────────────────────────────────────────

    def _rest(self) -> None:
        while self._under_way:
            self._take_back()

    def _take_back(self) -> None:
        try:
            future, then = self._back.get(timeout=TICK)
        except queue.Empty:
            if self.desk.stopped:  # what came back while Ctrl-C was seen to may never be taken
                self._under_way = {future for future in self._under_way if not future.done()}
        else:
            self._under_way.discard(future)
            then(future.result())
        if self.progress is not None:
            self.progress(Progress(self._played, self._planned, self.desk.spent.calls, self.desk.spent))

    def _came(self, one: Open, turns: list[Turn]) -> None:
        one.turns.update({turn.index: turn for turn in turns})
        self._played += sum(len(turn.runs) for turn in turns)
        while self._waiting and self._waiting[0].is_done:
            ready = self._waiting.pop(0)
            conversation = told(ready.chosen, self._turns(ready))
            self._done.append(conversation)
            if self.enough is not None and not self.desk.stopped and self.enough(conversation):
                self.desk.stop(SURE)

    def _came_alone(self, one: Open, turn: Turn) -> None:
        self._came(one, [turn])

    def _controlled(self, control: Control) -> None:
        self._controls.append(control)

    def _turns(self, one: Open) -> list[Turn]:
        return [one.turns[index] for index in sorted(one.turns)]
