"""How does a node ask a prompt file's question, and get an answer it can use?

`ask` renders the file, calls its model with its parameters, and checks the answer against its schema. Errors that
pass (429 with its Retry-After, 5xx, time-outs, dropped connections) and answers that cannot be used are tried again,
a bounded number of times inside a five-minute budget; every attempt is a call of its own on the recording. Then the
error is raised for the node to hand over to a person.

The loop is a generator that says what to do next; `ask` and `aask` only carry it out, waiting or awaiting.
"""

from __future__ import annotations

from asyncio import sleep as asleep
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic, sleep
from typing import Any, Final, Protocol, TypeAlias

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, convert_to_messages

from playhead.config import load_config
from playhead.errors import BadAnswer, BadInput
from playhead.graph.answers import UNREADABLE, as_message, pause_after, read_answer, refused
from playhead.graph.models import Models
from playhead.graph.provenance import ASKING, Asked
from playhead.graph.recorder import CURRENT
from playhead.prompts import Prompt, PromptFolder

ATTEMPTS: Final = 4
BUDGET_SECONDS: Final = 300.0  # a provider that asks for a longer pause than is left is not waited for


class Prompts(Protocol):
    """Anything that has prompts by name."""

    def get(self, name: str) -> Prompt:
        """The prompt of this name."""


@lru_cache(maxsize=1)
def _unrecorded() -> tuple[PromptFolder, Models]:
    config = load_config()
    if config.prompts is None:
        raise BadInput("prompts", "no folder is configured.", "Set PLAYHEAD_PROMPTS or [tool.playhead] prompts.")
    return PromptFolder(config.prompts), Models(config.models)


def _surroundings() -> tuple[Prompts, Models]:
    step = CURRENT.get()
    if step is None:
        return _unrecorded()
    prompts = step.run.prompts_at(step.address)
    if prompts is None:
        raise BadInput("prompts", "this recording was opened without a folder.", "playhead.open(…, prompts=FOLDER)")
    return prompts, step.run.recording.models


def prompt(name: str, /, **inputs: Any) -> list[BaseMessage]:
    """The messages to send for a prompt file and these inputs, for code that calls a model itself.

    The recorder knows which prompt they came from by what they say: nothing is put on them.
    Raises `PromptNotFound`, `PromptSyntax`, `MissingInput`, `UnknownInput`, `WrongInput`.
    """
    found = _surroundings()[0].get(name)
    messages = messages_of(found, inputs)
    if (step := CURRENT.get()) is not None:
        step.run.renderings.remember(messages, Asked(describe_prompt(found), inputs))
    return messages


def ask(name: str, /, **inputs: Any) -> Any:
    """Ask a prompt file's question: a dict fitting its output schema, or text where it has none.

    `name` is the file's, without .md; `inputs` are the values that its header declares.

    Raises `BadAnswer` when no attempt gave a usable answer, the provider's own error when none got through, and what
    `prompt` raises.
    """
    loop = _attempts(name, inputs)
    turn = next(loop)
    while True:
        if turn.wait:  # even a sleep of no time lets others go first
            sleep(turn.wait)
        with _asking(turn.asked):
            try:
                reply: Reply = turn.model.invoke(turn.messages, **turn.options)
            except Exception as error:  # noqa: BLE001 - the loop decides whether it passes
                reply = error
        try:
            turn = loop.send(reply)
        except StopIteration as done:
            return done.value


async def aask(name: str, /, **inputs: Any) -> Any:
    """As `ask`, for async nodes."""
    loop = _attempts(name, inputs)
    turn = next(loop)
    while True:
        if turn.wait:
            await asleep(turn.wait)
        with _asking(turn.asked):
            try:
                reply: Reply = await turn.model.ainvoke(turn.messages, **turn.options)
            except Exception as error:  # noqa: BLE001 - the loop decides whether it passes
                reply = error
        try:
            turn = loop.send(reply)
        except StopIteration as done:
            return done.value


Reply: TypeAlias = AIMessage | Exception


@dataclass(frozen=True, slots=True)
class Turn:
    """One attempt to make: wait so many seconds, then ask this model these messages."""

    model: BaseChatModel
    messages: list[BaseMessage]
    options: Mapping[str, Any]
    asked: Asked
    wait: float


def _attempts(name: str, inputs: Mapping[str, Any]) -> Generator[Turn, Reply, Any]:
    prompts, models = _surroundings()
    found = prompts.get(name)
    name_of_model, options = settings_of(found)
    model = models.get(name_of_model)
    question = messages = messages_of(found, inputs)
    use, wait = describe_prompt(found), 0.0
    deadline = monotonic() + BUDGET_SECONDS
    for attempt in range(1, ATTEMPTS + 1):
        reply = as_message((yield Turn(model, messages, options, Asked(use, inputs, attempt), wait)))
        final = attempt == ATTEMPTS
        if isinstance(reply, Exception):
            pause = pause_after(reply, attempt)
            if pause is None or final or monotonic() + pause > deadline:
                if isinstance(reply, UNREADABLE):
                    raise BadAnswer(name, f"the call failed with {type(reply).__name__}: {reply}", "") from reply
                raise reply
            wait = pause
            continue
        answer, problem = read_answer(found, reply)
        if problem is None:
            return answer
        if final or monotonic() > deadline or refused(reply):
            raise BadAnswer(name, problem, reply.text)
        complaint = f"That answer cannot be used: {problem}. Answer again, with nothing but what was asked for."
        messages, wait = [*question, AIMessage(reply.text), HumanMessage(complaint)], 0.0
    raise AssertionError("the loop returns or raises")


def messages_of(found: Prompt, inputs: Mapping[str, Any]) -> list[BaseMessage]:
    """The rendered prompt as LangChain messages."""
    rendered: list[Any] = list(found.render(inputs))
    return convert_to_messages(rendered)


def settings_of(found: Prompt) -> tuple[str, dict[str, Any]]:
    """What a prompt file says of its model: the name, and the options to call it with, its schema among them."""
    spec = found.model if isinstance(found.model, dict) else {"name": found.model or "default"}
    options = {key: value for key, value in spec.items() if key != "name"}
    if found.output_schema is not None:
        form = {"name": found.name, "schema": found.output_schema}
        options["response_format"] = {"type": "json_schema", "json_schema": form}
    return str(spec.get("name") or "default"), options


def describe_prompt(found: Prompt) -> dict[str, Any]:
    """What the recording keeps of the prompt a call was made from."""
    return {
        "name": found.name,
        "content_hash": found.content_hash,
        "file_hash": found.file_hash,
        "files": dict(found.sources),
    }


@contextmanager
def _asking(asked: Asked) -> Iterator[None]:
    token = ASKING.set(asked)
    try:
        yield
    finally:
        ASKING.reset(token)
