"""A replay with changes asks what changed, and says why; what does not change is served."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, TypedDict

import pytest
from langgraph.graph import START, StateGraph

import playhead
from playhead import ask, effect
from playhead.config import load_config
from playhead.deck import Deck
from playhead.errors import BadInput, NotRecorded, PromptSyntax, UnknownModel
from playhead.graph.reasons import both
from playhead.records import Run
from playhead.replays import Wanted, play
from tests.scripted import ScriptedModel

CONFIG: Any = {"configurable": {"thread_id": "t-1"}}
NAMES = ("classify", "draft", "check", "polish")
HEADER = """---
format: prompt/1
name: {name}
title: A test
description: A test.
owner: desk
notes: {note}
model: default
inputs:
  word: {{type: string, description: A word, examples: [hi]}}
---
=== system ===
You are {name}.
{{{{> _tone}}}}
{text}
=== user ===
{name}: {{{{word}}}}
"""
SENT: list[str] = []


class State(TypedDict, total=False):
    """A message, what it is about, and what was said."""

    message: str
    intent: str
    said: Annotated[list[str], operator.add]


@effect(idempotent=True)
def deliver(text: str) -> dict[str, Any]:
    SENT.append(text)
    return {"ok": text}


def classify(state: State) -> State:
    return {"intent": ask("classify", word=state["message"])}


def draft(state: State) -> State:
    return {"said": [ask("draft", word=f"{state['intent']} {state['message']}")]}


def check(state: State) -> State:
    ask("check", word=state["said"][-1])
    return {}


def polish(state: State) -> State:
    text = ask("polish", word=state["said"][-1])
    deliver(text)
    return {"said": [text]}


def desk() -> Any:
    graph = StateGraph(State)
    for before, (name, node) in zip(
        [START, *NAMES], [("classify", classify), ("draft", draft), ("check", check), ("polish", polish)], strict=False
    ):
        graph.add_node(name, node)
        graph.add_edge(before, name)
    return graph.compile()


def write(
    folder: Path, *names: str, text: str = "Be kind.", note: str = "none", tone: str | None = "Be polite."
) -> Path:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / f"{name}.md").write_text(HEADER.format(name=name, text=text, note=note), "utf-8")
    if tone is not None:
        (folder / "_tone.md").write_text(tone, "utf-8")
    return folder


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel()


@pytest.fixture
def deck(tmp_path: Path, model: ScriptedModel) -> Iterator[Deck]:
    SENT.clear()
    other = ScriptedModel(model_name="other", script={"": "another answer"})
    with playhead.open(
        tmp_path / "runs.db",
        prompts=write(tmp_path / "prompts", *NAMES),
        models={"default": model, "other": other},
        config=load_config(tmp_path),
    ) as opened:
        yield opened


@pytest.fixture
def run(deck: Deck) -> Run:
    deck.record(desk()).invoke({"message": "hello"}, CONFIG)
    return deck.runs("t-1")[-1]


def fates(replay: Any) -> list[str]:
    return [call.fate for call in replay.calls if call.kind == "model"]


def test_one_changed_prompt_of_four_asks_a_quarter_of_a_long_conversation(
    deck: Deck, model: ScriptedModel, tmp_path: Path
) -> None:
    recorded = deck.record(desk())
    for turn in range(10):
        recorded.invoke({"message": f"message {turn}"}, CONFIG)
    asked, sent = len(model.asked), len(SENT)
    assert asked == 40
    drafts = write(tmp_path / "drafts", "draft", text="Be very kind.", tone=None)
    replays = [deck.replay(run, desk(), prompts=drafts) for run in deck.runs("t-1")]
    assert len(model.asked) - asked == 10
    assert [fates(replay) for replay in replays] == [["reused", "re-asked", "reused", "reused"]] * 10
    assert [replay.output["said"] for replay in replays] == [run.output["said"] for run in deck.runs("t-1")]
    assert (len(SENT) - sent, sum(replay.effects_executed for replay in replays)) == (0, 0)


def test_the_wave_goes_on_only_where_answers_differ(deck: Deck, run: Run, model: ScriptedModel, tmp_path: Path) -> None:
    model.script = {"draft: ": "quite another draft"}
    drafts = write(tmp_path / "drafts", "draft", text="Be very kind.", tone=None)
    replay = deck.replay(run, desk(), prompts=drafts)
    assert fates(replay) == ["reused", "re-asked", "re-asked", "re-asked"]
    whys = [call.why for call in replay.calls if call.kind == "model"]
    assert whys[1] == "prompt draft.md line 15"
    assert whys[2].startswith("upstream draft.said[0]: echo: draft: echo: classify: hello hello → quite another draft")
    assert [call.fate for call in replay.calls if call.kind == "effect"] == ["held back"]


def test_a_changed_note_asks_nothing(deck: Deck, run: Run, model: ScriptedModel, tmp_path: Path) -> None:
    asked = len(model.asked)
    replay = deck.replay(run, desk(), prompts=write(tmp_path / "drafts", *NAMES, note="ask Ana"))
    assert (fates(replay), len(model.asked) - asked, replay.unchanged) == (["reused"] * 4, 0, True)


def test_a_changed_partial_changes_every_prompt_that_has_it(deck: Deck, run: Run, tmp_path: Path) -> None:
    replay = deck.replay(run, desk(), prompts=write(tmp_path / "drafts", tone="Be polite, and brief."))
    assert fates(replay) == ["re-asked"] * 4
    assert {call.why for call in replay.calls if call.kind == "model"} == {"prompt _tone.md line 1"}


def test_a_missing_file_means_the_recorded_text_even_where_todays_is_another(
    deck: Deck, run: Run, tmp_path: Path
) -> None:
    write(tmp_path / "prompts", "classify", "check", text="Rewritten since.")
    replay = deck.replay(run, desk(), prompts=write(tmp_path / "drafts", "draft", text="Now.", tone=None))
    assert fates(replay) == ["reused", "re-asked", "reused", "reused"]
    assert deck.replay(run, desk()).unchanged


def test_another_model_is_asked_wherever_its_alias_is_used(deck: Deck, run: Run) -> None:
    replay = deck.replay(run, desk(), models={"default": "other"})
    assert fates(replay) == ["re-asked"] * 4
    assert replay.calls[0].why == "model default = other"
    assert replay.output["said"][-1] == "another answer"


def test_an_unknown_model_is_said_before_anything_is_played(deck: Deck, run: Run) -> None:
    with pytest.raises(UnknownModel, match="othr"):
        deck.replay(run, desk(), models={"default": "othr"})


def test_a_model_that_a_node_holds_itself_cannot_be_exchanged_and_that_is_told(deck: Deck) -> None:
    own = ScriptedModel(model_name="own")
    builder = StateGraph(State)
    builder.add_node("draft", lambda state: {"said": [str(own.invoke(state["message"]).text)]})
    builder.add_edge(START, "draft")
    graph = builder.compile()
    deck.record(graph, "held").invoke({"message": "hi"}, {"configurable": {"thread_id": "t-2"}})
    (run,) = deck.runs("t-2")
    with pytest.raises(BadInput, match="A model that a node holds is its code's"):
        deck.replay(run, graph, models={"own": "other"})


def test_a_changed_state_is_there_before_the_first_step(deck: Deck, run: Run) -> None:
    replay = deck.replay(run, desk(), state={"message": "good bye", "said": ["before"]})
    assert replay.output["message"] == "good bye"
    assert replay.output["said"][0] == "before"
    assert fates(replay) == ["re-asked"] * 4
    assert replay.calls[0].why == "input word: hello → good bye"


def test_a_state_that_the_graph_has_not(deck: Deck, run: Run) -> None:
    with pytest.raises(BadInput, match=r"no 'mesage'\. Did you mean 'message'") as raised:
        deck.replay(run, desk(), state={"mesage": "x"})
    assert ":" not in str(raised.value.remedy).replace("It has", "")


def test_prompts_that_do_not_load_are_said_before_anything_is_played(
    deck: Deck, run: Run, model: ScriptedModel, tmp_path: Path
) -> None:
    asked, drafts = len(model.asked), write(tmp_path / "drafts", tone=None)
    (drafts / "draft.md").write_text("no prompt", "utf-8")
    with pytest.raises(PromptSyntax):
        deck.replay(run, desk(), prompts=drafts)
    assert len(model.asked) == asked


def test_strict_refuses_the_first_call_that_would_be_asked(
    deck: Deck, run: Run, model: ScriptedModel, tmp_path: Path
) -> None:
    asked = len(model.asked)
    with pytest.raises(NotRecorded, match=r"draft@2 has no recorded answer: prompt draft\.md line 15") as raised:
        deck.replay(run, desk(), prompts=write(tmp_path / "drafts", "draft", text="x", tone=None), strict=True)
    assert (raised.value.exit_code, len(model.asked)) == (4, asked)


def test_a_dry_play_says_what_is_asked_first(deck: Deck, run: Run, model: ScriptedModel, tmp_path: Path) -> None:
    model.script = {"classify: ": "book"}
    drafts = write(tmp_path / "drafts", "classify", text="x", tone=None)
    recording, wanted, asked = deck._recording(run.graph, deck.prompts, None), Wanted(prompts=drafts), len(model.asked)
    dry = play(recording, desk(), [run], wanted, dry=True)
    assert ([one.place.address for one in dry.pending], len(model.asked)) == (["classify@1"], asked)
    wet = deck.replay(run, desk(), prompts=drafts)
    first = next(call for call in wet.calls if call.fate == "re-asked")
    assert (first.address, first.why) == (dry.pending[0].place.address, dry.pending[0].why)


def test_the_original_is_as_it_was(deck: Deck, run: Run, tmp_path: Path) -> None:
    deck.replay(run, desk(), models={"default": "other"})
    again = deck.runs("t-1")
    assert [one.id for one in again] == [run.id]
    assert deck.replay(again[0], desk()).unchanged
    assert not deck.check().problems


def test_two_long_texts_are_shown_where_they_part() -> None:
    same = "the customer wrote a long story about the bicycle and then said that "
    shown = both(f"{same}she comes on Monday", f"{same}she comes on Tuesday")
    assert shown == "…that she comes on Monday → …that she comes on Tuesday"
    assert both("book", "reschedule") == "book → reschedule"
    assert all(len(side) <= 60 for side in both("x" * 500, "x" * 400 + "y" * 100).split(" → "))
