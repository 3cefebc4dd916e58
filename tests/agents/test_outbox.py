from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agents.messaging.database import AgentDatabase
from agents.messaging.optouts import OptOuts
from agents.messaging.outbox import Outbox
from playhead import PlayheadError

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[AgentDatabase]:
    database = AgentDatabase(tmp_path / "agent.db")
    yield database
    database.close()


@pytest.fixture
def outbox(database: AgentDatabase) -> Outbox:
    return Outbox(database)


@pytest.fixture
def optouts(database: AgentDatabase) -> OptOuts:
    return OptOuts(database)


def test_a_message_is_a_row_in_its_thread(outbox: Outbox) -> None:
    sent = outbox.add("k1", "bike-shop", "t1", "+15550100", "Hello", NOON)
    assert sent["ok"]
    assert (sent["to"], sent["text"], sent["at"]) == ("+15550100", "Hello", "2026-03-02T12:00:00+00:00")
    assert outbox.sent("t1") == [sent]
    assert outbox.sent("t2") == []


def test_the_same_key_twice_sends_once_even_when_reworded(outbox: Outbox) -> None:
    first = outbox.add("k1", "bike-shop", "t1", "+15550100", "Hello")
    assert outbox.add("k1", "bike-shop", "t1", "+15550100", "Hi there") == first
    assert [row["text"] for row in outbox.sent("t1")] == ["Hello"]


def test_two_equal_texts_with_two_keys_are_both_sent(outbox: Outbox) -> None:
    outbox.add("k1", "bike-shop", "t1", "+15550100", "Hello")
    outbox.add("k2", "bike-shop", "t1", "+15550100", "Hello")
    assert len(outbox.sent("t1")) == 2


def test_lookup_tells_whether_a_send_happened(outbox: Outbox) -> None:
    sent = outbox.add("k1", "bike-shop", "t1", "+15550100", "Hello")
    assert outbox.lookup("k1") == sent
    assert outbox.lookup("k2") is None


def test_nothing_is_sent_after_an_opt_out(outbox: Outbox, optouts: OptOuts) -> None:
    optouts.add("+15550100", "STOP", NOON)
    assert outbox.add("k1", "bike-shop", "t1", "+15550100", "Hello") == {"ok": False, "reason": "opted_out"}
    assert outbox.sent("t1") == []
    assert outbox.lookup("k1") == {"ok": False, "reason": "opted_out"}


def test_a_refused_send_stays_refused_after_an_opt_in(outbox: Outbox, optouts: OptOuts) -> None:
    optouts.add("+15550100")
    outbox.add("k1", "bike-shop", "t1", "+15550100", "Hello")
    optouts.remove("+15550100")
    assert not outbox.add("k1", "bike-shop", "t1", "+15550100", "Hello")["ok"]
    assert outbox.add("k2", "bike-shop", "t1", "+15550100", "Hello")["ok"]


def test_an_opt_out_of_one_customer_leaves_the_others(outbox: Outbox, optouts: OptOuts) -> None:
    optouts.add("+15550100")
    assert outbox.add("k1", "bike-shop", "t2", "+15550101", "Hello")["ok"]


def test_the_kill_switch_stops_every_send_until_it_is_taken_back(outbox: Outbox, optouts: OptOuts) -> None:
    optouts.halt()
    assert outbox.add("k1", "bike-shop", "t1", "+15550100", "Hello")["reason"] == "halted"
    optouts.unhalt()
    assert outbox.add("k2", "bike-shop", "t1", "+15550100", "Hello")["ok"]


def test_the_kill_switch_of_one_business_stops_its_sends_and_leaves_the_others(
    outbox: Outbox, optouts: OptOuts
) -> None:
    optouts.halt("bike-shop")
    assert optouts.halted("bike-shop")
    assert not optouts.halted("jeweller")
    assert outbox.add("k1", "bike-shop", "t1", "+15550100", "Hello") == {"ok": False, "reason": "halted"}
    assert outbox.add("k2", "jeweller", "t2", "+15550101", "Hello")["ok"]
    optouts.unhalt("bike-shop")
    assert outbox.add("k3", "bike-shop", "t1", "+15550100", "Hello")["ok"]


def test_a_thread_taken_over_stays_so_until_released(optouts: OptOuts) -> None:
    optouts.take_over("t1", "Maya")
    assert optouts.taken_over("t1")
    assert not optouts.taken_over("t2")
    optouts.release("t1")
    assert not optouts.taken_over("t1")


def test_opting_out_twice_is_opting_out(optouts: OptOuts) -> None:
    optouts.add("+15550100", "STOP")
    optouts.add("+15550100", "stop!!")
    assert optouts.contains("+15550100")


def test_a_forgotten_customer_is_nowhere_in_the_file(outbox: Outbox, optouts: OptOuts, tmp_path: Path) -> None:
    outbox.add("k1", "bike-shop", "t1", "+15550100", "Your bike is ready, Ann Example")
    outbox.add("k2", "bike-shop", "t2", "+15550101", "Your ring is ready")
    optouts.add("+15550100", "STOP")
    optouts.take_over("t1", "asked for a person", "+15550100")
    outbox.forget("+15550100")
    optouts.forget("+15550100")
    for file in tmp_path.iterdir():
        assert b"+15550100" not in file.read_bytes()
        assert b"Ann Example" not in file.read_bytes()
    assert len(outbox.sent("t2")) == 1
    assert not optouts.taken_over("t1")


def test_a_conversation_is_forgotten_by_its_name_whoever_was_written_to(
    outbox: Outbox, optouts: OptOuts, tmp_path: Path
) -> None:
    outbox.add("t1/e/send/0", "bike-shop", "t1-of-ann", "+15550100", "Your bike is ready, Ann Example")
    outbox.add("t10/e/send/0", "bike-shop", "t1-of-ann-2", "+15550101", "Your ring is ready")
    optouts.take_over("t1-of-ann", "asked for a person", "+15550100")
    outbox.forget("t1-of-ann")
    optouts.forget("t1-of-ann")
    assert (outbox.sent("t1-of-ann"), len(outbox.sent("t1-of-ann-2"))) == ([], 1)
    assert not any(b"Ann Example" in file.read_bytes() for file in tmp_path.iterdir())


def test_what_could_not_be_committed_is_not_sent_and_keeps_nothing_from_being_sent(
    database: AgentDatabase, outbox: Outbox
) -> None:
    def refused(action: int, what: str | None, *_: object) -> int:
        return sqlite3.SQLITE_DENY if (action, what) == (sqlite3.SQLITE_TRANSACTION, "COMMIT") else sqlite3.SQLITE_OK

    database._connection.set_authorizer(refused)
    with pytest.raises(sqlite3.DatabaseError, match="not authorized"):
        outbox.add("k1", "bike-shop", "t1", "+15550100", "Hello")
    database._connection.set_authorizer(None)
    assert outbox.lookup("k1") is None
    assert outbox.add("k2", "bike-shop", "t1", "+15550100", "Hello")["ok"]


def test_what_another_process_still_reads_is_not_said_to_be_gone(
    database: AgentDatabase, outbox: Outbox, tmp_path: Path
) -> None:
    outbox.add("k1", "bike-shop", "t1", "+15550100", "Your bike is ready")
    database._connection.execute("PRAGMA busy_timeout = 50")
    reader = sqlite3.connect(tmp_path / "agent.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM outbox").fetchall()
    with pytest.raises(PlayheadError, match="its bytes are still in"):
        outbox.forget("+15550100")
    reader.close()
    outbox.forget("+15550100")
    assert not any(b"+15550100" in file.read_bytes() for file in tmp_path.iterdir())
