"""A customer is forgotten wherever anything was said of them, while others read and even while a run is at work."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import structlog
from langgraph.types import interrupt

from playhead import effect, resource
from playhead.codec import inflate, plain
from playhead.config import load_config
from playhead.deck import Deck
from playhead.errors import ConversationForgotten, StillRead
from playhead.store import sqlite
from playhead.views import run_view
from tests.graphs.shapes import NOTHING, chain
from tests.scripted import ScriptedModel

ANA, BEN = "+15550104477", "+15550109988"
PLANTED = [
    *(ANA, "ana-thread", "ana-second", "ana-event-1", "ana-event-2", "Zwyssig", "zephyr-blue", "Lindenweg", "ana@home"),
    *("planted-context", "planted-fact", "planted-label", "planted_label_name", "planted-answer", "planted-effect"),
    *(
        "planted-result",
        "planted-error",
        "planted-question",
        "planted-resume",
        "planted-fork",
        "planted-key",
        "planted-in",
    ),
]


@effect()
def post(text: str, *, key: str) -> dict[str, str]:
    """Send something; the world keeps it by its key."""
    return resource("world").add(key, text)  # type: ignore[no-any-return]


class World:
    """The agent's own memory."""

    def __init__(self) -> None:
        self.rows: dict[str, str] = {}

    def add(self, key: str, text: str) -> dict[str, str]:
        """Keep what was sent."""
        self.rows[key] = text
        return {"posted": text, "also": "planted-result" if "planted" in text else "sent"}

    def forget(self, name: str) -> None:
        """Erase a conversation."""
        self.rows = {key: text for key, text in self.rows.items() if not key.startswith(f"{name}/")}


def graph(model: ScriptedModel) -> Any:
    """Asks a model, acts, asks a person, and may break."""

    def first(state: Any) -> Any:
        said = state["notes"][-1]
        post(f"{said} planted-effect" if "Zwyssig" in said else said)
        return {"notes": [model.invoke(said).text, {"planted-key": said} if "Zwyssig" in said else "plain"]}

    def second(state: Any) -> Any:
        if "ask" in state["notes"][0]:
            return {"notes": [interrupt({"may I": f"planted-question {state['notes'][0]}"})]}
        if "break" in state["notes"][-3]:
            raise RuntimeError(f"planted-error {state['notes'][-3]}")
        return NOTHING

    return chain(("first", first), ("second", second))


def talk(deck: Deck, world: World, thread: str, customer: str, event: str, said: str, **more: Any) -> None:
    """One event of a conversation."""
    agent = deck.record(graph(ScriptedModel()), "shop", resources={"world": world})
    config: Any = {"configurable": {"thread_id": thread, "event": event}, "metadata": {"customer": customer, **more}}
    context = {"from": "planted-context"} if customer == ANA else {"from": "shop"}
    with contextlib.suppress(RuntimeError):
        agent.invoke({"notes": [said]}, config, context=context)


def open_deck(folder: Path) -> Deck:
    return Deck(folder / "runs.db", synchronous="NORMAL", config=load_config(folder))


def converse(deck: Deck, world: World) -> None:
    """Two customers; of one all that can be recorded."""
    talk(
        deck,
        world,
        "ana-thread",
        ANA,
        "ana-event-1",
        "Zwyssig, Lindenweg 4: my zephyr-blue, ana@home",
        fact="planted-fact",
    )
    talk(deck, world, "ben-thread", BEN, "ben-event-1", "When are you open?")
    talk(deck, world, "ana-second", ANA, "ana-event-2", "ask Zwyssig planted-in")
    deck.resume("ana-second", graph(ScriptedModel()), answer="planted-resume", resources={"world": world})
    talk(deck, world, "ana-thread", ANA, "ana-event-3", "break Zwyssig")
    talk(deck, world, "ben-thread", BEN, "ben-event-2", "Thank you")
    run = deck.runs("ana-thread")[0]
    deck.label("ana-thread", planted_label_name="planted-label")
    deck.label(run, outcome="planted-label")
    deck.fork(run, graph(ScriptedModel()), at="second@2", state={"notes": ["planted-fork"]})
    deck.keep(deck.replay(run, graph(ScriptedModel()), state={"notes": ["Zwyssig planted-fork"]}))
    deck.store.keep_answer("warmer", "c-1", plain("planted-answer"), thread="ana-thread", started=1.0, seconds=1.0)
    deck._saver.copy_thread("ana-thread", "a-copy")


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def deck(tmp_path: Path, world: World) -> Iterator[Deck]:
    with open_deck(tmp_path) as opened:
        converse(opened, world)
        yield opened


def found_in(folder: Path, deck: Deck, *more: str) -> list[str]:
    """The planted texts that are left in the files, as they are and inflated, and in what is given besides."""
    files = b"".join(path.read_bytes() for path in folder.glob("runs.db*"))
    with deck.store.reading() as session:
        values = [inflate(row["kind"], row["data"])[1] for row in session.rows("vals_scan", after=0, limit=10**9)]
    everything = files + b"".join(values) + "".join(more).encode()
    return [text for text in PLANTED if text.encode() in everything]


def shown(deck: Deck, thread: str) -> str:
    """What `show --json` says of a conversation."""
    return json.dumps([run_view(run) for run in deck.runs(thread)], default=str)


def test_all_that_is_planted_is_there_before(deck: Deck, tmp_path: Path) -> None:
    deck.store.flush()
    assert found_in(tmp_path, deck) == PLANTED


@pytest.mark.parametrize("named", [ANA])
def test_nothing_of_a_customer_is_left_in_files_exports_logs_or_the_agents_own_facts(
    deck: Deck, world: World, tmp_path: Path, named: str
) -> None:
    with structlog.testing.capture_logs() as logs:
        assert deck.forget(named, {"world": world}) == 5
    exported = deck.tape(deck.runs(limit=100)).text
    assert found_in(tmp_path, deck, exported, repr(logs), repr(world.rows)) == []
    assert len(deck.runs(limit=100)) == 8
    assert deck.check().problems == ()
    deck.close()
    with open_deck(tmp_path) as again:
        assert found_in(tmp_path, again) == []


def test_a_conversation_alone_is_forgotten_by_its_name_with_what_was_made_of_it(
    deck: Deck, world: World, tmp_path: Path
) -> None:
    forgotten = {
        "ana-thread",
        "ana-event-1",
        "planted-fork",
        "Lindenweg",
        "ana@home",
        "planted-label",
        "planted-answer",
    }
    assert deck.forget("ana-thread", {"world": world}) == 4
    left = found_in(tmp_path, deck, repr(world.rows))
    assert forgotten.isdisjoint(left)
    assert {"ana-second", ANA, "planted-resume"} <= set(left)


def test_another_customers_rows_and_what_is_shown_of_them_stay_byte_for_byte(
    deck: Deck, world: World, tmp_path: Path
) -> None:
    def theirs() -> tuple[list[Any], str]:
        deck.store.flush()
        with closing(sqlite3.connect(tmp_path / "runs.db")) as raw:
            ids = [run for (run,) in raw.execute("SELECT id FROM runs WHERE cause LIKE 'ben%'")]
            rows = [raw.execute(f"SELECT * FROM {table} WHERE run = ?", (run,)).fetchall()
                    for run in ids for table in ("steps", "calls", "effects")]  # fmt: skip
            rows += raw.execute("SELECT * FROM runs WHERE cause LIKE 'ben%'").fetchall()
        return rows, shown(deck, "ben-thread") + deck.tape(deck.runs("ben-thread")).text.partition('"runs"')[2]

    before = theirs()
    deck.forget(ANA, {"world": world})
    assert theirs() == before


def test_where_others_still_read_the_files_it_says_so_and_a_vacuum_ends_it(
    deck: Deck, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "WAIT_SECONDS", 0.05)
    reader = sqlite3.connect(tmp_path / "runs.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT COUNT(*) FROM runs").fetchone()
    with pytest.raises(StillRead, match="its bytes are still in the files"):
        deck.forget(ANA)
    assert deck.threads_of(ANA) == []
    reader.execute("COMMIT")
    reader.close()
    deck.vacuum()
    assert found_in(tmp_path, deck) == []


@pytest.mark.parametrize("again", [ANA, "nobody"])
def test_what_was_erased_by_a_process_that_was_killed_then_goes_from_the_files_when_anybody_is_forgotten(
    deck: Deck, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, again: str
) -> None:
    class Killed(BaseException):
        pass

    def killed() -> None:
        raise Killed

    monkeypatch.setattr(deck.store, "compact", killed)
    with pytest.raises(Killed):
        deck.forget(ANA)
    assert found_in(tmp_path, deck) != []
    with open_deck(tmp_path) as other:
        deck.store.backend._close_readers()  # type: ignore[attr-defined]  # whoever was killed reads no more
        assert other.forget(again) == 0
        assert found_in(tmp_path, other) == []
        assert other.check().problems == ()


def test_where_nothing_was_erased_that_is_still_in_the_files_nothing_is_compacted(
    deck: Deck, monkeypatch: pytest.MonkeyPatch
) -> None:
    deck.forget(ANA)
    monkeypatch.setattr(deck.store, "compact", lambda: pytest.fail("the whole recording was written anew"))
    assert deck.forget(ANA) == 0


@pytest.mark.parametrize("elsewhere", [False, True], ids=["this process's deck", "another deck"])
def test_a_run_at_work_ends_when_its_customer_is_forgotten_and_writes_nothing_more(
    tmp_path: Path, world: World, elsewhere: bool
) -> None:
    def forgets(state: Any) -> Any:
        with open_deck(tmp_path) as other:
            assert (other if elsewhere else deck).forget(ANA, {"world": world}) == 1
        return {"notes": ["zephyr-blue"]}

    def acts(state: Any) -> Any:
        post("Zwyssig planted-effect")
        return {"notes": ["planted-key"]}

    config: Any = {"configurable": {"thread_id": "ana-thread", "event": "ana-event-1"}, "metadata": {"customer": ANA}}
    with structlog.testing.capture_logs() as logs, open_deck(tmp_path) as deck:
        agent = deck.record(chain(("forgets", forgets), ("acts", acts)), "shop", resources={"world": world})
        with pytest.raises(ConversationForgotten):
            agent.invoke({"notes": ["Zwyssig"]}, config)
        deck.store.flush()
        assert found_in(tmp_path, deck, repr(logs), repr(world.rows)) == []
        (run,) = deck.runs()
        assert (run.status, run.input, run.thread[:7]) == ("cancelled", "[erased]", "erased-")
        assert deck.check().problems == ()
        deck.record(graph(ScriptedModel()), "shop", resources={"world": world}).invoke({"notes": ["Hello"]}, config)
        assert [run.status for run in deck.runs("ana-thread")] == ["done"]


def test_an_effect_that_was_under_way_when_its_customer_was_forgotten_brings_nothing_of_them_back(
    tmp_path: Path, world: World
) -> None:
    @effect()
    def forgets_meanwhile(text: str) -> str:
        assert deck.forget(ANA, {"world": world}) == 1
        return f"{text} planted-result"

    def acts(state: Any) -> Any:
        return {"notes": [forgets_meanwhile("Zwyssig planted-effect")]}

    config: Any = {"configurable": {"thread_id": "ana-thread", "event": "ana-event-1"}, "metadata": {"customer": ANA}}
    with open_deck(tmp_path) as deck:
        agent = deck.record(chain(("acts", acts)), "shop")
        with pytest.raises(ConversationForgotten):
            agent.invoke({"notes": ["Zwyssig"]}, config)
        deck.vacuum()
        assert found_in(tmp_path, deck) == []
        assert deck.check().problems == ()


def test_files_of_the_project_that_forgetting_does_not_reach_are_named(deck: Deck, tmp_path: Path) -> None:
    deck.tape(deck.runs("ana-thread"), tmp_path / "ana.json")
    deck.tape(deck.runs("ben-thread"), tmp_path / "ben.json")
    (tmp_path / "report.html").write_text("<td>ana-second</td>")
    (tmp_path / "other.html").write_text("<td>ana-secondary</td>")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "ana.json").write_text("ana-thread")
    assert [file.name for file in deck.files_about(ANA)] == ["ana.json", "report.html"]
    assert deck.files_about("nobody-at-all") == []


def test_a_resource_that_cannot_forget_keeps_nothing_else_from_being_erased(deck: Deck, tmp_path: Path) -> None:
    class Broken:
        def forget(self, name: str) -> None:
            raise OSError("no such disk")

    other = World()
    other.rows = {"ana-thread/e": "x"}
    with pytest.raises(OSError, match="no such disk"):
        deck.forget(ANA, {"broken": Broken(), "world": other})
    assert other.rows == {}
    assert found_in(tmp_path, deck) == []


@pytest.mark.parametrize("kind", [str, int])
def test_customers_whose_names_look_like_card_numbers_stay_two_and_each_is_forgotten(
    tmp_path: Path, kind: type[str] | type[int]
) -> None:
    """What a messenger calls its users is sixteen digits, and of these one in thirty could be a card's."""
    told = []

    class Listening:
        def forget(self, name: str) -> None:
            told.append(name)

    ana, ben = "4539578763621486", "4111111111111111"
    with open_deck(tmp_path) as deck:
        agent = deck.record(chain(("answer", lambda state: NOTHING)))
        for name in (ana, ben):
            config: Any = {"configurable": {"thread_id": f"of {name[:4]}"}, "metadata": {"customer": kind(name)}}
            agent.invoke({"notes": [f"said by {name[:4]}"]}, config)
        deck.label("of 4111", customer=kind(ben))
        assert deck.threads_of(ben) == ["of 4111"]
        assert list(deck._saver.list(None, filter={"customer": kind(ana)}))
        assert deck.forget(ana, {"listening": Listening()}) == 1
        assert ana in told
        assert [run.input for run in deck.runs()] == ["[erased]", {"notes": ["said by 4111"]}]
        deck.store.flush()
        assert ana.encode() not in b"".join(path.read_bytes() for path in tmp_path.glob("runs.db*"))
