"""A fork goes another way from a step: what came before costs nothing, and the thread it came from stays as it is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langgraph.graph import START, StateGraph
from langgraph.types import Send, interrupt

import playhead
from playhead import ask, effect
from playhead.config import load_config
from playhead.deck import Deck
from playhead.errors import BadInput, NotRecorded, NotReplayable, StepNotFound
from playhead.records import ReplayedCall, Run
from tests.graphs.shapes import NOTHING, Notes, chain
from tests.scripted import ScriptedModel

CONFIG: Any = {"configurable": {"thread_id": "c-1"}}


@pytest.fixture
def deck(tmp_path: Path) -> Iterator[Deck]:
    with playhead.open(tmp_path / "runs.db", synchronous="NORMAL", config=load_config(tmp_path)) as opened:
        yield opened


def rows_of(deck: Deck, thread: str) -> list[Any]:
    """Everything the database holds of a conversation, and every value."""
    deck.store.flush()
    with sqlite3.connect(deck.store.location) as raw:
        (number,) = raw.execute("SELECT id FROM threads WHERE name = ?", [thread]).fetchone()
        runs = "SELECT id FROM runs WHERE thread = ?"
        spaces = "SELECT id FROM spaces WHERE thread = ?"
        found = [raw.execute("SELECT * FROM threads WHERE id = ?", [number]).fetchall()]
        for table in ("runs", "spaces", "effects", "labels", "answers"):
            found.append(raw.execute(f"SELECT * FROM {table} WHERE thread = ?", [number]).fetchall())
        for table in ("steps", "calls", "fates"):
            found.append(raw.execute(f"SELECT * FROM {table} WHERE run IN ({runs})", [number]).fetchall())
        for table in ("checkpoints", "writes"):
            found.append(raw.execute(f"SELECT * FROM {table} WHERE space IN ({spaces})", [number]).fetchall())
        return found


def drafting(model: ScriptedModel) -> Any:
    """Sorts a message, drafts a reply to what it was sorted as, and polishes it."""

    def note(question: str) -> dict[str, list[str]]:
        return {"notes": [model.invoke(question).text]}

    class State(Notes):
        topic: str

    graph = StateGraph(State)
    graph.add_node("sort", lambda state: {"topic": model.invoke("sort").text})
    graph.add_node("draft", lambda state: note(f"draft {state['topic']}"))
    graph.add_node("polish", lambda state: note(f"polish {state['notes'][-1]}"))
    graph.add_edge(START, "sort")
    graph.add_edge("sort", "draft")
    graph.add_edge("draft", "polish")
    return graph.compile()


def recorded(deck: Deck, graph: Any, given: Any = NOTHING) -> Run:
    deck.record(graph).invoke(given, CONFIG)
    return deck.runs("c-1")[-1]


def fates(replay: Any) -> list[str]:
    return [call.fate for call in replay.calls]


def test_everything_before_the_step_is_reused_and_the_rest_follows_the_edit(deck: Deck) -> None:
    model = ScriptedModel()
    run = recorded(deck, drafting(model))
    asked, before = len(model.asked), rows_of(deck, "c-1")
    fork = deck.fork(run, drafting(model), at="draft@2", state={"topic": "price"})
    assert fates(fork) == ["reused", "re-asked", "re-asked"]
    assert fork.output["notes"] == ["echo: draft price", "echo: polish echo: draft price"]
    assert len(model.asked) - asked == 2
    assert rows_of(deck, "c-1") == before


def test_a_fork_is_on_the_recording_under_a_thread_of_its_own(deck: Deck) -> None:
    model = ScriptedModel()
    run = recorded(deck, drafting(model))
    fork = deck.fork(run, drafting(model), at="draft@2", state={"topic": "price"})
    assert fork.thread.startswith("c-1~") and len(fork.thread) == len("c-1~") + 6
    (kept,) = deck.runs(fork.thread)
    assert (kept.id, kept.status, kept.graph, kept.cause) == (fork.id, "done", run.graph, run.cause)
    assert kept.metadata["forked_from"] == run.id and kept.metadata["origin_thread"] == "c-1"
    assert kept.input == run.input and kept.output == fork.output
    calls = [(call.fate, call.why, call.recorded) for call in kept.calls if isinstance(call, ReplayedCall)]
    assert calls[0] == ("reused", "asks the same", 1)
    assert calls[1] == ("re-asked", "upstream sort.topic: echo: sort → price", 2)
    assert deck.check().problems == ()


def test_a_fork_that_changes_nothing_asks_nothing(deck: Deck) -> None:
    model = ScriptedModel()
    run = recorded(deck, drafting(model))
    asked = len(model.asked)
    fork = deck.fork(run, drafting(model), at="polish@3")
    assert fork.unchanged and set(fates(fork)) == {"reused"} and len(model.asked) == asked


def test_an_exact_replay_of_a_fork_asks_nothing(deck: Deck) -> None:
    model = ScriptedModel()
    run = recorded(deck, drafting(model))
    fork = deck.fork(run, drafting(model), at="draft@2", state={"topic": "price", "notes": ["put in"]})
    asked = len(model.asked)
    again = deck.replay(deck.run(fork.id), drafting(model))
    assert again.unchanged and set(fates(again)) == {"reused"} and len(model.asked) == asked
    assert again.output == fork.output == deck.run(fork.id).output


def test_a_fork_of_a_fork(deck: Deck) -> None:
    model = ScriptedModel()
    run = recorded(deck, drafting(model))
    first = deck.fork(run, drafting(model), at="draft@2", state={"topic": "price"})
    before = rows_of(deck, first.thread)
    second = deck.fork(deck.run(first.id), drafting(model), at="polish@3", state={"notes": ["put in"]})
    assert fates(second) == ["reused", "reused", "re-asked"]
    assert second.output["notes"] == ["echo: draft price", "put in", "echo: polish put in"]
    assert second.metadata["forked_from"] == first.id and rows_of(deck, first.thread) == before
    assert deck.replay(deck.run(second.id), drafting(model)).unchanged
    third = deck.fork(deck.run(second.id), drafting(model), at="draft@2", state={"topic": "hours"})
    assert third.output["notes"][0] == "echo: draft hours"
    assert deck.replay(deck.run(third.id), drafting(model)).unchanged


def test_a_conversation_goes_on_after_its_fork(deck: Deck) -> None:
    model = ScriptedModel()
    recorded(deck, drafting(model))
    run = recorded(deck, drafting(model))
    fork = deck.fork(run, drafting(model), at=run.steps[2].address, state={"topic": "price"})
    agent = deck.record(drafting(model))
    after = agent.invoke(NOTHING, {"configurable": {"thread_id": fork.thread}})
    assert after["notes"][:2] == ["echo: draft echo: sort", "echo: polish echo: draft echo: sort"]
    assert after["notes"][2:4] == ["echo: draft price", "echo: polish echo: draft price"]
    assert len(after["notes"]) == 6
    latest = deck.runs(fork.thread)[-1]
    assert "origin_thread" not in latest.metadata and latest.facts["origin_thread"] == "c-1"
    assert deck.replay(latest, drafting(model)).unchanged


def test_a_fork_within_a_subgraph(deck: Deck) -> None:
    model = ScriptedModel()

    def graph() -> Any:
        inner = chain(
            ("think", lambda state: {"notes": [model.invoke("think").text]}),
            ("speak", lambda state: {"notes": [model.invoke(f"speak {state['notes'][-1]}").text]}),
        )
        first = ("first", lambda state: {"notes": [model.invoke("first").text]})
        return chain(first, ("inner", inner), ("last", lambda state: {"notes": [model.invoke("last").text]}))

    run = recorded(deck, graph())
    fork = deck.fork(run, graph(), at="inner@2/speak@2", state={"notes": ["put in"]})
    assert fates(fork) == ["reused", "reused", "re-asked", "reused"]
    assert "echo: speak put in" in fork.output["notes"]
    assert deck.replay(deck.run(fork.id), graph()).unchanged


def test_a_fork_of_one_of_several_branches(deck: Deck) -> None:
    model = ScriptedModel()
    graph = StateGraph(Notes)
    graph.add_node("plan", lambda state: {"notes": ["planned"]})
    graph.add_node("draft", lambda state: {"notes": [model.invoke(f"draft {state['n']}").text]})
    graph.add_node("join", lambda state: {"notes": [model.invoke(f"join {len(state['notes'])}").text]})
    graph.add_edge(START, "plan")
    graph.add_conditional_edges("plan", lambda state: [Send("draft", {"n": n}) for n in "abc"], ["draft"])
    graph.add_edge("draft", "join")
    compiled = graph.compile()
    run = recorded(deck, compiled)
    fork = deck.fork(run, compiled, at="join@3", state={"notes": ["put in"]})
    assert fates(fork) == ["reused", "reused", "reused", "re-asked"]
    assert fork.output["notes"][-1] == "echo: join 5"
    assert deck.replay(deck.run(fork.id), compiled).unchanged


# ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────


def asking(model: ScriptedModel) -> Any:
    """Asks a model, then a person, then the model again."""

    def approve(state: Notes) -> Notes:
        draft = model.invoke("draft").text
        answer = interrupt({"ok?": draft})
        return {"notes": [draft, answer, model.invoke(f"final {answer}").text]}

    return chain(("before", lambda state: {"notes": [model.invoke("before").text]}), ("approve", approve))


@pytest.mark.parametrize("which", [0, 1], ids=["the run that asked", "the run that answered"])
def test_another_answer_than_the_recorded_one(deck: Deck, which: int) -> None:
    model = ScriptedModel()
    deck.record(asking(model)).invoke(NOTHING, CONFIG)
    deck.resume("c-1", asking(model), answer="yes")
    run, asked, before = deck.runs("c-1")[which], len(model.asked), rows_of(deck, "c-1")
    fork = deck.fork(run, asking(model), answer="no")
    assert fork.output["notes"] == ["echo: before", "echo: draft", "no", "echo: final no"]
    assert [call.fate for call in fork.calls] == ["reused", "reused", "reused", "re-asked"]
    assert len(model.asked) == asked + 1 and rows_of(deck, "c-1") == before
    first, second = deck.runs(fork.thread)
    assert (first.status, second.status, second.input) == ("interrupted", "done", {"resume": "no"})
    assert deck.replay(second, asking(model)).unchanged


def test_an_answer_is_given_where_it_was_asked_for_and_not_after_that(deck: Deck) -> None:
    approve, last = (lambda _: {"notes": [interrupt("ok?")]}), (lambda _: {"notes": ["told"]})
    graph = chain(("approve", approve), ("last", last))
    deck.record(graph).invoke(NOTHING, CONFIG)
    deck.resume("c-1", graph, answer="yes")
    with pytest.raises(BadInput, match="the question is that of approve@1, and last@2 comes after it"):
        deck.fork(deck.runs("c-1")[1], graph, at="last@2", answer="no")
    assert deck.fork(deck.runs("c-1")[1], graph, at="approve@1", answer="no").output["notes"] == ["no", "told"]


def test_an_answer_to_a_run_that_still_waits(deck: Deck) -> None:
    model = ScriptedModel()
    deck.record(asking(model)).invoke(NOTHING, CONFIG)
    (run,) = deck.runs("c-1")
    fork = deck.fork(run, asking(model), at="approve@2", answer="no")
    assert fork.output["notes"][-1] == "echo: final no"
    assert [call.fate for call in fork.calls] == ["reused", "reused", "reused", "new"]
    assert deck.runs("c-1")[0].status == "interrupted"
    assert deck.replay(deck.runs(fork.thread)[-1], asking(model)).unchanged
    deck.resume("c-1", asking(model), answer="yes")
    assert deck.runs("c-1")[-1].output["notes"][-1] == "echo: final yes"


def test_a_fork_that_waits_is_answered_on_its_own_thread(deck: Deck) -> None:
    model = ScriptedModel()
    deck.record(asking(model)).invoke(NOTHING, CONFIG)
    (run,) = deck.runs("c-1")
    fork = deck.fork(run, asking(model), at="approve@2", state={"notes": ["put in"]})
    assert fork.status == "interrupted"
    assert deck.resume(fork.thread, asking(model), answer="fine")["notes"] == [
        "echo: before",
        "put in",
        "echo: draft",
        "fine",
        "echo: final fine",
    ]
    latest = deck.runs(fork.thread)[-1]
    assert deck.replay(latest, asking(model)).unchanged
    assert deck.runs("c-1")[0].status == "interrupted" and len(deck.runs("c-1")) == 1


SENT: list[str] = []


@effect()
def tell(text: str) -> str:
    """Tell somebody."""
    SENT.append(text)
    return f"told {text}"


def test_what_was_done_before_the_question_is_not_done_again_on_the_fork(deck: Deck) -> None:
    SENT.clear()
    graph = chain(("ask", lambda state: {"notes": [tell("hello"), interrupt("ok?"), tell("bye")]}))
    deck.record(graph).invoke(NOTHING, CONFIG)
    (run,) = deck.runs("c-1")
    fork = deck.fork(run, graph, at="ask@1")
    deck.resume(fork.thread, graph, answer="yes")
    assert SENT == ["hello", "bye"]


def test_an_effect_after_the_answer_is_held_back(deck: Deck) -> None:
    SENT.clear()
    graph = chain(("ask", lambda state: {"notes": [tell("hello"), interrupt("ok?"), tell("bye")]}))
    deck.record(graph).invoke(NOTHING, CONFIG)
    fork = deck.fork(deck.runs("c-1")[0], graph, answer="yes")
    assert [call.fate for call in fork.calls] == ["reused", "reused", "held back"]
    assert "tell" in fork.stopped and SENT == ["hello"]
    kept = deck.runs(fork.thread)[-1]
    assert kept.status == "cancelled" and [call.fate for call in kept.calls] == ["reused", "held back"]
    assert deck.replay(kept, graph).unchanged and SENT == ["hello"]


# ── prompts ──────────────────────────────────────────────────────────────────────────────────────────────────


def write_prompts(folder: Path, sort: str, reply: str) -> None:
    for name, field, text in (("sort", "text", sort), ("reply", "topic", reply)):
        head = f"---\nformat: prompt/1\nname: {name}\ninputs:\n  {field}: {{type: string}}\n---\n"
        (folder / f"{name}.md").write_text(f"{head}=== user ===\n{text}\n")


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    folder = tmp_path / "prompts"
    folder.mkdir()
    write_prompts(folder, "Sort: {{text}}", "Reply about {{topic}}")
    return folder


def prompted() -> Any:
    return chain(
        ("sort", lambda state: {"notes": [ask("sort", text="a bike")]}),
        ("reply", lambda state: {"notes": [ask("reply", topic=state["notes"][-1])]}),
    )


def test_changed_prompts_count_from_the_step_on(tmp_path: Path, prompts: Path) -> None:
    model, drafts = ScriptedModel(), tmp_path / "drafts"
    drafts.mkdir()
    write_prompts(drafts, "Sort well: {{text}}", "Reply warmly about {{topic}}")
    config = load_config(tmp_path)
    with playhead.open(tmp_path / "runs.db", prompts=prompts, models={"default": model}, config=config) as deck:
        run = recorded(deck, prompted())
        fork = deck.fork(run, prompted(), at="reply@2", prompts=drafts)
        assert fates(fork) == ["reused", "re-asked"]
        assert fork.calls[1].why == "prompt reply.md line 8"
        assert fork.output["notes"][-1] == "echo: Reply warmly about echo: Sort: a bike"
        assert deck.replay(deck.run(fork.id), prompted()).unchanged
        other = deck.fork(run, prompted(), at="reply@2", models={"default": "embedded"}, prompts=prompts)
        assert other.calls[0].fate == "reused"


def test_one_prompt_asked_before_and_after_the_step(tmp_path: Path, prompts: Path) -> None:
    model, drafts = ScriptedModel(), tmp_path / "drafts"
    drafts.mkdir()
    write_prompts(drafts, "Sort well: {{text}}", "Reply warmly about {{topic}}")

    def graph() -> Any:
        return chain(
            *((name, lambda state, n=name: {"notes": [ask("sort", text=n)]}) for name in ("one", "two", "three"))
        )

    config = load_config(tmp_path)
    with playhead.open(tmp_path / "runs.db", prompts=prompts, models={"default": model}, config=config) as deck:
        run = recorded(deck, graph())
        fork = deck.fork(run, graph(), at="two@2", prompts=drafts)
        assert fork.output["notes"] == ["echo: Sort: one", "echo: Sort well: two", "echo: Sort well: three"]
        again = deck.replay(deck.run(fork.id), graph())
        assert again.unchanged and {call.fate for call in again.calls} == {"reused"}
        other = deck.fork(deck.run(fork.id), graph(), at="three@3", prompts=prompts)
        assert other.output["notes"] == ["echo: Sort: one", "echo: Sort well: two", "echo: Sort: three"]
        assert deck.replay(deck.run(other.id), graph()).unchanged


def test_the_models_that_were_put_in_stay_with_the_fork(tmp_path: Path, prompts: Path) -> None:
    config = load_config(tmp_path)
    models = {"default": ScriptedModel(), "other": ScriptedModel(model_name="scripted-2", script={"Reply": "hm"})}
    with playhead.open(tmp_path / "runs.db", prompts=prompts, models=models, config=config) as deck:
        run = recorded(deck, prompted())
        fork = deck.fork(run, prompted(), at="reply@2", models={"default": "other"})
        assert [call.name for call in fork.calls] == ["scripted-1", "scripted-2"]
        again = deck.replay(deck.run(fork.id), prompted())
        assert again.unchanged and set(fates(again)) == {"reused"}
        further = deck.fork(deck.run(fork.id), prompted(), at="reply@2", state={"notes": ["prices"]})
        assert [call.name for call in further.calls] == ["scripted-1", "scripted-2"]
        assert deck.replay(deck.run(further.id), prompted()).unchanged


# ── what is wrong ────────────────────────────────────────────────────────────────────────────────────────────


def test_an_unknown_step_is_named_with_the_nearest(deck: Deck) -> None:
    run = recorded(deck, drafting(ScriptedModel()))
    before = rows_of(deck, "c-1")
    with pytest.raises(StepNotFound, match="draft@2"):
        deck.fork(run, drafting(ScriptedModel()), at="drafts@2", state={"topic": "x"})
    with pytest.raises(BadInput, match="the graph's state has no 'topik'"):
        deck.fork(run, drafting(ScriptedModel()), at="draft@2", state={"topik": "x"})
    with pytest.raises(BadInput, match="a fork begins at a step"):
        deck.fork(run, drafting(ScriptedModel()), state={"topic": "x"})
    with pytest.raises(BadInput, match="neither waits for an answer nor was given one"):
        deck.fork(run, drafting(ScriptedModel()), answer="x")
    assert rows_of(deck, "c-1") == before and deck.threads() == ["c-1"]


def test_a_fork_never_asks_before_its_step(deck: Deck) -> None:
    run = recorded(deck, chain(("one", lambda state: ScriptedModel().invoke("1")), ("two", lambda state: None)))
    changed = chain(("one", lambda state: ScriptedModel().invoke("2")), ("two", lambda state: None))
    forked = deck.fork(run, changed, at="two@2")
    assert fates(forked) == ["reused"]
    more = chain(
        ("one", lambda state: [ScriptedModel().invoke("1"), ScriptedModel().invoke("3")][0]),
        ("two", lambda state: None),
    )
    with pytest.raises(NotRecorded, match="Model call 1 of one@1"):
        deck.fork(run, more, at="two@2")


def test_a_step_that_todays_code_does_not_come_to(deck: Deck) -> None:
    run = recorded(deck, chain(("one", lambda state: {"notes": ["1"]}), ("two", lambda state: {"notes": ["2"]})))
    renamed = chain(("one", lambda state: {"notes": ["1"]}), ("second", lambda state: {"notes": ["2"]}))
    with pytest.raises(NotReplayable, match="today's code does not come to step two@2"):
        deck.fork(run, renamed, at="two@2")
    assert deck.threads() == ["c-1"]
