"""What a backtest says: checks before and after, what would be done otherwise, who judges, and when it is enough."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypedDict

import pytest
from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt

from playhead import ask, effect
from playhead.backtest.page import page
from playhead.deck import Deck
from playhead.errors import BadInput, CannotJudge
from tests.flows.shop import PROMPTS, SCRIPT, make_graph, prompt_file, talk, write_prompts
from tests.scripted import ScriptedModel

FAIR = '{name: Is fair, kind: regex_present, pattern: "fair"}'
SHORT = "{name: Is short, kind: max_words, limit: 8}"
KIND = '{name: Is kind, kind: judge, question: "Is it kind?"}'


def with_checks(text: str, *checks: str) -> str:
    """A prompt file's text with checks in its header."""
    if not checks:
        return text
    return text.replace("---\n===", "checks:\n" + "".join(f"  - {check}\n" for check in checks) + "---\n===", 1)


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel(script=SCRIPT)


@pytest.fixture
def judge() -> ScriptedModel:
    return ScriptedModel(script={"fair": "Yes.", "price": "no"}, model_name="judge-1")


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Twelve conversations that ask a price, as a file."""
    folder = tmp_path_factory.mktemp("recorded")
    prompts = write_prompts(folder / "prompts", PROMPTS)
    models = {"default": ScriptedModel(script=SCRIPT)}
    with Deck(folder / "runs.db", prompts=prompts, models=models, synchronous="OFF") as made:
        for number in range(12):
            talk(made, make_graph(), f"c-{number:02}", [f"what does wheel {number} cost", "thanks"])
    return (folder / "runs.db").read_bytes()


@pytest.fixture
def deck(recording: bytes, tmp_path: Path, model: ScriptedModel, judge: ScriptedModel) -> Iterator[Deck]:
    (tmp_path / "runs.db").write_bytes(recording)
    prompts = write_prompts(tmp_path / "prompts", PROMPTS)
    models = {"default": model, "judge": judge}
    with Deck(tmp_path / "runs.db", prompts=prompts, models=models, synchronous="OFF") as made:
        yield made


@pytest.fixture
def draft(tmp_path: Path) -> Any:
    def write(question: str, *checks: str, name: str = "price") -> Path:
        folder = tmp_path / "draft"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.md").write_text(with_checks(prompt_file(name, "Name a price.", question), *checks))
        return folder

    return write


def report(deck: Deck, folder: Path, *, graph: Any = None, **options: Any) -> Any:
    wishes = {name: options.pop(name) for name in ("onward", "control", "limit") if name in options}
    return deck.report(deck.backtest(graph or make_graph(), prompts=folder, **wishes), **options)


# ── checks ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_draft_s_checks_are_held_against_recorded_and_new_answers(deck: Deck, draft: Any) -> None:
    (check,) = report(deck, draft("fair price of {{message}}", FAIR)).checks
    assert (check.verdict.check, check.prompt, check.verdict.reading) == ("Is fair", "price", "better")
    assert (check.verdict.before, check.verdict.after, check.verdict.n) == (0, 1, 12)
    assert [(one.thread, one.turn) for one in check.got_better] == [(f"c-{number:02}", 1) for number in range(12)]
    assert check.got_worse == ()


def test_a_check_that_fails_more_often_is_worse(deck: Deck, draft: Any) -> None:
    found = report(deck, draft("price, in many words that nobody reads, of {{message}}", SHORT))
    assert [check.verdict.reading for check in found.checks] == ["worse"]
    assert found.is_worse


def test_few_conversations_tell_nothing_and_how_many_would_is_said(deck: Deck, draft: Any) -> None:
    (check,) = report(deck, draft("fair price of {{message}}", FAIR), limit=3).checks
    assert check.verdict.reading == f"no clear change: {check.verdict.more_needed:,} more needed"
    assert check.verdict.more_needed > 0


def test_checks_of_prompts_that_nothing_asked_are_left_out(deck: Deck, draft: Any) -> None:
    draft("reply to {{message}} after {{before}}", FAIR, name="reply")
    (folder := draft("fair price of {{message}}", SHORT)).joinpath("reply.md").write_text(
        with_checks(prompt_file("reply", *PROMPTS["reply"]), FAIR)
    )
    assert [check.verdict.check for check in report(deck, folder).checks] == ["Is short"]


def test_turns_past_the_horizon_are_told_but_do_not_count(deck: Deck, draft: Any) -> None:
    folder = draft("fair price of {{message}}", FAIR)
    (folder / "reply.md").write_text(with_checks(prompt_file("reply", *PROMPTS["reply"]), FAIR))
    found = report(deck, folder, onward=True)
    assert [check.verdict.check for check in found.checks] == ["Is fair (price)"]
    (first, *_) = found.conversations
    assert (first.valid, first.turns) == (1, 2)
    assert [turn.within_horizon for turn in first.changed] == [True, False]
    assert all("Past the horizon" in part for part in page(found).split("<article>")[1:] if "Turn 2" in part)


def test_what_asking_again_moves_is_taken_from_what_the_change_moved(
    deck: Deck, draft: Any, model: ScriptedModel
) -> None:
    folder = draft("fair price of {{message}}", FAIR)
    model.script = {"price of": "a fair price", **SCRIPT}  # the provider's model drifted
    found = report(deck, folder, control=12)
    (check,) = found.checks
    assert (found.noise.asked, found.noise.otherwise) == (12, 12)
    assert (check.verdict.control, check.verdict.difference) == (1, 0)
    assert check.verdict.reading.startswith("no clear change")


def test_a_provider_that_fails_is_no_change(deck: Deck, draft: Any, model: ScriptedModel) -> None:
    model.script = {"fair price of what does wheel 3": RuntimeError("no more credit"), **SCRIPT}
    found = report(deck, draft("fair price of {{message}}", FAIR))
    assert "c-03" not in [one.thread for one in found.conversations]
    assert found.checks[0].verdict.n == 11
    assert [(one.thread, one.turn, one.why) for one in found.problems] == [
        ("c-03", 1, "the model gave no answer: RuntimeError: no more credit")
    ]
    assert found.effects == ()


# ── judges ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_needs_a_reader_is_not_judged_unasked(deck: Deck, draft: Any, judge: ScriptedModel) -> None:
    found = report(deck, draft("fair price of {{message}}", KIND))
    assert (found.checks, found.not_judged, judge.asked) == ((), ("Is kind",), [])


def test_a_judge_is_asked_once_about_each_answer_and_counted(deck: Deck, draft: Any, judge: ScriptedModel) -> None:
    came = deck.backtest(make_graph(), prompts=draft("fair price of {{message}}", KIND))
    found = deck.report(came, judge=True)
    assert [check.verdict.reading for check in found.checks] == ["better"]
    assert (len(judge.asked), found.cost.judging.calls) == (24, 24)
    assert "Is it kind?" in judge.asked[0][-1].text
    again = deck.report(came, judge=True)
    assert (len(judge.asked), again.cost.judging.calls) == (24, 0)
    assert again.checks == found.checks


def test_a_judge_that_says_neither_yes_nor_no_is_told(deck: Deck, draft: Any, judge: ScriptedModel) -> None:
    judge.script = {"": "It depends."}
    found = report(deck, draft("fair price of {{message}}", KIND), judge=True)
    assert found.unjudged == {"the judge said neither yes nor no": 24}


def test_what_a_judge_without_a_price_spends_cannot_be_bounded(deck: Deck) -> None:
    assert deck.judge_model() == "judge-1"
    with pytest.raises(BadInput, match="judge-1 has no price"):
        deck.judge_model(max_cost=1.0)


def test_the_embedded_model_does_not_judge(tmp_path: Path) -> None:
    prompts = write_prompts(tmp_path / "prompts", PROMPTS)
    with Deck(tmp_path / "runs.db", prompts=prompts) as deck, pytest.raises(CannotJudge, match="cannot judge"):
        deck.judge_model()


# ── until it is sure ─────────────────────────────────────────────────────────────────────────────────────────


def test_it_stops_as_soon_as_every_check_is_clear(deck: Deck, draft: Any, model: ScriptedModel) -> None:
    for number in range(12, 60):
        talk(deck, make_graph(), f"c-{number:02}", [f"what does wheel {number} cost"])
    model.asked.clear()
    plan = deck.plan(make_graph(), prompts=draft("fair price of {{message}}", FAIR))
    watch = deck.watch(plan)
    came = deck.backtest(plan=plan, enough=watch, concurrency=1)
    (check,) = deck.report(came, watch=watch).checks
    assert came.stopped == "the answer is clear"
    assert check.verdict.reading == "better"
    assert check.verdict.p_adjusted <= 0.05
    assert check.verdict.interval is None
    assert len(model.asked) < 60


# ── what would be done otherwise ─────────────────────────────────────────────────────────────────────────────


class Booking(TypedDict, total=False):
    """A conversation with somebody who books."""

    message: str
    when: str
    reply: str


@effect(simulate=lambda time: {"booked": time})
def book_for_report(time: str) -> dict[str, Any]:
    return {"booked": time}


@effect(read_only=True, simulate=lambda time: {"free": True})
def look_up_for_report(time: str) -> dict[str, Any]:
    return {"free": True}


def hear(state: Booking) -> Booking:
    return {"when": ask("when", message=state["message"])}


def act(state: Booking) -> Booking:
    look_up_for_report(state["when"])
    if state["when"] != "never":
        book_for_report(state["when"])
    return {"reply": "Noted." if state["when"] != "never" else ""}


def approve(state: Booking) -> Booking:
    return {"message": interrupt({"approve": state["when"]})}


def booking_graph(*, approved: bool = False) -> Any:
    graph: Any = StateGraph(Booking)
    graph.add_node("hear", hear)
    graph.add_node("act", act)
    graph.add_edge(START, "hear")
    if approved:
        graph.add_node("approve", approve)
        graph.add_edge("hear", "approve")
    graph.add_edge("approve" if approved else "hear", "act")
    graph.add_edge("act", END)
    return graph.compile()


@pytest.fixture
def booked(tmp_path: Path) -> Iterator[Deck]:
    script = {"hear: a": "at ten", "hear: b": "never", "hear: c": "at two", "say: a": "at six", "say: b": "at nine"}
    model = ScriptedModel(script={**script, "say: c": "never"})
    prompts = write_prompts(tmp_path / "booking", {"when": ("Say when.", "hear: {{message}}")})
    with Deck(tmp_path / "runs.db", prompts=prompts, models={"default": model}) as made:
        for thread in ("a", "b", "c"):
            talk(made, booking_graph(), thread, [thread])
        yield made


def test_new_lost_and_moved_effects_come_first_and_reading_is_none(booked: Deck, tmp_path: Path) -> None:
    folder = write_prompts(tmp_path / "draft", {"when": ("Say when.", "say: {{message}}")})
    found = report(booked, folder, graph=booking_graph())
    assert [(thread, effect.what, effect.name) for thread, effect in found.effects] == [
        ("b", "new", "book_for_report"),
        ("c", "lost", "book_for_report"),
        ("a", "changed", "book_for_report"),
    ]
    moved = found.effects[-1][1]
    assert ("at ten" in moved.before, "at six" in moved.after) == (True, True)
    assert (found.effects_recorded, found.effects_executed) == (2, 0)


def test_effects_past_the_horizon_are_not_among_them(booked: Deck, tmp_path: Path) -> None:
    talk(booked, booking_graph(), "c-a", ["c", "a"])
    folder = write_prompts(tmp_path / "draft", {"when": ("Say when.", "say: {{message}}")})
    came = booked.backtest(booking_graph(), prompts=folder, where=["thread=c-a"], onward=True)
    found = booked.report(came)
    assert [(effect.turn, effect.what) for _, effect in found.effects] == [(1, "lost")]
    assert [[effect.what for effect in turn.effects] for turn in found.conversations[0].changed] == [
        ["lost"],
        ["changed"],
    ]


def test_an_effect_after_an_approval_is_compared_with_the_one_that_was_approved(booked: Deck, tmp_path: Path) -> None:
    graph = booking_graph(approved=True)
    talk(booked, graph, "a-asked", ["a"])
    booked.resume("a-asked", graph, answer="go on")
    folder = write_prompts(tmp_path / "draft", {"when": ("Say when.", "say: {{message}}")})
    came = booked.backtest(graph, prompts=folder, where=["thread=a-asked"])
    ((thread, moved),) = booked.report(came).effects
    assert (thread, moved.what, moved.turn) == ("a-asked", "changed", 1)
    assert ("at ten" in moved.before, "at six" in moved.after) == (True, True)


def test_conversations_come_by_how_much_they_changed(booked: Deck, tmp_path: Path) -> None:
    folder = write_prompts(tmp_path / "draft", {"when": ("Say when.", "say: {{message}}")})
    found = report(booked, folder, graph=booking_graph())
    assert [one.thread for one in found.conversations] == ["b", "c", "a"]
    assert [one.weight for one in found.conversations] == [(1, 1, 0), (1, 1, 0), (1, 0, 0)]


def test_a_reply_sent_in_other_words_is_told_as_the_reply(deck: Deck, draft: Any) -> None:
    found = report(deck, draft("fair price of {{message}}"))
    assert found.effects == ()
    (turn,) = found.conversations[0].changed
    assert [(each.op, each.text.strip()) for each in turn.words if each.op != "same"] == [("added", "fair")]
    assert turn.fates == {"reused": 1, "re-asked": 2, "held back": 1}


def test_the_edit_is_shown_as_the_calls_saw_it(deck: Deck, draft: Any) -> None:
    (edit,) = report(deck, draft("fair price of {{message}}")).edits
    assert (edit.file, edit.calls) == ("price.md", 12)
    assert [each.text.strip() for each in edit.words if each.op == "added"] == ["fair"]


def test_the_numbers_hold_for_any_agent(deck: Deck, draft: Any) -> None:
    found = {one.name: one for one in report(deck, draft("a fair price of {{message}}")).measures}
    assert found["Length of a reply"].difference == 2
    assert (found["Effects"].before, found["Effects"].after) == (1, 1)
    assert found["Model calls"].before == found["Model calls"].after == 3
    assert found["Messages that were answered"].after == 1


def test_the_data_is_json(deck: Deck, draft: Any) -> None:
    import json

    found = report(deck, draft("fair price of {{message}}", FAIR))
    data = json.loads(json.dumps(found.data))
    assert data["checks"][0]["verdict"]["reading"] == "better"
    assert data["cost"]["receipt"]["actual"]["amount"]["calls"] == 24
    assert data["is_worse"] is False
