"""What becomes of a message that ends consent, or of one that nobody may answer?

Opting out is an action like others, so `commit` performs it; nothing is asked of a model and nothing is sent.
"""

from __future__ import annotations

from agents.messaging.state import JSON, State


def opt_out(state: State) -> JSON:
    """Intends what the customer said about receiving messages."""
    if state["plan"]["reason"] == "the customer opted in again":
        return {"intended": [{"kind": "opt_in", "arguments": {"customer": state["customer"]}, "said": ""}]}
    arguments = {"customer": state["customer"], "said": state["message"][:500], "at": state["now"]}
    return {"intended": [{"kind": "opt_out", "arguments": arguments, "said": ""}]}


def silent(state: State) -> JSON:
    """Nothing is written; the reason stays in the state and in the recording."""
    return {"outcome": {"reply": None, "outcome": "silent", "reason": state["plan"]["reason"]}}
