"""A recording that cannot be opened or written says what is wrong, and nothing is changed or half written."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from playhead.codec import split
from playhead.errors import RecordingNotFound, SchemaTooNew, StoreBusy, StoreUnusable
from playhead.store import Store, sqlite, upgrading
from playhead.store.session import WritingSession

from .conftest import keep
from .recording import open_deck, say

WHEN_WRITTEN = b"as it was"


@pytest.fixture
def address(tmp_path: Path) -> Path:
    """A file: what is told here is SQLite's; test_postgres.py tells the same of a server."""
    return tmp_path / "runs.db"


def opened(path: Path) -> None:
    """Open and close it."""
    Store(path).close()


def test_a_new_file_is_made_with_its_schema(tmp_path: Path) -> None:
    opened(tmp_path / "new.db")
    with sqlite3.connect(tmp_path / "new.db") as raw:
        assert raw.execute("PRAGMA user_version").fetchone()[0] >= 1
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_file_name_may_hold_any_letter(tmp_path: Path) -> None:
    path = tmp_path / "läufe ?mode=ro&x=1#%41.db"
    opened(path)
    assert path.is_file()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnusable, match=r"its folder .*/nowhere does not exist"):
        opened(tmp_path / "nowhere" / "runs.db")
    assert not (tmp_path / "nowhere").exists()


def test_a_folder_is_no_recording(tmp_path: Path) -> None:
    with pytest.raises(StoreUnusable, match="it is a folder"):
        opened(tmp_path)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write into any folder")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StoreUnusable, match="Check that the folder exists and can be written"):
        opened(tmp_path / "runs.db")
    tmp_path.chmod(0o700)


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a file system that nobody can write")
def test_a_file_system_that_cannot_be_written_is_named() -> None:
    with pytest.raises(StoreUnusable, match="Check that the folder exists and can be written"):
        opened(Path("/proc/runs.db"))


def test_a_file_that_is_no_database_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(WHEN_WRITTEN * 200)
    with pytest.raises(StoreUnusable, match="it is no database"):
        opened(path)
    assert path.read_bytes() == WHEN_WRITTEN * 200


@pytest.mark.parametrize("create", [True, False])
@pytest.mark.parametrize("size", [1, 2, 15, 16, 99, 100, 512])
def test_a_file_too_short_for_a_database_stays_as_it_is(tmp_path: Path, size: int, *, create: bool) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(b"x" * size)
    with pytest.raises(StoreUnusable, match="it is no database"):
        Store(path, create=create)
    if not create:
        with pytest.raises(StoreUnusable, match="it is no database"):
            upgrading.upgrade(path, None)
    assert path.read_bytes() == b"x" * size
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("of_sqlite", [False, True], ids=["a file of no bytes", "a database without tables"])
def test_a_recording_is_made_in_what_is_empty_only_where_one_may_be(tmp_path: Path, *, of_sqlite: bool) -> None:
    path = tmp_path / "runs.db"
    path.touch()
    if of_sqlite:
        with closing(sqlite3.connect(path)) as raw:
            raw.executescript("CREATE TABLE t (a); DROP TABLE t;")
    before = path.read_bytes()
    for read in (lambda: Store(path, create=False), lambda: upgrading.upgrade(path, None)):
        with pytest.raises(RecordingNotFound):
            read()
    assert path.read_bytes() == before
    opened(path)
    Store(path, create=False).close()


def test_a_database_of_something_else_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE orders (id INTEGER)")
    before = path.read_bytes()
    with pytest.raises(StoreUnusable, match="it is a database of something else"):
        opened(path)
    assert path.read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["shop.db"]


def test_a_recording_of_a_newer_version_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    opened(path)
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA user_version = 999")
        raw.execute("PRAGMA journal_mode = DELETE")
    before = path.read_bytes()
    with pytest.raises(SchemaTooNew, match=r"schema version 999; this Playhead knows versions up to \d+\. Upgrade"):
        opened(path)
    assert path.read_bytes() == before


def test_an_opening_that_fails_leaves_no_connection_behind(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    opened(path)
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA user_version = 999")
    raw.close()
    with pytest.raises(SchemaTooNew):
        opened(path)
    assert not list(tmp_path.glob("*-wal"))  # the last connection to close removes it


def test_a_recording_that_another_holds_for_long_is_busy(address: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "WAIT_SECONDS", 0.05)
    store = Store(address)
    other = sqlite3.connect(address, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    futures = [store.submit(lambda session: session.thread("c-1")) for _ in range(50)]
    for future in futures:
        assert isinstance(future.exception(timeout=10), StoreBusy)
    other.execute("ROLLBACK")
    other.close()
    assert store.write(lambda session: session.thread("c-1"))
    store.close()


def test_reading_goes_on_while_another_process_writes(address: Path) -> None:
    store = Store(address)
    (ref,) = keep(store, "hello")
    other = sqlite3.connect(address, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert store.read(ref) == "hello"
    assert store.threads() == []
    other.execute("ROLLBACK")
    other.close()
    store.close()


def test_a_file_that_was_removed_is_not_made_anew_by_reading(address: Path) -> None:
    store = Store(address)
    store.flush()
    for file in address.parent.glob("runs.db*"):
        file.unlink()
    with pytest.raises(StoreUnusable), store.reading() as session:
        session.rows("vals_last")
    assert not address.exists()
    store.close()


@pytest.mark.parametrize("how", ["deleted", "moved", "replaced"])
def test_a_run_does_not_begin_on_a_recording_that_is_no_longer_at_its_place(address: Path, how: str) -> None:
    with open_deck(address.with_name("other.db")) as other:
        say(other, "c-1", "of another recording")
    with open_deck(address) as deck:
        say(deck, "c-1", "hello")
        if how == "replaced":
            address.with_name("other.db").replace(address)
        else:
            address.unlink() if how == "deleted" else address.rename(address.with_name("moved.db"))
        with pytest.raises(StoreUnusable, match="deleted, moved or replaced while it was open"):
            say(deck, "c-1", "and on")


def test_a_compacted_recording_is_at_its_place_wherever_the_process_goes(
    address: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(address.parent)
    with open_deck(Path(address.name)) as deck:
        deck.vacuum()
        (address.parent / "elsewhere").mkdir()
        monkeypatch.chdir(address.parent / "elsewhere")
        say(deck, "c-1", "hello")


# ── a full disk ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def full(address: Path) -> Iterator[Store]:
    """A recording on a disk with room for a few more pages."""
    store = Store(address)
    keep(store, "before")

    def fill(session: WritingSession) -> None:
        pages = session.connection.execute("PRAGMA page_count").fetchone()[0]
        session.connection.execute(f"PRAGMA max_page_count = {pages + 4}")

    store.write(fill)
    yield store
    store.close()


def write_much(session: WritingSession) -> None:
    """More than there is room for."""
    session.thread("too much")
    session.intern(split([os.urandom(900).hex() for _ in range(60)]))


def test_a_full_disk_is_said_and_nothing_half_written_stays(full: Store) -> None:
    with pytest.raises(StoreUnusable, match="full"):
        full.write(write_much)
    assert full.threads() == []
    with full.reading() as session:
        assert len(session.rows("vals_scan", after=0, limit=100)) == 1


def test_after_a_full_disk_small_things_are_still_written(full: Store) -> None:
    futures = [
        full.submit(write_much),
        full.submit(lambda session: session.thread("small")),
        full.submit(write_much),
    ]
    assert [future.exception(timeout=10) is None for future in futures] == [False, True, False]
    assert full.threads() == ["small"]
    (ref,) = keep(full, "after")
    assert full.read(ref) == "after"
