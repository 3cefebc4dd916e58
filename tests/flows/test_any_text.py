"""Half characters, NUL, emoji, a million letters without a space: recorded exactly, or refused in words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypedDict

import pytest
from langchain_core.messages import HumanMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, StateGraph
from pydantic import BaseModel
from structlog.testing import capture_logs

from playhead import Deck, effect
from playhead.config import Config
from playhead.errors import BadInput
from tests.scripted import ScriptedModel

EXACT = {"NUL": "a\0b", "an emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467", "a million letters": "x" * 1_000_000}
HALF = "a\ud800b"
RAN: list[str] = []


@effect(idempotent=True)
def send(text: str) -> dict[str, str]:
    """Touch the world."""
    RAN.append(text)
    return {"sent": text}


@tool
def look(text: str) -> str:
    """Give a text back."""
    return text


@dataclass
class Said:
    """What somebody said."""

    text: str


class Heard(NamedTuple):
    """The same, and how often."""

    text: str
    times: int


class Card(BaseModel):
    """Who owns it."""

    owner: Any


class State(TypedDict, total=False):
    """What the graph knows."""

    text: Annotated[str, lambda _, new: new]
    found: Any


def graph(*, sends: bool = True) -> Any:
    """A node that says, looks and sends what it was told."""

    def work(state: State) -> State:
        ScriptedModel().invoke(state["text"])
        found = look.invoke({"text": state["text"]})
        if sends:
            send(state["text"])
        return {"found": found}

    builder = StateGraph(State)
    builder.add_node("work", work)
    builder.add_edge(START, "work")
    return builder


@pytest.fixture
def deck(tmp_path: Path) -> Any:
    """A deck of no project."""
    path = tmp_path / "runs.db"
    with Deck(path, synchronous="NORMAL", config=Config(root=tmp_path, store=path, prompts=None)) as opened:
        yield opened


def config(thread: str, **metadata: Any) -> Any:
    """Where and with which facts a graph is run."""
    return {"configurable": {"thread_id": thread}, "metadata": metadata}


@pytest.mark.parametrize("text", EXACT.values(), ids=EXACT)
def test_what_can_be_said_is_recorded_exactly(deck: Deck, text: str) -> None:
    agent = deck.record(graph().compile(), strict=True)
    agent.invoke({"text": text}, config("c-1", customer=text))
    deck.label("c-1", note=text)
    (run,) = deck.runs("c-1")
    model, looked, sent = run.calls
    assert (run.input["text"], run.output["found"], run.facts["customer"], run.facts["note"]) == (text,) * 4
    assert (model.request["messages"][0].content, looked.response, sent.request["text"]) == (text,) * 3
    assert sent.response == {"sent": text}
    assert agent.get_state(config("c-1")).values["found"] == text
    assert deck.check().problems == ()


@pytest.mark.parametrize("text", [EXACT["an emoji"], EXACT["a million letters"]], ids=["an emoji", "a million letters"])
def test_a_conversation_may_have_any_name_that_can_be_said(deck: Deck, text: str) -> None:
    deck.record(graph().compile()).invoke({"text": "hello"}, config(text, event=text))
    (run,) = deck.runs(text)
    assert (run.thread, run.cause, deck.threads()) == (text, text, [text])


@pytest.mark.parametrize("name", [HALF, EXACT["NUL"]], ids=["half a character", "NUL"])
def test_a_name_that_no_database_keeps_is_refused_before_anything_is_done(deck: Deck, name: str) -> None:
    RAN.clear()
    agent = deck.record(graph().compile())
    with pytest.raises(BadInput, match="thread_id"):
        agent.invoke({"text": "hello"}, config(name))
    with pytest.raises(BadInput, match="event"):
        agent.invoke({"text": "hello"}, config("c-1", event=name))
    assert (RAN, deck.threads(), deck.runs(name), deck.forget(name)) == ([], [], [], 0)
    deck.record(graph(sends=False).compile()).invoke({"text": "hello"}, config("c-1"))
    with pytest.raises(BadInput, match="label's name"):
        deck.label("c-1", **{name: 1})


def test_half_a_character_in_any_name_is_refused_in_words_before_anything_is_done(deck: Deck) -> None:
    RAN.clear()
    agent = deck.record(graph().compile())
    within: Any = {"thread_id": "c-1"}
    for given in ({"configurable": within, "metadata": {HALF: 1}}, {"configurable": {**within, HALF: 1}}):
        with pytest.raises(BadInput, match="fact's name"):
            agent.invoke({"text": "hello"}, given)
    with pytest.raises(BadInput, match="graph's name"):
        deck.record(graph().compile(), HALF)
    odd = StateGraph(State)
    odd.add_node(HALF, lambda _: {"found": "it"})
    odd.add_edge(START, HALF)
    with pytest.raises(BadInput, match="node"):
        deck.record(odd.compile())
    with pytest.raises(BadInput, match="thread_id"):
        agent.update_state({"configurable": {"thread_id": HALF}}, {"text": "hello"})
    assert (RAN, deck.threads(), agent.get_state({"configurable": {"thread_id": HALF}}).values) == ([], [], {})
    for asked in ({"checkpoint_ns": HALF}, {"checkpoint_id": HALF}):
        assert agent.get_state({"configurable": {**within, **asked}}).values == {}


def test_a_nul_in_the_name_of_a_fact_is_kept(deck: Deck) -> None:
    config_of: Any = {"configurable": {"thread_id": "c-1"}, "metadata": {EXACT["NUL"]: 1}}
    deck.record(graph(sends=False).compile()).invoke({"text": "hello"}, config_of)
    assert deck.runs("c-1")[0].metadata == {EXACT["NUL"]: 1}


def test_half_a_character_is_kept_as_langgraph_keeps_it_and_the_gap_is_told(deck: Deck) -> None:
    plain = graph(sends=False).compile(checkpointer=InMemorySaver())
    plain.invoke({"text": HALF}, config("c-1"))
    agent = deck.record(graph(sends=False).compile())
    with capture_logs() as told:
        agent.invoke({"text": HALF}, config("c-1", customer=HALF, channel="sms"))
    assert agent.get_state(config("c-1")).values == plain.get_state(config("c-1")).values
    gaps = [one for one in told if one["event"] == "not recorded"]
    assert gaps
    assert all("surrogates" in one["error"] for one in gaps)
    (run,) = deck.runs("c-1")
    assert (run.status, run.versions.keys() > {"code"}) == ("done", True)  # what can be said is there


def saying(text: Any) -> Any:
    """A graph whose node says this text."""
    builder = StateGraph(State)
    builder.add_node("say", lambda _: {"found": text})
    builder.add_edge(START, "say")
    return builder.compile()


WITHIN = {
    "a text": lambda text: text,
    "a mapping": lambda text: {"a": [{"b": (text,)}], "c": "?"},
    "a message": lambda text: HumanMessage([{"type": "text", "text": text}]),
    "a dataclass": Said,
    "a set": lambda text: {text},
    "a named tuple": lambda text: Heard(text, 1),
    "a path": lambda text: [Path(text)],
    "a model": lambda text: Card(owner=text),
}


@pytest.mark.parametrize("within", WITHIN.values(), ids=WITHIN)
def test_half_a_character_that_becomes_a_question_mark_is_told(deck: Deck, within: Any) -> None:
    with capture_logs() as told:
        deck.record(saying(within(HALF)), "words").invoke({"text": "why?"}, config("c-1"))
    (gap, *_) = [one for one in told if one.get("graph") == "words"]
    assert gap["event"] == "not recorded exactly"
    assert "half a character" in gap["error"]


@pytest.mark.parametrize("within", WITHIN.values(), ids=WITHIN)
def test_half_a_character_is_refused_in_words_by_a_strict_recording(deck: Deck, within: Any) -> None:
    with pytest.raises(BadInput, match="half a character"):
        deck.record(saying(within(HALF)), strict=True).invoke({"text": "hello"}, config("c-1"))
    with pytest.raises(BadInput, match="half a character"):
        deck.record(saying("hello"), strict=True).invoke({"text": HALF}, config("c-2"))


@pytest.mark.parametrize("within", WITHIN.values(), ids=WITHIN)
def test_a_question_mark_is_no_half_character(deck: Deck, within: Any) -> None:
    with capture_logs() as told:
        deck.record(saying(within("ça va? \U0001f600")), strict=True).invoke({"text": "ça va?"}, config("c-1"))
    assert told == []


def test_half_a_character_in_a_state_that_is_changed_by_hand_is_told(deck: Deck) -> None:
    agent = deck.record(saying("hello"))
    agent.invoke({"text": "hello"}, config("c-1"))
    with capture_logs() as told:
        agent.update_state(config("c-1"), {"text": HALF})
    assert "not recorded exactly" in [one["event"] for one in told]


def test_half_a_character_is_refused_in_words_by_an_effect_and_a_label(deck: Deck) -> None:
    RAN.clear()
    with pytest.raises(BadInput, match="not JSON: string contains surrogates"):
        deck.record(graph().compile()).invoke({"text": HALF}, config("c-1"))
    with pytest.raises(BadInput, match="cannot be stored: string contains surrogates"):
        deck.label("c-1", note=HALF)
    assert RAN == []
