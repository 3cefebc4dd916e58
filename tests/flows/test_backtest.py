"""A change is tried on many recorded conversations: what it reaches is asked, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from playhead.backtest import Backtest, Conversation, Turn
from playhead.deck import Deck
from playhead.errors import BadInput, ExperimentNotFound, GraphNotFound, NothingSelected, PromptSyntax
from tests.flows.shop import PROMPTS, SCRIPT, make_graph, talk, write_prompts
from tests.scripted import ScriptedModel

TALKS = {
    "c-1": ["hello", "what does a wheel cost", "thanks"],
    "c-2": ["what does a chain cost", "what does a lamp cost"],
    "c-3": ["good morning"],
    "c-4": ["what is a tube", "bye"],
}


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel(script=SCRIPT)


@pytest.fixture
def deck(tmp_path: Path, model: ScriptedModel) -> Iterator[Deck]:
    prompts = write_prompts(tmp_path / "prompts", PROMPTS)
    with Deck(tmp_path / "runs.db", prompts=prompts, models={"default": model}, synchronous="OFF") as made:
        graph = make_graph()
        for thread, messages in TALKS.items():
            talk(made, graph, thread, messages, town="Ulm" if thread < "c-3" else "Bonn")
        model.asked.clear()
        yield made


@pytest.fixture
def draft(tmp_path: Path) -> Any:
    def write(**changed: tuple[str, str]) -> Path:
        return write_prompts(tmp_path / "draft", changed)

    return write


SHARPER = ("Name a fair price.", "price of {{message}}")
OTHER = ("Name a price.", "fair price of {{message}}")


def turn(backtest: Backtest, thread: str, index: int) -> Turn:
    return conversation(backtest, thread).turns[index]


def conversation(backtest: Backtest, thread: str) -> Conversation:
    return next(one for one in backtest.conversations if one.thread == thread)


# ── what is asked ────────────────────────────────────────────────────────────────────────────────────────────


def test_only_the_calls_of_the_changed_prompt_are_asked(deck: Deck, model: ScriptedModel, draft: Any) -> None:
    found = deck.backtest(make_graph(), prompts=draft(price=SHARPER))
    priced = [message for messages in TALKS.values() for message in messages if message.startswith("what")]
    assert sorted(asked[-1].text for asked in model.asked) == sorted(f"price of {message}" for message in priced)
    assert {asked[0].text for asked in model.asked} == {"Name a fair price."}
    assert found.spent.calls == found.actual.calls == len(priced)
    assert found.stopped == ""


def test_conversations_that_never_used_the_prompt_are_not_opened(deck: Deck, draft: Any) -> None:
    found = deck.backtest(make_graph(), prompts=draft(price=SHARPER))
    assert [one.thread for one in found.conversations] == ["c-1", "c-2", "c-4"]
    assert found.plan.count("affected") == 4
    assert found.plan.count("unaffected") == 4
    assert [one.replay is not None for one in conversation(found, "c-1").turns] == [False, True, False]


def test_an_answer_that_stays_moves_nothing_and_one_that_changes_moves_what_follows(deck: Deck, draft: Any) -> None:
    same = deck.backtest(make_graph(), prompts=draft(price=SHARPER))
    assert not any(one.is_changed for one in same.turns)
    other = deck.backtest(make_graph(), prompts=draft(price=OTHER))
    assert [one.index for one in other.turns if one.is_changed and one.thread == "c-2"] == [0, 1]
    fates = {
        call.name if call.kind != "model" else call.prompt.name: call.fate
        for call in turn(other, "c-1", 1).replay.calls
    }
    assert fates == {"sort": "reused", "price": "re-asked", "check": "re-asked", "tell_customer": "held back"}


def test_every_turn_comes_out_as_if_all_had_been_replayed_one_by_one(
    deck: Deck, model: ScriptedModel, draft: Any
) -> None:
    for changed in (
        {"price": OTHER},
        {"sort": ("Sort.", "sort: it {{message}}")},
        {"reply": ("Be kind.", "{{message}} {{before}}")},
    ):
        folder = draft(**changed)
        found = deck.backtest(make_graph(), prompts=folder)
        asked = len(model.asked)
        model.asked.clear()
        played = {one.runs[-1].id: one for one in found.turns if one.replay is not None}
        for thread in TALKS:
            for run in deck.runs(thread):
                alone = deck.replay(run, make_graph(), prompts=folder)
                if run.id in played:
                    assert played[run.id].replay.output == alone.output
                else:
                    assert alone.unchanged
        assert asked == len(model.asked)
        model.asked.clear()
        for file in folder.iterdir():
            file.unlink()


@pytest.mark.parametrize("concurrency", [1, 64])
def test_sync_and_async_graphs_are_played_alike(
    tmp_path: Path, model: ScriptedModel, draft: Any, concurrency: int
) -> None:
    prompts = write_prompts(tmp_path / "prompts", PROMPTS)
    outputs = []
    for is_async in (False, True):
        graph = make_graph(is_async=is_async)
        with Deck(tmp_path / f"{is_async}.db", prompts=prompts, models={"default": model}) as deck:
            import asyncio

            agent = deck.record(graph, "shop")
            for message in TALKS["c-1"]:
                config: Any = {"configurable": {"thread_id": "c-1"}}
                asyncio.run(agent.ainvoke({"message": message}, config))
            model.asked.clear()
            found = deck.backtest(graph, prompts=draft(sort=("Sort.", "sort: {{message}}")), concurrency=concurrency)
            assert len(model.asked) == 3
            outputs.append([one.replay.output for one in found.turns])
    assert outputs[0] == outputs[1]


# ── what is selected ─────────────────────────────────────────────────────────────────────────────────────────


def test_conversations_are_selected_by_their_facts(deck: Deck, draft: Any) -> None:
    found = deck.backtest(make_graph(), prompts=draft(price=SHARPER), where=["town=Bonn"])
    assert [one.thread for one in found.conversations] == ["c-4"]
    assert conversation(found, "c-4").facts["town"] == "Bonn"


def test_where_nothing_matches_it_says_so(deck: Deck, draft: Any) -> None:
    with pytest.raises(NothingSelected, match="town=Kiel"):
        deck.plan(make_graph(), prompts=draft(price=SHARPER), where=["town=Kiel"])


def test_a_prompt_set_that_is_not_there_or_empty_is_refused(deck: Deck, tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        deck.plan(make_graph(), prompts=tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match="no prompt file"):
        deck.plan(make_graph(), prompts=tmp_path / "empty")


def test_a_graph_that_nobody_names_and_a_draft_that_does_not_load_are_refused(
    deck: Deck, draft: Any, tmp_path: Path, model: ScriptedModel
) -> None:
    with pytest.raises(GraphNotFound, match="shop"):
        deck.plan(prompts=draft(price=SHARPER))
    with pytest.raises(GraphNotFound, match="shop"):
        deck.plan({"desk": make_graph()}, prompts=draft(price=SHARPER))
    (tmp_path / "draft" / "price.md").write_text("no header")
    with pytest.raises(PromptSyntax):
        deck.plan(make_graph(), prompts=tmp_path / "draft")
    assert model.asked == []


def test_without_a_change_there_is_nothing_to_try(deck: Deck) -> None:
    with pytest.raises(BadInput, match="nothing is to be changed"):
        deck.plan(make_graph())


def test_the_change_is_told_in_words(deck: Deck, draft: Any) -> None:
    plan = deck.plan(make_graph(), prompts=draft(price=SHARPER), models={"default": "openai:gpt-5-mini"})
    assert plan.changed == ("prompt price.md line 12", "model default = openai:gpt-5-mini")


def test_another_model_reaches_every_run_that_asked_the_alias(deck: Deck) -> None:
    plan = deck.plan(make_graph(), models={"default": "embedded"})
    assert plan.count("affected") == 8


def test_a_model_that_no_conversation_asks_is_refused_instead_of_changing_nothing(deck: Deck) -> None:
    with pytest.raises(BadInput, match=r"nothing here asks a model of this name. Did you mean 'default'\?"):
        deck.plan(make_graph(), models={"defalt": "embedded"})


def test_the_same_change_to_the_same_runs_is_the_same_experiment(deck: Deck, draft: Any) -> None:
    folder = draft(price=SHARPER)
    name = deck.plan(make_graph(), prompts=folder).experiment
    assert deck.plan(make_graph(), prompts=folder).experiment == name
    assert deck.plan(make_graph(), prompts=folder, onward=True).experiment != name
    assert deck.plan(make_graph(), prompts=folder, where=["town=Ulm"]).experiment != name
    assert deck.plan(make_graph(), prompts=draft(price=OTHER)).experiment != name
    with pytest.raises(ExperimentNotFound, match=r"x-0"):
        deck.plan(make_graph(), prompts=folder, resume="x-0")
