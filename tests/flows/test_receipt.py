"""What a replay with changes will ask is told before: without playing, by a dry play and by the replay alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

import playhead
from agents.messaging import application, graph
from playhead.deck import Deck
from playhead.errors import BadInput, PromptSyntax
from playhead.foresight import Foresight, check_priced, receipt_of, unsure
from playhead.graph.dry import reached_by_play
from playhead.graph.reach import Reach, Reaching
from playhead.play.demonstration import play_demo
from playhead.prompts import PromptSet
from playhead.prompts.source import Source
from playhead.receipt import Planned, Prices, receipt
from playhead.records import Call, Replay, ReplayedCall, Run
from playhead.replays import Wanted, changes_of, play, turns_of
from playhead.reuse import precedes

PROMPTS = Path(__file__).parents[2] / "prompts" / "messaging"
NAMES = sorted(path.stem for path in PROMPTS.glob("*.md"))


def asked_in(replay: Replay) -> list[ReplayedCall]:
    return [
        call
        for call in replay.calls
        if isinstance(call, ReplayedCall) and call.kind == "model" and call.fate in ("re-asked", "new")
    ]


def asked_first(replay: Replay) -> list[str]:
    """The addresses of the calls that no other call that was asked precedes."""
    asked = asked_in(replay)
    return [
        call.address
        for call in asked
        if not any(precedes(other.address, call.address) for other in asked)
        and not any(other.address == call.address and other.number < call.number for other in asked)
    ]


def uncounted(reach: Reach) -> Reach:
    """The same as a dry play tells it: there the length of a question is known, and not its words."""
    return replace(reach, certain=tuple(replace(plan, counted=None) for plan in reach.certain))


def addresses(calls: Sequence[Call]) -> list[str]:
    return [call.address for call in calls]


# ── the messaging agent ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deck]:
    """The demo conversations of the messaging agent, recorded with the embedded model."""
    path = tmp_path_factory.mktemp("receipt") / "runs.db"
    with playhead.open(path, prompts=PROMPTS, synchronous="NORMAL") as deck:
        play_demo(deck, application, "messaging")
        yield deck


def turns(deck: Deck) -> list[list[Run]]:
    return [turn for thread in deck.threads() for turn in turns_of(deck.runs(thread))]


def reworded(name: str) -> PromptSet:
    """The prompt, or the partial, with one rule more."""
    text = (PROMPTS / f"{name}.md").read_text("utf-8")
    block = "=== system ===\n"
    text = text.replace(block, f"{block}Mind every word.\n", 1) if block in text else f"{text.rstrip()} Mind it.\n"
    return drafted(name, text)


def drafted(name: str, text: str) -> PromptSet:
    return PromptSet.of({f"{name}.md": Source.of(f"{name}.md", text)})


@pytest.mark.parametrize("name", NAMES)
def test_of_each_prompt_the_first_wave_is_told_as_it_is_asked_and_the_total_lies_within(name: str, demo: Deck) -> None:
    recording = demo._recording("messaging", demo.prompts, {})
    assert demo.prompts is not None
    wanted = Wanted(prompts=reworded(name))
    reaching = Reaching(recording, changes_of(wanted, graph, demo.prompts.current()))
    reached = [(turn, reach) for turn in turns(demo) if (reach := reaching.of(turn)).any]
    assert reached
    for turn, reach in reached[:3]:
        dry = play(recording, graph, turn, wanted, dry=True)
        assert reached_by_play(reaching, turn, dry) == uncounted(reach)
        replay = play(recording, graph, turn, wanted).replay
        assert addresses(reach.first_wave) == asked_first(replay)
        made, most = receipt_of([reach], Prices.of({}), 20)
        assert made.certain <= len(asked_in(replay)) <= made.worst.calls == most[turn[-1].id]


def test_what_no_call_of_a_turn_reads_reaches_nothing_there(demo: Deck) -> None:
    recording = demo._recording("messaging", demo.prompts, {})
    wanted = Wanted(prompts=reworded("when"))
    foresight = Foresight(recording, graph, wanted)
    untouched = [turn for turn in turns(demo) if not any("when" in step.prompts for run in turn for step in run.steps)]
    assert untouched
    for turn in untouched[:2]:
        reach = foresight.of(turn)
        assert not reach.any and reach.kept == sum(call.kind == "model" for run in turn for call in run.calls)
        assert asked_in(play(recording, graph, turn, wanted).replay) == []


def test_the_tokens_of_the_first_wave_are_counted_as_the_embedded_model_counts_them(demo: Deck) -> None:
    turn = turns(demo)[0]
    recording = demo._recording("messaging", demo.prompts, {})
    wanted = Wanted(prompts=reworded("reply"))
    (planned,) = Foresight(recording, graph, wanted).of(turn).certain
    (asked, *_) = asked_in(play(recording, graph, turn, wanted).replay)
    assert planned.counted == asked.input_tokens


def test_a_replay_carries_what_it_was_to_ask_and_what_it_asked(demo: Deck) -> None:
    run = demo.runs(demo.threads()[0])[0]
    expected = demo.receipt(run, graph, prompts=reworded("reply"))
    replay = demo.replay(run, graph, prompts=reworded("reply"))
    assert replay.receipt is not None and replay.receipt.actual is not None
    assert replay.receipt.lines[:-1] == expected.lines
    spent = replay.receipt.actual.amount
    assert spent.calls == len(asked_in(replay)) > 0
    assert spent.input_tokens == sum(call.input_tokens or 0 for call in asked_in(replay))
    assert replay.receipt.actual.seconds > 0


def test_an_exact_replay_and_a_strict_one_have_none(demo: Deck) -> None:
    run = demo.runs(demo.threads()[0])[0]
    assert demo.replay(run, graph).receipt is None
    assert demo.replay(run, graph, prompts=PromptSet({}, {}), strict=True).receipt is None


def test_the_worst_case_reckons_with_the_longest_turn_of_the_graph(demo: Deck) -> None:
    counts = [sum(call.kind == "model" for run in turn for call in run.calls) for turn in turns(demo)]
    shortest = min(turns(demo), key=lambda turn: len(turn[-1].calls))
    made = demo.receipt(shortest[-1], graph, prompts=reworded("conversation_end"))
    assert made.worst.calls == max(counts)


def test_a_draft_that_does_not_load_is_refused_before_anything_is_played(demo: Deck) -> None:
    with pytest.raises(PromptSyntax):
        demo.receipt(turns(demo)[0][0], graph, prompts=drafted("reply", "no header"))


# ── many turns ───────────────────────────────────────────────────────────────────────────────────────────────


def test_where_nobody_knows_whether_the_code_does_the_same_nothing_is_certain(demo: Deck) -> None:
    recording = demo._recording("messaging", demo.prompts, {})
    reach = Foresight(recording, graph, Wanted(prompts=reworded("wrap_up"))).of(turns(demo)[0])
    told, most = receipt_of([unsure(reach)], Prices.of({}), 0)
    assert (told.certain, told.may_follow, most) == (0, 1, {reach.turn: 1})


def test_a_limit_of_money_without_every_price_is_refused_with_what_to_add() -> None:
    priced = receipt([Planned("gpt-9", 10, 10)], [], Prices.of({"gpt-9": {"input": 1, "output": 1}}))
    check_priced(priced.unpriced, 1.0)
    unpriced = receipt([Planned("gpt-9", 10, 10)], [], Prices.of({}))
    check_priced(unpriced.unpriced, None)
    with pytest.raises(BadInput, match=r'--max-cost.*gpt-9.*"gpt-9" = \{input'):
        check_priced(unpriced.unpriced, 1.0)
