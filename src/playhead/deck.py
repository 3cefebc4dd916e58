"""What can a user do with a recording? Every verb is a method here; doors call one and render what comes back.

A deck is one open recording: it records graphs, lists and reads runs, resumes them, checks and forgets.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playhead.config import Config, load_config
from playhead.errors import NothingToResume, RunNotFound, StillRunning
from playhead.graph.encoding import Encoder
from playhead.graph.models import Models
from playhead.graph.recorded import answer_to_interrupt, record
from playhead.graph.recording import Recording
from playhead.graph.saver import Saver
from playhead.prompts import PromptFolder, PromptSet
from playhead.records import Run
from playhead.redact import Redactor
from playhead.store import Store, erasure, integrity
from playhead.store.sqlite import Synchronous
from playhead.versions import versions_of

if TYPE_CHECKING:
    from types import TracebackType


class Deck:
    """One open recording. Use it as a context manager, or `close()` it."""

    def __init__(
        self,
        path: str | Path | None = None,
        *,
        prompts: str | Path | None = None,
        models: Mapping[str, Any] | None = None,
        redact: list[str] | None = None,
        synchronous: Synchronous = "FULL",
        config: Config | None = None,
    ) -> None:
        self.config = config or load_config()
        folder = Path(prompts) if prompts else self.config.prompts
        self.prompts = PromptFolder(folder) if folder else None
        self._models = models_of(self.config.models, models or {})
        self._encoder = Encoder(Redactor([*self.config.secrets(), *(redact or [])]))
        self.store = Store(path or self.config.store, synchronous=synchronous, decode=self._encoder.decode)
        self._saver = Saver(self.store, self._encoder)

    def __enter__(self) -> Deck:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Commit what is queued and close the recording."""
        self.store.close()

    def record(
        self,
        graph: Any,
        name: str = "graph",
        *,
        resources: Mapping[str, Any] | None = None,
        prompts: PromptSet | None = None,
        strict: bool = False,
    ) -> Any:
        """The same compiled LangGraph graph, recorded from now on; the graph given is not changed.

        `resources` are the handles to the world that its effects ask for, `prompts` a set to ask instead of the deck's
        folder. With `strict`, what cannot be recorded raises instead of leaving a logged gap.
        """
        serving = prompts or self.prompts
        versions = versions_of(self.config.root, serving)
        recording = Recording(
            name, self.store, self._saver, self._encoder, serving, self._models, resources or {}, versions, strict
        )
        return record(graph, recording)

    def runs(self, thread: str | None = None, *, limit: int = 50) -> list[Run]:
        """A conversation's runs, or the newest `limit` of all; oldest first."""
        return self.store.runs_of(thread) if thread is not None else self.store.newest_runs(limit)[::-1]

    def run(self, id: str) -> Run:
        """The run of this id, which may be shortened. Raises `RunNotFound`."""
        return self.store.run(id)

    def threads(self) -> list[str]:
        """The names of all recorded conversations, oldest first."""
        return self.store.threads()

    def latest(self, limit: int = 20) -> list[list[Run]]:
        """The runs of the `limit` conversations with the newest runs, newest first; each oldest first."""
        names: dict[str, None] = {}
        wanted = seen = 0
        while len(names) < limit and seen == wanted:
            wanted = max(limit, wanted * 4)
            newest = self.store.newest_runs(wanted)
            seen, names = len(newest), dict.fromkeys(run.thread for run in newest)
        return [self.store.runs_of(name) for name in list(names)[:limit]]

    def thread(self, name: str) -> list[Run]:
        """The runs of a conversation whose name, a beginning of it, or one of whose runs' ids is given.

        Raises `RunNotFound`, naming the nearest.
        """
        known = self.threads()
        matching = [name] if name in known else [thread for thread in known if thread.startswith(name)]
        if len(matching) == 1:
            return self.store.runs_of(matching[0])
        if matching:
            raise RunNotFound(name, matching)
        return self.store.runs_of(self.run(name).thread)

    def resume(self, thread: str, graph: Any, *, answer: Any = None, resources: Mapping[str, Any] | None = None) -> Any:
        """Go on with a conversation: with `answer` after an interrupt, without it after a crash or an error.

        Gives the graph's output. Raises `RunNotFound`, `NothingToResume`, `StillRunning`.
        """
        agent, given, config = self._continuation(thread, graph, answer, resources)
        return agent.invoke(given, config)

    async def aresume(
        self, thread: str, graph: Any, *, answer: Any = None, resources: Mapping[str, Any] | None = None
    ) -> Any:
        """As `resume`, for graphs with async nodes."""
        agent, given, config = self._continuation(thread, graph, answer, resources)
        return await agent.ainvoke(given, config)

    def _continuation(
        self, thread: str, graph: Any, answer: Any, resources: Mapping[str, Any] | None
    ) -> tuple[Any, Any, dict[str, Any]]:
        runs = self.store.runs_of(thread)
        if not runs:
            raise RunNotFound(thread, self.threads())
        last = runs[-1]
        if last.status == "done" or waits_for_answer(last) != (answer is not None):
            raise NothingToResume(thread, last.status)
        if last.status == "running" and (process := living_process(last.owner)):
            raise StillRunning(last.id, process)
        agent = self.record(graph, last.graph, resources=resources)
        config = {"configurable": {"thread_id": thread}, "metadata": last.metadata}
        return agent, None if answer is None else answer_to_interrupt(answer), config

    def threads_of(self, customer: str) -> list[str]:
        """The conversations that `forget` would erase: of this name, or whose runs' metadata names this `customer`."""
        self.store.flush()
        with self.store.reading() as session:
            return [row["name"] for row in erasure.threads_of_customer(session, customer)]

    def forget(self, customer: str, resources: Mapping[str, Any] | None = None) -> int:
        """Erase a customer: conversations of this name, or whose runs' metadata names this `customer`; gives how many.

        Every resource that has `forget(customer)` erases there, too.
        """
        for handle in (resources or {}).values():
            if hasattr(handle, "forget"):
                handle.forget(customer)
        count = self.store.write(lambda session: erasure.forget(session, customer))
        if count:
            self.store.compact()
        return count

    def check(self) -> integrity.Findings:
        """Read every record and check its seal, its references and its values' hashes."""
        self.store.flush()
        with self.store.reading() as session:
            return integrity.check_all(session, self.store.path)


def models_of(aliases: Mapping[str, str], given: Mapping[str, Any]) -> Models:
    """The project's models; `given` maps an alias to another name or to a ready-made LangChain model."""
    names = {alias: target for alias, target in given.items() if isinstance(target, str)}
    made = {alias: target for alias, target in given.items() if not isinstance(target, str)}
    models = Models({**aliases, **names}, made)
    for alias in names:
        models.check(alias)  # said at the door, not at the first question
    return models


def waits_for_answer(run: Run) -> bool:
    """Did the run stop to ask? One that merely paused before or after a node (a static interrupt) just goes on."""
    return run.status == "interrupted" and isinstance(run.output, dict) and "__interrupt__" in run.output


def living_process(owner: str) -> int | None:
    """The process id of a run's owner, if it lives on this machine and is not this process."""
    host, _, number = owner.rpartition(":")
    process = int(number)
    if host != socket.gethostname() or process == os.getpid():
        return None
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        return process
    return process
