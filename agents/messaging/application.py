"""How do `playhead run`, `chat` and `demo` talk to this agent?

They know no business, no calendar and no state: they ask here for the resources, the graph's input for a customer's
message, and what came of a run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from agents.messaging.business import business_names, load_business
from agents.messaging.calendar import Calendar
from agents.messaging.database import AgentDatabase
from agents.messaging.graph import graph
from agents.messaging.notes import Notes
from agents.messaging.optouts import OptOuts
from agents.messaging.outbox import Outbox
from playhead import BadInput

FIRST_BUSINESS = "bike-shop"


class MessagingApplication:
    """The messaging agent as an application of Playhead."""

    graph = graph
    demo = Path(__file__).parent / "demo.jsonl"
    recording = Path(__file__).parents[2] / "examples" / "recordings" / "demo.json"

    def businesses(self) -> list[str]:
        """The ids of the businesses that have a file."""
        return business_names()

    def resources(self, path: Path) -> dict[str, object]:
        """The agent's own database at `path` (created): calendar, outbox, opt-outs and notes."""
        database = AgentDatabase(path)
        return {
            "calendar": Calendar(database),
            "outbox": Outbox(database),
            "optouts": OptOuts(database),
            "notes": Notes(database),
        }

    def incoming(
        self,
        text: str,
        *,
        thread: str,
        business: str | None,
        message_id: str,
        at: datetime,
        channel: str = "sms",
        customer: str | None = None,
        history: Sequence[Mapping[str, Any]] | None = None,
        zone: str | None = None,
    ) -> dict[str, Any]:
        """The graph's input for one message; `at` is aware. `history`: an imported conversation up to here, as
        `{"role", "text"}`, in place of what the thread carries. `zone`: where the customer is, as far as the channel
        knows, for the quiet hours; else where the business is. Raises BadInput for an unknown business or zone."""
        known = load_business(business or FIRST_BUSINESS)
        version = hashlib.sha256(known.model_dump_json().encode()).hexdigest()[:12]
        return {
            "business": known.id,
            "thread": thread,
            "channel": channel,
            "customer": customer or thread,
            "batch": [{"id": message_id, "text": text, "at": at.isoformat()}],
            "now": at.isoformat(),
            "zone": _known_zone(zone or known.zone),
            "mode": known.mode,
            "versions": {"business": version},
            "earlier": [
                {"role": str(each["role"]), "text": str(each["text"]), "id": "", "at": ""} for each in history or []
            ],
        }

    def outcome(self, state: Mapping[str, Any]) -> dict[str, Any]:
        """`{"reply", "outcome", "reason"}` of a run's last state; "failed" for one that did not reach its end."""
        if state.get("__interrupt__"):
            return {"reply": None, "outcome": "handed_off", "reason": "waits for a person's approval"}
        outcome: dict[str, Any] = dict(state.get("outcome") or {})
        return outcome or {"reply": None, "outcome": "failed", "reason": "the run did not reach its end"}


def _known_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError) as error:
        remedy = "Give an IANA name, such as America/New_York."
        raise BadInput("zone", f"there is no time zone {name!r}", remedy) from error


application = MessagingApplication()
