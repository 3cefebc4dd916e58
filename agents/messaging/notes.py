"""What did the agent write down about a customer, for the people of the business to read?

One row per effect key, so that a repeated note is found again instead of written twice.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from agents.messaging.calendar import utc_text
from agents.messaging.database import AgentDatabase

SCHEMA = (
    "CREATE TABLE IF NOT EXISTS notes (key TEXT PRIMARY KEY, business TEXT NOT NULL, thread TEXT NOT NULL,"
    " customer TEXT NOT NULL, text TEXT NOT NULL, at TEXT NOT NULL) WITHOUT ROWID"
)


class Notes:
    """Notes about customers. Results are JSON: `{"ok": True, "business", "thread", "customer", "text", "at"}`."""

    def __init__(self, database: AgentDatabase) -> None:
        self._database = database
        with database.transaction() as connection:
            connection.execute(SCHEMA)

    def add(self, key: str, business: str, thread: str, customer: str, text: str, at: datetime | str) -> dict[str, Any]:
        """Writes a note, once per key. `at`: aware, or ISO text."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO notes VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (key, business, thread, customer, text, utc_text(at)),
            )
        return self.lookup(key) or {"ok": False, "reason": "not written"}

    def lookup(self, key: str) -> dict[str, Any] | None:
        """What the effect with this key wrote, or None when it never happened."""
        rows = self._database.rows("SELECT business, thread, customer, text, at FROM notes WHERE key = ?", (key,))
        return {"ok": True, **rows[0]} if rows else None

    def of(self, customer: str) -> list[str]:
        """The texts about a customer, oldest first."""
        sql = "SELECT text FROM notes WHERE customer = ? ORDER BY at, key"
        return [str(row["text"]) for row in self._database.rows(sql, (customer,))]

    def forget(self, customer: str) -> None:
        """Removes every note about the customer, or from the conversation of that name."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM notes WHERE customer = ? OR thread = ?", (customer, customer))
        self._database.flush_erased()

    def close(self) -> None:
        """Closes the database."""
        self._database.close()
