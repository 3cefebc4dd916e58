"""A replay that is kept is a run like any other: looked at, compared, gone on with, played again, forgotten."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import playhead
from playhead.config import load_config
from playhead.deck import Deck
from playhead.errors import BadInput, RunNotFound
from playhead.records import Run
from tests.flows.test_fork import deck, drafting, prompted, prompts, recorded, rows_of, write_prompts
from tests.graphs.shapes import NOTHING, SHAPES
from tests.scripted import ScriptedModel

__all__ = ["deck", "prompts"]
CONFIG: Any = {"configurable": {"thread_id": "c-1"}, "metadata": {"customer": "ana"}}


def ended(run: Run) -> list[tuple[str, str]]:
    """How each step of a run ended."""
    return [(step.address, step.status) for step in run.steps]


@pytest.mark.parametrize("name", SHAPES)
async def test_a_kept_replay_of_any_shape_replays_exactly(deck: Deck, name: str, monkeypatch: Any) -> None:
    shape = SHAPES[name]
    agent = deck.record(shape.build(ScriptedModel))
    if shape.is_async:
        await agent.ainvoke(shape.given, {**CONFIG, **shape.config})
    else:
        agent.invoke(shape.given, {**CONFIG, **shape.config})
    (run,) = deck.runs("c-1")
    monkeypatch.setattr(ScriptedModel, "_answer", lambda *_: pytest.fail("a replay asked a model"))
    before = rows_of(deck, "c-1")
    kept = deck.keep(deck.replay(run, shape.build(ScriptedModel)))
    assert (kept.status, kept.metadata["replay_of"]) == (run.status, run.id)
    assert sorted(ended(kept)) == sorted(ended(run))  # those side by side may begin in any order
    assert deck.diff(kept).unchanged
    again = deck.replay(kept, shape.build(ScriptedModel))
    assert again.unchanged, again.divergence
    assert rows_of(deck, "c-1") == before and deck.check().problems == ()


def edited(deck: Deck, model: ScriptedModel) -> Any:
    """A replay with another topic, kept."""
    deck.record(drafting(model)).invoke({"notes": [], "topic": "given"}, CONFIG)
    replay = deck.replay(deck.runs("c-1")[0], drafting(model), state={"notes": ["put in"]})
    return deck.keep(replay)


def test_a_changed_state_is_kept_with_the_replay(deck: Deck) -> None:
    model = ScriptedModel()
    kept = edited(deck, model)
    asked = len(model.asked)
    assert kept.output["notes"][0] == "put in"
    assert deck.replay(kept, drafting(model)).unchanged and len(model.asked) == asked


def test_what_was_served_is_not_stored_again(deck: Deck) -> None:
    model = ScriptedModel()
    run = recorded(deck, drafting(model))
    kept = deck.keep(deck.replay(run, drafting(model)))
    assert [call.refs["request"] for call in kept.calls] == [call.refs["request"] for call in run.calls]
    assert [call.refs["response"] for call in kept.calls] == [call.refs["response"] for call in run.calls]
    assert [step.refs["output"] for step in kept.steps] == [step.refs["output"] for step in run.steps]


def test_another_turn_is_kept_beside_the_first(deck: Deck) -> None:
    model = ScriptedModel()
    first, second = recorded(deck, drafting(model)), recorded(deck, drafting(model))
    kept = deck.keep(deck.replay(first, drafting(model)))
    beside = deck.keep(deck.replay(second, drafting(model)), kept.thread)
    assert [run.id for run in deck.runs(kept.thread)] == [kept.id, beside.id]
    assert deck.replay(kept, drafting(model)).unchanged and deck.replay(beside, drafting(model)).unchanged
    assert [turn.unchanged for turn in deck.diff(second, beside).turns] == [True]


def test_the_prompts_of_a_kept_replay_are_those_it_asked(tmp_path: Path, prompts: Path) -> None:
    model, drafts = ScriptedModel(script={"Sort": "bikes"}), tmp_path / "drafts"
    drafts.mkdir()
    write_prompts(drafts, "{{! be kind }}Sort: {{text}}", "Reply warmly about {{topic}}")
    config = load_config(tmp_path)
    with playhead.open(tmp_path / "runs.db", prompts=prompts, models={"default": model}, config=config) as deck:
        run = recorded(deck, prompted())
        replay = deck.replay(run, prompted(), prompts=drafts)
        assert [call.fate for call in replay.calls] == ["reused", "re-asked"]
        kept = deck.keep(replay)
        assert "be kind" in kept.calls[0].prompt.files["sort.md"]
        assert kept.versions["prompts"] != run.versions["prompts"]
        asked = len(model.asked)
        assert deck.replay(kept, prompted()).unchanged and len(model.asked) == asked


def test_a_kept_replay_goes_with_its_customer(deck: Deck) -> None:
    kept = edited(deck, ScriptedModel())
    assert deck.threads_of("ana") == ["c-1", kept.thread]
    assert deck.forget("ana") == 2
    data = Path(deck.store.location).read_bytes()
    assert b"put in" not in data and kept.thread.encode() not in data
    assert deck.check().problems == ()


def test_what_was_forgotten_does_not_come_back(deck: Deck) -> None:
    model = ScriptedModel()
    deck.record(drafting(model)).invoke(NOTHING, CONFIG)
    replay = deck.replay(deck.runs("c-1")[0], drafting(model))
    deck.forget("ana")
    with pytest.raises(RunNotFound):
        deck.keep(replay)
    assert len(deck.threads()) == 1


def test_a_replay_is_kept_once_and_by_the_deck_that_played_it(deck: Deck, tmp_path: Path) -> None:
    model = ScriptedModel()
    run = recorded(deck, drafting(model))
    replay = deck.replay(run, drafting(model))
    config = load_config(tmp_path)
    with playhead.open(tmp_path / "other.db", config=config) as other, pytest.raises(BadInput, match="not played by"):
        other.keep(replay)
    fork = deck.fork(run, drafting(model), at="draft@2")
    with pytest.raises(BadInput, match="is kept already"):
        deck.keep(fork)


def test_a_fork_on_a_tape_replays_exactly_elsewhere(deck: Deck, tmp_path: Path) -> None:
    model = ScriptedModel()
    run = recorded(deck, drafting(model))
    fork = deck.fork(run, drafting(model), at="draft@2", state={"topic": "price"})
    deck.tape(deck.run(fork.id), tmp_path / "fork.json")
    with playhead.open(tmp_path / "other.db", config=load_config(tmp_path)) as other:
        (loaded,) = other.load(tmp_path / "fork.json")
        asked = len(model.asked)
        assert other.replay(loaded, drafting(model)).unchanged and len(model.asked) == asked


def test_a_shortened_name_means_the_original(deck: Deck) -> None:
    model = ScriptedModel()
    run = recorded(deck, drafting(model))
    deck.fork(run, drafting(model), at="draft@2")
    assert deck.thread("c-")[-1].id == run.id
