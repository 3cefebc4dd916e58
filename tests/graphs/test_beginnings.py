"""A run is replayed from the state it began from: that of the run before, one put there by hand, or an older one."""

from __future__ import annotations

import operator
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, TypedDict

import pytest
from langgraph.func import entrypoint
from langgraph.graph import START, StateGraph
from langgraph.types import Command, Send, interrupt

import playhead
from playhead.config import load_config
from playhead.deck import Deck
from playhead.errors import BadInput, Diverged, NotReplayable
from tests.graphs.shapes import chain
from tests.scripted import ScriptedModel

T: Any = {"configurable": {"thread_id": "t-1"}}
GIVEN: Any = {"notes": []}


class Talk(TypedDict, total=False):
    """A list that grows, and a word that is replaced."""

    notes: Annotated[list[str], operator.add]
    mode: str


def in_three(model: ScriptedModel, **options: Any) -> Any:
    """Three nodes, of which the second asks a model what hangs on the state."""

    def ask(state: Talk) -> Talk:
        return {"notes": [model.invoke(f"{state.get('mode')} {len(state['notes'])}").text]}

    def count(state: Talk) -> Talk:
        return {"notes": [f"{len(state['notes'])}"]}

    return chain(("one", count), ("two", ask), ("three", count), state=Talk, **options)


def with_question(model: ScriptedModel) -> Any:
    """The second node asks a person, too."""

    def ask(state: Talk) -> Talk:
        return {"notes": [model.invoke(str(state.get("mode"))).text, interrupt("ok?")]}

    return chain(("one", lambda state: {"notes": ["one"]}), ("ask", ask), ("last", lambda state: {}), state=Talk)


def with_a_question_beside(model: ScriptedModel) -> Any:
    """One of two nodes of a superstep asks a person, the other one a model."""
    graph = StateGraph(Talk)
    graph.add_node("ask", lambda state: {"notes": [f"{len(state['notes'])} {interrupt('ok?')}"]})
    graph.add_node("think", lambda state: {"notes": [model.invoke(str(len(state["notes"]))).text]})
    graph.add_node("last", lambda state: {"notes": [f"{len(state['notes'])}"]})
    graph.add_edge(START, "ask")
    graph.add_edge(START, "think")
    return graph.compile()


def flow_with_questions(model: ScriptedModel) -> Any:
    @entrypoint()
    def flow(given: Any) -> Any:
        return [interrupt("1"), model.invoke("think").text, interrupt("2"), interrupt("3")]

    return flow


def with_two_questions(model: ScriptedModel) -> Any:
    def ask(state: Talk) -> Talk:
        return {"notes": [interrupt("1"), str(state.get("mode")), interrupt("2")]}

    return chain(("ask", ask), state=Talk)


def around_a_question(model: ScriptedModel) -> Any:
    """A graph within it asks a person."""
    within = chain(("think", lambda state: {"notes": [model.invoke("think").text]}), ("ask", _asks), state=Talk)
    return chain(("before", lambda state: {}), ("within", within), ("after", lambda state: {}), state=Talk)


def _asks(state: Talk) -> Talk:
    return {"notes": [f"{state.get('mode')} {interrupt('ok?')}"]}


def that_remembers(model: ScriptedModel) -> Any:
    """A graph within it keeps its own state from run to run."""
    within = StateGraph(Talk)
    within.add_node("note", lambda state: {"notes": [f"{len(state['notes'])}"]})
    within.add_edge(START, "note")
    return chain(("before", lambda state: {}), ("within", within.compile(checkpointer=True)), state=Talk)


def that_remembers_and_asks(model: ScriptedModel) -> Any:
    within = StateGraph(Talk)
    within.add_node("ask", _asks)
    within.add_edge(START, "ask")
    return chain(("before", lambda state: {}), ("within", within.compile(checkpointer=True)), state=Talk)


def side_by_side(model: ScriptedModel) -> Any:
    graph = StateGraph(Talk)
    graph.add_node("plan", lambda state: None)
    graph.add_node("work", lambda state: {"notes": [model.invoke(state["n"]).text]})
    graph.add_node("join", lambda state: {"notes": ["joined"]})
    graph.add_edge(START, "plan")
    graph.add_conditional_edges("plan", lambda state: [Send("work", {"n": n}) for n in "abc"], ["work"])
    graph.add_edge("work", "join")
    return graph.compile()


def at(agent: Any, *next_nodes: str) -> Any:
    """The config of the newest state before these nodes."""
    return next(found.config for found in agent.get_state_history(T) if found.next == next_nodes)


Course = Callable[[Any], None]


def updated_between(agent: Any) -> None:
    agent.invoke(GIVEN, T)
    agent.update_state(T, {"mode": "loud"})
    agent.invoke(GIVEN, T)


def updated_before_the_first(agent: Any) -> None:
    agent.update_state(T, {"mode": "loud", "notes": ["by hand"]}, as_node="one")
    agent.invoke(None, T)


def updated_and_gone_on_with(agent: Any) -> None:
    agent.invoke(GIVEN, T)
    agent.update_state(T, {"mode": "loud"}, as_node="one")
    agent.invoke(None, T)


def back_in_time(agent: Any) -> None:
    agent.invoke(GIVEN, T)
    agent.invoke(None, at(agent, "two"))


def back_in_time_saved_at_the_end(agent: Any) -> None:
    agent.invoke(GIVEN, T)
    agent.invoke(None, at(agent, "two"), durability="exit")


def back_to_the_very_beginning(agent: Any) -> None:
    agent.invoke(GIVEN, T)
    agent.invoke(None, at(agent, "__start__"))


def back_again_and_again(agent: Any) -> None:
    agent.invoke(GIVEN, T)
    older = at(agent, "two")
    agent.invoke(None, older)
    agent.invoke(None, at(agent, "three"))
    agent.invoke(None, older)


def back_with_another_message(agent: Any) -> None:
    agent.invoke(GIVEN, T)
    agent.invoke({"notes": ["second"]}, T)
    agent.invoke({"notes": ["another"]}, at(agent, "two"))


def back_to_an_updated_state(agent: Any) -> None:
    agent.invoke(GIVEN, T)
    agent.invoke(None, agent.update_state(at(agent, "two"), {"mode": "loud"}))


def back_to_an_updated_state_twice(agent: Any) -> None:
    agent.invoke(GIVEN, T)
    updated = agent.update_state(at(agent, "two"), {"mode": "loud"})
    agent.invoke(None, updated)
    agent.invoke(None, updated)


def back_with_a_command(agent: Any) -> None:
    agent.invoke(GIVEN, T)
    agent.invoke(Command(update={"mode": "loud"}), at(agent, "two"))


def back_and_elsewhere(agent: Any) -> None:
    agent.invoke(GIVEN, T)
    agent.invoke(Command(goto="three"), at(agent, "two"))


def side_by_side_again(agent: Any) -> None:
    agent.invoke(GIVEN, T)
    agent.invoke(None, at(agent, "work", "work", "work"))


def updated_while_it_waited(agent: Any) -> None:
    agent.invoke(GIVEN, T)
    agent.update_state(T, {"mode": "loud"})
    agent.invoke(Command(resume="yes"), T)


def updated_before_what_asked(agent: Any) -> None:
    agent.invoke(GIVEN, T)
    agent.update_state(T, {"mode": "loud"}, as_node="one")
    agent.invoke(Command(resume="yes"), T)


def answered_by_hand(agent: Any) -> None:
    agent.invoke(GIVEN, T)
    agent.update_state(T, {"notes": ["by hand"]}, as_node="ask")
    agent.invoke(None, T)


def updated_between_two_answers(agent: Any) -> None:
    agent.invoke(GIVEN, T)
    agent.invoke(Command(resume="x"), T)
    agent.update_state(T, {"mode": "loud"}, as_node="__start__")
    agent.invoke(Command(resume="y"), T)
    agent.invoke(Command(resume="z"), T)


def asked_again_and_answered_otherwise(agent: Any) -> None:
    agent.invoke(GIVEN, T)
    agent.invoke(Command(resume="yes"), T)
    agent.invoke(None, at(agent, "ask"))
    agent.invoke(Command(resume="no"), T)


def asked_again_within(agent: Any) -> None:
    agent.invoke(GIVEN, T)
    agent.invoke(Command(resume="yes"), T)
    agent.invoke(None, at(agent, "within"))
    agent.invoke(Command(resume="no"), T)


def back_before_what_is_remembered(agent: Any) -> None:
    agent.invoke(GIVEN, T)
    agent.invoke({"notes": ["second"]}, T)
    agent.invoke(None, list(agent.get_state_history(T))[-3].config)


def back_to_an_updated_state_before_what_is_remembered(agent: Any) -> None:
    agent.invoke(GIVEN, T)
    agent.invoke({"notes": ["second"]}, T)
    older = next(found.config for found in agent.get_state_history(T) if found.next == ("within",))
    agent.invoke(None, agent.update_state(older, {"mode": "loud"}))


def again_and_again_before_what_is_remembered(agent: Any) -> None:
    agent.invoke(GIVEN, T)
    agent.invoke({"notes": ["second"]}, T)
    found = [found.config for found in agent.get_state_history(T) if found.next == ("within",)]
    for config in found:
        agent.invoke(None, config)


def back_to_a_state_of_what_remembers(agent: Any) -> None:
    agent.invoke(GIVEN, T)
    agent.invoke(None, agent.get_state(T, subgraphs=True).tasks[0].state.config)
    agent.invoke(Command(resume="yes"), T)


def commanded_before_a_message(agent: Any) -> None:
    agent.invoke(GIVEN, T)
    agent.invoke(Command(resume="yes"), T)
    agent.invoke(Command(goto="ask", update={"notes": ["put"]}), T)
    agent.invoke({"notes": ["b"]}, T)
    agent.invoke(Command(resume="yes"), T)


def commanded_twice_before_a_message(agent: Any) -> None:
    agent.invoke(GIVEN, T)
    agent.invoke(Command(resume="yes"), T)
    agent.invoke(Command(goto="ask", update={"notes": ["put"]}), T)
    agent.invoke(Command(goto="ask", update={"mode": "loud", "notes": ["too"]}), T)
    agent.invoke({"notes": ["b"]}, T)


def commanded_beside_what_had_ended(agent: Any) -> None:
    agent.invoke(GIVEN, T)
    agent.invoke(Command(goto="last", update={"notes": ["put"]}), T)
    agent.invoke(Command(resume="yes"), T)


def back_to_where_a_command_went(agent: Any) -> None:
    agent.invoke(GIVEN, T)
    agent.invoke(Command(goto="two", update={"notes": ["put"]}), T)
    for older in list(agent.get_state_history(T)):
        agent.invoke(None, older.config)


def answered_before_a_message(agent: Any) -> None:
    agent.invoke(1, T)
    agent.invoke(Command(resume="y"), T)
    agent.invoke(2, T)
    agent.invoke(Command(resume="z"), T)


def gone_on_with_after_an_answer(agent: Any) -> None:
    agent.invoke(1, T)
    agent.invoke(Command(resume="y"), T)
    agent.invoke(None, T)
    agent.invoke(Command(resume="z"), T)


REPLAYED: list[tuple[Callable[[ScriptedModel], Any], Course]] = [
    (in_three, updated_between),
    (in_three, updated_before_the_first),
    (in_three, updated_and_gone_on_with),
    (in_three, back_in_time),
    (in_three, back_in_time_saved_at_the_end),
    (in_three, back_to_the_very_beginning),
    (in_three, back_again_and_again),
    (in_three, back_with_another_message),
    (in_three, back_to_an_updated_state),
    (in_three, back_to_an_updated_state_twice),
    (in_three, back_with_a_command),
    (in_three, back_and_elsewhere),
    (side_by_side, side_by_side_again),
    (with_question, updated_while_it_waited),
    (with_question, updated_before_what_asked),
    (with_question, answered_by_hand),
    (with_question, asked_again_and_answered_otherwise),
    (with_question, commanded_before_a_message),
    (with_question, commanded_twice_before_a_message),
    (with_a_question_beside, commanded_beside_what_had_ended),
    (in_three, back_to_where_a_command_went),
    (flow_with_questions, answered_before_a_message),
    (flow_with_questions, gone_on_with_after_an_answer),
    (with_two_questions, updated_between_two_answers),
    (around_a_question, asked_again_within),
    (that_remembers, back_before_what_is_remembered),
    (that_remembers, back_to_an_updated_state_before_what_is_remembered),
    (that_remembers, again_and_again_before_what_is_remembered),
    (that_remembers_and_asks, back_to_a_state_of_what_remembers),
]
KEPT = [pair for pair in REPLAYED if pair[0] not in (that_remembers, that_remembers_and_asks, with_two_questions)]


def named(pair: Any) -> str:
    return str(pair[1].__name__)


@pytest.mark.parametrize("course", REPLAYED, ids=named)
def test_every_run_is_replayed_exactly_from_where_it_began(
    deck: Deck, course: tuple[Callable[[ScriptedModel], Any], Course]
) -> None:
    model = ScriptedModel()
    graph = course[0](model)
    course[1](deck.record(graph))
    asked = len(model.asked)
    for run in deck.runs("t-1"):
        replay = deck.replay(run, graph)
        assert replay.unchanged, replay.divergence
        assert replay.output == run.output or run.status == "interrupted"
    assert len(model.asked) == asked


@pytest.mark.parametrize("course", REPLAYED, ids=named)
def test_the_tape_of_the_last_run_is_replayed_as_well(
    deck: Deck, tmp_path: Path, course: tuple[Callable[[ScriptedModel], Any], Course]
) -> None:
    graph = course[0](ScriptedModel())
    course[1](deck.record(graph))
    deck.tape(deck.runs("t-1")[-1], tmp_path / "last.json")
    with playhead.open(tmp_path / "other.db", config=load_config(tmp_path)) as other:
        other.load(tmp_path / "last.json")
        assert all(other.replay(run, graph).unchanged for run in other.runs("t-1"))


def told_the_same_twice(agent: Any) -> None:
    agent.invoke(GIVEN, T)
    for _ in range(2):
        agent.invoke(Command(update={"notes": ["again"]}), T)
    for _ in range(2):
        agent.invoke(Command(resume="y"), T)


def sent_there_twice(agent: Any) -> None:
    agent.invoke(GIVEN, T)
    for _ in range(2):
        agent.invoke(Command(goto="ask"), T)
    for _ in range(2):
        agent.invoke(Command(resume="y"), T)


@pytest.mark.parametrize("course", [told_the_same_twice, sent_there_twice], ids=lambda course: str(course.__name__))
def test_a_tape_of_each_run_tells_what_waited_from_what_equal_commands_wrote_later(
    deck: Deck, tmp_path: Path, course: Course
) -> None:
    graph = with_two_questions(ScriptedModel())
    course(deck.record(graph))
    for run in deck.runs("t-1"):
        deck.tape(run, tmp_path / f"{run.id}.json")
        with playhead.open(tmp_path / f"{run.id}.db", config=load_config(tmp_path)) as other:
            other.load(tmp_path / f"{run.id}.json")
            assert other.replay(other.run(run.id), graph).unchanged


@pytest.mark.parametrize("course", KEPT, ids=named)
def test_what_is_kept_of_such_a_replay_is_replayed_as_well(
    deck: Deck, course: tuple[Callable[[ScriptedModel], Any], Course]
) -> None:
    graph = course[0](ScriptedModel())
    course[1](deck.record(graph))
    kept = deck.keep(deck.replay(deck.runs("t-1")[-1], graph))
    assert all(deck.replay(run, graph).unchanged for run in deck.runs(kept.thread))


def test_a_pause_before_a_node_is_gone_on_from_with_the_state_changed_meanwhile(deck: Deck) -> None:
    graph = in_three(ScriptedModel()).copy(update={"interrupt_before_nodes": ["two"]})
    agent = deck.record(graph)
    agent.invoke(GIVEN, T)
    agent.update_state(T, {"mode": "loud"})
    agent.invoke(None, T)
    assert deck.replay(deck.runs("t-1")[-1], graph).unchanged


@pytest.mark.parametrize("course", [updated_while_it_waited, asked_again_and_answered_otherwise])
def test_code_that_changed_is_found_there_too(deck: Deck, course: Course) -> None:
    graph = with_question(ScriptedModel())
    course(deck.record(graph))
    changed = chain(
        ("one", lambda state: {"notes": ["one"]}),
        ("ask", lambda state: {"notes": [f"no model, {interrupt('ok?')}"]}),
        ("last", lambda state: {}),
        state=Talk,
    )
    with pytest.raises(Diverged, match="ask@"):
        deck.replay(deck.runs("t-1")[-1], changed)


def test_another_prompt_is_tried_from_the_state_that_was_put_there_by_hand(deck: Deck) -> None:
    model = ScriptedModel()
    agent = deck.record(with_question(model))
    updated_while_it_waited(agent)
    replay = deck.replay(deck.runs("t-1")[-1], with_question(model), code=True)
    assert replay.unchanged
    assert {call.fate for call in replay.calls} == {"reused"}


# ── what no recording can give ───────────────────────────────────────────────────────────────────────────────


def refused(deck: Deck, graph: Any) -> str:
    """Why the conversation's last run cannot be replayed, nor from its tape."""
    run = deck.runs("t-1")[-1]
    with pytest.raises(NotReplayable) as raised:
        deck.replay(run, graph)
    with TemporaryDirectory() as folder, playhead.open(f"{folder}/other.db", config=load_config(Path(folder))) as other:
        deck.tape(run, f"{folder}/run.json")
        other.load(f"{folder}/run.json")
        with pytest.raises(NotReplayable) as from_tape:
            other.replay(other.runs("t-1")[-1], graph)
    assert from_tape.value.problem == raised.value.problem
    return raised.value.problem


def test_a_command_beside_a_graph_that_waits_is_said_not_to_be_replayable(deck: Deck) -> None:
    graph = around_a_question(ScriptedModel())
    agent = deck.record(graph)
    agent.invoke(GIVEN, T)
    agent.invoke(Command(goto="after"), T)
    assert refused(deck, graph) == "a graph within the state that it began from was waiting there"


def test_a_second_answer_to_an_older_question_is_said_not_to_be_replayable(deck: Deck) -> None:
    graph = with_question(ScriptedModel())
    agent = deck.record(graph)
    agent.invoke(GIVEN, T)
    agent.invoke(Command(resume="yes"), T)
    agent.invoke(Command(resume="no"), at(agent, "ask"))
    assert "answered the question of an older state" in refused(deck, graph)


def test_so_is_a_run_whose_state_was_mended_between_its_attempts(deck: Deck) -> None:
    def two(state: Talk) -> Talk:
        if state.get("mode") != "mended":
            raise ValueError(state)
        return {"notes": ["two"]}

    graph = chain(("one", lambda state: {"notes": ["one"]}), ("two", two), state=Talk)
    agent = deck.record(graph)
    with pytest.raises(ValueError, match="one"):
        agent.invoke(GIVEN, T)
    assert deck.replay(deck.runs("t-1")[-1], graph).unchanged
    agent.update_state(T, {"mode": "mended"})
    agent.invoke(None, T)
    assert "between its attempts" in refused(deck, graph)


def test_so_is_one_whose_inner_graph_was_changed_while_it_waited(deck: Deck) -> None:
    graph = around_a_question(ScriptedModel())
    agent = deck.record(graph)
    agent.invoke(GIVEN, T)
    inner = agent.get_state(T, subgraphs=True).tasks[0].state.config
    agent.update_state(inner, {"mode": "loud"})
    agent.invoke(Command(resume="yes"), T)
    assert refused(deck, graph) == "a state within it (within) was changed by hand before it went on"


def test_so_is_one_that_went_back_to_a_state_within_a_state_within_it(deck: Deck) -> None:
    inmost = StateGraph(Talk)
    inmost.add_node("ask", _asks)
    inmost.add_edge(START, "ask")
    within = StateGraph(Talk)
    within.add_node("inmost", inmost.compile(checkpointer=True))
    within.add_edge(START, "inmost")
    graph = chain(("within", within.compile(checkpointer=True)), state=Talk)
    agent = deck.record(graph)
    agent.invoke(GIVEN, T)
    agent.invoke(None, agent.get_state(T, subgraphs=True).tasks[0].state.config)
    assert refused(deck, graph) == "it went back to a state within it (within/inmost)"


def test_verify_tells_it_from_code_that_changed(deck: Deck) -> None:
    graph = with_question(ScriptedModel())
    agent = deck.record(graph, "asking")
    agent.invoke(GIVEN, T)
    agent.invoke(Command(resume="yes"), T)
    agent.invoke(Command(resume="no"), at(agent, "ask"))
    (found,) = deck.verify(deck.runs("t-1"), graph)
    assert (found.verdict, found.divergence) == ("not verified", None)


@pytest.mark.parametrize("pair", [pair for pair in REPLAYED if pair not in KEPT], ids=named)
def test_what_could_not_be_told_apart_once_kept_is_not_kept(
    deck: Deck, pair: tuple[Callable[[ScriptedModel], Any], Course]
) -> None:
    graph = pair[0](ScriptedModel())
    pair[1](deck.record(graph))
    with pytest.raises(BadInput, match="set out from several states"):
        deck.keep(deck.replay(deck.runs("t-1")[-1], graph))
