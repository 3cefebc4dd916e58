"""How is each execution of a node a step on the recording, with an address that is the same in every run?

LangGraph runs a task by calling its code; here that code is wrapped, so that every call of it, retries included, is a
step. The address is made of the node's name, the superstep and which of several parallel executions it is; ids that
LangGraph draws at random are no part of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any, Final

from langgraph.errors import ParentCommand
from langgraph.types import RetryPolicy

from playhead.graph.player import RunPlayer, Stopped, is_stop
from playhead.graph.recorder import CURRENT, StepRecorder
from playhead.graph.tries import tries

PATIENCE: Final = 2.0  # seconds that a task is waited for to be cancelled beyond those it took when it was recorded


class NodeRun:
    """A task's code, each execution of it a step on the recording."""

    def __init__(self, task: Any, parent: StepRecorder) -> None:
        self._task, self._code, self._policy, self._parent = task, task.proc, task.retry_policy, parent
        self._index = parallel_index(task.path, parent)
        self._visit = parent.subgraph_run(subgraph_number(task.config))
        self._attempt, self._tasks_seen = 0, 0
        self._left: tuple[StepRecorder, ParentCommand] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._code, name)

    def prepared(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """What LangGraph runs a task with: the task, its code wrapped, and the policies to retry by.

        A replay makes no pauses between tries: they were made when the run was recorded.
        """
        if isinstance(self._parent.run, RunPlayer):
            args = (_without_pauses(args[0]), *args[1:])
            self._set(proc=self, retry_policy=_without_pauses(self._policy))
        else:
            self._set(proc=self)
        return self._task, *args

    def _set(self, **fields: Any) -> None:
        """Put something into the task, which is frozen: a copy of it would cost more than all else done here."""
        for name, value in fields.items():
            object.__setattr__(self._task, name, value)

    def note_cached(self) -> None:
        """LangGraph's node cache gave what this task would have written: a step that runs no code."""
        self._begin(self._task.input).finish(list(self._task.writes), None, "cached")

    def recall_cached(self, run: RunPlayer) -> bool:
        """Write what the node cache gave when this was recorded, if the task is given the same; did it?"""
        at, _ = self._names()
        address = f"{self._parent.address}/{at}" if self._parent.address else at
        found = run.from_cache(address, tries(1, self._parent.tries), self._task.input)
        if found is None:
            return False
        try:
            step = self._begin(self._task.input)
        except Stopped:
            return False  # as it will be where the task is run
        self._task.writes.extend(found)
        run.edit(step, self._task.writes)
        step.finish(list(self._task.writes), None, "cached")
        return True

    def _names(self) -> tuple[str, str]:
        """The step's own part of its address, with and without its superstep."""
        superstep = self._task.config["metadata"]["langgraph_step"]
        own = "" if self._index is None else f"[{self._index}]"
        prefix = f"{self._visit}/" if self._visit else ""
        return f"{prefix}{self._task.name}@{superstep}{own}", f"{prefix}{self._task.name}{own}"

    def _begin(self, given: Any) -> StepRecorder:
        self._attempt += 1
        at, place = self._names()
        step = self._parent.run.begin_step(at, place, self._parent, self._attempt, given)
        step.tasks_before = self._tasks_seen
        return step

    def _check(self, step: StepRecorder) -> None:
        """Raise `Stopped` where a replay ends before the node's code begins."""
        if not isinstance(run := step.run, RunPlayer):
            return
        if run.goes_no_further(step) or (self._is_node and run.was_not_begun(step)):
            raise Stopped

    async def _acheck(self, step: StepRecorder) -> None:
        """As `_check`. What a node called and did not wait for is cancelled again, by whatever cancelled it then."""
        run = step.run
        if isinstance(run, RunPlayer) and not self._is_node and (after := run.cancelled_after(step)) is not None:
            await asyncio.sleep(after + PATIENCE)
            raise run.goes_on(step)
        self._check(step)

    def _end(self, step: StepRecorder, error: BaseException | None = None) -> None:
        self._tasks_seen = step.tasks_seen
        if isinstance(run := step.run, RunPlayer) and error is None:
            run.edit(step, self._task.writes)
        if isinstance(error, ParentCommand):
            self._left = (step, error)  # a command that leaves a subgraph: its writes are made when it is caught
        else:
            step.finish(list(self._task.writes), error)

    def _is_stopped(self, error: BaseException) -> bool:
        """Did a replay end in this node? Others beside it are played on; the code that waits for a task is not."""
        return is_stop(error) and self._is_node

    @property
    def _is_node(self) -> bool:
        """Is it a node's task, rather than one that the code of a node or a flow called, and waits for?"""
        return self._index is None or isinstance(self._task.path[1], int)

    def settle(self) -> None:
        """LangGraph has handled what the node raised: the task is as it was."""
        self._set(proc=self._code, retry_policy=self._policy)
        if self._left is not None:
            (step, error), self._left = self._left, None
            step.finish(list(self._task.writes), error)

    def invoke(self, given: Any, config: Any, **kwargs: Any) -> Any:
        """Run the node."""
        step = self._begin(given)
        token = CURRENT.set(step)
        try:
            self._check(step)
            result = self._code.invoke(given, config, **kwargs)
        except BaseException as error:
            self._end(step, error)
            if self._is_stopped(error):
                return None
            raise
        finally:
            CURRENT.reset(token)
        self._end(step)
        return result

    async def ainvoke(self, given: Any, config: Any, **kwargs: Any) -> Any:
        """Run the node."""
        step = self._begin(given)
        token = CURRENT.set(step)
        try:
            await self._acheck(step)
            result = await self._code.ainvoke(given, config, **kwargs)
        except BaseException as error:
            self._end(step, error)
            if self._is_stopped(error):
                return None
            raise
        finally:
            CURRENT.reset(token)
        self._end(step)
        return result

    async def astream(self, given: Any, config: Any, **kwargs: Any) -> AsyncIterator[Any]:
        """Run the node, streaming; LangGraph drives this to its end in one task."""
        step = self._begin(given)
        token = CURRENT.set(step)
        try:
            await self._acheck(step)
            async for chunk in self._code.astream(given, config, **kwargs):
                yield chunk
        except BaseException as error:
            self._end(step, error)
            if self._is_stopped(error):
                return
            raise
        finally:
            CURRENT.reset(token)
        self._end(step)


def note_cached(parent: StepRecorder, tasks: Iterable[Any]) -> None:
    """Write down, as steps, the tasks of this parent that LangGraph's node cache answered."""
    for task in tasks:
        NodeRun(task, parent).note_cached()


def recall_cached(run: RunPlayer, parent: StepRecorder, tasks: Iterable[Any]) -> list[Any]:
    """Of tasks about to be run, those answered as the node cache answered them when they were recorded."""
    waiting = (task for task in tasks if task.cache_key and not task.writes)
    return [task for task in waiting if NodeRun(task, parent).recall_cached(run)]


def _without_pauses(policies: Any) -> Any:
    if isinstance(policies, RetryPolicy):
        return policies._replace(initial_interval=0.0, jitter=False)
    return [_without_pauses(policy) for policy in policies] if policies else policies


def parallel_index(path: tuple[Any, ...], parent: StepRecorder) -> int | None:
    """Which of several parallel executions of one node this is: the `Send`'s, or the `@task` call's, number.

    LangGraph's path of a `Send` is `(push, number, …)`, of a `@task` `(push, path of the caller, number, …)`.
    """
    if path[0] != "__pregel_push":
        return None
    return path[1] if isinstance(path[1], int) else parent.task_number(path[2])


def subgraph_number(config: Any) -> int:
    """Which of the subgraphs run within one node this task belongs to, as LangGraph counts them.

    The namespace reads `node:id|child:id` for the first and `node:id|1|child:id` for the next.
    """
    pieces = config["configurable"].get("checkpoint_ns", "").split("|")
    return int(pieces[-2]) if len(pieces) > 1 and pieces[-2].isdigit() else 0
