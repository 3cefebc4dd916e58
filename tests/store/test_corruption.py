"""A damaged recording never reads as something else: it gives what was written, or a named error."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from playhead.codec import seal, split
from playhead.deck import Deck
from playhead.errors import Corrupt, PlayheadError, StoreError
from playhead.selection import choose, selection_of
from playhead.store import counts
from playhead.store.queries import QUERIES
from playhead.store.runs import put_fate
from tests.scale import at_scale

from .recording import everything, facts, open_deck, say

FLIPS = at_scale(1_000, 120)
THREADS = ["c-1", "c-2", "c-3"]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small recording, closed."""
    path = tmp_path_factory.mktemp("original") / "runs.db"
    with open_deck(path) as deck:
        for thread in THREADS:
            for number in range(2):
                text = f"message {number} of {thread}, which is long enough to be compressed a little"
                say(deck, thread, text, **({"customer": f"of {thread}"} if thread != "c-3" else {}))
            deck.label(thread, outcome=f"the outcome of {thread}", stars=4)
            kept = {"message": f"an answer about {thread}"}
            deck.store.keep_answer("tried", thread, split(kept), thread=thread, started=1.0, seconds=1.0)
        deck.store.write(lambda session: put_fate(session, 1, 1, "re-asked", "upstream: message 0 → message 1", 1))
        deck.store.write(lambda session: counts.close_run(session, 1, 1))
    return path


@pytest.fixture
def damaged(original: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    path = tmp_path / "runs.db"
    path.write_bytes(original.read_bytes())
    return path


def readings(deck: Deck) -> dict[str, Callable[[], Any]]:
    """Everything a deck's reader can ask of this recording, each on its own."""
    return {
        "threads": deck.threads,
        "runs": lambda: everything(deck),
        "selected": lambda: [[run.facts for run in choose(deck.store, selection_of(now=0.0)).runs]],
        "latest": lambda: [[run.id for run in runs] for runs in deck.latest()],
        "customers": lambda: [deck.threads_of(name) for name in ("of c-1", "of c-2", "c-3")],
        **{f"labels {name}": lambda name=name: deck.labels(name) for name in THREADS},
        **{f"answer {name}": lambda name=name: deck.store.answer_of("tried", name) for name in THREADS},
        **{f"thread {name}": lambda name=name: [facts(run) for run in deck.runs(name)] for name in THREADS},
        **{
            f"state {name}": lambda name=name: list(deck._saver.list({"configurable": {"thread_id": name}}))
            for name in THREADS
        },
    }


def read_all(path: Path) -> dict[str, Any]:
    """What each reading gives, or its error."""
    found: dict[str, Any] = {}
    try:
        with open_deck(path) as deck:
            for name, read in readings(deck).items():
                try:
                    found[name] = read()
                except PlayheadError as error:
                    found[name] = error
    except PlayheadError as error:
        return {"opening": error, **found}
    return found


def flipped(path: Path, seed: int) -> Iterator[int]:
    """Flip one random bit at a time; the file is whole again after each."""
    data = bytearray(path.read_bytes())
    dice = random.Random(seed)
    for _ in range(FLIPS):
        place, bit = dice.randrange(len(data)), 1 << dice.randrange(8)
        data[place] ^= bit
        path.write_bytes(data)
        yield place
        for rest in path.parent.glob(f"{path.name}-*"):
            rest.unlink()
        data[place] ^= bit


def test_a_flipped_bit_gives_the_original_or_a_named_error(original: Path, damaged: Path) -> None:
    """In a value, a key, an index, or SQLite's own bookkeeping: nothing is read that was not written, or left out."""
    expected = read_all(original)
    errors, sound = 0, 0
    for place in flipped(damaged, seed=2026):
        for name, found in read_all(damaged).items():
            if isinstance(found, PlayheadError):
                errors += 1
                assert isinstance(found, StoreError), (place, name, found)
            else:
                assert found == expected[name], (place, name)
                sound += 1
    assert errors > FLIPS / 20  # the damage did hit what is read
    assert sound > errors


HIDDEN = {
    "steps": ("thread c-1", "runs"),
    "calls": ("thread c-1", "runs"),
    "fates": ("thread c-1",),
    "runs": ("thread c-1", "runs", "selected", "latest", "customers"),
    "threads": ("thread c-3", "state c-3", "threads", "customers"),
    "labels": ("labels c-1", "selected", "customers"),
    "answers": ("answer c-1",),
    "spaces": ("state c-1",),
    "checkpoints": ("state c-1",),
    "writes": ("state c-1",),
}
FIRST = {
    "runs": "id = 2",
    "threads": "id = 3",
    "spaces": "id = 1",
    "labels": "id = 1",
    "checkpoints": "space = 1 AND id = (SELECT MAX(id) FROM checkpoints WHERE space = 1)",
    "writes": "space = 1 AND task = (SELECT MIN(task) FROM writes WHERE space = 1)",
    "answers": "call = 'c-1'",
}


@pytest.mark.parametrize("table", HIDDEN)
def test_a_row_that_is_hidden_is_missed_by_who_reads(table: str, damaged: Path, original: Path) -> None:
    expected = read_all(original)
    with sqlite3.connect(damaged) as raw:  # damage does not say which row it hides; one that is gone reads the same
        assert raw.execute(f"DELETE FROM {table} WHERE {FIRST.get(table, 'run = 1')}").rowcount
    raw.close()
    found = read_all(damaged)
    for name, value in found.items():
        assert (
            isinstance(value, Corrupt)
            if name in HIDDEN[table]
            else isinstance(value, Corrupt) or value == expected[name]
        )
    for other in ("thread c-2", "state c-2", "labels c-2", "answer c-2"):
        assert found[other] == expected[other]
    assert problems(damaged)


@pytest.mark.parametrize("damage", ["DELETE FROM threads WHERE id = 1", "UPDATE threads SET id = -1 WHERE id = 1"])
@pytest.mark.parametrize("counted", [True, False], ids=["counted", "by an older Playhead"])
def test_a_customer_whose_conversation_is_hidden_is_not_said_to_be_nobody(
    damaged: Path, damage: str, *, counted: bool
) -> None:
    with sqlite3.connect(damaged) as raw:
        raw.execute(damage)
        raw.execute("DELETE FROM counts" if not counted else "")
    with open_deck(damaged) as deck:
        for ask in (deck.threads_of, deck.forget):
            with pytest.raises(Corrupt, match="threads"):
                ask("of c-1")


def test_an_effect_that_is_hidden_is_not_done_again(damaged: Path) -> None:
    with sqlite3.connect(damaged) as raw:
        assert raw.execute("DELETE FROM effects WHERE run = 1").rowcount == 1
    raw.close()
    with (
        open_deck(damaged) as deck,
        deck.store.reading() as session,
        pytest.raises(Corrupt, match="1 are found where 2"),
    ):
        counts.check_effects(session, "c-1", "c-1/x/act/deliver/0")


def problems(path: Path) -> tuple[str, ...]:
    """What a check finds."""
    with open_deck(path) as deck:
        return deck.check().problems


def change(path: Path, statement: str, *given: Any) -> None:
    """Change the file behind the deck's back."""
    with sqlite3.connect(path) as raw:
        assert raw.execute(statement, given).rowcount == 1
    raw.close()


def test_a_whole_recording_has_no_problems(original: Path) -> None:
    with open_deck(original) as deck:
        found = deck.check()
    assert found.problems == ()
    assert found.records > 60


CHANGES = {
    "vals": "UPDATE vals SET data = x'00' WHERE id = 7",
    "threads": "UPDATE threads SET name = 'c-9' WHERE id = 1",
    "spaces": "UPDATE spaces SET ns = 'x' WHERE id = 1",
    "checkpoints": "UPDATE checkpoints SET data = x'00' WHERE id = (SELECT MIN(id) FROM checkpoints)",
    "writes": "UPDATE writes SET path = 'x' WHERE task = (SELECT MIN(task) FROM writes)",
    "runs": "UPDATE runs SET status = 'failed' WHERE id = 2",
    "steps": "UPDATE steps SET seconds = 9 WHERE run = 3 AND number = 1",
    "calls": "UPDATE calls SET response = request WHERE run = 1 AND number = 1",
    "effects": "UPDATE effects SET status = 'started' WHERE run = 4",
    "labels": "UPDATE labels SET run = 1 WHERE id = 3",
    "fates": "UPDATE fates SET fate = 'reused' WHERE run = 1",
    "answers": "UPDATE answers SET call = 'another' WHERE thread = 2",
}


@pytest.mark.parametrize("table", CHANGES)
def test_a_check_names_the_table_of_a_changed_row(table: str, damaged: Path) -> None:
    change(damaged, CHANGES[table])
    found = problems(damaged)
    assert any(f"of {table} is damaged" in problem for problem in found), found


def test_a_check_names_every_damaged_row(damaged: Path) -> None:
    with sqlite3.connect(damaged) as raw:
        raw.execute("UPDATE runs SET status = 'failed'")
        raw.execute("UPDATE steps SET seconds = 9")
    raw.close()
    found = problems(damaged)
    assert sum("of runs is damaged" in problem for problem in found) == 6


def test_a_check_names_a_value_that_is_gone(damaged: Path) -> None:
    change(damaged, "DELETE FROM vals WHERE id = (SELECT input FROM runs WHERE id = 1)")
    assert any("refers to values that are not there" in problem for problem in problems(damaged))


@pytest.mark.parametrize(("table", "column"), [("labels", "value"), ("answers", "answer")])
def test_a_check_names_a_value_that_a_label_or_an_answer_lacks(damaged: Path, table: str, column: str) -> None:
    change(damaged, f"DELETE FROM vals WHERE id = (SELECT {column} FROM {table} WHERE thread = 2 LIMIT 1)")
    assert any("refers to values that are not there" in problem for problem in problems(damaged))


def test_a_check_names_a_value_in_another_ones_place(damaged: Path) -> None:
    """A sealed row whose bytes do not give its hash: only reading everything shows it."""
    with sqlite3.connect(damaged) as raw:
        names = ("id", "hash", "kind", "data")
        (row,) = raw.execute("SELECT id, hash, kind, data FROM vals WHERE kind = 0 ORDER BY id LIMIT 1").fetchall()
        changed = {**dict(zip(names, row, strict=True)), "data": b"\xa5hello"}
        raw.execute("UPDATE vals SET data = ?, seal = ? WHERE id = ?", (changed["data"], seal(changed), row[0]))
    raw.close()
    assert any("its bytes do not give its hash" in problem for problem in problems(damaged))


def test_a_check_names_a_value_that_is_stored_twice(damaged: Path) -> None:
    """No index of the database forbids it: the hashes in it are cut short."""
    with sqlite3.connect(damaged) as raw:
        names = ("id", "hash", "kind", "data")
        (row,) = raw.execute("SELECT id, hash, kind, data FROM vals WHERE kind = 0 ORDER BY id LIMIT 1").fetchall()
        (last,) = raw.execute("SELECT MAX(id) FROM vals").fetchone()
        again = {**dict(zip(names, row, strict=True)), "id": last + 1}
        raw.execute(QUERIES["vals_add"], {**again, "seal": seal(again)})
    raw.close()
    assert f"Record {last + 1} of vals is stored already, as record {row[0]}." in problems(damaged)


def test_a_damaged_run_leaves_the_other_conversations_readable(damaged: Path, original: Path) -> None:
    expected = read_all(original)
    change(damaged, "UPDATE runs SET status = 'failed' WHERE id = 1")
    found = read_all(damaged)
    assert isinstance(found["thread c-1"], Corrupt)
    for name in ("thread c-2", "thread c-3", "state c-1", "state c-2", "state c-3", "threads"):
        assert found[name] == expected[name]


def test_a_damaged_conversation_is_not_gone_on_with_as_if_it_were_new(damaged: Path) -> None:
    change(damaged, "UPDATE checkpoints SET data = x'00' WHERE id = (SELECT MAX(id) FROM checkpoints WHERE space = 1)")
    with open_deck(damaged) as deck:
        with pytest.raises(Corrupt):
            say(deck, "c-1", "hello again")
        say(deck, "c-2", "hello again")
