"""Which question of a backtest is asked, when, and what is kept of its answer?

Every question goes by here. What this experiment was answered before is handed out again; the rest waits for its
model's limits, and is turned away where the money, the turn's worst case or the user's patience is at its end. Every
answer is on disk before the replay goes on with it. No lock is held while a model is asked, or while somebody waits.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from math import ceil
from typing import Any, Final

from playhead.backtest.limits import Limits
from playhead.codec import Part
from playhead.errors import NotAsked, RunNotFound
from playhead.graph.questions import Question
from playhead.receipt import Amount, Prices
from playhead.store import Store
from playhead.store.answers import Answer

CHARACTERS_PER_TOKEN: Final = 3  # on the careful side for European languages, where nothing better is known
ROUNDING: Final = 1 + 1e-9  # sums of money in floating point
STOPPED: Final = "the backtest was stopped"
GLANCE: Final = 0.1  # seconds between two looks at whether it was stopped
AT_WORK: Final = 2
"""How many turns compute at once: many may wait for a model, but threads that all compute keep each other from it."""


@dataclass
class Allowance:
    """What one turn may ask: no more calls than its worst case on the receipt (None: any number).

    While any of its questions is `open`, it has one of the places of those that ask.
    """

    most: int | None = None
    asked: int = 0
    open: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass
class Expected:
    """What a question that is under way will take, as far as anybody can tell, and the turn that asks it."""

    tokens: int
    price: float | None
    turn: Allowance


@dataclass
class Desk:
    """The desk of one experiment. `pause(seconds)` waits, `clock()` says the time in seconds.

    `max_cost` bounds what this session spends: a question is asked only if its expected price still fits beside what
    was spent and what is under way, which is asked whatever comes after it. A call's price is known when it is
    answered, so the last ones may run over by as much as their answers are longer than the recorded ones. Turns that
    ask at the same time are `at_once` at most.
    """

    store: Store
    experiment: str
    limits: Limits
    prices: Prices
    max_cost: float | None = None
    at_once: int | None = None
    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], object] | None = None
    spent: Amount = field(default_factory=Amount)
    remembered: int = 0
    stopped: str = ""

    def __post_init__(self) -> None:
        self._lock, self._halt = threading.Lock(), threading.Event()
        self.at_work = threading.Semaphore(AT_WORK)
        self._places = threading.Semaphore(self.at_once) if self.at_once else None
        self._pause = self.pause or self._halt.wait
        self._was_begun = bool(self.store.answered(self.experiment))
        self._turns: dict[str, Allowance] = {}
        self._under_way: dict[str, Expected] = {}

    @contextmanager
    def serving(self, runs: list[str], allowance: Allowance) -> Iterator[None]:
        """While a turn of these runs is played, its questions are counted against this allowance."""
        self._turns.update(dict.fromkeys(runs, allowance))
        try:
            yield
        finally:
            for run in runs:
                self._turns.pop(run, None)

    def stop(self, why: str = STOPPED) -> None:
        """Turn away every question from now on; those under way are answered and kept."""
        with self._lock:
            self.stopped = self.stopped or why
        self._halt.set()

    # ── what the engine asks of it ───────────────────────────────────────────────────────────────────────────

    def kept(self, question: Question) -> Answer | None:
        """What it was answered before, in this experiment."""
        if not self._was_begun:  # nothing need be looked up
            return None
        found = self.store.answer_of(self.experiment, question.name)
        if found is not None:
            with self._lock:
                self.remembered += 1
        return found

    def before(self, question: Question) -> None:
        """It is to be asked: waits for its model's limits. Raises `NotAsked` where it is turned away."""
        expected = self._expected(question)
        with self._lock:
            self._admit(question, expected)
        self.at_work.release()  # while it waits and is asked, another turn may compute
        wait = self.limits.take(question.model, expected.tokens)
        if wait:
            self._pause(wait)
        if self._halt.is_set() or not self._take_place(expected.turn):
            self._forget(question)
            self.at_work.acquire()
            raise NotAsked(self.stopped)

    def _take_place(self, turn: Allowance) -> bool:
        """Wait until few enough turns ask; False where it was stopped meanwhile. A turn that asks already has a place.

        Those that wait here have computed what they ask: whoever leaves is followed at once.
        """
        with turn.lock:
            while not turn.open and self._places is not None and not self._places.acquire(timeout=GLANCE):
                if self._halt.is_set():
                    return False
            turn.open += 1
        return True

    def _leave_place(self, turn: Allowance) -> None:
        with turn.lock:
            turn.open -= 1
            if not turn.open and self._places is not None:
                self._places.release()

    def after(self, question: Question, row: Mapping[str, Any]) -> None:
        """It was answered, or failed: what it took is counted, and its answer is on disk when this returns."""
        expected = self._count(question, row)
        self._leave_place(expected.turn)
        try:
            if row["status"] == "done" and isinstance(row["response"], Part):
                self._keep(question, row)
        finally:
            self.at_work.acquire()  # not before: while the answer is written, another turn may compute

    def _count(self, question: Question, row: Mapping[str, Any]) -> Expected:
        """Count what was expected as what it took: at once, as meanwhile another would find its money free."""
        taken, given = row["input_tokens"] or 0, row["output_tokens"] or 0
        with self._lock:
            expected = self._under_way.pop(question.name)
            if row["status"] == "done":
                self.spent += Amount(1, taken, given, self.prices.of_call(question.model, taken, given))
            else:
                expected.turn.asked -= 1  # it is tried again, or ends the turn
        if taken + given:
            self.limits.settle(question.model, expected.tokens, taken + given)
        return expected

    def _keep(self, question: Question, row: Mapping[str, Any]) -> None:
        """Keep an answer, unless its customer was forgotten meanwhile."""
        names = ("started", "seconds", "input_tokens", "output_tokens")
        times: dict[str, Any] = {name: row[name] for name in names}
        with suppress(RunNotFound):
            self.store.keep_answer(self.experiment, question.name, row["response"], thread=question.thread, **times)

    # ── whether it may be asked ──────────────────────────────────────────────────────────────────────────────

    def _expected(self, question: Question) -> Expected:
        recorded = question.recorded
        guessed = ceil(question.characters / CHARACTERS_PER_TOKEN)
        taken = max((recorded.input_tokens if recorded else None) or 0, guessed)
        given = (recorded.output_tokens if recorded else None) or self._usual_answer()
        turn = self._turns.get(question.run) or Allowance()
        return Expected(taken + given, self.prices.of_call(question.model, taken, given), turn)

    def _usual_answer(self) -> int:
        """How long an answer is that nothing is known of: as those before it."""
        return ceil(self.spent.output_tokens / self.spent.calls) if self.spent.calls else 0

    def _admit(self, question: Question, expected: Expected) -> None:
        if self.stopped:
            raise NotAsked(self.stopped)
        turn = expected.turn
        if turn.most is not None and turn.asked >= turn.most:
            raise NotAsked(f"the turn's worst case on the receipt is {turn.most} calls")
        if self.max_cost is not None:
            if expected.price is None:
                raise NotAsked(f"{question.model} has no price, and what is spent is to be bounded")
            open_price = sum(each.price or 0.0 for each in self._under_way.values())
            if (self.spent.price or 0.0) + open_price + expected.price > self.max_cost * ROUNDING:
                self.stopped = f"the next call would pass the limit of {self.max_cost:g}"
                raise NotAsked(self.stopped)
        turn.asked += 1
        self._under_way[question.name] = expected

    def _forget(self, question: Question) -> None:
        with self._lock:
            self._under_way.pop(question.name).turn.asked -= 1
