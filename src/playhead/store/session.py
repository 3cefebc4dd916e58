"""How is one statement run, and is what comes back what was written?

A session is one database connection: it runs named queries and checks the seal of every row it reads. Writing sessions
also intern values: a part's children first, and only those that are not stored yet.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final, TypeAlias

from playhead.codec import BY_DISTANCE, KNOWN, Part, deflate, digest, seal, sealer
from playhead.errors import BadInput, Corrupt, StoreError
from playhead.store.backend import Connection, Row
from playhead.store.queries import QUERIES, WHOLE_ROWS
from playhead.store.references import written

TOGETHER: Final = 64  # hashes looked up by one query
INDEXED: Final = 5  # bytes of a hash by which values are found
EVERYTHING: Final = 2**62  # the limit of a query that has none
CACHE: Final = 100_000  # hashes of stored values kept at hand by the writer
NAME: Final = "name"  # the kinds of count that say that a conversation, or an answer, of a name is there
ANSWER: Final = "answer"
GIVE_ANOTHER: Final = "Give it another name; what customers say may hold anything."
FREED: Final = "freed"  # the kind that says that bytes of what was removed may still be in the files

Damaged: TypeAlias = Callable[[Corrupt], None]


class MissingValue(StoreError):
    """A part that should be stored already is not: another process pruned it meanwhile."""

    def __init__(self) -> None:
        super().__init__("A value that was to be shared is no longer stored.", "Write it again in full.")


class AlreadyThere(StoreError):
    """Of rows that were added together one is there already: each operation is run alone then, and looks."""

    def __init__(self) -> None:
        super().__init__("A row that was to be added is there already.", "Run what adds it alone.")


class Session:
    """One connection that reads."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def rows(self, query: str, damaged: Damaged | None = None, /, **params: Any) -> list[Row]:
        """All rows of a named query; raises `Corrupt` for one whose seal is broken, or gives it to `damaged`."""
        found = self.connection.rows(query, params)
        if not found or (columns := WHOLE_ROWS.get(query)) is None:
            return found
        if columns != found[0].keys():
            raise Corrupt("schema", query.split("_", 1)[0], f"its columns are {', '.join(found[0])}")
        asked = [(name, params[name]) for name in params.keys() & found[0].keys()]
        if damaged is None:
            seal_of = sealer(tuple(name for name in found[0] if name != "seal"))
            for row in found:
                check(query, row, asked, seal_of)
            return found
        return [row for row in found if _is_sound(query, row, asked, damaged)]

    def one(self, query: str, **params: Any) -> Row | None:
        """The first row of a named query, or None."""
        found = self.rows(query, **params)
        return found[0] if found else None

    def conversation(self, name: str) -> Row | None:
        """The row of a conversation; raises `Corrupt` for one that is there and cannot be found by its name."""
        if not can_name(name):
            return None
        row = self.one("threads_find", name=name)
        if row is None and self.is_marked(NAME, name):  # was it written meanwhile?
            row = self.one("threads_find", name=name)
            if row is None and self.is_marked(NAME, name):
                raise Corrupt("threads", name, "it is not found by its name")
        return row

    def is_marked(self, kind: str, name: str) -> bool:
        """Must there be one of this name?"""
        return bool(self.rows("counts_get", kind=kind, id=mark_of(name)))

    def values(self, ids: Iterable[int]) -> dict[int, Row]:
        """Stored values by id; raises `Corrupt` for one that is missing."""
        wanted = set(ids)
        found = {row["id"]: row for row in self.rows("vals_get", ids=json.dumps(sorted(wanted)))} if wanted else {}
        for absent in wanted - found.keys():
            raise Corrupt("vals", str(absent), "it is referred to and not there")
        return found


class WritingSession(Session):
    """The one connection that writes, inside a transaction that the writer opens and commits."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._waiting: dict[str, list[Row]] = {}
        self._alone = False
        self.touched: dict[int, set[int]] = {}  # by conversation: the namespaces written to since a run of it ended
        self.forget_caches()

    def forget_caches(self) -> None:
        """Drop what is remembered of the database: after a roll-back, an erasure, or another process's write."""
        self._absent: dict[bytes, None] = {}
        self._ids: dict[bytes, int] = {}
        self._last: dict[str, int] = {}
        self._threads: dict[str, int] = {}
        self._spaces: dict[tuple[str, str], tuple[int, int]] = {}  # with the number of the conversation

    def prepare(self, parts: Iterable[Part]) -> None:
        """Look up, in one query, which of these parts and those below them are stored already."""
        unknown: dict[bytes, None] = {}
        level = [part for part in parts if part.hash not in self._ids]
        while level:
            unknown.update((part.hash, None) for part in level)
            level = [child for part in level for child in part.children if child.hash not in self._ids]
        wanted = list(unknown)
        for start in range(0, len(wanted), TOGETHER):
            some = wanted[start : start + TOGETHER]
            places = {f"h{i}": some[i][:INDEXED] if i < len(some) else None for i in range(TOGETHER)}
            for row in self.rows("vals_find_many", **places):
                if row["hash"] in unknown:
                    self._remember(row["hash"], row["id"])
        self._absent = unknown

    def finish(self) -> None:
        """Send the rows that are waiting, and commit."""
        self._send()
        self.connection.commit()

    def roll_back(self) -> None:
        """Undo the transaction, if there still is one."""
        self._waiting = {}
        self.forget_caches()
        self.connection.roll_back()

    def rows(self, query: str, damaged: Damaged | None = None, /, **params: Any) -> list[Row]:
        """As of any session; it sees the rows that are waiting."""
        self._send()
        return super().rows(query, damaged, **params)

    def _send(self) -> None:
        if self._waiting:
            waiting, self._waiting = self._waiting, {}
            for rows in waiting.values():
                seal_of = sealer(tuple(rows[0]))
                for row in rows:
                    row["seal"] = seal_of(row)
            touched = self.connection.run_many(waiting)
            if any(touched[query] < len(rows) for query, rows in waiting.items() if query in ADDING):
                raise AlreadyThere

    def begin(self, *, alone: bool) -> None:
        """Open the transaction, for one operation `alone` or for several; caches live on if nobody else wrote since."""
        self._alone = alone
        if not self.connection.begin():
            self.forget_caches()

    def write(self, query: str, row: Row) -> None:
        """Run a named statement with this row, to which its seal is added, together with others like it."""
        self._waiting.setdefault(query, []).append(row)

    def add(self, query: str, row: Row) -> bool:
        """Insert a row; False where there is one already, which stays.

        Rows of several operations are added together, as nearly all are new: if one is not, `AlreadyThere` is raised,
        and each operation is run alone.
        """
        if not self._alone:
            self.write(query, row)
            return True
        return self.add_now(query, row)

    def add_now(self, query: str, row: Mapping[str, Any]) -> bool:
        """Insert a row at once; False where there is one already, which stays."""
        if not self._waiting.keys().isdisjoint(of_same_table(query)):
            self._send()
        return self.connection.run(query, {**row, "seal": seal(row)}) > 0

    def delete(self, query: str, **params: Any) -> None:
        """Run a named statement that removes rows."""
        self._send()
        self.connection.run(query, params)

    def next_id(self, table: str) -> int:
        """A fresh primary key for the table."""
        if table not in self._last:
            self._last[table] = self.rows(f"{table}_last")[0]["id"]
        self._last[table] += 1
        return self._last[table]

    def intern(self, part: Part | None) -> int | None:
        """Store a part and all below it, each once; gives its reference."""
        if part is None:
            return None
        if (found := self._ids.get(part.hash)) is not None:
            return found
        if part.hash not in self._absent and (row := self.one("vals_find", hash=part.hash)) is not None:
            return self._remember(part.hash, row["id"])
        if part.kind == KNOWN:
            raise MissingValue
        return self._add(part)

    def _add(self, part: Part) -> int:
        if part.children:
            below = [self.intern(child) or 0 for child in part.children]
            number = self.next_id("vals")
            kind, data = part.kind | BY_DISTANCE, part.data + written(number, below)
        else:
            number = self.next_id("vals")
            kind, data = deflate(part.kind, part.data)
        self.write("vals_add", {"id": number, "hash": part.hash, "kind": kind, "data": data})
        return self._remember(part.hash, number)

    def _remember(self, content_hash: bytes, number: int) -> int:
        if len(self._ids) >= CACHE:
            self._ids.clear()
            self._absent.clear()
        self._ids[content_hash] = number
        return number

    def known_thread(self, name: str) -> int | None:
        """The number of a conversation, if there is one of this name."""
        if name not in self._threads and (row := self.conversation(name)) is not None:
            self._threads[name] = row["id"]
        return self._threads.get(name)

    def thread(self, name: str) -> int:
        """The number of a conversation, made on first sight."""
        if (number := self.known_thread(name)) is None:
            check_name("thread_id", name)
            number = self._threads[name] = self.next_id("threads")
            self.write("threads_add", {"id": number, "name": name})
            self.mark(NAME, name)
        return number

    def mark(self, kind: str, name: str) -> None:
        """Remember, in another place than its row, that there is a conversation, or an answer, of this name."""
        self.write("counts_put", {"kind": kind, "id": mark_of(name), "data": b""})

    def unmark(self, kind: str, name: str) -> None:
        """It is there no more."""
        self.delete("counts_delete", kind=kind, id=mark_of(name))

    def space(self, thread: str, ns: str) -> int:
        """The number of a conversation's checkpoint namespace, made on first sight."""
        if (found := self._spaces.get((thread, ns))) is None:
            check_whole("checkpoint_ns", ns)
            owner = self.thread(thread)
            row = self.one("spaces_find", thread=owner, ns=ns)
            number = row["id"] if row else self.next_id("spaces")
            if not row:
                self.write("spaces_add", {"id": number, "thread": owner, "ns": ns})
            found = self._spaces[thread, ns] = owner, number
        owner, number = found
        self.touched.setdefault(owner, set()).add(number)
        return number


ADDING: Final = frozenset(name for name, query in QUERIES.items() if query.endswith("DO NOTHING"))


@lru_cache(maxsize=256)
def of_same_table(query: str) -> frozenset[str]:
    """The named statements about the table that this one is about."""
    table = query.partition("_")[0]
    return frozenset(name for name in QUERIES if name.partition("_")[0] == table)


def check(query: str, row: Row, asked: Iterable[tuple[str, Any]] = (), seal_of: Callable[[Row], bytes] = seal) -> None:
    """Take the seal off a row, or raise `Corrupt` where it does not match, or the row is another than was asked for."""
    stored = row.pop("seal")
    if seal_of(row) != stored:
        raise Corrupt(*_named(query, row))
    for name, value in asked:
        if row[name] != value:
            raise Corrupt(*_named(query, row), f"it is found where {name} is {value!r:.80}")


def _named(query: str, row: Row) -> tuple[str, str]:
    named = (str(row[name]) for name in ("name", "key", "id", "run", "space") if row.get(name) is not None)
    return query.split("_", 1)[0], next(named, "?")


def can_name(text: str) -> bool:
    """Can every database keep this as the name of something? Half a character has no UTF-8; PostgreSQL has no NUL."""
    return "\0" not in text and not has_half_characters(text)


def has_half_characters(text: str) -> bool:
    """Is there a lone surrogate in it, which has no UTF-8?"""
    return not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text)


def check_name(what: str, name: str) -> None:
    """Raise `BadInput` for what not every database can keep as the name of something."""
    if not can_name(name):
        problem = "it holds a NUL or half a character (a lone surrogate), which no database keeps as text."
        raise BadInput(f"The {what} {name!r:.80}", problem, GIVE_ANOTHER)


def check_whole(what: str, name: str) -> None:
    """Raise `BadInput` for what holds half a character: a NUL in what is not looked up by its beginning is kept."""
    if has_half_characters(name):
        problem = "it holds half a character (a lone surrogate), which no database keeps as text."
        raise BadInput(f"The {what} {name!r:.80}", problem, GIVE_ANOTHER)


def answer_name(experiment: str, call: str) -> str:
    """What an answer is known by."""
    return f"{experiment} {call}"


def mark_of(name: str) -> int:
    """A number for a name; it goes when the name does."""
    return int.from_bytes(digest(name.encode("utf-8", "surrogatepass"), 8), "big") >> 1


def _is_sound(query: str, row: Row, asked: Iterable[tuple[str, Any]], damaged: Damaged) -> bool:
    try:
        check(query, row, asked)
    except Corrupt as error:
        damaged(error)
        return False
    return True
