"""Which recorded calls an edit reaches, in graphs of many shapes: told without playing as a dry play tells it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypedDict

import pytest
from langgraph.func import entrypoint, task
from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt

import playhead
from playhead import ask, prompt
from playhead.config import load_config
from playhead.deck import Deck
from playhead.foresight import Foresight
from playhead.graph.dry import reached_by_play
from playhead.graph.reach import Reach, Reaching
from playhead.prompts import PromptSet
from playhead.records import Call, Replay, ReplayedCall, Run
from playhead.replays import Wanted, changes_of, play
from tests.scripted import ScriptedModel

PROMPT = """---
format: prompt/1
name: {name}
title: A test
description: A test.
owner: desk
model: {model}
inputs:
  word: {{type: string, description: A word, examples: [hi]}}
{more}---
=== system ===
You are {who}.
=== user ===
The word: {{{{word}}}}
"""


def asked_in(replay: Replay) -> list[ReplayedCall]:
    return [
        call
        for call in replay.calls
        if isinstance(call, ReplayedCall) and call.kind == "model" and call.fate in ("re-asked", "new")
    ]


def addresses(calls: Sequence[Call]) -> list[str]:
    return [call.address for call in calls]


def text_of(name: str, who: str = "", *, model: str = "default", more: str = "") -> str:
    return PROMPT.format(name=name, who=who or name, model=model, more=more)


def files(**texts: str) -> PromptSet:
    return PromptSet.from_files({f"{name}.md": text for name, text in texts.items()})


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Deck]:
    """A recording with three prompts: one, two and three."""
    folder = tmp_path / "prompts"
    folder.mkdir()
    for name in ("one", "two", "three"):
        (folder / f"{name}.md").write_text(text_of(name), "utf-8")
    config = load_config(tmp_path)
    models: dict[str, Any] = {"default": ScriptedModel(), "other": ScriptedModel(model_name="other")}
    with playhead.open(tmp_path / "r.db", prompts=folder, models=models, config=config, synchronous="NORMAL") as deck:
        yield deck


class Words(TypedDict, total=False):
    word: str
    a: str
    b: str
    c: str
    d: str


def asks(channel: str, *names: str) -> Callable[[Words], Words]:
    def node(state: Words) -> Any:
        word = state["word"]
        for name in names:
            word = ask(name, word=word)
        return {channel: word}

    return node


def built(edges: Sequence[tuple[str, str]], **nodes: Callable[[Words], Words]) -> Any:
    builder = StateGraph(Words)
    for name, node in nodes.items():
        builder.add_node(f"to_{name}", node)
    for left, right in edges:
        builder.add_edge(left if left == START else f"to_{left}", right if right == END else f"to_{right}")
    return builder.compile()


def recorded(deck: Deck, made: Any, given: Any = None) -> Run:
    agent = deck.record(made, "g")
    agent.invoke(given or {"word": "hi"}, {"configurable": {"thread_id": "t"}})
    return deck.runs("t")[-1]


def reach_of(deck: Deck, made: Any, wanted: Wanted) -> Reach:
    """What is reached, told without playing where that can be; a dry play must not say otherwise."""
    recording = deck._recording("g", deck.prompts, {})
    return Foresight(recording, made, wanted).of(deck.runs("t"))


def dry_reach(deck: Deck, made: Any, wanted: Wanted) -> Reach:
    recording = deck._recording("g", deck.prompts, {})
    reaching = Reaching(recording, changes_of(wanted, made, None))
    return reached_by_play(reaching, deck.runs("t"), play(recording, made, deck.runs("t"), wanted, dry=True))


def test_of_two_questions_in_one_step_the_second_may_follow(desk: Deck) -> None:
    made = built([(START, "a"), ("a", END)], a=asks("a", "one", "two"))
    recorded(desk, made)
    wanted = Wanted(prompts=files(one=text_of("one", "new"), two=text_of("two", "new")))
    reach = reach_of(desk, made, wanted)
    assert [call.ordinal for call in reach.first_wave] == [0]
    assert [call.ordinal for call in reach.downstream] == [1]
    assert reach == dry_reach(desk, made, wanted)


def test_questions_of_steps_side_by_side_are_all_certain_and_what_joins_them_may_follow(desk: Deck) -> None:
    made = built(
        [(START, "a"), (START, "b"), ("a", "c"), ("b", "c"), ("c", END)],
        a=asks("a", "one"),
        b=asks("b", "two"),
        c=asks("c", "three"),
    )
    recorded(desk, made)
    wanted = Wanted(prompts=files(one=text_of("one", "new"), two=text_of("two", "new")))
    reach = reach_of(desk, made, wanted)
    assert sorted(addresses(reach.first_wave)) == ["to_a@1", "to_b@1"]
    assert addresses(reach.downstream) == ["to_c@2"]
    assert reach == dry_reach(desk, made, wanted)


def test_what_stands_beside_or_before_a_changed_question_is_kept(desk: Deck) -> None:
    made = built(
        [(START, "a"), ("a", "b"), ("a", "c"), ("b", END), ("c", END)],
        a=asks("a", "one"),
        b=asks("b", "two"),
        c=asks("c", "three"),
    )
    recorded(desk, made)
    reach = reach_of(desk, made, Wanted(prompts=files(two=text_of("two", "new"))))
    assert (addresses(reach.first_wave), reach.downstream, reach.kept) == (["to_b@2"], (), 2)


def test_tasks_of_a_flow_that_may_hang_on_each_other_are_not_called_certain(desk: Deck) -> None:
    @task
    def look(name: str, word: str) -> str:
        return str(ask(name, word=word))

    @entrypoint()
    def flow(word: str) -> str:
        return look("two", look("one", word).result()).result()

    recorded(desk, flow, "hi")
    wanted = Wanted(prompts=files(one=text_of("one", "new"), two=text_of("two", "new")))
    reach = reach_of(desk, flow, wanted)
    assert addresses(reach.first_wave) == ["flow@0/look@0[0]"]
    assert reach == dry_reach(desk, flow, wanted)


def test_after_an_interrupt_all_of_the_next_run_may_follow(desk: Deck) -> None:
    def waits(state: Words) -> Any:
        return {"b": interrupt("well?")}

    made = built(
        [(START, "a"), ("a", "b"), ("b", "c"), ("c", END)], a=asks("a", "one"), b=waits, c=asks("c", "two")
    ).copy()
    made = desk.record(made, "g")
    made.invoke({"word": "hi"}, {"configurable": {"thread_id": "t"}})
    desk.resume("t", made, answer="yes")
    wanted = Wanted(prompts=files(one=text_of("one", "new")))
    reach = reach_of(desk, made, wanted)
    assert (addresses(reach.first_wave), addresses(reach.downstream)) == (["to_a@1"], ["to_c@3"])
    assert reach.turn == desk.runs("t")[-1].id
    later = reach_of(desk, made, Wanted(prompts=files(two=text_of("two", "new"))))
    assert (addresses(later.first_wave), later.kept) == (["to_c@3"], 1)


def test_a_prompt_that_does_not_take_the_recorded_inputs_is_certain_of_nothing(desk: Deck) -> None:
    made = built([(START, "a"), ("a", "b"), ("b", END)], a=asks("a", "one"), b=asks("b", "two"))
    recorded(desk, made)
    more = "  tone: {type: string, description: How, examples: [warm]}\n"
    changed = text_of("one", more=more).replace("The word:", "{{tone}}:")
    reach = reach_of(desk, made, Wanted(prompts=files(one=changed)))
    assert (reach.first_wave, addresses(reach.downstream)) == ((), ["to_a@1", "to_b@2"])


def test_a_question_that_another_recorded_call_answers_is_not_called_certain(desk: Deck) -> None:
    made = built([(START, "a"), ("a", "b"), ("b", END)], a=asks("a", "one"), b=asks("b", "two"))
    run = recorded(desk, made)
    wanted = Wanted(prompts=files(one=text_of("one", "two")))
    reach = reach_of(desk, made, wanted)
    assert (reach.first_wave, len(reach.downstream)) == ((), 2)
    replay = desk.replay(run, made, prompts=wanted.prompts)
    assert replay.receipt is not None
    assert len(asked_in(replay)) <= replay.receipt.high.calls


def test_another_model_for_an_alias_reaches_every_question_that_names_it(desk: Deck) -> None:
    made = built([(START, "a"), (START, "b"), ("a", END), ("b", END)], a=asks("a", "one"), b=asks("b", "two"))
    recorded(desk, made)
    wanted = Wanted(models={"default": "other"})
    reach = reach_of(desk, made, wanted)
    assert sorted(addresses(reach.first_wave)) == ["to_a@1", "to_b@1"]
    assert {plan.model for plan in reach.certain} == {"other"}
    assert reach == dry_reach(desk, made, wanted)
    assert not reach_of(desk, made, Wanted(models={"nobody's": "other"})).any


def test_settings_reach_what_the_file_asks_and_not_what_a_node_s_own_model_is_asked(desk: Deck) -> None:
    model = ScriptedModel(model_name="own")

    def own(state: Words) -> Any:
        return {"b": model.invoke(prompt("two", word=state["word"])).text}

    tuned = "{name: default, temperature: 0.5}"
    hot = "{name: default, temperature: 0.9}"
    for name in ("one", "two"):
        (desk.config.root / "prompts" / f"{name}.md").write_text(text_of(name, model=tuned), "utf-8")
    made = built([(START, "a"), (START, "b"), ("a", END), ("b", END)], a=asks("a", "one"), b=own)
    recorded(desk, made)
    wanted = Wanted(prompts=files(one=text_of("one", model=hot), two=text_of("two", model=hot)))
    reach = reach_of(desk, made, wanted)
    assert addresses(reach.first_wave) == ["to_a@1"]
    assert reach == dry_reach(desk, made, wanted)


def test_a_change_of_notes_reaches_nothing(desk: Deck) -> None:
    made = built([(START, "a"), ("a", END)], a=asks("a", "one"))
    recorded(desk, made)
    assert not reach_of(desk, made, Wanted(prompts=files(one=text_of("one").replace("A test.", "Another.")))).any


def test_of_a_changed_state_the_dry_play_tells(desk: Deck) -> None:
    made = built([(START, "a"), ("a", "b"), ("b", END)], a=asks("a", "one"), b=asks("b", "two"))
    run = recorded(desk, made)
    assert addresses(reach_of(desk, made, Wanted(state={"word": "bye"})).first_wave) == ["to_a@1"]
    told = desk.receipt(run, made, state={"word": "bye"})
    assert (told.certain, told.may_follow) == (1, 1)
    replay = desk.replay(run, made, state={"word": "bye"})
    assert len(asked_in(replay)) == 2 == told.worst.calls


def test_a_question_that_was_never_recorded_is_certain_too(desk: Deck) -> None:
    def may_ask(state: Words) -> Any:
        return {"a": ask("one", word=state["word"]) if state["word"] == "bye" else "nothing"}

    made = built([(START, "a"), ("a", END)], a=may_ask)
    recorded(desk, made)
    reach = reach_of(desk, made, Wanted(state={"word": "bye"}))
    assert reach.first_wave == ()
    assert [(plan.input_tokens, plan.new_characters > 0) for plan in reach.certain] == [(None, True)]
