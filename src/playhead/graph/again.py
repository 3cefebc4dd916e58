"""How is a recorded call asked again, just as it was?

By the model that its prompt file names, with the messages as they were sent: what comes otherwise is the model's own
doing, or its provider's. Errors that pass are tried again as `ask` does.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from time import sleep
from typing import Any, Final, NamedTuple

from langchain_core.messages import AIMessage, BaseMessage

from playhead.codec import Part, mapping
from playhead.errors import NotReplayable
from playhead.graph.answers import as_message, pause_after
from playhead.graph.asking import ATTEMPTS, settings_of
from playhead.graph.encoding import Encoder
from playhead.graph.intercept import install
from playhead.graph.model_call import name_of
from playhead.graph.models import Models
from playhead.graph.questions import Desk, Question
from playhead.prompts import PromptSet
from playhead.records import ERASED, Call, Run

CONTROL: Final = "control"


class Again(NamedTuple):
    """What a recorded call was answered when it was asked again: `{"message": …}`, with its tokens as reported."""

    answer: Mapping[str, Any]
    model: str
    input_tokens: int
    output_tokens: int


def ask_again(run: Run, call: Call, models: Models, encoder: Encoder, desk: Desk) -> Again:
    """Ask a recorded call of this run again. Raises `NotReplayable`, `NotAsked`, and the provider's own errors."""
    messages, (alias, options) = _messages(run.id, call), _settings(run.id, call)
    model: Any = models.get(alias)
    if name_of(model) != call.name:
        problem = f"{call.name} answered, and the prompt's model {alias!r} is {name_of(model)} today"
        raise NotReplayable(run.id, problem)
    characters = sum(len(str(message.content)) for message in messages)
    question = Question(f"{CONTROL}/{run.id}/{call.number}", run.thread, "", call.name, characters, call)
    if (kept := desk.kept(question)) is not None:
        return Again(kept.answer, call.name, kept.input_tokens or 0, kept.output_tokens or 0)
    message = asked_by(model, messages, options, question, encoder, desk)
    usage: Mapping[str, Any] = message.usage_metadata or {}
    return Again({"message": message}, call.name, usage.get("input_tokens", 0), usage.get("output_tokens", 0))


def _messages(run: str, call: Call) -> list[BaseMessage]:
    request = call.request
    if not isinstance(request, Mapping) or request["messages"] == ERASED:
        raise NotReplayable(run, "what it asked was erased")
    return list(request["messages"])


def _settings(run: str, call: Call) -> tuple[str, dict[str, Any]]:
    use = call.prompt
    if use is None:
        raise NotReplayable(run, "its call was not made from a prompt file")
    return settings_of(PromptSet.from_files(use.files).get(use.name))


def asked_by(
    model: Any,
    messages: list[BaseMessage],
    options: Mapping[str, Any],
    question: Question,
    encoder: Encoder,
    desk: Desk,
) -> AIMessage:
    """Ask a model by way of the desk. Errors that pass are tried again; raises `NotAsked` and the provider's own."""
    install()  # this thread asks on purpose, outside every run
    attempt = 1
    while True:
        desk.before(question)
        began, clock = time.time(), time.perf_counter()
        try:
            reply = as_message(_reply(model, messages, options))
            response = None if isinstance(reply, Exception) else mapping({"message": encoder.anything(reply)})
        except BaseException:  # it cannot be kept: those who wait for its place would wait for ever
            desk.after(question, _row("failed", began, clock, None, {}))
            raise
        if not isinstance(reply, Exception):
            desk.after(question, _row("done", began, clock, response, reply.usage_metadata or {}))
            return reply
        desk.after(question, _row("failed", began, clock, None, {}))
        pause = pause_after(reply, attempt)
        if pause is None or attempt == ATTEMPTS:
            raise reply
        sleep(pause)
        attempt += 1


def _reply(model: Any, messages: list[BaseMessage], options: Mapping[str, Any]) -> AIMessage | Exception:
    try:
        answer: AIMessage = model.invoke(messages, **options)
    except Exception as error:  # noqa: BLE001 - whether it passes is decided above
        return error
    return answer


def _row(status: str, began: float, clock: float, response: Part | None, usage: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "status": status,
        "started": began,
        "seconds": time.perf_counter() - clock,
        "response": response,
        "input_tokens": usage.get("input_tokens"),
        "output_tokens": usage.get("output_tokens"),
    }
