"""Can what came back from a model be used, and if not, would asking again help, and when?

Providers' errors are told by the names of their classes and their status, so that no provider's library is needed here.
A server that says when to come back is not asked before.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from langchain_core.messages import AIMessage

from playhead.prompts import Prompt

PASSING: Final = {"APIError", "APIConnectionError", "TransportError", "ConnectionError", "TimeoutError"}
UNREADABLE: Final = (ValueError, IndexError, AttributeError, TypeError)
"""What a client raises when a response is not of the form that it expects."""

CUT, FILTERED = "length", "content_filter"


def as_message(reply: AIMessage | Exception) -> AIMessage | Exception:
    """The client raises where an answer to a schema was cut off or filtered; without a schema it gives the message."""
    names = _names(reply)
    if "LengthFinishReasonError" in names:
        choice = reply.completion.choices[0].message  # type: ignore[union-attr]
        return AIMessage(choice.content or "", response_metadata={"finish_reason": CUT})
    if "ContentFilterFinishReasonError" in names:
        return AIMessage("", response_metadata={"finish_reason": FILTERED})
    return reply


def read_answer(found: Prompt, reply: AIMessage) -> tuple[Any, str | None]:
    """The usable answer in a model's message, or why there is none."""
    if refused(reply):
        return None, f"the model refused: {reply.additional_kwargs.get('refusal') or 'content filter'}"
    if reply.response_metadata.get("finish_reason") == CUT:
        return None, "it was cut off at the token limit; it must be shorter"
    text = reply.text.strip()
    answer: Any = text
    if found.output_schema is not None:
        bare = text.removeprefix("```json").removeprefix("```").removesuffix("```").strip()
        try:
            answer = json.loads(bare)
        except ValueError as error:
            return None, f"it is not JSON ({error})"
    elif not text:
        return None, "it is empty"
    return answer, found.answer_problem(answer)


def refused(reply: AIMessage) -> bool:
    """Did the model, or its provider, decline to answer? Asking again would not help."""
    declined = reply.response_metadata.get("finish_reason") == FILTERED
    return declined or bool(reply.additional_kwargs.get("refusal"))


def pause_after(error: Exception, attempt: int) -> float | None:
    """Seconds to wait before the next attempt (Retry-After, else doubling); None if another would not help."""
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        passes = status in (408, 409, 429) or status >= 500
    else:
        passes = isinstance(error, UNREADABLE) or bool(_names(error) & PASSING)
    if not passes or getattr(error, "code", None) == "insufficient_quota":
        return None
    if getattr(error, "playhead_recorded", False):
        return 0.0  # in a replay: the pause was made when this was recorded
    asked_for = _retry_after(getattr(getattr(error, "response", None), "headers", {}))
    return 0.5 * 2 ** (attempt - 1) if asked_for is None else max(asked_for, 0.0)


def _retry_after(headers: Any) -> float | None:
    """Seconds, from `retry-after-ms`, or `retry-after` in seconds or as a date."""
    try:
        if (thousandths := headers.get("retry-after-ms")) is not None:
            return float(thousandths) / 1000
        return float(headers.get("retry-after", ""))
    except ValueError:
        pass
    try:
        return (parsedate_to_datetime(headers.get("retry-after", "")) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return None


def _names(error: object) -> set[str]:
    return {kind.__name__ for kind in type(error).__mro__}
