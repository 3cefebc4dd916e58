"""What is particular to PostgreSQL: its server, its locks and schemas, and that it gives back what SQLite does."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.codec import split
from playhead.errors import (
    BadInput,
    Corrupt,
    DriverMissing,
    PlayheadError,
    RecordingNotFound,
    SchemaTooNew,
    ServerUnreachable,
    StoreBusy,
    StoreUnusable,
)
from playhead.location import Server
from playhead.store import Store, labels, runs, upgrading
from playhead.store.backend import Row
from playhead.store.queries import MIGRATIONS, QUERIES
from playhead.store.session import WritingSession, can_name
from playhead.store.writer import Note
from tests import postgres

from . import behind
from .cable import cable
from .conftest import a_run, keep
from .recording import everything, open_deck, say


@pytest.fixture
def address(server: Server) -> Server:
    """A database on a server."""
    return server


@pytest.fixture
def fresh(server: Server) -> Iterator[Server]:
    """A recording that was never made."""
    place = postgres.place(f"{server.schema}_fresh")
    postgres.remove(place)
    yield place
    postgres.remove(place)


# ── opening ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_one_that_is_only_read_is_never_made(fresh: Server) -> None:
    with pytest.raises(RecordingNotFound):
        Store(fresh, create=False)
    with behind.connection(fresh) as raw:
        assert raw.execute("SELECT to_regnamespace(%s)", [fresh.schema]).fetchone() == (None,)


def test_of_many_that_open_a_new_one_at_once_one_makes_it(fresh: Server) -> None:
    with ThreadPoolExecutor() as together:
        for store in list(together.map(Store, [fresh] * 4)):
            store.close()


def test_a_schema_of_something_else_stays_as_it_is(fresh: Server) -> None:
    with behind.connection(fresh) as raw:
        raw.execute(f"CREATE SCHEMA {fresh.schema}")
        raw.execute("CREATE TABLE orders (id BIGINT)")
        with pytest.raises(StoreUnusable, match=f"its schema {fresh.schema} is of something else"):
            Store(fresh)
        assert raw.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()").fetchall() == [
            ("orders",)
        ]


def test_a_schema_that_this_user_may_not_use_is_not_said_to_be_of_something_else(store: Store, address: Server) -> None:
    with behind.connection(address) as raw:
        raw.execute("CREATE ROLE playhead_stranger LOGIN")
        try:
            with pytest.raises(StoreUnusable, match=f"its schema {address.schema} is another user's"):
                Store(as_user("playhead_stranger", address))
        finally:
            raw.execute("DROP ROLE playhead_stranger")


def as_user(name: str, place: Server) -> Server:
    """The same place for another user."""
    parts = urlsplit(postgres.spelled(place))
    return Server(parts._replace(netloc=f"{name}@{parts.netloc.rpartition('@')[2]}").geturl())


def test_a_recording_of_a_newer_version_stays_as_it_is(store: Store, address: Server) -> None:
    behind.change(address, "UPDATE recording SET version = 999")
    with pytest.raises(SchemaTooNew, match="schema version 999"):
        Store(address)


@pytest.mark.parametrize("damage", ["DELETE FROM recording", "UPDATE recording SET version = -1"])
def test_a_recording_that_does_not_say_its_version_is_damaged(store: Store, address: Server, damage: str) -> None:
    behind.change(address, damage)
    with pytest.raises(Corrupt, match="recording"):
        Store(address)


def test_a_recording_whose_turns_cannot_be_counted_is_not_written(store: Store, address: Server) -> None:
    behind.change(address, "DELETE FROM recording")
    with pytest.raises(Corrupt, match="recording"):
        keep(store, "hello")


def test_a_schema_may_have_a_word_of_sql_for_its_name(server: Server) -> None:
    place = postgres.place("user")
    try:
        with closing(Store(place)) as store:
            assert store.load(keep(store, "hello")) == ["hello"]
            store.compact()
            assert store.backend.size() > 0
    finally:
        postgres.remove(place)


KILLED_IN_THE_MIDDLE = """
import os, signal, sys
from playhead.store import Store
from playhead.store.postgres import schema

translated = schema.translated_script
def and_then_die(script):
    if "fates" in script:
        os.kill(os.getpid(), signal.SIGKILL)
    return translated(script)

schema.translated_script = and_then_die
Store(sys.argv[1])
"""


def test_an_older_version_is_brought_up_to_date_wholly_or_not_at_all(address: Server) -> None:
    with open_deck(address) as deck:
        say(deck, "c-1", "Are you open?", customer="ana")
    with behind.connection(address) as raw:
        for kind, name in re.findall(r"CREATE (TABLE|INDEX) (\w+)", "".join(MIGRATIONS[1:])):
            if f"CREATE {kind} {name} " not in MIGRATIONS[0]:
                raw.execute(f"DROP {kind} IF EXISTS {name}")
        raw.execute("UPDATE recording SET version = 1")
        killed = subprocess.run([sys.executable, "-c", KILLED_IN_THE_MIDDLE, postgres.spelled(address)], check=False)
        assert killed.returncode == -signal.SIGKILL
        assert raw.execute("SELECT version, to_regclass('labels') FROM recording").fetchone() == (1, None)
    with open_deck(address) as deck:
        (run,) = deck.runs("c-1")
        deck.store.label("c-1", None, {"outcome": split("lost")}, 1.0)
        assert (run.facts["outcome"], run.output["said"][0]) == ("lost", "Are you open?")
        assert deck.check().problems == ()


# ── errors ───────────────────────────────────────────────────────────────────────────────────────────────────

SECRET = "hunter-2"


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (f"postgresql://postgres:{SECRET}@127.0.0.1:1/test", "Connection refused"),
        (f"postgresql://postgres:{SECRET}@127.0.0.1:1/test?foo=1", "a part that PostgreSQL does not know"),
        (f"postgresql://postgres:{SECRET}@host with spaces/test", "cannot be read"),
        (f"postgresql://postgres:{SECRET}@x@127.0.0.1:1/test", "cannot be read"),
        (f"postgresql://postgres:{SECRET}/x@127.0.0.1:1/test", "cannot be read"),
        (f"postgresql://postgres:1#{SECRET}@127.0.0.1:1/test", "cannot be read"),
        (f"postgresql://postgres:1?{SECRET}@127.0.0.1:1/test", "cannot be read"),
        (f"postgresql:/postgres:{SECRET}@127.0.0.1:1/test", "cannot be read"),
        (f"postgresql://127.0.0.1:1/test?password={SECRET}", "Connection refused"),
        (f"postgresql://127.0.0.1:1/test?password={SECRET}&schema=a;b", "no name of a schema"),
    ],
)
def test_what_is_wrong_is_said_and_the_password_is_not(place: str, said: str) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(PlayheadError, match=said) as raised:
        Store(place)
    assert SECRET not in "".join(traceback.format_exception(raised.value)) + repr(raised.value)
    assert (raised.value.exit_code == 5) == (said == "Connection refused")  # the network's fault, not the address's


def test_a_database_that_is_not_there_is_named(server: Server) -> None:
    with pytest.raises(StoreUnusable, match='database "no_such_one" does not exist') as raised:
        Store(urlsplit(postgres.ADDRESS)._replace(path="/no_such_one").geturl())
    assert raised.value.exit_code == 1  # the server is there and answers


def test_without_the_driver_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.delitem(sys.modules, "playhead.store.postgres", raising=False)
    with pytest.raises(DriverMissing, match=r"pip install 'playhead\[postgres\]'"):
        Store("postgresql://127.0.0.1/test")


def test_a_server_shows_its_host_and_database_alone() -> None:
    place = Server(f"postgres://ana:{SECRET}@db.example:5433/shop?sslmode=require&schema=runs_2")
    assert (str(place), repr(place)) == (
        "postgresql://db.example:5433/shop?schema=runs_2",
        "Server(postgresql://db.example:5433/shop?schema=runs_2)",
    )
    assert place.name == "shop.runs_2"
    with pytest.raises(BadInput):
        Server("postgresql:db")


def test_a_recording_that_another_holds_for_long_is_busy(address: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    from playhead.store import postgres as backend

    monkeypatch.setattr(backend, "WAIT_SECONDS", 0.05)
    store = Store(address)
    (ref,) = keep(store, "hello")
    with behind.connection(address) as other, other.transaction():
        other.execute("UPDATE recording SET writes = writes + 1")
        futures = [store.submit(lambda session: session.thread("c-1")) for _ in range(3)]
        assert [type(future.exception(timeout=10)) for future in futures] == [StoreBusy] * 3
        assert store.read(ref) == "hello"  # reading goes on
    assert store.write(lambda session: session.thread("c-1"))
    store.close()


def set_to(address: Server, setting: str) -> Server:
    """The same place, with a setting that a user or a database may have."""
    return Server(f"{postgres.spelled(address)}&options=-c%20{setting.replace('=', '%3D')}")


def test_writers_take_turns_whatever_isolation_the_server_is_set_to(address: Server) -> None:
    place = set_to(address, "default_transaction_isolation=serializable")
    with closing(Store(place)) as one, closing(Store(place)) as other:
        futures = [store.submit(lambda session: session.next_id("runs")) for _ in range(50) for store in (one, other)]
        assert [future.exception(timeout=10) for future in futures] == [None] * 100


@pytest.mark.parametrize(
    "setting",
    [
        "standard_conforming_strings=off",
        "array_nulls=off",
        "bytea_output=escape",
        "extra_float_digits=-9",
        "TimeZone=EST",
    ],
)
def test_what_is_kept_comes_back_whatever_the_server_is_set_to(address: Server, setting: str) -> None:
    with closing(Store(set_to(address, setting))) as store:
        a_run(store, "a\\'b", "r-1", input=["\\x41", 0.1 + 0.2, None])
        (run,) = store.runs_of("a\\'b")
        assert (run.input, run.context, run.started) == (["\\x41", 0.1 + 0.2, None], None, 1.0)


def test_a_server_that_was_restarted_is_connected_to_again(store: Store, address: Server) -> None:
    (ref,) = keep(store, "before")
    cut = [store.write(lambda session: session.connection.raw.info.backend_pid)]  # type: ignore[attr-defined]
    with store.reading() as session:
        cut.append(session.connection.raw.info.backend_pid)  # type: ignore[attr-defined]
    with behind.connection(address) as raw:
        for connection in cut:
            raw.execute("SELECT pg_terminate_backend(%s, 5000)", [connection])
    assert store.load([ref, *keep(store, "after")]) == ["before", "after"]


def test_after_a_restart_every_connection_that_was_ended_is_given_up_at_once(store: Store, address: Server) -> None:
    (ref,) = keep(store, "before")
    with ExitStack() as together:
        sessions = [together.enter_context(store.reading()) for _ in range(8)]
        cut = [session.connection.raw.info.backend_pid for session in sessions]  # type: ignore[attr-defined]
    with behind.connection(address) as raw:
        for connection in cut:
            raw.execute("SELECT pg_terminate_backend(%s, 5000)", [connection])
    assert store.read(ref) == "before"


def is_paid(session: WritingSession) -> None:
    """Label the conversation: run twice, it is labelled twice."""
    labels.add(session, "c-1", None, {"paid": split("yes")}, 1.0)


@pytest.mark.parametrize("together", [0, 2])
@pytest.mark.parametrize("cut", ["before", "after"])
def test_what_was_being_committed_when_the_network_went_is_there_once(address: Server, cut: str, together: int) -> None:
    with cable(address) as way, closing(Store(way.place)) as store:
        a_run(store, "c-1", "r-1")
        way.cut = cut
        for _ in range(together):
            store.post(Note(is_paid, store.gap))
        store.write(is_paid)
        assert (len(store.labels("c-1")), store.failures) == (together + 1, 0)


@pytest.mark.parametrize("cut", ["before", "after"])
def test_what_nobody_can_say_is_there_is_told_and_not_written_again(address: Server, cut: str) -> None:
    with cable(address) as way, closing(Store(way.place)) as store:
        a_run(store, "c-1", "r-1")
        way.cut, way.mended = cut, False
        with pytest.raises(ServerUnreachable):
            store.write(is_paid)
        way.mend()
        assert len(store.labels("c-1")) == (cut == "after")


def test_a_connection_that_was_ended_among_many_rows_is_given_up(store: Store) -> None:
    def half_way(session: WritingSession) -> None:
        session.connection.raw.pgconn.enter_pipeline_mode()  # type: ignore[attr-defined]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.write(half_way)
    assert store.load(keep(store, "after")) == ["after"]


def test_who_is_cut_off_again_and_again_is_told_that_the_server_went_away(store: Store) -> None:
    def cut_off(session: WritingSession) -> None:
        session.connection.raw.execute("SELECT pg_terminate_backend(pg_backend_pid())")  # type: ignore[attr-defined]

    with pytest.raises(ServerUnreachable):
        store.write(cut_off)
    assert store.load(keep(store, "after")) == ["after"]


def test_a_forked_process_does_not_read_on_its_parents_connections(store: Store) -> None:
    (ref,) = keep(store, "hello")
    mine = backend_of(store)
    told, tell = os.pipe()
    if (child := os.fork()) == 0:
        os.write(tell, f"{store.read(ref)} {backend_of(store)}".encode())
        os._exit(0)
    os.waitpid(child, 0)
    text, its = os.read(told, 100).decode().split()
    assert (text, int(its) != mine) == ("hello", True)
    assert (store.read(ref), backend_of(store)) == ("hello", mine)


def backend_of(store: Store) -> int:
    """The number of the server's process that is read from."""
    with store.reading() as session:
        return int(session.connection.raw.info.backend_pid)  # type: ignore[attr-defined]


def test_who_waits_too_long_for_a_connection_to_read_with_is_told_so(
    address: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    from playhead.store.postgres import readers

    monkeypatch.setattr(readers, "WAIT_SECONDS", 2.0)
    with closing(Store(address)) as store:
        with ExitStack() as together:
            for _ in range(readers.MOST):
                together.enter_context(store.reading())
            with pytest.raises(StoreUnusable, match="all 16 connections to read with were lent"), store.reading():
                pass
        with store.reading():
            pass


def test_a_connection_is_put_back_by_who_is_interrupted_as_it_is_lent(
    address: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg

    from playhead.store.postgres import readers

    def interrupted(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(readers, "WAIT_SECONDS", 2.0)
    with closing(Store(address)) as store:
        for _ in range(readers.MOST):
            with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
                patched.setattr(psycopg.Connection, "execute", interrupted)
                with store.reading():
                    pass
        with store.reading():
            pass


# ── what is kept ─────────────────────────────────────────────────────────────────────────────────────────────


@given(st.lists(st.text(st.characters(codec="utf-8")), max_size=6))
def test_any_text_comes_back_and_sorts_as_its_bytes_do(texts: list[str]) -> None:
    pytest.importorskip("psycopg")
    from playhead.store.postgres.texts import as_given, whole

    kept = [whole(text) for text in texts]
    assert not any("\0" in text for text in kept)
    assert [as_given(text) for text in kept] == texts
    assert [as_given(text) for text in sorted(kept)] == sorted(texts)


STRANGE = ["", "a", "B", "é", "ä\0b", "\0", "\x01", "\x01\x01", "\x01\0", "😀", "Z" * 100_000, "%s %(name)s :name"]


def test_texts_of_any_letters_are_kept_found_and_sorted_as_in_sqlite(store: Store, tmp_path: Path) -> None:
    in_a_file = Store(tmp_path / "runs.db", synchronous="NORMAL")
    names = [name for name in STRANGE if can_name(name)]
    for each in (store, in_a_file):
        for number, name in enumerate(names):
            a_run(each, name, f"r-{name}-{number}", input=name)
        for number, text in enumerate(STRANGE):
            each.write(lambda session, put=(1, number, "new", text, None): runs.put_fate(session, *put))
        assert each.threads() == names
        assert [each.runs_of(name)[0].input for name in names] == names
        with each.reading() as session:
            assert [row["why"] for row in session.rows("fates_of_run", run=1)] == STRANGE
    found = [[row["name"] for row in rows_named(each, "r-")] for each in (store, in_a_file)]
    assert found[0] == found[1]
    assert len(found[0]) == 9  # as many as it gives at most
    in_a_file.close()


def test_who_gives_a_name_that_is_too_long_for_it_is_told_to_shorten_it(store: Store) -> None:
    name = "".join(map(str, range(2_000)))[:4_000]  # letters that repeat would be compressed
    with pytest.raises(StoreUnusable, match="give a shorter thread_id or event"):
        a_run(store, name, "r-1")
    a_run(store, name[:2_000], "r-2")


def rows_named(store: Store, prefix: str) -> list[Row]:
    """Runs whose ids begin so."""
    with store.reading() as session:
        return runs.runs_named(session, prefix)


def test_what_is_erased_is_in_no_file_while_an_older_transaction_could_see_it(address: Server) -> None:
    with open_deck(address) as deck:
        say(deck, "c-1", "My dog is called Wuschel")
        with behind.connection(address) as other:
            other.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1")
            assert b"Wuschel" in behind.bytes_on_disk(address)
            assert deck.forget("c-1") == 1
            assert b"Wuschel" not in behind.bytes_on_disk(address)
            other.execute("ROLLBACK")
        assert deck.check().problems == ()
        assert deck.vacuum().after > 0


def test_an_upgrade_is_announced_and_its_copy_left_to_the_server(store: Store, address: Server, tmp_path: Path) -> None:
    behind.change(address, f"UPDATE recording SET version = {len(MIGRATIONS) - 1}")
    found = upgrading.pending(address)
    assert (found.version, len(found.steps)) == (len(MIGRATIONS) - 1, 1)
    with pytest.raises(BadInput, match="pg_dump"):
        upgrading.upgrade(address, tmp_path / "copy.db")


def test_many_writings_of_one_row_in_one_group_leave_the_last(store: Store) -> None:
    def write(session: object) -> None:
        for status in ("running", "failed", "done"):
            runs.change_run(session, 1, {"status": status})  # type: ignore[arg-type]
            session.write("runs_put", {**session.one("runs_get", id=1), "status": status})  # type: ignore[attr-defined]

    a_run(store, "c-1", "r-1")
    store.write(write)
    assert store.run("r-1").status == "done"


def test_every_insertion_of_rows_has_its_twin_for_many() -> None:
    pytest.importorskip("psycopg")
    from playhead.store.postgres.dialect import MANY

    assert set(MANY) == {name for name, query in QUERIES.items() if "VALUES" in query}
    assert all("unnest(" in query and "VALUES" not in query for query in MANY.values())


def test_a_changed_row_is_named_by_a_check_and_others_are_read(address: Server) -> None:
    with open_deck(address) as deck:
        for thread in ("c-1", "c-2"):
            say(deck, thread, "Are you open?")
        expected = everything(deck)
        behind.change(address, "UPDATE runs SET status = 'failed' WHERE id = 1")
        assert any("of runs is damaged" in problem for problem in deck.check().problems)
        (other,) = deck.runs("c-2")
        assert expected[other.id]["run"][3] == other.status == "done"
