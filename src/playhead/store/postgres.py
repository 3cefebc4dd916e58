"""What is particular to PostgreSQL? Its words for our SQL, its locks, and what its errors mean.

A recording has a schema of its own, so that it can live beside a business's other tables. Its table `recording` has
one row: the schema's version, and how often it was written. Who begins to write counts that up, which locks the row:
writers take turns, and each sees whether another was there.

Text is kept as it is, but for the one character that PostgreSQL has no place for: see `Text`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, TypeAlias

import psycopg
import psycopg.conninfo
from psycopg import errors as pg
from psycopg.rows import dict_row
from psycopg.types import numeric, string
from psycopg_pool import ConnectionPool

from playhead.errors import BadInput, Corrupt, RecordingNotFound, SchemaTooNew, StoreBusy, StoreError, StoreUnusable
from playhead.location import Server
from playhead.store.backend import Row, Synchronous, plain_errors
from playhead.store.queries import MIGRATIONS, QUERIES

WAIT_SECONDS: Final = 10.0
READERS: Final = 16  # connections lent at once at most; who comes then waits
REMEDY: Final = "Check the address, that the server runs and lets this user in and write, or pass --store."

Raw: TypeAlias = psycopg.Connection[Row]

TYPES: Final = {"INTEGER": "BIGINT", "REAL": "FLOAT8", "TEXT": 'TEXT COLLATE "C"', "BLOB": "BYTEA"}
INSERT: Final = re.compile(r"INSERT INTO (\w+) \(([^)]*)\)\s*VALUES \([^)]*\)(?:\s*(ON CONFLICT \(([^)]*)\).*))?", re.S)
SIZE: Final = """
SELECT COALESCE(SUM(pg_total_relation_size(oid)), 0)::bigint AS size
FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
"""
INDEXES: Final = """
SELECT bt_index_check(pg_class.oid, true) FROM pg_class JOIN pg_am ON pg_am.oid = relam
WHERE relnamespace = current_schema()::regnamespace AND relkind = 'i' AND amname = 'btree'
"""


def translated(query: str) -> str:
    """A named query in PostgreSQL's words."""
    lists = r"IN \(SELECT value FROM json_each\(:(\w+)\)\)"
    query = re.sub(lists, r"= ANY (ARRAY(SELECT json_array_elements_text(:\1::json)::bigint))", query)
    return re.sub(r"(?<!:):(\w+)", r"%(\1)s", query.replace("%", "%%"))


def translated_script(script: str) -> str:
    """A migration in PostgreSQL's words."""
    script = re.sub(r"\b(INTEGER|REAL|TEXT|BLOB)\b", lambda found: TYPES[found[1]], script)
    return script.replace(") WITHOUT ROWID", ")")


def translated_insert(query: str, types: Mapping[tuple[str, str], str]) -> str:
    """An insertion of many rows at once, which are given by columns: its parameters are lists."""
    found = INSERT.fullmatch(query)
    assert found
    lists = ", ".join(f"%({name})s::{types[found[1], name]}[]" for name in re.findall(r"\w+", found[2]))
    return f"INSERT INTO {found[1]} ({found[2]}) SELECT * FROM unnest({lists}) {found[3] or ''}"  # noqa: S608 - our own words


def column_types(scripts: Sequence[str]) -> dict[tuple[str, str], str]:
    """The type of each column of each table that these migrations make."""
    return {
        (table[1], column[1]): TYPES[column[2]].split()[0]
        for script in scripts
        for table in re.finditer(r"CREATE TABLE (\w+) \((.*?)^\)", script, re.M | re.S)
        for column in re.finditer(r"^    (\w+) (INTEGER|REAL|TEXT|BLOB)", table[2], re.M)
    }


HERE: Final = {name: translated(query) for name, query in QUERIES.items()}
COLUMNS: Final = column_types(MIGRATIONS)
MANY: Final = {name: translated_insert(query, COLUMNS) for name, query in QUERIES.items() if INSERT.match(query)}


# ── text ─────────────────────────────────────────────────────────────────────────────────────────────────────


def whole(text: str) -> str:
    """Text without the character U+0000, which PostgreSQL cannot keep, that sorts as the text given does."""
    return text.replace("\x01", "\x01\x02").replace("\0", "\x01\x01") if "\0" in text or "\x01" in text else text


def as_given(text: str) -> str:
    """The text that `whole` was given."""
    return text.replace("\x01\x01", "\0").replace("\x01\x02", "\x01") if "\x01" in text else text


class Text(string.StrDumperUnknown):
    """A parameter."""

    def dump(self, obj: str) -> Any:
        """As `whole`."""
        return super().dump(whole(obj))


class TextInList(string.StrBinaryDumper):
    """An element of a parameter that is a list."""

    def dump(self, obj: str) -> Any:
        """As `whole`."""
        return super().dump(whole(obj))


class TextFound(string.TextBinaryLoader):
    """A column of a row."""

    def load(self, data: Any) -> Any:
        """As `as_given`."""
        return as_given(str(data, "utf-8"))


ADAPTERS: Final = psycopg.adapt.AdaptersMap(psycopg.adapters)
ADAPTERS.register_dumper(int, numeric.Int8Dumper)  # of one width, so that a statement is prepared once
ADAPTERS.register_dumper(int, numeric.Int8BinaryDumper)
ADAPTERS.register_dumper(str, TextInList)
ADAPTERS.register_dumper(str, Text)  # the last one counts where both would do
ADAPTERS.register_loader("text", TextFound)


# ── one connection ───────────────────────────────────────────────────────────────────────────────────────────


class Connection:
    """A connection in autocommit mode, used by one thread at a time."""

    def __init__(self, connect: Callable[[], Raw]) -> None:
        self._connect = connect
        self.raw = connect()
        self._writes: int | None = None  # how often it had been written at this connection's last transaction

    def rows(self, query: str, params: Mapping[str, Any]) -> list[Row]:
        """What a named query finds."""
        return self.raw.execute(HERE[query], params, binary=True).fetchall()

    def run(self, query: str, params: Mapping[str, Any]) -> int:
        """Run a named statement; gives how many rows it touched."""
        return self.raw.execute(HERE[query], params).rowcount

    def run_many(self, batches: Mapping[str, Sequence[Row]]) -> None:
        """Run each named statement once for each of its rows, in order: all in one round trip."""
        with self.raw.pipeline(), self.raw.cursor() as cursor:
            for query, rows in batches.items():
                if query in MANY:
                    found = _last_of_each(query, rows)
                    cursor.execute(MANY[query], {name: [row[name] for row in found] for name in found[0]})
                else:
                    cursor.executemany(HERE[query], rows)

    def begin(self) -> bool:
        """Open the one transaction that may write. Has nobody else written since this connection's last?"""
        before = self._writes
        try:
            self._writes = self._begin()
        except psycopg.OperationalError:
            if not self.raw.closed:
                raise
            self.raw = self._connect()  # the server was restarted
            self._writes = self._begin()
        return before is not None and self._writes == before + 1

    def _begin(self) -> int:
        cursor = self.raw.execute("BEGIN; UPDATE recording SET writes = writes + 1 RETURNING writes", prepare=False)
        cursor.nextset()
        return int(cursor.fetchall()[0]["writes"])

    def commit(self) -> None:
        """Make what was written last."""
        self.raw.execute("COMMIT")

    def roll_back(self) -> None:
        """Undo the transaction, if there still is one."""
        if self.raw.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            with suppress(psycopg.Error):  # the next transaction says so again
                self.raw.execute("ROLLBACK")

    def damage(self) -> list[str]:
        """What PostgreSQL itself finds wrong with its indexes, where its extension amcheck is there to look."""
        if self.raw.execute("SELECT FROM pg_extension WHERE extname = 'amcheck'").fetchall():
            self.raw.execute(INDEXES)
        return []

    def close(self) -> None:
        """Give it back for good."""
        self.raw.close()


def _last_of_each(query: str, rows: Sequence[Row]) -> Sequence[Row]:
    """The rows without those that a later one replaces: one statement may not write a row twice."""
    found = INSERT.fullmatch(QUERIES[query])
    key = re.findall(r"\w+", found[4] or "") if found else []
    return list({tuple(row[name] for name in key): row for row in rows}.values()) if key else rows


# ── one recording ────────────────────────────────────────────────────────────────────────────────────────────


class Postgres:
    """A recording in a schema of a database on a server."""

    errors: tuple[type[Exception], ...] = (psycopg.Error,)

    def __init__(self, location: Server, synchronous: Synchronous, *, create: bool) -> None:
        self.location, self._create = location, create
        try:
            given = psycopg.conninfo.conninfo_to_dict(location.address)
        except psycopg.Error:
            problem = "its address has a part that PostgreSQL does not know"
            raise StoreUnusable(str(location), problem, REMEDY) from None  # that error quotes the address
        settings = {
            "search_path": location.schema,
            "lock_timeout": f"{WAIT_SECONDS:g}s",
            "synchronous_commit": "on" if synchronous == "FULL" else "off",
        }
        self._how: dict[str, Any] = {
            "connect_timeout": int(WAIT_SECONDS),
            "application_name": "playhead",
            **given,
            "options": " ".join(
                [str(given.get("options") or ""), *(f"-c {name}={how}" for name, how in settings.items())]
            ),
            "client_encoding": "UTF8",
            "autocommit": True,
            "row_factory": dict_row,
            "context": ADAPTERS,
        }
        self._readers = ConnectionPool(
            kwargs=self._how,
            connection_class=psycopg.Connection[Row],
            check=ConnectionPool.check_connection,
            min_size=0,
            max_size=READERS,
            num_workers=1,
            timeout=WAIT_SECONDS,
            open=False,
        )

    def version(self) -> int:
        """The schema's version. Nothing is changed, or made."""
        with plain_errors(self), self._connect() as raw:
            if (version := self._version(raw)) is None:
                raise RecordingNotFound(str(self.location))
            return version

    def back_up(self, copy: Path) -> None:
        """What is on a server is copied by the server's own means."""
        problem = "a database on a server is copied by its own means, to which its whole address is needed."
        remedy = f"Make a copy with `pg_dump --schema {self.location.schema}`, then give --no-backup."
        raise BadInput(str(self.location), problem, remedy)

    def open(self) -> Connection:
        """The connection that writes; the schema is made if it is not there. Another's is left as it is."""
        with plain_errors(self):
            connection = Connection(self._connect)
            try:
                self._migrate(connection.raw)
            except BaseException:
                connection.close()
                raise
            self._readers.open()
            return connection

    @contextmanager
    def lend(self) -> Iterator[Connection]:
        """A connection to read with, out of a pool."""
        with self._readers.connection() as raw:
            yield Connection(lambda: raw)

    def compact(self) -> None:
        """Write the tables anew, so that nothing erased is left in their files. Raises `StoreBusy`.

        VACUUM FULL would take over what some transaction of the database might still see, erased or not.
        """
        with plain_errors(self), self._connect() as raw:
            for table in sorted({table for table, column in COLUMNS if column == "seal"}):
                raw.execute(f"ALTER TABLE {table} ALTER seal TYPE BYTEA USING seal || ''::bytea")
                raw.execute(f"ANALYZE {table}")  # its statistics quote what is in it

    def size(self) -> int:
        """How many bytes the tables take, with their indexes."""
        with plain_errors(self), self._connect() as raw:
            return int(raw.execute(SIZE).fetchall()[0]["size"])

    def close(self) -> None:
        """Close the connections that were lent."""
        self._readers.close()

    def explain(self, error: Exception) -> StoreError:
        """The error of ours that says what this error of PostgreSQL means for the person in front of it."""
        shown = str(self.location)
        if isinstance(error, pg.LockNotAvailable | pg.DeadlockDetected | pg.SerializationFailure):
            return StoreBusy(shown, WAIT_SECONDS)
        text = getattr(getattr(error, "diag", None), "message_primary", None) or str(error)
        if isinstance(error, pg.DataCorrupted | pg.IndexCorrupted):
            return Corrupt("pages", shown, text)
        found = re.search(r"failed: (?!connection to)(?:FATAL:\s+)?([^\n]*)", text)
        problem = (found[1] if found else text.partition("\n")[0]).strip()
        return StoreUnusable(shown, problem, REMEDY)

    def _connect(self) -> Raw:
        return psycopg.Connection[Row].connect(**self._how)

    def _migrate(self, raw: Raw) -> None:
        """Bring the schema up to date in one transaction; of several processes that open a new one, one does it."""
        with raw.transaction():
            raw.execute("SELECT pg_advisory_xact_lock(hashtext('playhead'), hashtext(current_setting('search_path')))")
            version = self._version(raw)
            if version is None:
                version = self._make(raw)
            for script in MIGRATIONS[version:]:
                raw.execute(translated_script(script), prepare=False)
            if version < len(MIGRATIONS):
                raw.execute("UPDATE recording SET version = %s", [len(MIGRATIONS)])

    def _version(self, raw: Raw) -> int | None:
        """The schema's version, or None where there is no recording."""
        shown, schema = str(self.location), self.location.schema
        (there,) = raw.execute(
            "SELECT to_regclass('recording') AS mine,"
            " EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace(%s)) AS taken",
            [schema],
        ).fetchall()
        if there["mine"]:
            version = int(raw.execute("SELECT version FROM recording").fetchall()[0]["version"])
            if version > len(MIGRATIONS):
                raise SchemaTooNew(shown, version, len(MIGRATIONS))
            return version
        if there["taken"]:
            raise StoreUnusable(shown, f"its schema {schema} is of something else", REMEDY)
        return None

    def _make(self, raw: Raw) -> int:
        """A new recording, of version 0 as yet."""
        shown, schema = str(self.location), self.location.schema
        if not self._create:
            raise RecordingNotFound(shown)
        if (encoding := raw.info.parameter_status("server_encoding")) != "UTF8":
            raise StoreUnusable(shown, f"its database is in {encoding}, and a recording needs UTF8", REMEDY)
        if raw.execute("SELECT to_regnamespace(%s) AS schema", [schema]).fetchall()[0]["schema"] is None:
            raw.execute(f"CREATE SCHEMA {schema}")
        raw.execute("CREATE TABLE recording (version BIGINT NOT NULL, writes BIGINT NOT NULL)")
        raw.execute("INSERT INTO recording VALUES (0, 0)")
        return 0
