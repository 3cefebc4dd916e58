"""Which appointments exist, and how is the same hour never given away twice?

Every booking holds one row per 5-minute cell of its resource under a primary key, written in the booking's own
transaction: two customers who race for a slot meet in the database, not in our code. The service's buffer is held too.
Each call carries the key of the effect that caused it; the key's first result is kept, so a repeated call changes
nothing and `lookup` can tell after a crash whether it happened. Times are stored in UTC.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from agents.messaging.business import CELL_MINUTES, load_business
from agents.messaging.database import AgentDatabase

CELL_SECONDS = CELL_MINUTES * 60
ERASED = "[erased]"


class Calendar:
    """Bookings of every business of the application.

    Results are JSON: `{"ok": True, "booking_id", "business", "service", "resource", "start", "end", "customer",
    "status"}`, or `{"ok": False, "reason": "taken" | "unknown_booking"}`. Times may be given as aware datetimes or as
    ISO text; one without a zone raises ValueError.
    """

    def __init__(self, database: AgentDatabase) -> None:
        self._database = database

    def book(
        self,
        key: str,
        business: str,
        service: str,
        resource: str,
        start: datetime | str,
        end: datetime | str,
        customer: str,
    ) -> dict[str, Any]:
        """Books the resource from `start` to `end`. Raises BadInput for an unknown business or service."""
        row = (business, service, resource, *_held(business, service, start, end), customer)

        def act(connection: sqlite3.Connection) -> dict[str, Any]:
            cursor = connection.execute(
                'INSERT INTO bookings (business, service, resource, start, "end", held_until, customer)'
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            booking_id = int(cursor.lastrowid or 0)
            return _hold_cells(connection, booking_id)

        return self._once(key, act)

    def move(
        self,
        key: str,
        booking_id: int,
        start: datetime | str,
        end: datetime | str,
        resource: str | None = None,
    ) -> dict[str, Any]:
        """Moves a booking (to another resource when given). When the new time is taken, the old one stays."""

        def act(connection: sqlite3.Connection) -> dict[str, Any]:
            booking = _standing(connection, booking_id)
            held = _held(booking["business"], booking["service"], start, end)
            connection.execute("DELETE FROM cells WHERE booking = ?", (booking_id,))
            connection.execute(
                'UPDATE bookings SET resource = ?, start = ?, "end" = ?, held_until = ? WHERE id = ?',
                (resource or booking["resource"], *held, booking_id),
            )
            return _hold_cells(connection, booking_id)

        return self._once(key, act)

    def cancel(self, key: str, booking_id: int) -> dict[str, Any]:
        """Cancels a booking and frees its time."""

        def act(connection: sqlite3.Connection) -> dict[str, Any]:
            booking = _standing(connection, booking_id)
            connection.execute("DELETE FROM cells WHERE booking = ?", (booking_id,))
            connection.execute("UPDATE bookings SET status = 'cancelled' WHERE id = ?", (booking_id,))
            return _public({**booking, "status": "cancelled"})

        return self._once(key, act)

    def find(self, customer: str, business: str | None = None) -> list[dict[str, Any]]:
        """The customer's standing bookings, earliest first (of one business when given), as `book` returns them."""
        rows = self._database.rows(
            "SELECT * FROM bookings WHERE customer = ? AND status = 'booked' AND (? IS NULL OR business = ?)"
            " ORDER BY start, id",
            (customer, business, business),
        )
        return [_public(row) for row in rows]

    def busy(self, business: str, start: datetime | str, end: datetime | str) -> list[dict[str, Any]]:
        """`{"resource", "start", "end"}` of all that overlaps the span; `end` includes the booking's buffer."""
        return self._database.rows(
            'SELECT resource, start, held_until AS "end" FROM bookings'
            " WHERE business = ? AND status = 'booked' AND start < ? AND held_until > ? ORDER BY start, resource",
            (business, utc_text(end), utc_text(start)),
        )

    def lookup(self, key: str) -> dict[str, Any] | None:
        """What the effect with this key did, or None when it never happened."""
        rows = self._database.rows("SELECT result FROM calendar_effects WHERE key = ?", (key,))
        return _result(rows[0]["result"]) if rows else None

    def forget(self, customer: str) -> None:
        """Takes the customer out of the calendar. Held times stay held: a person is still coming."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE bookings SET customer = ? WHERE customer = ?", (ERASED, customer))
            connection.execute(
                "DELETE FROM calendar_effects WHERE customer = ? OR substr(key, 1, length(?) + 1) = ? || '/'",
                (customer, customer, customer),  # an effect's key begins with its conversation's name
            )
        self._database.flush_erased()

    def close(self) -> None:
        """Closes the database."""
        self._database.close()

    def _once(self, key: str, act: Callable[[sqlite3.Connection], dict[str, Any]]) -> dict[str, Any]:
        """Does `act` unless the key already has a result; the act and its result are committed together."""
        with self._database.transaction() as connection:
            earlier = connection.execute("SELECT result FROM calendar_effects WHERE key = ?", (key,)).fetchone()
            if earlier is not None:
                return _result(earlier["result"])
            connection.execute("SAVEPOINT act")
            try:
                result = act(connection)
                customer = str(result["customer"])
            except _Refused as refusal:
                connection.execute("ROLLBACK TO act")
                result, customer = {"ok": False, "reason": refusal.reason}, refusal.customer
            connection.execute("RELEASE act")
            connection.execute(
                "INSERT INTO calendar_effects (key, customer, result) VALUES (?, ?, ?)",
                (key, customer, json.dumps(result)),
            )
            return result


def utc_text(when: datetime | str) -> str:
    """An aware time, or its ISO text, as ISO 8601 in UTC to the second: `2019-03-08T17:30:00+00:00`."""
    when = datetime.fromisoformat(when) if isinstance(when, str) else when
    if when.tzinfo is None:
        raise ValueError(f"a time without a zone cannot be stored: {when.isoformat()}")
    return when.astimezone(UTC).isoformat(timespec="seconds")


class _Refused(Exception):
    """The calendar says no; the transaction goes back to where it was."""

    def __init__(self, reason: str, customer: str = "") -> None:
        self.reason, self.customer = reason, customer
        super().__init__(reason)


def _held(business: str, service: str, start: datetime | str, end: datetime | str) -> tuple[str, str, str]:
    """Start, end, and the end of the buffer after it, in UTC."""
    start, end = utc_text(start), utc_text(end)
    if end <= start:
        raise ValueError(f"an appointment must end after it begins: {start} to {end}")
    buffer = timedelta(minutes=load_business(business).service(service).buffer_minutes)
    return start, end, utc_text(datetime.fromisoformat(end) + buffer)


def _standing(connection: sqlite3.Connection, booking_id: int) -> dict[str, Any]:
    row = connection.execute("SELECT * FROM bookings WHERE id = ? AND status = 'booked'", (booking_id,)).fetchone()
    if row is None:
        raise _Refused("unknown_booking")
    return dict(row)


def _hold_cells(connection: sqlite3.Connection, booking_id: int) -> dict[str, Any]:
    """Takes every cell the booking touches and returns the booking; raises _Refused when one is held already."""
    booking = _standing(connection, booking_id)
    first = int(datetime.fromisoformat(booking["start"]).timestamp()) // CELL_SECONDS
    last = -(-int(datetime.fromisoformat(booking["held_until"]).timestamp()) // CELL_SECONDS)
    rows = [(booking["business"], booking["resource"], cell, booking_id) for cell in range(first, last)]
    try:
        connection.executemany("INSERT INTO cells (business, resource, cell, booking) VALUES (?, ?, ?, ?)", rows)
    except sqlite3.IntegrityError as error:
        raise _Refused("taken", booking["customer"]) from error
    return _public(booking)


def _public(row: dict[str, Any]) -> dict[str, Any]:
    shown = ("business", "service", "resource", "start", "end", "customer", "status")
    return {"ok": True, "booking_id": row["id"], **{name: row[name] for name in shown}}


def _result(text: str) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(text)
    return result
