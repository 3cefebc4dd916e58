"""A backtest ends before its time: by Ctrl-C, for want of money, because it is clear; and goes on from there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage
from langchain_core.runnables import RunnableLambda

from playhead.backtest import Limit, Progress
from playhead.backtest.desk import CHARACTERS_PER_TOKEN, Desk
from playhead.backtest.limits import Limits
from playhead.backtest.running import Runner
from playhead.config import Config
from playhead.deck import Deck
from playhead.errors import BadInput, NotAsked
from playhead.foresight import Foresight
from playhead.graph.again import asked_by
from playhead.graph.questions import Question
from playhead.receipt import Prices
from playhead.store import Store
from tests.flows.shop import PROMPTS, SCRIPT, make_graph, talk, write_prompts
from tests.scripted import ScriptedModel

TALKS = {f"c-{number}": ["hello", f"what is a wheel {number}", f"what is a lamp {number}"] for number in range(3)}
CALLS = 12  # in each of six turns the price is asked again, and the check that reads it
OTHER_PRICE = ("Name a price.", "fair price of {{message}}")
PRICES = {"scripted-1": {"input": 1e6 / 20, "output": 0.0}}  # every call sends two messages of ten tokens: 1 USD each

Draft = Callable[..., Path]


class Interrupted(ScriptedModel):
    """Somebody presses Ctrl-C when it is asked for the n-th time, before it is asked anything."""

    at: int = 0

    def _answer(self, messages: Any) -> Any:
        if self.at and len(self.asked) + 1 == self.at:
            self.at = 0
            raise KeyboardInterrupt
        return super()._answer(messages)


@pytest.fixture
def model() -> Interrupted:
    return Interrupted(script=SCRIPT)


@pytest.fixture
def deck(tmp_path: Path, model: Interrupted) -> Iterator[Deck]:
    prompts = write_prompts(tmp_path / "prompts", PROMPTS)
    config = Config(tmp_path, tmp_path / "runs.db", prompts, prices=PRICES)
    with Deck(models={"default": model}, config=config, synchronous="OFF") as made:
        for thread, messages in TALKS.items():
            talk(made, make_graph(), thread, messages)
        model.asked.clear()
        yield made


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    return write_prompts(tmp_path / "draft", {"price": OTHER_PRICE})


# ── Ctrl-C ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("concurrency", [1, 4])
def test_stopped_at_any_call_and_gone_on_with_nothing_is_asked_twice(
    tmp_path: Path, deck: Deck, model: Interrupted, draft: Path, concurrency: int
) -> None:
    for at in range(1, CALLS + 1):
        model.asked.clear()
        model.at = at
        name = f"stopped at {at}"
        first = deck.backtest(make_graph(), prompts=draft, experiment=name, concurrency=concurrency)
        assert first.stopped == "the backtest was stopped"
        assert len(model.asked) == first.spent.calls < CALLS
        second = deck.backtest(make_graph(), prompts=draft, concurrency=concurrency, **_resume(name, first.spent.calls))
        assert second.stopped == ""
        assert len(model.asked) == CALLS
        assert len({asked[-1].text for asked in model.asked}) == CALLS
        assert (second.remembered, second.spent.calls) == (first.spent.calls, CALLS - first.spent.calls)
        assert second.actual.calls == CALLS


def _resume(name: str, kept: int) -> dict[str, Any]:
    return {"resume": name} if kept else {"experiment": name}


def test_what_is_gone_on_with_comes_out_as_if_it_had_never_stopped(deck: Deck, model: Interrupted, draft: Path) -> None:
    whole = deck.backtest(make_graph(), prompts=draft, experiment="whole")
    model.asked.clear()
    model.at = 5
    deck.backtest(make_graph(), prompts=draft, experiment="parts", concurrency=1)
    parts = deck.backtest(make_graph(), prompts=draft, resume="parts")
    for left, right in zip(whole.turns, parts.turns, strict=True):
        calls = [
            [(call.address, call.name, call.fate, call.why, _said(call)) for call in turn.replay.calls]
            for turn in (left, right)
            if turn.replay is not None
        ]
        assert calls[:1] == calls[1:]
        assert (left.spent, left.is_changed) == (right.spent, right.is_changed)


def _said(call: Any) -> Any:
    return call.response["message"].text if call.kind == "model" else call.response


def test_a_process_that_is_killed_loses_no_answer(tmp_path: Path, deck: Deck, model: Interrupted, draft: Path) -> None:
    code = f"""
import os, sys
sys.path[:0] = {[str(Path(__file__).parents[2]), *sys.path]!r}
from playhead.deck import Deck
from tests.flows.shop import SCRIPT, make_graph
from tests.scripted import ScriptedModel

class Killed(ScriptedModel):
    def _answer(self, messages):
        if len(self.asked) == 7:
            os._exit(9)
        return super()._answer(messages)

models = {{"default": Killed(script=SCRIPT)}}
with Deck({str(deck.store.location)!r}, prompts={str(tmp_path / "prompts")!r}, models=models) as deck:
    deck.backtest(make_graph(), prompts={str(draft)!r}, experiment="killed", concurrency=1)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 9, done.stderr.decode()
    found = deck.backtest(make_graph(), prompts=draft, resume="killed")
    assert (found.remembered, len(model.asked)) == (7, CALLS - 7)


def test_turns_that_were_not_played_say_why(deck: Deck, model: Interrupted, draft: Path) -> None:
    model.at = 3
    found = deck.backtest(make_graph(), prompts=draft, concurrency=1)
    problems = {turn.problem for turn in found.turns if turn.problem}
    assert problems
    assert not any(turn.is_compared for turn in found.turns if turn.problem)


def test_ctrl_c_ends_it_and_gives_what_came_so_far(deck: Deck, model: Interrupted, draft: Path) -> None:
    told: list[Progress] = []

    def press(progress: Progress) -> None:
        told.append(progress)
        if len(told) == 4:
            raise KeyboardInterrupt

    found = deck.backtest(make_graph(), prompts=draft, concurrency=1, progress=press)
    assert found.stopped == "the backtest was stopped"
    assert len(model.asked) == found.spent.calls < CALLS
    deck.backtest(make_graph(), prompts=draft)
    assert len(model.asked) == CALLS


# ── money ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("concurrency", [1, 8])
def test_it_stops_before_the_call_that_would_pass_the_limit(
    deck: Deck, model: Interrupted, draft: Path, concurrency: int
) -> None:
    found = deck.backtest(make_graph(), prompts=draft, max_cost=5.0, concurrency=concurrency)
    assert len(model.asked) == 5
    assert found.spent.price == pytest.approx(5.0)
    assert found.stopped == "the next call would pass the limit of 5"
    more = deck.backtest(make_graph(), prompts=draft, max_cost=20.0)
    assert more.stopped == ""
    assert len(model.asked) == CALLS


def test_what_its_money_was_found_for_is_asked_though_the_next_would_pass_the_limit(deck: Deck) -> None:
    refused: list[str] = []

    def another(_: float) -> None:
        with pytest.raises(NotAsked, match="the limit of 2") as told:
            desk.before(a_question("third"))
        refused.append(str(told.value))

    limits = Limits({"scripted-1": Limit(requests=60)}, lambda: 0.0)
    desk = Desk(deck.store, "e", limits, Prices.of(PRICES), max_cost=2.0, pause=another)
    desk.before(a_question("first"))
    desk.before(a_question("second"))  # has to wait for its model's limit; meanwhile comes the third
    assert len(refused) == 1


def test_an_answer_that_cannot_be_kept_leaves_its_place_to_others(deck: Deck) -> None:
    class Unspeakable:
        def __repr__(self) -> str:
            raise ValueError("no words")

    answer = AIMessage("yes", additional_kwargs={"with": Unspeakable()})
    desk = Desk(deck.store, "e", Limits({}, lambda: 0.0), Prices.of(PRICES), at_once=1)
    with pytest.raises(ValueError, match="no words"):
        asked_by(RunnableLambda(lambda _: answer), [], {}, a_question("first"), deck._encoder, desk)
    with ThreadPoolExecutor(1) as pool:
        try:
            pool.submit(desk.before, a_question("second")).result(10)
        finally:
            desk.stop()


def a_question(name: str) -> Question:
    """One that takes twenty tokens: 1 USD."""
    return Question(name, "c-0", "", "scripted-1", 20 * CHARACTERS_PER_TOKEN, None)


def test_money_is_not_bounded_where_a_price_is_missing(
    deck: Deck, model: Interrupted, draft: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[Any] = []
    reaches: Any = Foresight.of
    deck.config = replace(deck.config, prices={})
    with Deck(deck.store.location, models={"default": model}, config=deck.config) as other:
        with pytest.raises(BadInput, match="scripted-1 has no price"):
            other.backtest(make_graph(), prompts=draft, max_cost=5.0)
        assert model.asked == []
        with monkeypatch.context() as patched:
            patched.setattr(Foresight, "of", lambda *given: looked_at.append(given[1]) or reaches(*given))
            with pytest.raises(BadInput, match="scripted-1 has no price"):
                other.plan(make_graph(), prompts=draft, max_cost=5.0)
        assert len(looked_at) < len(TALKS)  # the first call without a price is enough
        assert other.backtest(make_graph(), prompts=draft).spent.price is None


def test_what_is_asked_lies_within_the_receipt(deck: Deck, draft: Path) -> None:
    found = deck.backtest(make_graph(), prompts=draft)
    receipt = found.plan.receipt
    assert receipt is not None
    assert receipt.certain == 6
    assert receipt.certain <= found.actual.calls <= receipt.worst.calls


def test_a_turn_asks_no_more_than_the_worst_case_on_the_receipt(deck: Deck, model: Interrupted, draft: Path) -> None:
    plan = deck.plan(make_graph(), prompts=draft)
    found = deck.backtest(plan=replace(plan, most=dict.fromkeys(plan.most, 1)))
    assert len(model.asked) == 6
    assert {turn.problem for turn in found.turns if turn.replay is not None} == {
        "Not asked: the turn's worst case on the receipt is 1 calls."
    }


# ── limits ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_question_waits_for_its_models_limit(deck: Deck, model: Interrupted, draft: Path) -> None:
    plan = deck.plan(make_graph(), prompts=draft)
    waits: list[float] = []
    limits = Limits({"scripted-1": Limit(requests=60)}, lambda: 0.0)
    desk = Desk(deck.store, plan.experiment, limits, Prices.of(PRICES), pause=waits.append)
    Runner(deck._ground(plan.graphs), plan, desk, Prices.of(PRICES), 1).run()
    assert waits == [float(second) for second in range(1, CALLS)]


def test_limits_are_configured_by_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from playhead.config import load_config

    (tmp_path / "pyproject.toml").write_text(
        '[tool.playhead.limits]\n"gpt-5-mini" = {requests = 500, tokens = 200000}\n'
    )
    assert load_config(tmp_path).limits == {"gpt-5-mini": {"requests": 500, "tokens": 200000}}
    (tmp_path / "pyproject.toml").write_text('[tool.playhead.limits]\n"gpt-5-mini" = {request = 500}\n')
    with pytest.raises(BadInput, match="limits"):
        load_config(tmp_path)


# ── enough ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_it_ends_when_enough_was_seen(deck: Deck, model: Interrupted, draft: Path) -> None:
    seen: list[str] = []

    def enough(conversation: Any) -> bool:
        seen.append(conversation.thread)
        return True

    found = deck.backtest(make_graph(), prompts=draft, enough=enough, concurrency=1)
    assert len(seen) == 1
    assert found.stopped == "the answer is clear"
    assert len(model.asked) < CALLS


def test_conversations_are_seen_in_an_order_that_is_the_same_every_time(deck: Deck, draft: Path) -> None:
    orders: list[list[str]] = []
    for concurrency in (1, 8):
        orders.append([])
        deck.backtest(
            make_graph(),
            prompts=draft,
            concurrency=concurrency,
            enough=lambda one: orders[-1].append(one.thread) or False,  # type: ignore[func-returns-value]
        )
    assert orders[0] == orders[1]
    assert sorted(orders[0]) == sorted(TALKS)


def test_it_tells_how_far_it_is(deck: Deck, draft: Path) -> None:
    told: list[Progress] = []
    deck.backtest(make_graph(), prompts=draft, progress=told.append)
    assert (told[-1].done, told[-1].runs, told[-1].asked) == (9, 9, CALLS)
    assert [each.done for each in told] == sorted(each.done for each in told)


def test_a_forgotten_customers_answers_are_not_kept(
    deck: Deck, model: Interrupted, draft: Path, tmp_path: Path
) -> None:
    deck.backtest(make_graph(), prompts=draft, experiment="before")
    deck.forget("c-1")
    found = deck.backtest(make_graph(), prompts=draft, resume="before")
    assert "c-1" not in [one.thread for one in found.conversations]
    assert isinstance(deck.store, Store)
