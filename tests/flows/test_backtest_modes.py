"""How a conversation of several turns is played, up to where it is valid, and what drifts or is noise."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from playhead.backtest import Backtest, Conversation
from playhead.config import Config
from playhead.deck import Deck
from tests.flows.shop import PROMPTS, SCRIPT, make_graph, talk, write_prompts
from tests.scripted import ScriptedModel

MESSAGES = ["hello", "what is a wheel", "and so", "what is a lamp", "bye"]
OTHER_PRICE = ("Name a price.", "fair price of {{message}}")
SAME_PRICE = ("Name a fair price.", "price of {{message}}")

Draft = Callable[..., Path]


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel(script=SCRIPT)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose code is one loaded module."""
    module = ModuleType("corner_shop")
    module.__file__ = str(tmp_path / "corner_shop.py")
    (tmp_path / "corner_shop.py").write_text("version = 1")
    monkeypatch.setitem(sys.modules, "corner_shop", module)
    return tmp_path


@pytest.fixture
def deck(project: Path, model: ScriptedModel) -> Iterator[Deck]:
    config = Config(project, project / "runs.db", write_prompts(project / "prompts", PROMPTS))
    with Deck(models={"default": model}, config=config) as made:
        talk(made, make_graph(), "c-1", MESSAGES)
        talk(made, make_graph(), "c-2", ["hi"])
        model.asked.clear()
        yield made


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    def write(**changed: tuple[str, str]) -> Path:
        return write_prompts(tmp_path / "draft", changed)

    return write


def first(backtest: Backtest) -> Conversation:
    return backtest.conversations[0]


# ── the two modes ────────────────────────────────────────────────────────────────────────────────────────────


def test_turn_by_turn_each_is_judged_on_its_own(deck: Deck, draft: Draft) -> None:
    found = first(deck.backtest(make_graph(), prompts=draft(price=OTHER_PRICE)))
    assert [turn.index for turn in found.turns if turn.replay is not None] == [1, 3]
    assert found.valid == 5
    assert [turn.index for turn in found.compared] == [1, 3]


def test_onward_the_state_flows_from_the_first_changed_turn(deck: Deck, model: ScriptedModel, draft: Draft) -> None:
    found = first(deck.backtest(make_graph(), prompts=draft(price=OTHER_PRICE), onward=True))
    assert [turn.index for turn in found.turns if turn.replay is not None] == [1, 2, 3, 4]
    assert "echo: fair price of what is a wheel" in [asked[-1].text for asked in model.asked][2]


def test_onward_comes_out_as_if_the_customer_had_said_it_all_again(
    deck: Deck, model: ScriptedModel, draft: Draft, tmp_path: Path
) -> None:
    folder = draft(price=OTHER_PRICE)
    found = first(deck.backtest(make_graph(), prompts=folder, onward=True))
    again = write_prompts(tmp_path / "again", {**PROMPTS, "price": OTHER_PRICE})
    with Deck(tmp_path / "again.db", prompts=again, models={"default": model}) as other:
        talk(other, make_graph(), "c-1", MESSAGES)
        said = [run.output for run in other.runs("c-1")]
    assert [turn.replay.output for turn in found.turns if turn.replay is not None] == said[1:]


def test_onward_it_is_valid_up_to_the_first_changed_reply(deck: Deck, draft: Draft) -> None:
    found = first(deck.backtest(make_graph(), prompts=draft(price=OTHER_PRICE), onward=True))
    assert found.valid == 2
    assert [turn.within_horizon for turn in found.turns] == [True, True, False, False, False]
    assert [turn.index for turn in found.compared] == [1]


def test_onward_a_change_that_changes_no_reply_has_no_horizon(deck: Deck, draft: Draft) -> None:
    found = first(deck.backtest(make_graph(), prompts=draft(check=("Fine?", "so check {{draft}}")), onward=True))
    assert any(turn.is_changed for turn in found.turns)
    assert found.valid == 5
    same = first(deck.backtest(make_graph(), prompts=draft(price=SAME_PRICE, check=PROMPTS["check"]), onward=True))
    assert [turn.index for turn in same.turns if turn.replay is not None] == [1, 3]


# ── code that changed ────────────────────────────────────────────────────────────────────────────────────────


def test_runs_of_other_code_are_replayed_exactly_first_and_those_that_agree_are_compared(
    deck: Deck, project: Path, draft: Draft, model: ScriptedModel
) -> None:
    (project / "corner_shop.py").write_text("version = 2")
    found = deck.backtest(make_graph(), prompts=draft(price=OTHER_PRICE))
    assert found.plan.count("other_code") == 6
    assert found.drifted == ()
    assert [turn.index for turn in first(found).compared] == [1, 3]
    assert len(model.asked) == 4


def test_what_drifts_is_reported_apart_and_not_compared(
    deck: Deck, project: Path, draft: Draft, model: ScriptedModel
) -> None:
    (project / "corner_shop.py").write_text("version = 2")
    graph = make_graph(talkative=True)
    found = deck.backtest(graph, prompts=draft(price=OTHER_PRICE))
    assert [(turn.thread, turn.index) for turn in found.drifted] == [("c-1", 0), ("c-1", 2), ("c-1", 4), ("c-2", 0)]
    assert {turn.drift.field for turn in found.drifted if turn.drift} == {"model call 0 messages[1].content"}
    assert [turn.index for turn in first(found).compared] == [1, 3]
    assert all(turn.replay is None for turn in found.drifted)


def test_where_todays_code_is_what_is_tried_its_runs_are_compared(
    deck: Deck, project: Path, model: ScriptedModel
) -> None:
    (project / "corner_shop.py").write_text("version = 2")
    found = deck.backtest(make_graph(talkative=True), code=True)
    assert found.plan.count("affected") == 6
    assert found.drifted == ()
    assert [turn.index for turn in first(found).turns if turn.is_changed] == [0, 2, 4]
    assert len(model.asked) == 4


def test_a_changed_state_reaches_every_run(deck: Deck, model: ScriptedModel) -> None:
    found = deck.backtest(make_graph(), state={"message": "what is a bell"})
    assert found.plan.count("affected") == 6
    assert all(turn.is_changed for turn in found.turns)


# ── the noise floor ──────────────────────────────────────────────────────────────────────────────────────────


def test_recorded_calls_of_the_changed_prompt_are_asked_again_unchanged(
    deck: Deck, model: ScriptedModel, draft: Draft
) -> None:
    found = deck.backtest(make_graph(), prompts=draft(price=OTHER_PRICE), control=2)
    assert [control.prompt for control in found.controls] == ["price", "price"]
    for control in found.controls:
        assert control.answer["message"].text == control.recorded.response["message"].text
        assert control.problem == ""
    unchanged = [asked for asked in model.asked if asked[-1].text.startswith("price of")]
    assert [asked[0].text for asked in unchanged] == ["Name a price."] * 2
    assert found.spent.calls == found.actual.calls + 2


def test_the_same_controls_are_drawn_every_time_and_never_asked_twice(
    deck: Deck, model: ScriptedModel, draft: Draft
) -> None:
    folder = draft(price=OTHER_PRICE)
    once = deck.backtest(make_graph(), prompts=folder, control=1)
    asked = len(model.asked)
    again = deck.backtest(make_graph(), prompts=folder, control=1)
    assert [control.recorded for control in again.controls] == [control.recorded for control in once.controls]
    assert len(model.asked) == asked
    assert again.remembered == asked


def test_a_model_that_is_not_the_one_that_answered_then_is_no_control(
    deck: Deck, model: ScriptedModel, draft: Draft
) -> None:
    model.model_name = "scripted-2"
    found = deck.backtest(make_graph(), prompts=draft(price=SAME_PRICE), control=1)
    assert "scripted-1 answered" in found.controls[0].problem
    assert found.controls[0].answer is None
