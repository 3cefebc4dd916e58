"""Random edits of random recordings: only requests that were never recorded are asked, and no answer is stale.

The oracle runs the edited graph bare, with a table of answers keyed by the words of a request, filled from the
recording. A replay must say what it says, and ask what it asks.
"""

from __future__ import annotations

import itertools
import json
import operator
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, TypedDict

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, BaseMessage
from langgraph.graph import END, START, StateGraph
from langgraph.types import Send

import playhead
from playhead import ask
from playhead.config import load_config
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
---
=== system ===
{text}
=== user ===
{{{{word}}}}
"""
NAMES = ("one", "two", "three", "four")
TEXTS = ("Be kind.", "Be brief.", "Be kind. Number: odd")
WORDS = ("red", "green", "blue")


class State(TypedDict, total=False):
    """A word, a second one, and what was said."""

    word: str
    other: str
    said: Annotated[list[str], operator.add]


class Answering(ScriptedModel):
    """Answers by the request alone: coarsely, so that many changes have the same answer."""

    def _answer(self, messages: list[BaseMessage]) -> AIMessage:
        with self._lock:
            self._asked.append(list(messages))
        return AIMessage(answer(self.model_name, messages))


def answer(model: str, messages: list[BaseMessage]) -> str:
    """What every model says: the word it was asked, and whether numbers are odd to it."""
    return (
        f"{messages[-1].text.split()[0]}{' odd' if 'odd' in messages[0].text else ''}{'!' if model == 'loud' else ''}"
    )


def node(name: str, of: Callable[[State], str]) -> Callable[[State], State]:
    return lambda state: {"said": [ask(name, word=of(state))]}


def last(state: State) -> str:
    return (state.get("said") or [state["word"]])[-1]


def in_a_row() -> Any:
    graph = StateGraph(State)
    for before, name in itertools.pairwise((START, *NAMES)):
        graph.add_node(name, node(name, last))
        graph.add_edge(before, name)
    return graph.compile()


def words(state: State) -> list[Send]:
    return [Send("two", {"word": word}) for word in (last(state), state["other"], "same", "same")]


def side_by_side() -> Any:
    graph = StateGraph(State)
    graph.add_node("one", node("one", last))
    graph.add_node("two", lambda state: {"said": [ask("two", word=state["word"])]})
    graph.add_node("three", node("three", lambda state: " ".join(sorted(state["said"]))))
    graph.add_edge(START, "one")
    graph.add_conditional_edges("one", words, ["two"])
    graph.add_edge("two", "three")
    return graph.compile()


def in_a_loop() -> Any:
    graph = StateGraph(State)
    graph.add_node("one", lambda state: {"said": [ask("one", word=last(state)), ask("two", word=state["other"])]})
    graph.add_edge(START, "one")
    graph.add_conditional_edges("one", lambda state: "one" if len(state["said"]) < 6 else END, ["one", END])
    return graph.compile()


def by_topic() -> Any:
    graph = StateGraph(State)
    for name in NAMES:
        graph.add_node(name, node(name, last))
    graph.add_edge(START, "one")
    graph.add_conditional_edges("one", lambda state: "three" if "odd" in last(state) else "two", ["two", "three"])
    graph.add_edge("two", "four")
    graph.add_edge("three", "four")
    return graph.compile()


def within() -> Any:
    inner = side_by_side()
    graph = StateGraph(State)
    graph.add_node("inner", inner)
    graph.add_node("four", node("four", last))
    graph.add_edge(START, "inner")
    graph.add_edge("inner", "four")
    return graph.compile()


SHAPES = [in_a_row, side_by_side, in_a_loop, by_topic, within]

prompts = st.fixed_dictionaries({name: st.sampled_from(TEXTS) for name in NAMES})
edits = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(TEXTS), max_size=3)
state_edits = st.dictionaries(st.sampled_from(["word", "other"]), st.sampled_from(WORDS), max_size=1)


def write(folder: Path, texts: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in texts.items():
        model = "second" if name in ("two", "four") else "default"
        (folder / f"{name}.md").write_text(HEADER.format(name=name, model=model, text=text), "utf-8")
    return folder


def request(model: str, messages: Any) -> str:
    return json.dumps([model, [message.text for message in messages]])


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(SHAPES), prompts, edits, state_edits, st.booleans(), st.sampled_from(WORDS))
def test_only_requests_that_were_not_recorded_are_asked_and_no_answer_is_stale(
    shape: Any, texts: dict[str, str], edited: dict[str, str], state: dict[str, str], louder: bool, word: str
) -> None:
    with TemporaryDirectory() as name:
        check(Path(name), shape(), texts, edited, state, louder, word)


def check(
    folder: Path, graph: Any, texts: dict[str, str], edited: dict[str, str], state: Any, louder: bool, word: str
) -> None:
    given_state = {"word": word, "other": "grey"}
    first, second, loud = Answering(), Answering(model_name="second"), Answering(model_name="loud")
    models = {"default": first, "second": second, "loud": loud}
    config: Any = {"configurable": {"thread_id": "t"}}
    with playhead.open(
        folder / "runs.db", prompts=write(folder / "then", texts), models=models, config=load_config(folder)
    ) as deck:
        deck.record(graph).invoke(given_state, config)
        run = deck.runs("t")[-1]
        recorded = Counter(request(call.name, call.request["messages"]) for call in run.calls)
        before = Counter(request(m.model_name, one) for m in models.values() for one in m.asked)
        changes: dict[str, Any] = {"code": True}
        if edited:
            changes["prompts"] = write(folder / "now", edited)
        if louder:
            changes["models"] = {"second": "loud"}
        if state:
            changes["state"] = state
        replay = deck.replay(run, graph, **changes)
        asked = Counter(request(m.model_name, one) for m in models.values() for one in m.asked) - before
        second_now = models["loud" if louder else "second"].model_name
        made, said = oracle(folder, graph, {**texts, **edited}, {**given_state, **state}, second_now)
    assert replay.output["said"] == said, "a stale answer"
    for one in made | asked:
        if one not in recorded:
            assert asked[one] == made[one], "what was never recorded is asked each time, and once"
        else:  # a recorded answer may also stand at its own place after it was used elsewhere
            assert asked[one] <= max(made[one] - recorded[one], 0), "it was recorded, and asked all the same"
    fates = Counter(call.fate for call in replay.calls)
    assert fates["reused"] == made.total() - asked.total()


def oracle(
    folder: Path, graph: Any, texts: dict[str, str], given_state: Any, second: str
) -> tuple[Counter[str], list[str]]:
    """The edited graph run anew: what it asks, and what is said."""
    bare = {"default": Answering(), "second": Answering(model_name=second)}
    prompts = write(folder / "oracle", texts)
    with playhead.open(folder / "oracle.db", prompts=prompts, models=bare, config=load_config(folder)) as deck:
        said = deck.record(graph).invoke(given_state, {"configurable": {"thread_id": "t"}})["said"]
    made = Counter(request(m.model_name, messages) for m in bare.values() for messages in m.asked)
    return made, said
