"""What is written down of one tool call?

Its input as it is when the call starts, then its result as it was given, or the error. A question to a person is asked
by raising: such a call is interrupted, not failed.
"""

from __future__ import annotations

from typing import Any

from langchain_core.tools import BaseTool
from langgraph.errors import GraphBubbleUp

from playhead.codec import Part
from playhead.graph.encoding import Encoder
from playhead.graph.guard import hold_back_if_lost
from playhead.graph.identity import tool_request
from playhead.graph.player import RunPlayer
from playhead.graph.recalling import Outcome, recall_tool
from playhead.graph.recorder import CURRENT, CallRecorder, StepRecorder, warn_if_lost


def recalled_tool(tool: BaseTool, tool_input: Any) -> Outcome | None:
    """The tool's recorded result; None where it is to be called."""
    hold_back_if_lost(f"tool {tool.name}")
    if (step := CURRENT.get()) is None:
        return None
    return recall_tool(step, tool.name, tool_input, is_effect=_is_effect(tool))


def _is_effect(tool: BaseTool) -> bool:
    """Is the tool made of one of our effects, which answers for itself?"""
    code = getattr(tool, "func", None) or getattr(tool, "coroutine", None)
    return hasattr(code, "playhead_effect")


class ToolCall:
    """One tool call under way: entered while the tool works, it writes down what came of it."""

    def __init__(self, tool: BaseTool, tool_input: Any) -> None:
        self._tool, self._result = tool, None
        step = CURRENT.get()
        if step is None:
            warn_if_lost("tool", tool.name)
        self._call = None if step is None else _begun(step, tool.name, tool_input)

    def gave(self, result: Any) -> Any:
        """The tool gave this; gives it on."""
        self._result = result
        return result

    def __enter__(self) -> ToolCall:
        return self

    def __exit__(self, kind: object, error: BaseException | None, where: object) -> None:
        if self._call is None:
            return

        def values(encoder: Encoder) -> dict[str, Part | None]:
            return {"response": None if error else encoder.as_it_was(self._result)}

        if error is None and isinstance(run := self._call.step.run, RunPlayer) and not _is_effect(self._tool):
            run.executed += 1
        interrupted = isinstance(error, GraphBubbleUp)
        self._call.finish(values, status="interrupted" if interrupted else "failed" if error else "done", error=error)


def _begun(step: StepRecorder, name: str, tool_input: Any) -> CallRecorder:
    return step.begin_call("tool", name, 1, lambda encoder: {"request": encoder.anything(tool_request(tool_input))})
