"""What does a backtest over many conversations cost, and does its receipt hold?

First a thousand conversations of forty calls, of whose runs 3 % used the edited prompt: wall against the affected share
of a full replay, and what a run costs that is proved unaffected from the index. Then a model that takes half a second,
64 turns at once. Then receipts, before, against what was really asked, after.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import playhead
from benchmarks.desk import NODES, RARE, KnownModel, desk, play, write_prompts
from benchmarks.figures import Figure
from playhead.backtest import Turn
from playhead.config import load_config
from playhead.play import Player, read_conversations
from playhead.reuse import precedes
from playhead.selection import affected
from playhead.versions import versions_of

CONVERSATIONS, TURNS, SHARE, SAMPLED = 1_000, 10, 0.03, 50
SLOW_SECONDS, SLOW_TURNS, AT_ONCE = 0.5, 640, 64
BACKTESTS = 24


@contextmanager
def recorded(
    conversations: int, turns: int, special: float, model: KnownModel
) -> Iterator[tuple[playhead.Deck, Any, Path]]:
    """A recording of so many conversations, the share `special` of whose turns asks the rare prompt."""
    rng = random.Random(3)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prompts = write_prompts(folder / "prompts")
        config = load_config(folder)
        with playhead.open(
            folder / "r.db", prompts=prompts, models={"default": model}, synchronous="NORMAL", config=config
        ) as deck:
            graph = desk().compile()
            agent = deck.record(graph, "desk")
            for number in range(conversations):
                play(agent, f"c-{number}", turns, {turn for turn in range(turns) if rng.random() < special})
            yield deck, graph, folder


def selective() -> list[Figure]:
    """Only what the change reaches is played."""
    with recorded(CONVERSATIONS, TURNS, SHARE, KnownModel()) as (deck, graph, folder):
        changed = write_prompts(folder / "changed", {RARE: "Be kind."})
        began = time.perf_counter()
        done = deck.backtest(graph, prompts=changed, concurrency=1)
        wall = time.perf_counter() - began
        used = done.plan.count("affected")
        rows = [run for one in done.plan.selected.conversations for run in one.runs]
        hashes = {name: deck.prompts.get(name).content_hash for name in NODES} | {RARE: "another"}
        began = time.perf_counter()
        affected(deck.store, rows, hashes, versions_of(deck.config.root, deck.prompts))
        proving = time.perf_counter() - began
        rng = random.Random(4)
        sample = [run for number in rng.sample(range(CONVERSATIONS), SAMPLED) for run in deck.runs(f"c-{number}")]
        began = time.perf_counter()
        for run in sample:
            deck.replay(run, graph, prompts=changed)
        full = (time.perf_counter() - began) / len(sample) * len(rows)
    share = f"{used / len(rows):.1%}"
    what = f"{CONVERSATIONS:,} conversations × {TURNS * len(NODES)} calls, {share} of runs used the edited prompt"
    return [
        Figure(f"{what}: whole backtest", wall, "s"),
        Figure(f"the same, every run replayed (from {SAMPLED} conversations)", full, "s"),
        Figure("wall over affected share × full replay", wall / (used / len(rows) * full), "×", 1.5, "≤"),
        Figure("a run proved unaffected", proving / (len(rows) - used) * 1e6, "µs", 50, "≤"),
    ]


def concurrent() -> list[Figure]:
    """A model that takes half a second, many turns at once, no rate limit."""
    model = KnownModel()
    with recorded(SLOW_TURNS, 1, 0.0, model) as (deck, graph, folder):
        changed = write_prompts(folder / "changed", {NODES[-1]: "Be kind."})
        plan = deck.plan(graph, prompts=changed)
        model.seconds = SLOW_SECONDS
        model.asked.clear()
        began = time.perf_counter()
        deck.backtest(graph, plan=plan, concurrency=AT_ONCE, rate={})
        wall = time.perf_counter() - began
    least = len(model.asked) * SLOW_SECONDS / AT_ONCE
    return [
        Figure(f"{len(model.asked)} calls of {SLOW_SECONDS} s, {AT_ONCE} at once: wall", wall, "s"),
        Figure("wall over calls × seconds / at once", wall / least, "×", 1.15, "≤"),
    ]


def receipts() -> list[Figure]:
    """Receipts against actual: the messaging agent on the embedded model, lines added at random to its prompts."""
    rng = random.Random(5)
    config = load_config()
    first = inside = expected = 0
    with tempfile.TemporaryDirectory() as name, playhead.open(Path(name) / "r.db", config=config) as deck:
        application = config.application("messaging")
        conversations = read_conversations(application.demo, application.businesses())
        with Player(deck, application, "messaging") as player:
            list(player.play(conversations))
        for number in range(BACKTESTS):
            changed = _edited(rng, deck, Path(name) / f"changed-{number}")
            done = deck.backtest(application.graph, prompts=changed)
            receipt = done.plan.receipt
            assert receipt is not None
            asked = done.actual.calls
            first += sum(_first_wave(turn) for turn in done.turns) == receipt.certain
            inside += receipt.certain <= asked <= receipt.worst.calls
            expected += receipt.low.calls <= asked <= receipt.high.calls
    return [
        Figure(f"{BACKTESTS} backtests: first wave as predicted", first / BACKTESTS, "", 1),
        Figure("the same: total inside [certain, worst case]", inside / BACKTESTS, "", 1),
        Figure("the same: total inside the stated interval", expected / BACKTESTS, "", 0.9),
    ]


def _edited(rng: random.Random, deck: playhead.Deck, folder: Path) -> Path:
    """One to three of the prompts, each with a line more in its system block."""
    assert deck.prompts is not None
    folder.mkdir()
    for name in rng.sample(deck.prompts.names(), rng.randint(1, 3)):
        text = deck.prompts.get(name).sources[f"{name}.md"]
        line = rng.choice(("Be kind.", 'Sign off with "Best wishes".', "Use at most 12 words.", "Say it plainly."))
        (folder / f"{name}.md").write_text(text.replace("=== system ===\n", f"=== system ===\n{line}\n", 1), "utf-8")
    return folder


def _first_wave(turn: Turn) -> int:
    """How many of a turn's asked calls had no other asked call before them."""
    asked = turn.asked
    return sum(not any(_leads_to(other, call) for other in asked) for call in asked)


def _leads_to(first: playhead.Call, second: playhead.Call) -> bool:
    if first.address == second.address:
        return first.ordinal < second.ordinal
    return precedes(first.address, second.address)


def measure() -> list[Figure]:
    """All of it."""
    return [*selective(), *concurrent(), *receipts()]
