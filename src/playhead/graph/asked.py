"""What becomes of a question to a model: is it passed on, answered from the recording, or asked and written down?

One class for each of these fates. Each names the model that LangChain is to ask, and knows what to do while it answers
and with what it answers: so each of LangChain's many ways of asking, sync and async, is caught with the same few lines.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatResult

from playhead.graph.let_go import HERE
from playhead.graph.model_call import INSIDE, ModelCall, Serving
from playhead.graph.recalling import recall_model
from playhead.graph.recorder import StepRecorder

NOTHING: Final[AbstractContextManager[None]] = nullcontext()


class Inside:
    """While an answer is being made, what LangChain calls to get it is no call of its own."""

    __slots__ = ("_answer", "_token")

    def __init__(self, answer: ModelCall | Serving) -> None:
        self._answer = answer

    def __enter__(self) -> None:
        self._token = INSIDE.set(self._answer)

    def __exit__(self, *raised: object) -> None:
        INSIDE.reset(self._token)


class Passed:
    """Nothing records here, or it is part of a call that is recorded already: LangChain asks as it would."""

    def __init__(self, model: BaseChatModel) -> None:
        self.model = model

    def during(self) -> AbstractContextManager[None]:
        """What is around the asking."""
        return NOTHING

    def listen(self, run_manager: Any) -> Any:
        """The run manager to ask with."""
        return run_manager

    def answered(self, result: ChatResult) -> None:
        """The model answered, all at once."""

    def failed(self, error: BaseException) -> None:
        """The call raised."""

    def pieces(self, made: Iterator[Any]) -> Iterator[Any]:
        """The answer in pieces, for who asked."""
        return made

    def apieces(self, made: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """As `pieces`."""
        return made


class Overheard(Passed):
    """LangChain gets the answer of a recorded call as events: they are kept with it."""

    def __init__(self, call: ModelCall) -> None:
        super().__init__(call.model)
        self._call = call

    def pieces(self, made: Iterator[Any]) -> Iterator[Any]:
        """Kept, and passed on."""
        for event in made:
            self._call.event(event)
            yield event

    async def apieces(self, made: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """As `pieces`."""
        async for event in made:
            self._call.event(event)
            yield event


class Served(Passed):
    """A model that stands in gives the recorded answer."""

    def __init__(self, answer: Serving) -> None:
        super().__init__(answer.model)
        self._answer = answer

    def during(self) -> AbstractContextManager[None]:
        """Inside the recorded call."""
        return Inside(self._answer)

    def pieces(self, made: Iterator[Any]) -> Iterator[Any]:
        """As they were recorded; between them the reader's own calls are calls."""
        while True:
            try:
                with Inside(self._answer):
                    piece = next(made)
            except StopIteration:
                return
            yield piece

    async def apieces(self, made: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """As `pieces`."""
        while True:
            try:
                with Inside(self._answer):
                    piece = await anext(made)
            except StopAsyncIteration:
                return
            yield piece


class Recorded(Passed):
    """It is asked, and written down."""

    def __init__(self, call: ModelCall) -> None:
        super().__init__(call.model)
        self._call = call

    def during(self) -> AbstractContextManager[None]:
        """Inside the call."""
        return Inside(self._call)

    def listen(self, run_manager: Any) -> Any:
        """One that also keeps the chunks which callbacks are told of."""
        return self._call.listen(run_manager)

    def answered(self, result: ChatResult) -> None:
        """Written down."""
        self._call.answered(result)

    def failed(self, error: BaseException) -> None:
        """Written down."""
        self._call.failed(error)

    def pieces(self, made: Iterator[Any]) -> Iterator[Any]:
        """Kept, and passed on, until they end or whoever reads them leaves; only while one is made are we inside."""
        try:
            while True:
                try:
                    with Inside(self._call):
                        piece = next(made)
                except StopIteration:
                    break
                self._call.piece(piece)
                yield piece
        except GeneratorExit:
            if not HERE.collects:  # found as garbage, it is no moment to write; the step ends what was left open
                made.close()  # type: ignore[attr-defined]
                self._call.end()
            raise
        except BaseException as error:
            self._call.failed(error)
            raise
        self._call.end()

    async def apieces(self, made: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """As `pieces`."""
        try:
            while True:
                try:
                    with Inside(self._call):
                        piece = await anext(made)
                except StopAsyncIteration:
                    break
                self._call.piece(piece)
                yield piece
        except GeneratorExit:
            await made.aclose()  # type: ignore[attr-defined]
            self._call.end()
            raise
        except BaseException as error:
            self._call.failed(error)
            raise
        self._call.end()


def asked(
    step: StepRecorder | None,
    model: BaseChatModel,
    messages: Sequence[BaseMessage],
    stop: Any,
    options: Mapping[str, Any],
    stream: Any = None,
) -> Passed:
    """What becomes of this question, in the step that records it; `stream` is the one that is to give events."""
    if step is None:
        around = INSIDE.get()
        if stream is not None and isinstance(around, ModelCall) and around.model is model:
            return Overheard(around)
        return Passed(model)
    if (answer := recall_model(step, model, messages, stop, options)) is not None:
        return Served(answer)
    return Recorded(ModelCall(step, model, messages, stop, options, stream))
