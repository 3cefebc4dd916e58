"""Who may not be written to, in which conversations does a person speak, and is the agent switched off?

An opt-out holds for every business in the database: being asked twice to stop is once too often. The outbox reads all
three again in the sending transaction. A thread that a person has taken over stays theirs until it is released.
"""

from __future__ import annotations

from datetime import datetime

from agents.messaging.calendar import utc_text
from agents.messaging.database import AgentDatabase


class OptOuts:
    """Opt-outs by customer, taken-over flags by thread, and the kill switch. Every call may be repeated safely."""

    def __init__(self, database: AgentDatabase) -> None:
        self._database = database

    def add(self, customer: str, said: str = "", at: datetime | str | None = None) -> None:
        """Notes that the customer wants no messages; `said`: their words. The first note stays."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO opt_outs (customer, said, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (customer, said, None if at is None else utc_text(at)),
            )

    def remove(self, customer: str) -> None:
        """The customer wants messages again."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM opt_outs WHERE customer = ?", (customer,))

    def contains(self, customer: str) -> bool:
        """Has the customer opted out?"""
        return bool(self._database.rows("SELECT 1 FROM opt_outs WHERE customer = ?", (customer,)))

    def take_over(self, thread: str, person: str = "", customer: str = "") -> None:
        """A person speaks in this thread from now on. `customer` lets `forget` find the flag."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO taken_over (thread, person, customer) VALUES (?, ?, ?)"
                " ON CONFLICT (thread) DO UPDATE SET person = excluded.person, customer = excluded.customer",
                (thread, person, customer),
            )

    def release(self, thread: str) -> None:
        """The agent may speak in this thread again."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM taken_over WHERE thread = ?", (thread,))

    def taken_over(self, thread: str) -> bool:
        """Does a person speak in this thread?"""
        return bool(self._database.rows("SELECT 1 FROM taken_over WHERE thread = ?", (thread,)))

    def halt(self, business: str = "") -> None:
        """The kill switch: the agent stops for this business, or for all when none is named."""
        with self._database.transaction() as connection:
            connection.execute("INSERT INTO halted (business) VALUES (?) ON CONFLICT DO NOTHING", (business,))

    def unhalt(self, business: str = "") -> None:
        """Takes back `halt` for this business, or the one for all when none is named."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM halted WHERE business = ?", (business,))

    def halted(self, business: str = "") -> bool:
        """Is the agent switched off, for this business or for all?"""
        return bool(self._database.rows("SELECT 1 FROM halted WHERE business IN (?, '')", (business,)))

    def forget(self, customer: str) -> None:
        """Removes the opt-out and the flags of the customer: keeping a number to suppress it would be keeping it."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM opt_outs WHERE customer = ?", (customer,))
            connection.execute("DELETE FROM taken_over WHERE customer = ? OR thread = ?", (customer, customer))
        self._database.flush_erased()

    def close(self) -> None:
        """Closes the database."""
        self._database.close()
