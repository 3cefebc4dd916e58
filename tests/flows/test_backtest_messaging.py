"""The messaging agent's demo conversations, with a line of a prompt changed: the embedded model answers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.messaging import application, graph
from playhead.deck import Deck
from playhead.play import play_demo, world_path
from playhead.records import ReplayedCall

ROOT = Path(__file__).parents[2]
PROMPTS = ROOT / "prompts" / "messaging"
VOICE = "Write one short text message, two to four sentences, in plain words."


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of the demo."""
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    with Deck(path, prompts=PROMPTS) as deck:
        play_demo(deck, application, "messaging")
    return path


@pytest.fixture
def deck(recorded: Path) -> Iterator[Deck]:
    with Deck(recorded, prompts=PROMPTS) as made:
        yield made


@pytest.fixture
def shorter(tmp_path: Path) -> Path:
    """The voice that replies are written in, changed by one line."""
    folder = tmp_path / "shorter"
    folder.mkdir()
    text = (PROMPTS / "_voice.md").read_text("utf-8")
    (folder / "_voice.md").write_text(text.replace(VOICE, "Write at most 8 words."), "utf-8")
    return folder


def sent(recorded: Path) -> int:
    """How many messages the agent's own world has sent."""
    with sqlite3.connect(world_path(recorded, recorded.parent)) as world:
        return int(world.execute("SELECT count(*) FROM outbox").fetchone()[0])


def test_a_changed_partial_reaches_the_runs_whose_prompts_hold_it_and_no_other(deck: Deck, shorter: Path) -> None:
    plan = deck.plan(graph, prompts=shorter)
    for chosen in plan.selected.conversations:
        for run in chosen.runs:
            files = {name for call in deck.run(run.id).calls if call.prompt for name in call.prompt.files}
            assert (plan.reach[run.id] == "affected") == ("_voice.md" in files)


def test_it_comes_out_as_each_run_replayed_on_its_own_and_nothing_is_sent(
    deck: Deck, recorded: Path, shorter: Path
) -> None:
    before = sent(recorded)
    found = deck.backtest(graph, prompts=shorter)
    assert found.actual.calls > 0
    assert any(turn.is_changed for turn in found.turns)
    for turn in found.turns:
        alone = deck.replay(turn.runs[-1], graph, prompts=shorter)
        if turn.replay is None:
            assert alone.unchanged
        else:
            assert sorted(map(fates, turn.replay.calls)) == sorted(map(fates, alone.calls))
    assert found.effects_recorded > 0
    assert found.effects_executed == 0
    assert sent(recorded) == before


def test_the_receipt_holds(deck: Deck, shorter: Path) -> None:
    found = deck.backtest(graph, prompts=shorter, experiment="the receipt")
    receipt = found.plan.receipt
    assert receipt is not None
    assert receipt.certain <= found.actual.calls <= receipt.worst.calls


def test_the_exact_same_prompts_reach_nothing(deck: Deck) -> None:
    found = deck.backtest(graph, prompts=PROMPTS)
    assert found.conversations == ()
    assert found.plan.count("affected") == 0
    assert found.plan.receipt is not None
    assert found.plan.receipt.worst.calls == 0


def fates(call: object) -> tuple[str, str, str, str]:
    assert isinstance(call, ReplayedCall)
    return call.address, call.name, call.fate, call.why
