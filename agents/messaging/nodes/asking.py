"""How does a node ask a model without ever losing a customer's message?

Every failure of a provider or a prompt (time-out, refusal, an answer that does not fit) becomes an entry in `failures`,
which routing turns into a hand-off with a holding line. What stops a run on purpose passes through: interrupts, and
what a replay raises.
"""

from __future__ import annotations

from typing import Any

from langgraph.errors import GraphBubbleUp

from playhead import ask

JSON = dict[str, Any]
PASSES = frozenset({"Diverged", "NotRecorded", "EffectHeldBack", "ReplayError"})


def asked(node: str, prompt: str, **inputs: Any) -> tuple[JSON, list[JSON]]:
    """The model's parsed answer and no failure, or `{}` and what went wrong."""
    try:
        answer = ask(prompt, **inputs)
    except GraphBubbleUp:
        raise
    except Exception as error:
        if PASSES & {kind.__name__ for kind in type(error).__mro__}:
            raise
        return {}, [{"node": node, "error": type(error).__name__, "detail": str(error)[:300]}]
    if not isinstance(answer, dict):
        return {}, [{"node": node, "error": "BadAnswer", "detail": f"no JSON object: {answer!r}"[:300]}]
    return answer, []
