"""Which messages did we send, and how is none sent twice, after an opt-out, or while a person has the conversation?

A message is a row; a channel adapter delivers rows. The row's key is that of the effect that caused it and is unique:
a repeated send finds the first row. Whether the recipient may be written to is asked in the transaction that writes
the row, so an opt-out, a take-over or a kill switch that comes while a reply is being written still wins. A refusal is
kept under its key too.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

from agents.messaging.calendar import utc_text
from agents.messaging.database import AgentDatabase

COLUMNS = 'id, key, thread, recipient AS "to", text, at, refused'


class Outbox:
    """Messages to customers. Results are JSON: `{"ok": True, "id", "key", "thread", "to", "text", "at"}`, or
    `{"ok": False, "reason": "opted_out" | "taken_over" | "halted"}`."""

    def __init__(self, database: AgentDatabase) -> None:
        self._database = database

    def add(
        self, key: str, business: str, thread: str, to: str, text: str, at: datetime | str | None = None
    ) -> dict[str, Any]:
        """Puts a message in the outbox, once per key. `business`: whose, as it may be switched off by itself; `at`:
        when, for the message cap (aware, or ISO text)."""
        with self._database.transaction() as connection:
            earlier = connection.execute(f"SELECT {COLUMNS} FROM outbox WHERE key = ?", (key,)).fetchone()  # noqa: S608
            if earlier is not None:
                return _result(dict(earlier))
            refused = _refusal(connection, business, thread, to)
            connection.execute(
                "INSERT INTO outbox (key, thread, recipient, text, at, refused) VALUES (?, ?, ?, ?, ?, ?)",
                (key, thread, to, "" if refused else text, None if at is None else utc_text(at), refused),
            )
            row = connection.execute(f"SELECT {COLUMNS} FROM outbox WHERE key = ?", (key,)).fetchone()  # noqa: S608
            return _result(dict(row))

    def lookup(self, key: str) -> dict[str, Any] | None:
        """What the send with this key did, or None when it never happened."""
        rows = self._database.rows(f"SELECT {COLUMNS} FROM outbox WHERE key = ?", (key,))  # noqa: S608
        return _result(rows[0]) if rows else None

    def sent(self, thread: str) -> list[dict[str, Any]]:
        """The thread's messages in the order they were sent; refused ones are not among them."""
        sql = f"SELECT {COLUMNS} FROM outbox WHERE thread = ? AND refused IS NULL ORDER BY id"  # noqa: S608
        return [_result(row) for row in self._database.rows(sql, (thread,))]

    def forget(self, customer: str) -> None:
        """Removes every message to the customer, or in the conversation of that name."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM outbox WHERE recipient = ? OR thread = ?", (customer, customer))
        self._database.flush_erased()

    def close(self) -> None:
        """Closes the database."""
        self._database.close()


def _refusal(connection: sqlite3.Connection, business: str, thread: str, to: str) -> str | None:
    if connection.execute("SELECT 1 FROM opt_outs WHERE customer = ?", (to,)).fetchone():
        return "opted_out"
    if connection.execute("SELECT 1 FROM taken_over WHERE thread = ?", (thread,)).fetchone():
        return "taken_over"
    if connection.execute("SELECT 1 FROM halted WHERE business IN (?, '')", (business,)).fetchone():
        return "halted"
    return None


def _result(row: dict[str, Any]) -> dict[str, Any]:
    refused = row.pop("refused")
    return {"ok": False, "reason": refused} if refused else {"ok": True, **row}
