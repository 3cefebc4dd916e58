"""A node asks a prompt file's question, recorded and unrecorded, sync and async."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage

import playhead
from playhead import aask, ask, prompt
from playhead.deck import Deck
from playhead.errors import BadAnswer, BadInput, MissingInput, PromptNotFound, UnknownModel
from playhead.graph import asking
from tests.graphs.shapes import NOTHING, chain
from tests.scripted import ScriptedModel

HEADER = """---
format: prompt/1
name: {name}
title: A test
description: A test.
owner: desk
model: {model}
inputs:
  word: {{type: string, description: A word, examples: [hi]}}
{output}---
=== system ===
You are {name}.
=== user ===
The word: {{{{word}}}}
"""
SCHEMA = """output:
  schema: {type: object, additionalProperties: false, required: [n], properties: {n: {type: integer}}}
"""
CONFIG: Any = {"configurable": {"thread_id": "t-1"}}


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    folder = tmp_path / "prompts"
    folder.mkdir()
    for name, model, output in [
        ("say", "default", ""),
        ("count", "{name: default, temperature: 0}", SCHEMA),
        ("lost", "nobody", ""),
    ]:
        (folder / f"{name}.md").write_text(HEADER.format(name=name, model=model, output=output), "utf-8")
    return folder


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel()


@pytest.fixture
def deck(tmp_path: Path, prompts: Path, model: ScriptedModel) -> Iterator[Deck]:
    with playhead.open(tmp_path / "runs.db", prompts=prompts, models={"default": model}) as opened:
        yield opened


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between attempts, none of which is really made."""
    made: list[float] = []

    async def instead(seconds: float) -> None:
        made.append(seconds)

    monkeypatch.setattr(asking, "sleep", made.append)
    monkeypatch.setattr(asking, "asleep", instead)
    return made


def play(deck: Deck, node: Any) -> Any:
    return deck.record(chain(("node", node))).invoke(NOTHING, CONFIG)["notes"]


def test_without_a_schema_the_answer_is_text(deck: Deck) -> None:
    assert play(deck, lambda state: {"notes": [ask("say", word="hi")]}) == ["echo: The word: hi"]


def test_with_a_schema_the_answer_is_checked_data(deck: Deck, model: ScriptedModel) -> None:
    model.script = {"word": {"n": 3}}
    assert play(deck, lambda state: {"notes": [ask("count", word="hi")["n"]]}) == [3]


async def test_an_async_node_asks_as_well(deck: Deck, model: ScriptedModel) -> None:
    model.script = {"word": {"n": 3}}

    async def node(state: Any) -> Any:
        return {"notes": [await aask("count", word="hi")]}

    assert (await deck.record(chain(("node", node))).ainvoke(NOTHING, CONFIG))["notes"] == [{"n": 3}]
    (call,) = deck.runs("t-1")[0].calls
    assert call.prompt is not None
    assert call.prompt.name == "count"


def test_the_call_records_its_prompt_inputs_schema_and_parameters(deck: Deck, model: ScriptedModel) -> None:
    model.script = {"word": {"n": 3}}
    play(deck, lambda state: {"notes": [ask("count", word="hi")]})
    (run,) = deck.runs("t-1")
    (call,) = run.calls
    assert call.prompt is not None
    assert (call.prompt.name, call.inputs) == ("count", {"word": "hi"})
    assert "The word: {{word}}" in next(iter(call.prompt.files.values()))
    assert call.request["params"]["temperature"] == 0
    assert call.request["params"]["response_format"]["json_schema"]["schema"]["required"] == ["n"]
    assert run.steps[-1].prompts == ("count",)


def test_an_answer_that_does_not_fit_is_asked_again_with_what_is_wrong(
    deck: Deck, model: ScriptedModel, pauses: list[float]
) -> None:
    model.script = {"cannot be used": ['{"n": "two"}', '{"n": 3}'], "word": "not JSON"}
    assert play(deck, lambda state: {"notes": [ask("count", word="hi")["n"]]}) == [3]
    calls = deck.runs("t-1")[0].calls
    assert [call.attempt for call in calls] == [1, 2, 3]
    assert [len(call.request["messages"]) for call in calls] == [2, 4, 4]
    assert "it is not JSON" in calls[1].request["messages"][-1].text


def test_when_no_answer_fits_it_is_a_bad_answer_and_every_attempt_is_recorded(
    deck: Deck, model: ScriptedModel, pauses: list[float]
) -> None:
    model.script = {"": '{"n": "two"}'}
    with pytest.raises(BadAnswer, match="'count'"):
        play(deck, lambda state: {"notes": [ask("count", word="hi")]})
    assert [call.attempt for call in deck.runs("t-1")[0].calls] == [1, 2, 3, 4]


def test_an_empty_answer_is_none(deck: Deck, model: ScriptedModel, pauses: list[float]) -> None:
    model.script = {"": ["", "there"]}
    assert play(deck, lambda state: {"notes": [ask("say", word="hi")]}) == ["there"]


def test_json_in_a_fence_is_json(deck: Deck, model: ScriptedModel) -> None:
    model.script = {"word": '```json\n{"n": 3}\n```'}
    assert play(deck, lambda state: {"notes": [ask("count", word="hi")["n"]]}) == [3]


def test_an_answer_cut_off_at_the_token_limit_is_not_used(
    deck: Deck, model: ScriptedModel, pauses: list[float]
) -> None:
    cut = AIMessage("We open at", response_metadata={"finish_reason": "length"})
    model.script = {"": [cut, "We open at 9."]}
    assert play(deck, lambda state: {"notes": [ask("say", word="hi")]}) == ["We open at 9."]


@pytest.mark.parametrize(
    "message",
    [
        AIMessage("", additional_kwargs={"refusal": "I will not."}),
        AIMessage("", response_metadata={"finish_reason": "content_filter"}),
    ],
)
def test_a_refusal_is_a_bad_answer_and_not_asked_again(
    deck: Deck, model: ScriptedModel, message: AIMessage, pauses: list[float]
) -> None:
    model.script = {"": message}
    with pytest.raises(BadAnswer, match="refused"):
        play(deck, lambda state: {"notes": [ask("say", word="hi")]})
    assert len(deck.runs("t-1")[0].calls) == 1


def test_an_error_that_passes_is_asked_again_after_growing_pauses(
    deck: Deck, model: ScriptedModel, pauses: list[float]
) -> None:
    model.script = {"": [ConnectionError(), TimeoutError(), ConnectionError(), "there"]}
    assert play(deck, lambda state: {"notes": [ask("say", word="hi")]}) == ["there"]
    assert [pause for pause in pauses if pause] == [0.5, 1.0, 2.0]
    assert [call.status for call in deck.runs("t-1")[0].calls] == ["failed", "failed", "failed", "done"]


def test_an_error_that_does_not_pass_is_raised_at_once(deck: Deck, model: ScriptedModel, pauses: list[float]) -> None:
    model.script = {"": KeyError("mistake")}
    with pytest.raises(KeyError):
        play(deck, lambda state: {"notes": [ask("say", word="hi")]})
    assert len(deck.runs("t-1")[0].calls) == 1


def test_a_prompts_messages_can_be_sent_by_the_nodes_own_code(deck: Deck, model: ScriptedModel) -> None:
    def node(state: Any) -> Any:
        return {"notes": [model.invoke([*prompt("say", word="hi"), HumanMessage("Now.")]).text]}

    assert play(deck, node) == ["echo: Now."]
    (call,) = deck.runs("t-1")[0].calls
    assert call.prompt is not None
    assert (call.prompt.name, call.inputs) == ("say", {"word": "hi"})


@pytest.mark.parametrize("how", ["invoke", "stream", "batch"])
def test_nothing_is_put_on_the_messages(deck: Deck, model: ScriptedModel, how: str) -> None:
    given = []

    def node(state: Any) -> Any:
        messages = prompt("say", word="hi")
        given.extend(messages)
        asked: Any = [messages] if how == "batch" else messages
        list(getattr(model, how)(asked))
        return {"notes": ["x"]}

    play(deck, node)
    assert deck.runs("t-1")[0].calls[0].prompt is not None
    for message in (*given, *model.asked[0]):
        assert (message.additional_kwargs, message.response_metadata) == ({}, {})


def test_calls_without_a_prompt_file_have_none(deck: Deck, model: ScriptedModel) -> None:
    play(deck, lambda state: {"notes": [ask("say", word="hi"), model.invoke("other").text]})
    assert [call.prompt is not None for call in deck.runs("t-1")[0].calls] == [True, False]


def test_an_unknown_prompt_is_named_with_the_nearest(deck: Deck) -> None:
    with pytest.raises(PromptNotFound, match="'say'"):
        play(deck, lambda state: {"notes": [ask("sya", word="hi")]})


def test_a_missing_input_is_named(deck: Deck) -> None:
    with pytest.raises(MissingInput, match="'word'"):
        play(deck, lambda state: {"notes": [ask("say")]})


def test_an_unknown_model_is_named(deck: Deck) -> None:
    with pytest.raises(UnknownModel, match="nobody"):
        play(deck, lambda state: {"notes": [ask("lost", word="hi")]})


def test_a_recording_without_prompts_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with playhead.open(tmp_path / "runs.db") as deck, pytest.raises(BadInput, match="prompts"):
        play(deck, lambda state: {"notes": [ask("say", word="hi")]})


class TestUnrecorded:
    @pytest.fixture(autouse=True)
    def project(self, prompts: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        asking._unrecorded.cache_clear()
        monkeypatch.chdir(prompts.parent)
        monkeypatch.setenv("PLAYHEAD_PROMPTS", str(prompts))
        yield
        asking._unrecorded.cache_clear()

    def test_it_works_with_the_projects_prompts_and_models(self) -> None:
        assert isinstance(ask("say", word="hi"), str)

    async def test_so_it_does_async(self) -> None:
        assert isinstance(await aask("say", word="hi"), str)

    def test_the_low_level_gives_plain_messages(self) -> None:
        system, user = prompt("say", word="hi")
        assert (system.text, user.text) == ("You are say.", "The word: hi")
        assert user.additional_kwargs == {}

    def test_without_a_folder_it_says_what_to_set(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("PLAYHEAD_PROMPTS")
        with pytest.raises(BadInput, match="PLAYHEAD_PROMPTS"):
            ask("say", word="hi")
